namespace Comeback.Stores.Demo;

/// <summary>Given and family names by language, as spelt there and in Latin letters for addresses.</summary>
internal static class DemoNames
{
    public static readonly string[] DanishGiven =
        "Anna Freja Ida Emma Clara Sofie Karen Mette Lærke Maja Signe Kirsten Bodil Astrid Ellen Nanna Rikke Tove Lars Mads Søren Jens Peter Niels Rasmus Anders Magnus Jonas Kasper Villads Emil Oskar Jørgen Åge Mikkel Thomas".Split(' ');
    public static readonly string[] DanishFamily =
        "Jensen Nielsen Hansen Pedersen Andersen Christensen Larsen Sørensen Rasmussen Jørgensen Petersen Madsen Kristensen Olsen Thomsen Poulsen Knudsen Mortensen Møller Holm Lund Bach Dahl Skov Krogh Østergaard Bjerregaard Kjær".Split(' ');
    public static readonly string[] SwedishGiven = "Elsa Astrid Linnéa Maja Karin Birgitta Sven Erik Gustav Björn Åsa Lena Nils Oskar Hugo Lovisa".Split(' ');
    public static readonly string[] SwedishFamily = "Andersson Johansson Karlsson Nilsson Eriksson Svensson Persson Lindqvist Åkerström Bergman Sjöberg Öberg".Split(' ');
    public static readonly string[] GermanGiven = "Lena Hannah Mia Anke Jürgen Stefan Lukas Felix Greta Johanna Wolfgang Ute Björn Käthe Paul Marie".Split(' ');
    public static readonly string[] GermanFamily = "Müller Schmidt Schneider Fischer Weber Wagner Becker Schäfer Koch Bauer Richter Krüger Groß Jäger".Split(' ');
    public static readonly string[] BritishGiven = "Olivia Amelia Isla Grace Harriet Poppy Priya Aisha Oliver George Arthur Harry Callum Siobhán Owen Zainab".Split(' ');
    public static readonly string[] BritishFamily = "Smith Jones Taylor Brown Williams O'Neill Davies Evans Patel Khan Wright Walker Hughes MacDonald Clarke Begum".Split(' ');
    public static readonly string[] JapaneseGiven = "Yuki Haruka Sakura Kenji Hiroshi Aiko".Split(' ');
    public static readonly string[] JapaneseFamily = "Sato Suzuki Takahashi Tanaka Watanabe Ito".Split(' ');

    /// <summary>Arabic spelling and the one used in addresses.</summary>
    public static readonly (string Arabic, string Latin)[] ArabicGiven =
    [
        ("محمد", "mohammed"), ("أحمد", "ahmed"), ("عبدالله", "abdullah"), ("خالد", "khalid"), ("فهد", "fahad"), ("سلطان", "sultan"), ("ناصر", "nasser"),
        ("سعود", "saud"), ("عمر", "omar"), ("يوسف", "yousef"), ("تركي", "turki"), ("ماجد", "majed"), ("عبدالرحمن", "abdulrahman"), ("بندر", "bandar"),
        ("نورة", "noura"), ("سارة", "sarah"), ("فاطمة", "fatimah"), ("مريم", "maryam"), ("عائشة", "aisha"), ("ريم", "reem"), ("هند", "hind"),
        ("لطيفة", "latifa"), ("منيرة", "munira"), ("العنود", "alanoud"), ("دانة", "dana"), ("شيخة", "sheikha"), ("أمل", "amal"), ("هيفاء", "haifa"),
    ];

    public static readonly (string Arabic, string Latin)[] ArabicFamily =
    [
        ("العتيبي", "alotaibi"), ("القحطاني", "alqahtani"), ("الدوسري", "aldosari"), ("الشمري", "alshammari"), ("الحربي", "alharbi"),
        ("المطيري", "almutairi"), ("الغامدي", "alghamdi"), ("الزهراني", "alzahrani"), ("السبيعي", "alsubaie"), ("العنزي", "alanazi"),
        ("المنصوري", "almansoori"), ("النعيمي", "alnuaimi"), ("الكعبي", "alkaabi"), ("الصباح", "alsabah"), ("العجمي", "alajmi"), ("الراشد", "alrashid"),
    ];

    public static readonly string[] Companies =
        "Café Nordhavn|Hotel Strandvejen|Kontorkaffe ApS|Bageriet Vestergade|مقهى الديوان|فندق الواحة|Skagen Kaffebar|Kantinen Ørestad|Gulf Majlis Catering|Lunds Delikatesser|The Reading Room|مطعم البيت".Split('|');

    /// <summary>A name as it is written in an address: Latin letters only.</summary>
    public static string Latin(string name) => string.Concat(name.ToLowerInvariant().Select(c => c switch
    {
        'æ' or 'ä' => "ae",
        'ø' or 'ö' => "oe",
        'å' => "aa",
        'ü' => "ue",
        'ß' => "ss",
        'é' => "e",
        'á' => "a",
        >= 'a' and <= 'z' => c.ToString(),
        _ => "",
    }));
}
