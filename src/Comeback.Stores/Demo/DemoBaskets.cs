using NodaTime;

namespace Comeback.Stores.Demo;

/// <summary>What somebody looks at and puts into a basket: by their taste, by what they had before, by what goes with it, by the season.</summary>
internal static class DemoBaskets
{
    private static readonly Dictionary<string, int> IndexOf = DemoCatalogue.Categories.ToDictionary(c => c.Key, c => c.Index, StringComparer.Ordinal);
    private static readonly int[] FestiveInGulf = [IndexOf["dates-and-nuts"], IndexOf["gift-boxes"], IndexOf["arabic-coffee"], IndexOf["home-fragrance"]];
    private static readonly int[] FestiveInNorth = [IndexOf["gift-boxes"], IndexOf["chocolate"], IndexOf["coffee-beans"], IndexOf["tea"]];
    private static readonly double[] VariantWeights = [.58, .30, .12];

    public static List<DemoBasketLine> Fill(DemoRandom random, DemoPerson person, DateTimeOffset at)
    {
        var wholesale = person.Role == DemoRole.Wholesaler;
        var count = Math.Min(9, 1 + (int)Math.Floor(random.Exponential(Math.Max(.3, person.Appetite - .6)) * .75));
        var festive = DemoSeasons.Festive(person.Region, Instant.FromDateTimeOffset(at).InUtc().Date);
        var lines = new List<DemoBasketLine>();
        for (var tries = 0; lines.Count < count && tries < count * 3; tries++)
        {
            var variant = Choose(random, person, festive, lines.Count > 0 ? lines[^1].Variant.Product.Category : null);
            if (lines.Exists(l => l.Variant == variant))
                continue;
            var quantity = wholesale ? 4 + random.Below(20) : random.Weighted([.8, .15, .05]) + 1;
            lines.Add(new DemoBasketLine(variant, quantity));
        }
        return lines;
    }

    /// <summary>What somebody looks at without buying.</summary>
    public static DemoProduct Look(DemoRandom random, IReadOnlyList<double> taste)
    {
        var products = DemoCatalogue.ByCategory[random.Weighted([.. taste])];
        return products[Ranked(random, products.Count)];
    }

    private static DemoVariant Choose(DemoRandom random, DemoPerson person, bool festive, DemoCategory? with)
    {
        if (person.Bought.Count > 0 && random.Chance(.42))
            return person.Bought[Math.Max(0, person.Bought.Count - 1 - random.Below(8))];
        var category = with is not null && random.Chance(.35) ? IndexOf[random.Pick(with.GoesWith)]
            : festive && random.Chance(.4) ? random.Pick(person.Region == DemoRegion.Gulf ? FestiveInGulf : FestiveInNorth)
            : random.Weighted(person.Taste);
        var products = DemoCatalogue.ByCategory[category];
        var product = products[Ranked(random, products.Count)];
        return product.Variants[random.Weighted(VariantWeights.AsSpan(0, product.Variants.Count))];
    }

    // Zipf-like: the first is bought about eight times as often as the tenth.
    private static int Ranked(DemoRandom random, int count)
    {
        Span<double> weights = stackalloc double[count];
        for (var i = 0; i < count; i++)
            weights[i] = 1 / (i + 1.3);
        return random.Weighted(weights);
    }
}
