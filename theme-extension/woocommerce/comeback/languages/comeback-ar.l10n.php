<?php
/**
 * Texts in Arabic.
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

return array(
	'domain'       => 'comeback',
	'language'     => 'ar',
	'plural-forms' => 'nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);',
	'messages'     => array(
		'Address of your Comeback service' => 'عنوان خدمة Comeback الخاصة بك',
		'Comeback' => 'Comeback',
		'Comeback could not be opened. Check that your service is running, then load this page again.' => 'تعذّر فتح Comeback. تأكد من أن خدمتك تعمل ثم أعد تحميل هذه الصفحة.',
		'Comeback could not be reached, so its part of the data is missing. Try again.' => 'تعذّر الوصول إلى Comeback، ولذلك ينقص الجزء الخاص به من البيانات. حاول مرة أخرى.',
		'Comeback could not be reached, so what it holds of this person was not erased. Try again.' => 'تعذّر الوصول إلى Comeback، ولذلك لم يُمحَ ما لديه عن هذا الشخص. حاول مرة أخرى.',
		'Comeback for WooCommerce' => 'Comeback لمتاجر WooCommerce',
		'Comeback no longer accepts this store. Connect it again.' => 'لم يعد Comeback يقبل هذا المتجر. أعد ربطه.',
		'Connect' => 'ربط',
		'E-mail address' => 'البريد الإلكتروني',
		'Enter an address that begins with https://, such as https://comeback.example.com.' => 'أدخل عنوانًا يبدأ بـ https:// مثل https://comeback.example.com.',
		'Enter the address of your Comeback service, then press Connect. Comeback will ask you to sign in there and to approve the connection here.' => 'أدخل عنوان خدمة Comeback ثم اضغط على «ربط». سيطلب منك Comeback تسجيل الدخول هناك والموافقة على الربط هنا.',
		'Heading' => 'العنوان',
		'Keep my cart' => 'الاحتفاظ بسلتي',
		'Leave this empty' => 'اترك هذا الحقل فارغًا',
		'Messages from us' => 'رسائلنا إليك',
		'Nothing about your store or your customers is sent before you connect.' => 'لا يُرسل أي شيء عن متجرك أو عملائك قبل الربط.',
		'Notify me' => 'أعلمني',
		'Open Comeback in a new tab' => 'فتح Comeback في علامة تبويب جديدة',
		'Replace my cart' => 'استبدال سلتي',
		'Sign up' => 'اشتراك',
		'Sign-up form' => 'نموذج الاشتراك',
		'Stop all messages' => 'إيقاف جميع الرسائل',
		'Thank you. Look into your mailbox and confirm your address.' => 'شكرًا لك. تفقّد بريدك وأكّد عنوانك.',
		'The field %s is missing or not of the right form.' => 'الحقل %s مفقود أو ليس بالشكل الصحيح.',
		'There is something in your cart already. Replace it with the cart from this message?' => 'توجد منتجات في سلتك بالفعل. هل تريد استبدالها بالسلة الواردة في هذه الرسالة؟',
		'This link has expired. Your cart is as you left it.' => 'انتهت صلاحية هذا الرابط. سلتك كما تركتها.',
		'We use Comeback to send you messages about our products when you have agreed to them. Comeback receives your orders, what is in your cart once you have typed your e-mail address or phone number at the checkout, and, if you agree to statistics, which products you look at. A cart without your consent is used only to bring it back to you and to stop messages about it. You can stop messages by the link in each of them or in your account.' => 'نستخدم Comeback لنرسل إليك رسائل عن منتجاتنا بعد موافقتك. يتلقى Comeback طلباتك، ومحتوى سلتك بعد كتابة بريدك الإلكتروني أو رقم هاتفك عند الدفع، والمنتجات التي تشاهدها إذا وافقت على الإحصاءات. لا تُستخدم السلة من دون موافقتك إلا لاستعادتها لك ولإيقاف الرسائل عنها. يمكنك إيقاف الرسائل من الرابط الموجود في كل منها أو من حسابك.',
		'WooCommerce sends its own message about abandoned carts. Switch it off under WooCommerce, Settings, Emails, or your customers get two.' => 'يرسل WooCommerce رسالته الخاصة عن السلال المتروكة. أوقفها من WooCommerce ثم الإعدادات ثم رسائل البريد، وإلا تلقّى عملاؤك رسالتين.',
		'Write to me once by e-mail when this product is back in stock.' => 'راسلوني مرة واحدة بالبريد الإلكتروني عند توفر هذا المنتج من جديد.',
		'Yes, %s may write to me by e-mail about offers and news. I can stop it at any time.' => 'نعم، يمكن لـ %s مراسلتي بالبريد الإلكتروني عن العروض والأخبار. ويمكنني إيقاف ذلك في أي وقت.',
		'Yes, %s may write to me by text message about offers and news. I can stop it at any time.' => 'نعم، يمكن لـ %s مراسلتي برسائل نصية عن العروض والأخبار. ويمكنني إيقاف ذلك في أي وقت.',
		'Yes, %s may write to me on WhatsApp about offers and news. I can stop it at any time.' => 'نعم، يمكن لـ %s مراسلتي على واتساب عن العروض والأخبار. ويمكنني إيقاف ذلك في أي وقت.',
		'You may not do this.' => 'لا يُسمح لك بهذا.',
		'Your cart' => 'سلتك',
		'%d product of this cart can no longer be bought.' . "\0" . '%d products of this cart can no longer be bought.' => implode( "\0", array( 'لا يوجد منتج (%d) تعذّر شراؤه من هذه السلة.', 'لم يعد بالإمكان شراء منتج واحد (%d) من هذه السلة.', 'لم يعد بالإمكان شراء منتجين (%d) من هذه السلة.', 'لم يعد بالإمكان شراء %d منتجات من هذه السلة.', 'لم يعد بالإمكان شراء %d منتجًا من هذه السلة.', 'لم يعد بالإمكان شراء %d منتج من هذه السلة.' ) ),
	),
);
