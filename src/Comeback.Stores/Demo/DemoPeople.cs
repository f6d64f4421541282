using System.Globalization;
using Comeback.Engine;
using Comeback.Engine.Orders;

namespace Comeback.Stores.Demo;

/// <summary>Makes the customers of the demo store, each from a random stream of their own.</summary>
internal static class DemoPeople
{
    private sealed record Country(string Code, double Share, DemoRegion Region, string Currency, string[] Cities);

    private static readonly Country[] Countries =
    [
        new("DK", .46, DemoRegion.Nordic, "DKK", ["København", "Aarhus", "Odense", "Aalborg", "Roskilde", "Helsingør"]),
        new("SA", .17, DemoRegion.Gulf, "SAR", ["الرياض", "جدة", "مكة المكرمة", "المدينة المنورة", "الدمام", "أبها"]),
        new("AE", .07, DemoRegion.Gulf, "AED", ["دبي", "أبوظبي", "الشارقة"]),
        new("KW", .04, DemoRegion.Gulf, "KWD", ["مدينة الكويت", "السالمية"]),
        new("SE", .08, DemoRegion.Nordic, "SEK", ["Malmö", "Göteborg", "Stockholm", "Lund"]),
        new("DE", .10, DemoRegion.Nordic, "EUR", ["Hamburg", "Berlin", "Flensburg", "Köln"]),
        new("GB", .073, DemoRegion.Nordic, "GBP", ["London", "Edinburgh", "Bristol", "Leeds"]),
        new("JP", .007, DemoRegion.Nordic, "JPY", ["Tokyo", "Kyoto"]),
    ];

    private static readonly double[] CountryShares = [.. Countries.Select(c => c.Share)];

    private const int WholesalerEvery = 400;
    private const int StaffAt = 7;

    public static DemoPerson Make(DemoTruth truth, int index, DateTimeOffset joinedAt)
    {
        var random = new DemoRandom(truth.Seed, 1, index);
        var country = Countries[random.Weighted(CountryShares)];
        var gulf = country.Region == DemoRegion.Gulf;
        var role = index == StaffAt ? DemoRole.Staff
            : index % WholesalerEvery == 11 ? DemoRole.Wholesaler
            : random.Chance(.12) ? DemoRole.Prospect
            : DemoRole.Shopper;
        var big = role == DemoRole.Wholesaler;

        var rate = big ? 1 / random.Between(7, 16) : random.Gamma(truth.RateShape, truth.RateMean);
        var drop = joinedAt.AddDays(Math.Min(20_000, random.Exponential(1 / random.Gamma(truth.DropShape, truth.DropMean)))) + (big ? TimeSpan.FromDays(300) : TimeSpan.Zero);
        var regularity = random.Weighted([.4, .35, .25]) switch { 0 => 1.0, 1 => 2.0, _ => 4.0 };
        var guest = role == DemoRole.Shopper && random.Chance(.24);
        var engagement = random.Gamma(1.4, 1);

        return new DemoPerson
        {
            Index = index,
            Role = role,
            Region = country.Region,
            Person = Identity(random, country, index, guest, role),
            Currency = Currency.Parse(random.Chance(.04) && country.Currency != "JPY" ? "EUR" : country.Currency),
            JoinedAt = joinedAt,
            RatePerDay = rate,
            Regularity = regularity,
            DropsAt = drop,
            Taste = Tastes(random, country.Region),
            Appetite = big ? 4 : 1 + random.Gamma(2, .9),
            PaysOnDelivery = gulf && !big && random.Chance(.38),
            OpensShare = Math.Clamp(.34 * engagement, .03, .92),
            ClicksShare = Math.Clamp(.10 * engagement, .01, .5),
            Responds = random.Gamma(3, 1),
            PrivacyProxy = random.Chance(gulf ? .3 : .22),
            Consents = Consents(random, joinedAt, role, gulf),
            Tags = big ? ["wholesale"] : role == DemoRole.Staff ? ["staff"] : random.Chance(.03) ? ["friend of the house"] : [],
            NotAShopper = role == DemoRole.Staff || (big && index % (WholesalerEvery * 3) != 11),
            BirthDate = random.Chance(.3) ? new DateOnly(1955 + random.Below(50), 1 + random.Below(12), 1 + random.Below(28)) : null,
        };
    }

