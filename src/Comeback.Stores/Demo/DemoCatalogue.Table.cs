namespace Comeback.Stores.Demo;

internal static partial class DemoCatalogue
{
    // key | English | Danish | Arabic | how popular in the North | in the Gulf | categories that go with it
    private const string CategoryTable = """
        coffee-beans|Coffee beans|Kaffebønner|حبوب القهوة|30|14|brewing-gear,grinders,chocolate,cups-and-pots
        arabic-coffee|Arabic coffee|Arabisk kaffe|القهوة العربية|4|24|dates-and-nuts,cups-and-pots,spices
        tea|Tea|Te|الشاي|16|10|honey,cups-and-pots,chocolate
        brewing-gear|Brewing gear|Bryggeudstyr|أدوات التحضير|10|6|coffee-beans,grinders
        grinders|Grinders|Kaffekværne|المطاحن|4|3|coffee-beans,brewing-gear
        cups-and-pots|Cups and pots|Kopper og kander|الأكواب والدلال|8|8|coffee-beans,arabic-coffee,tea
        chocolate|Chocolate|Chokolade|الشوكولاتة|12|8|coffee-beans,gift-boxes
        dates-and-nuts|Dates and nuts|Dadler og nødder|التمور والمكسرات|5|22|arabic-coffee,gift-boxes
        honey|Honey|Honning|العسل|6|9|tea,dates-and-nuts
        spices|Spices|Krydderier|التوابل|6|10|arabic-coffee,tea
        gift-boxes|Gift boxes|Gaveæsker|صناديق الهدايا|5|9|chocolate,home-fragrance
        home-fragrance|Home fragrance|Duft til hjemmet|البخور والعطور|4|14|gift-boxes,dates-and-nuts
        """;

