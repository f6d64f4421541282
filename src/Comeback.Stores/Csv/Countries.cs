using System.Collections.Frozen;

namespace Comeback.Stores.Csv;

/// <summary>Country names, as exports write them, to ISO 3166-1 alpha-2.</summary>
internal static class Countries
{
    // English short names, then other names of the countries where such files come from most.
    private const string Table =
        "AD Andorra|AE United Arab Emirates;UAE;الإمارات;الإمارات العربية المتحدة|AF Afghanistan|AG Antigua and Barbuda|AI Anguilla|AL Albania|AM Armenia|" +
        "AO Angola|AQ Antarctica|AR Argentina|AS American Samoa|AT Austria;Österreich|AU Australia|AW Aruba|AX Åland Islands;Aland Islands|AZ Azerbaijan|" +
        "BA Bosnia and Herzegovina|BB Barbados|BD Bangladesh|BE Belgium;België;Belgique|BF Burkina Faso|BG Bulgaria|BH Bahrain;البحرين|BI Burundi|" +
        "BJ Benin|BL Saint Barthélemy|BM Bermuda|BN Brunei;Brunei Darussalam|BO Bolivia|BQ Caribbean Netherlands|BR Brazil;Brasil|BS Bahamas;The Bahamas|" +
        "BT Bhutan|BW Botswana|BY Belarus|BZ Belize|CA Canada|CC Cocos (Keeling) Islands|CD Congo (DRC);Democratic Republic of the Congo|" +
        "CF Central African Republic|CG Congo;Republic of the Congo|CH Switzerland;Schweiz;Suisse;Svizzera|CI Côte d'Ivoire;Ivory Coast|CK Cook Islands|" +
        "CL Chile|CM Cameroon|CN China|CO Colombia|CR Costa Rica|CU Cuba|CV Cape Verde;Cabo Verde|CW Curaçao;Curacao|CX Christmas Island|CY Cyprus|" +
        "CZ Czechia;Czech Republic|DE Germany;Deutschland;Allemagne|DJ Djibouti|DK Denmark;Danmark|DM Dominica|DO Dominican Republic|DZ Algeria;الجزائر|" +
        "EC Ecuador|EE Estonia|EG Egypt;مصر|EH Western Sahara|ER Eritrea|ES Spain;España|ET Ethiopia|FI Finland;Suomi|FJ Fiji|FK Falkland Islands|" +
        "FM Micronesia|FO Faroe Islands;Færøerne|FR France|GA Gabon|GB United Kingdom;UK;Great Britain;England;Scotland;Wales;Northern Ireland;" +
        "United Kingdom (UK)|GD Grenada|GE Georgia|GF French Guiana|GG Guernsey|GH Ghana|GI Gibraltar|GL Greenland;Grønland|GM Gambia|GN Guinea|" +
        "GP Guadeloupe|GQ Equatorial Guinea|GR Greece|GS South Georgia|GT Guatemala|GU Guam|GW Guinea-Bissau|GY Guyana|HK Hong Kong;Hong Kong SAR|" +
        "HN Honduras|HR Croatia|HT Haiti|HU Hungary|ID Indonesia|IE Ireland;EIRE;Republic of Ireland|IL Israel|IM Isle of Man|IN India|" +
        "IO British Indian Ocean Territory|IQ Iraq;العراق|IR Iran|IS Iceland;Ísland|IT Italy;Italia|JE Jersey|JM Jamaica|JO Jordan;الأردن|JP Japan|KE Kenya|" +
        "KG Kyrgyzstan|KH Cambodia|KI Kiribati|KM Comoros|KN Saint Kitts and Nevis|KP North Korea|KR South Korea;Korea;Republic of Korea|KW Kuwait;الكويت|" +
        "KY Cayman Islands|KZ Kazakhstan|LA Laos|LB Lebanon;لبنان|LC Saint Lucia|LI Liechtenstein|LK Sri Lanka|LR Liberia|LS Lesotho|LT Lithuania|" +
        "LU Luxembourg|LV Latvia|LY Libya;ليبيا|MA Morocco;المغرب|MC Monaco|MD Moldova|ME Montenegro|MF Saint Martin|MG Madagascar|MH Marshall Islands|" +
        "MK North Macedonia;Macedonia|ML Mali|MM Myanmar;Burma|MN Mongolia|MO Macao;Macau|MP Northern Mariana Islands|MQ Martinique|MR Mauritania|" +
        "MS Montserrat|MT Malta|MU Mauritius|MV Maldives|MW Malawi|MX Mexico;México|MY Malaysia|MZ Mozambique|NA Namibia|NC New Caledonia|NE Niger|" +
        "NF Norfolk Island|NG Nigeria|NI Nicaragua|NL Netherlands;The Netherlands;Holland;Nederland|NO Norway;Norge|NP Nepal|NR Nauru|NU Niue|" +
        "NZ New Zealand|OM Oman;عمان|PA Panama|PE Peru|PF French Polynesia|PG Papua New Guinea|PH Philippines|PK Pakistan|PL Poland;Polska|" +
        "PM Saint Pierre and Miquelon|PN Pitcairn|PR Puerto Rico|PS Palestine;فلسطين|PT Portugal|PW Palau|PY Paraguay|QA Qatar;قطر|RE Réunion;Reunion|" +
        "RO Romania|RS Serbia|RU Russia;Russian Federation|RW Rwanda|SA Saudi Arabia;KSA;السعودية;المملكة العربية السعودية|SB Solomon Islands|SC Seychelles|" +
        "SD Sudan;السودان|SE Sweden;Sverige|SG Singapore|SH Saint Helena|SI Slovenia|SJ Svalbard and Jan Mayen|SK Slovakia|SL Sierra Leone|SM San Marino|" +
        "SN Senegal|SO Somalia|SR Suriname|SS South Sudan|ST São Tomé and Príncipe|SV El Salvador|SX Sint Maarten|SY Syria;سوريا|SZ Eswatini;Swaziland|" +
        "TC Turks and Caicos Islands|TD Chad|TF French Southern Territories|TG Togo|TH Thailand|TJ Tajikistan|TK Tokelau|TL Timor-Leste|TM Turkmenistan|" +
        "TN Tunisia;تونس|TO Tonga|TR Turkey;Türkiye|TT Trinidad and Tobago|TV Tuvalu|TW Taiwan|TZ Tanzania|UA Ukraine|UG Uganda|UM U.S. Outlying Islands|" +
        "US United States;USA;U.S.A.;United States of America;United States (US)|UY Uruguay|UZ Uzbekistan|VA Vatican City|VC Saint Vincent and the Grenadines|" +
        "VE Venezuela|VG British Virgin Islands|VI U.S. Virgin Islands|VN Vietnam;Viet Nam|VU Vanuatu|WF Wallis and Futuna|WS Samoa|XK Kosovo|" +
        "YE Yemen;اليمن|YT Mayotte|ZA South Africa;RSA|ZM Zambia|ZW Zimbabwe|" +
        // The islands have two codes and no common one; the larger stands for both.
        "JE Channel Islands";

    private static readonly FrozenDictionary<string, string> ByName = Read();

    /// <summary>The code for a name or a code; null for none, "Unspecified", "European Community" and what is no country.</summary>
    public static string? Code(string text)
    {
        var name = text.Trim();
        return ByName.GetValueOrDefault(name);
    }

    private static FrozenDictionary<string, string> Read()
    {
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in Table.Split('|'))
        {
            var code = entry[..2];
            names.TryAdd(code, code);
            foreach (var name in entry[3..].Split(';')) names.TryAdd(name, code);
        }
        return names.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