    private static Person Identity(DemoRandom random, Country country, int index, bool guest, DemoRole role)
    {
        string first;
        string last;
        string latin;
        var language = country.Code switch { "DK" => random.Chance(.93) ? "da" : "en", _ when country.Region == DemoRegion.Gulf => random.Chance(.78) ? "ar" : "en", _ => "en" };
        if (country.Region == DemoRegion.Gulf)
        {
            var given = random.Pick(DemoNames.ArabicGiven);
            var family = random.Pick(DemoNames.ArabicFamily);
            var inArabic = language == "ar";
            first = inArabic ? given.Arabic : Capital(given.Latin);
            last = inArabic ? family.Arabic : Capital(family.Latin);
            latin = given.Latin + "." + family.Latin;
        }
        else
        {
            var (givens, families) = country.Code switch
            {
                "DK" => (DemoNames.DanishGiven, DemoNames.DanishFamily),
                "SE" => (DemoNames.SwedishGiven, DemoNames.SwedishFamily),
                "DE" => (DemoNames.GermanGiven, DemoNames.GermanFamily),
                "JP" => (DemoNames.JapaneseGiven, DemoNames.JapaneseFamily),
                _ => (DemoNames.BritishGiven, DemoNames.BritishFamily),
            };
            first = random.Pick(givens);
            last = random.Pick(families);
            latin = DemoNames.Latin(first) + "." + DemoNames.Latin(last);
        }
        if (role == DemoRole.Wholesaler)
            first = DemoNames.Companies[index / WholesalerEvery % DemoNames.Companies.Length];

        var number = index.ToString(CultureInfo.InvariantCulture);
        var phoneOnly = guest && country.Region == DemoRegion.Gulf && random.Chance(.15);
        var phone = Phone(country.Code, index);
        return new Person
        {
            AccountId = guest ? null : "c" + number,
            Email = phoneOnly ? null : $"{latin}.{number}@post.example",
            Phone = phone is not null && (phoneOnly || random.Chance(country.Region == DemoRegion.Gulf ? .9 : .45)) ? phone : null,
            FirstName = first,
            LastName = role == DemoRole.Wholesaler ? null : last,
            Country = country.Code,
            City = random.Pick(country.Cities),
            Language = language,
        };
    }

    // Made up and told apart by the index; nothing of the demo ever leaves the outbox.
    private static string? Phone(string country, int index) => country switch
    {
        "DK" => $"+45 2{index:0000000}",
        "SA" => $"+966 50 {index:0000000}",
        "AE" => $"+971 50 {index:0000000}",
        "KW" => $"+965 5{index:0000000}",
        "SE" => $"+46 70 {index:0000000}",
        "GB" => $"+44 7700 9{index % 100_000:00000}",
        "DE" => $"+49 151 {index:00000000}",
        _ => null,
    };

    private static double[] Tastes(DemoRandom random, DemoRegion region)
    {
        var weights = DemoCatalogue.Categories
            .Select(c => (region == DemoRegion.Gulf ? c.GulfWeight : c.NordicWeight) * random.Gamma(.45, 1)).ToArray();
        var total = weights.Sum();
        return [.. weights.Select(w => w / total)];
    }

    private static List<ConsentRecord> Consents(DemoRandom random, DateTimeOffset joinedAt, DemoRole role, bool gulf)
    {
        const string Wording = "Yes, write to me about coffee, tea and offers. I can stop at any time.";
        var consents = new List<ConsentRecord>();
        var asked = role == DemoRole.Prospect ? .95 : .6;
        Ask(Channel.Email, role == DemoRole.Staff ? 0 : asked, role == DemoRole.Prospect ? "signup-form" : "checkout");
        Ask(Channel.WhatsApp, gulf ? .3 : .02, "checkout");
        Ask(Channel.Sms, gulf ? .2 : .12, "account-page");
        return consents;

        void Ask(Channel channel, double chance, string source)
        {
            if (!random.Chance(chance))
                return;
            consents.Add(new ConsentRecord(channel, ConsentState.Granted, joinedAt, source, Wording));
            if (random.Chance(.08))
                consents.Add(new ConsentRecord(channel, ConsentState.Withdrawn, joinedAt.AddSeconds(Math.Floor(random.Between(5, 400) * 86_400)), "one-click", null));
        }
    }

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