    // category | key | English | Danish | Arabic | price in DKK | sizes (label times factor) | tags
    private const string ProductTable = """
        coffee-beans|yirgacheffe|Yirgacheffe beans|Yirgacheffe-bønner|حبوب يرغاشيفي|95|250 g*1,500 g*1.9,1 kg*3.5|ethiopia,light
        coffee-beans|harrar|Harrar beans|Harrar-bønner|حبوب هرري|92|250 g*1,500 g*1.9,1 kg*3.5|ethiopia,medium
        coffee-beans|haraz|Haraz beans|Haraz-bønner|حبوب حراز|149|250 g*1,500 g*1.9|yemen,medium
        coffee-beans|nyeri|Nyeri AA beans|Nyeri AA-bønner|حبوب نييري|110|250 g*1,500 g*1.9|kenya,light
        coffee-beans|huila|Huila beans|Huila-bønner|حبوب هويلا|85|250 g*1,500 g*1.9,1 kg*3.5|colombia,medium
        coffee-beans|cerrado|Cerrado beans|Cerrado-bønner|حبوب سيرادو|72|250 g*1,500 g*1.9,1 kg*3.4|brazil,dark
        coffee-beans|antigua|Antigua beans|Antigua-bønner|حبوب أنتيغوا|89|250 g*1,500 g*1.9|guatemala,medium
        coffee-beans|house-espresso|House espresso|Husets espresso|إسبريسو المحمصة|79|250 g*1,500 g*1.9,1 kg*3.4|blend,dark
        coffee-beans|nordic-filter|Nordic filter blend|Nordisk filterblanding|خلطة الترشيح|76|250 g*1,500 g*1.9,1 kg*3.4|blend,light
        coffee-beans|decaf|Swiss-water decaf|Koffeinfri kaffe|قهوة منزوعة الكافيين|88|250 g*1,500 g*1.9|decaf
        arabic-coffee|saudi-blonde|Saudi blonde coffee|Lys saudisk kaffe|قهوة سعودية شقراء|82|250 g*1,500 g*1.9,1 kg*3.5|light
        arabic-coffee|cardamom-coffee|Coffee with cardamom|Kaffe med kardemomme|قهوة بالهيل|94|250 g*1,500 g*1.9|cardamom
        arabic-coffee|saffron-coffee|Coffee with saffron|Kaffe med safran|قهوة بالزعفران|139|250 g*1,500 g*1.9|saffron
        arabic-coffee|khawlani|Khawlani coffee|Khawlani-kaffe|قهوة خولانية|165|250 g*1,500 g*1.9|jazan
        arabic-coffee|turkish-grind|Turkish grind|Tyrkisk formaling|قهوة تركية|74|250 g*1,500 g*1.9|dark
        arabic-coffee|qishr|Qishr husk infusion|Qishr af kaffeskaller|قشر البن|66|200 g*1|yemen
        arabic-coffee|ready-dallah|Ready-to-pour sachets|Portionsbreve til dallah|أظرف قهوة جاهزة|59|10 pcs*1,30 pcs*2.6|travel
        tea|darjeeling|Darjeeling first flush|Darjeeling first flush|دارجيلنغ القطفة الأولى|98|100 g*1,250 g*2.2|black
        tea|assam|Assam breakfast tea|Assam-morgente|شاي أسام|62|100 g*1,250 g*2.2|black
        tea|earl-grey|Earl Grey|Earl Grey|إيرل غراي|64|100 g*1,250 g*2.2|black
        tea|sencha|Sencha|Sencha|سنتشا|84|100 g*1,250 g*2.2|green
        tea|jasmine|Jasmine pearls|Jasminperler|لآلئ الياسمين|112|100 g*1|green
        tea|mint|Maghrebi mint tea|Mynte-te|شاي بالنعناع|58|100 g*1,250 g*2.2|mint
        tea|karak|Karak chai|Karak chai|شاي كرك|69|200 g*1,500 g*2.2|spiced
        tea|rooibos|Rooibos with orange|Rooibos med appelsin|رويبوس بالبرتقال|56|100 g*1,250 g*2.2|no caffeine
        tea|chamomile|Chamomile|Kamille|بابونج|49|75 g*1|no caffeine
        brewing-gear|v60|Pour-over dripper|Tragtholder|قمع التقطير|189|White*1,Clay*1.1,Black*1|
        brewing-gear|filters|Paper filters|Papirfiltre|فلاتر ورقية|45|100 pcs*1,200 pcs*1.8|refill
        brewing-gear|kettle|Gooseneck kettle|Svanehalskedel|غلاية بعنق طويل|649|Steel*1,Black*1.1|
        brewing-gear|french-press|French press|Stempelkande|مكبس فرنسي|329|0.35 l*0.8,1 l*1|
        brewing-gear|moka|Moka pot|Mokkakande|إبريق موكا|279|3 cups*1,6 cups*1.3|
        brewing-gear|scale|Brewing scale|Bryggevægt|ميزان قهوة|399|Black*1|
        brewing-gear|cold-brew|Cold-brew bottle|Cold brew-flaske|زجاجة تحضير بارد|229|0.75 l*1|summer
        brewing-gear|milk-jug|Milk jug|Mælkekande|إبريق حليب|149|0.35 l*1,0.6 l*1.2|
        grinders|hand-grinder|Hand grinder|Håndkværn|مطحنة يدوية|549|Steel*1|
        grinders|travel-grinder|Travel grinder|Rejsekværn|مطحنة سفر|399|Black*1|travel
        grinders|filter-grinder|Electric filter grinder|Elektrisk filterkværn|مطحنة ترشيح كهربائية|1199|Black*1,White*1|
        grinders|espresso-grinder|Espresso grinder|Espressokværn|مطحنة إسبريسو|2495|Black*1|
        grinders|brass-mill|Brass Turkish mill|Tyrkisk messingkværn|مطحنة نحاسية|479|Brass*1|
        grinders|spice-mill|Cardamom mill|Kardemommekværn|مطحنة الهيل|249|Walnut*1|
        grinders|burrs|Spare burrs|Reserveknive|شفرات بديلة|329|38 mm*1,48 mm*1.3|refill
        cups-and-pots|finjan|Finjan cups, set of six|Finjan-kopper, seks stk.|فناجين قهوة، ستة|219|White*1,Gold rim*1.4,Blue*1.1|
        cups-and-pots|dallah|Dallah coffee pot|Dallah-kande|دلة قهوة|459|Steel*1,Brass*1.3|
        cups-and-pots|istikan|Istikan tea glasses|Istikan-teglas|استكانات شاي|169|Six*1|
        cups-and-pots|espresso-cup|Espresso cup|Espressokop|كوب إسبريسو|89|White*1,Clay*1,Blue*1|
        cups-and-pots|stoneware-mug|Stoneware mug|Stentøjskrus|كوب خزفي|139|Sand*1,Moss*1,Ink*1|
        cups-and-pots|travel-cup|Travel cup|Rejsekrus|كوب سفر|199|Steel*1,Black*1|travel
        cups-and-pots|thermos|Serving thermos|Serveringstermokande|ترمس تقديم|349|1 l*1,1.5 l*1.2|
        cups-and-pots|teapot|Cast-iron teapot|Støbejernstepotte|إبريق شاي حديدي|389|0.8 l*1|
        chocolate|dark-70|Dark bar 70%|Mørk plade 70%|لوح داكن ٧٠٪|42|80 g*1|vegan
        chocolate|milk-45|Milk bar 45%|Lys plade 45%|لوح بالحليب ٤٥٪|39|80 g*1|
        chocolate|cardamom-bar|Cardamom bar|Plade med kardemomme|لوح بالهيل|45|80 g*1|cardamom
        chocolate|pistachio-kunafa|Pistachio kunafa bar|Plade med pistacie og kunafa|لوح الكنافة بالفستق|79|150 g*1|
        chocolate|coated-dates|Chocolate-coated dates|Chokoladeovertrukne dadler|تمر مغطى بالشوكولاتة|86|200 g*1,500 g*2.2|
        chocolate|hazelnut|Hazelnut gianduja|Gianduja med hasselnød|جياندويا بالبندق|68|120 g*1|
        chocolate|liquorice-balls|Liquorice balls|Lakridskugler|كرات عرق السوس|58|150 g*1|
        chocolate|drinking-chocolate|Drinking chocolate|Drikkechokolade|شوكولاتة للشرب|74|250 g*1|winter
        dates-and-nuts|ajwa|Ajwa dates|Ajwa-dadler|تمر عجوة|119|500 g*1,1 kg*1.9|madinah
        dates-and-nuts|medjool|Medjool dates|Medjool-dadler|تمر مجهول|98|500 g*1,1 kg*1.9|
        dates-and-nuts|sukkari|Sukkari dates|Sukkari-dadler|تمر سكري|89|500 g*1,1 kg*1.9|qassim
        dates-and-nuts|safawi|Safawi dates|Safawi-dadler|تمر صفاوي|82|500 g*1,1 kg*1.9|madinah
        dates-and-nuts|stuffed-dates|Dates with almonds|Dadler med mandler|تمر محشو باللوز|129|400 g*1,800 g*1.9|
        dates-and-nuts|pistachios|Roasted pistachios|Ristede pistacienødder|فستق محمص|109|250 g*1,500 g*1.9|
        dates-and-nuts|mixed-nuts|Mixed roasted nuts|Blandede ristede nødder|مكسرات مشكلة|92|250 g*1,500 g*1.9|
        dates-and-nuts|maamoul|Maamoul|Maamoul|معمول|75|12 pcs*1,24 pcs*1.9|
        honey|sidr|Sidr honey|Sidr-honning|عسل سدر|289|250 g*1,500 g*1.9|yemen
        honey|heather|Heather honey|Lynghonning|عسل الخلنج|92|350 g*1|
        honey|acacia|Acacia honey|Akaciehonning|عسل الأكاسيا|78|350 g*1|
        honey|orange-blossom|Orange-blossom honey|Appelsinblomsthonning|عسل زهر البرتقال|84|350 g*1|
        honey|talh|Talh honey|Talh-honning|عسل الطلح|210|250 g*1,500 g*1.9|
        honey|comb|Honeycomb|Tavlehonning|شمع العسل|129|300 g*1|
        honey|ginger-honey|Honey with ginger|Honning med ingefær|عسل بالزنجبيل|96|250 g*1|winter
        spices|cardamom|Green cardamom|Grøn kardemomme|هيل أخضر|69|50 g*1,100 g*1.8,250 g*4|cardamom
        spices|saffron|Saffron threads|Safran|خيوط الزعفران|119|1 g*1,3 g*2.7|saffron
        spices|cinnamon|Ceylon cinnamon|Ceylonkanel|قرفة سيلانية|48|80 g*1|
        spices|cloves|Cloves|Nelliker|قرنفل|39|50 g*1|
        spices|baharat|Baharat|Baharat|بهارات مشكلة|45|80 g*1|
        spices|zaatar|Zaatar|Zaatar|زعتر|42|100 g*1,250 g*2.2|
        spices|sumac|Sumac|Sumak|سماق|40|100 g*1|
        spices|vanilla|Vanilla pods|Vaniljestænger|أعواد الفانيليا|89|3 pcs*1|
        gift-boxes|morning-box|The morning box|Morgenæsken|صندوق الصباح|349|One size*1|gift
        gift-boxes|majlis-box|The majlis box|Majlis-æsken|صندوق المجلس|599|One size*1|gift
        gift-boxes|eid-box|The Eid box|Eid-æsken|صندوق العيد|449|Small*1,Large*1.7|gift,eid
        gift-boxes|hygge-box|The hygge box|Hyggeæsken|صندوق الدفء|399|One size*1|gift,winter
        gift-boxes|tea-box|The tea box|Teæsken|صندوق الشاي|329|One size*1|gift
        gift-boxes|date-box|The date box|Dadelæsken|صندوق التمور|299|One size*1|gift
        gift-boxes|advent|Coffee advent calendar|Kaffejulekalender|تقويم القهوة|549|24 doors*1|gift,winter
        gift-boxes|gift-card|Gift card|Gavekort|بطاقة هدية|300|300*1,500*1.6667|gift card
        home-fragrance|oud-chips|Oud chips|Oud-spåner|عود بخور|389|12 g*1,24 g*1.9|oud
        home-fragrance|bakhoor|Bakhoor|Bakhoor|معمول بخور|159|40 g*1,80 g*1.8|oud
        home-fragrance|mabkhara|Mabkhara burner|Mabkhara-brænder|مبخرة|279|Wood*1,Brass*1.3|
        home-fragrance|frankincense|Omani frankincense|Omansk røgelse|لبان عماني|119|100 g*1|
        home-fragrance|rose-water|Taif rose water|Rosenvand fra Taif|ماء ورد طائفي|79|250 ml*1|rose
        home-fragrance|candle|Coffee-blossom candle|Duftlys med kaffeblomst|شمعة زهر البن|189|One size*1|winter
        home-fragrance|diffuser|Cedar diffuser|Duftpinde med ceder|معطر بخشب الأرز|239|One size*1|
        home-fragrance|musk|White musk oil|Hvid moskus-olie|دهن مسك أبيض|149|6 ml*1,12 ml*1.8|
        """;
}
