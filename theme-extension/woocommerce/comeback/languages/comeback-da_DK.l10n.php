<?php
/**
 * Texts in Danish.
 *
 * @package Comeback
 */

defined( 'ABSPATH' ) || exit;

return array(
	'domain'       => 'comeback',
	'language'     => 'da_DK',
	'plural-forms' => 'nplurals=2; plural=(n != 1);',
	'messages'     => array(
		'Address of your Comeback service' => 'Adressen på din Comeback-tjeneste',
		'Comeback' => 'Comeback',
		'Comeback could not be opened. Check that your service is running, then load this page again.' => 'Comeback kunne ikke åbnes. Se efter, om din tjeneste kører, og indlæs så siden igen.',
		'Comeback could not be reached, so its part of the data is missing. Try again.' => 'Comeback kunne ikke nås, så dens del af oplysningerne mangler. Prøv igen.',
		'Comeback could not be reached, so what it holds of this person was not erased. Try again.' => 'Comeback kunne ikke nås, så det, den har om personen, blev ikke slettet. Prøv igen.',
		'Comeback for WooCommerce' => 'Comeback til WooCommerce',
		'Comeback no longer accepts this store. Connect it again.' => 'Comeback tager ikke længere imod denne butik. Forbind den igen.',
		'Connect' => 'Forbind',
		'E-mail address' => 'E-mailadresse',
		'Enter an address that begins with https://, such as https://comeback.example.com.' => 'Skriv en adresse, der begynder med https://, for eksempel https://comeback.example.com.',
		'Enter the address of your Comeback service, then press Connect. Comeback will ask you to sign in there and to approve the connection here.' => 'Skriv adressen på din Comeback-tjeneste, og tryk på Forbind. Comeback beder dig logge ind dér og godkende forbindelsen her.',
		'Heading' => 'Overskrift',
		'Keep my cart' => 'Behold min kurv',
		'Leave this empty' => 'Lad dette felt være tomt',
		'Messages from us' => 'Beskeder fra os',
		'Nothing about your store or your customers is sent before you connect.' => 'Intet om din butik eller dine kunder bliver sendt, før du forbinder.',
		'Notify me' => 'Giv mig besked',
		'Open Comeback in a new tab' => 'Åbn Comeback i en ny fane',
		'Replace my cart' => 'Erstat min kurv',
		'Sign up' => 'Tilmeld',
		'Sign-up form' => 'Tilmeldingsformular',
		'Stop all messages' => 'Stop alle beskeder',
		'Thank you. Look into your mailbox and confirm your address.' => 'Tak. Se i din indbakke, og bekræft din adresse.',
		'The field %s is missing or not of the right form.' => 'Feltet %s mangler eller har ikke den rette form.',
		'There is something in your cart already. Replace it with the cart from this message?' => 'Der er allerede noget i din kurv. Skal den erstattes af kurven fra beskeden?',
		'This link has expired. Your cart is as you left it.' => 'Linket er udløbet. Din kurv er, som du forlod den.',
		'We use Comeback to send you messages about our products when you have agreed to them. Comeback receives your orders, what is in your cart once you have typed your e-mail address or phone number at the checkout, and, if you agree to statistics, which products you look at. A cart without your consent is used only to bring it back to you and to stop messages about it. You can stop messages by the link in each of them or in your account.' => 'Vi bruger Comeback til at sende dig beskeder om vores varer, når du har sagt ja til dem. Comeback får dine ordrer, indholdet af din kurv, når du har skrevet din e-mailadresse eller dit telefonnummer i kassen, og, hvis du siger ja til statistik, hvilke varer du ser på. En kurv uden dit samtykke bruges kun til at give dig den tilbage og til at stoppe beskeder om den. Du kan stoppe beskederne med linket i hver af dem eller på din konto.',
		'WooCommerce sends its own message about abandoned carts. Switch it off under WooCommerce, Settings, Emails, or your customers get two.' => 'WooCommerce sender selv en besked om forladte kurve. Slå den fra under WooCommerce, Indstillinger, E-mails, ellers får dine kunder to.',
		'Write to me once by e-mail when this product is back in stock.' => 'Skriv til mig én gang på e-mail, når varen er på lager igen.',
		'Yes, %s may write to me by e-mail about offers and news. I can stop it at any time.' => 'Ja, %s må skrive til mig på e-mail om tilbud og nyheder. Jeg kan stoppe det når som helst.',
		'Yes, %s may write to me by text message about offers and news. I can stop it at any time.' => 'Ja, %s må skrive til mig på sms om tilbud og nyheder. Jeg kan stoppe det når som helst.',
		'Yes, %s may write to me on WhatsApp about offers and news. I can stop it at any time.' => 'Ja, %s må skrive til mig på WhatsApp om tilbud og nyheder. Jeg kan stoppe det når som helst.',
		'You may not do this.' => 'Det må du ikke.',
		'Your cart' => 'Din kurv',
		'%d product of this cart can no longer be bought.' . "\0" . '%d products of this cart can no longer be bought.' => implode( "\0", array( '%d vare fra kurven kan ikke længere købes.', '%d varer fra kurven kan ikke længere købes.' ) ),
	),
);
