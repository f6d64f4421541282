using System.Globalization;

namespace Comeback.Stores.Demo;

/// <summary>The pictures of the demo's products, drawn here: a small SVG from the category's shape and a hue of the product's own.</summary>
public static class DemoPictures
{
    // Drawn on 200 by 200; {0} is the dark tone, {1} the light one, {2} the accent.
    private static readonly Dictionary<string, string> Shapes = new(StringComparer.Ordinal)
    {
        ["coffee-beans"] = """<g fill="{0}"><ellipse cx="78" cy="112" rx="30" ry="42" transform="rotate(-28 78 112)"/><ellipse cx="128" cy="92" rx="28" ry="40" transform="rotate(24 128 92)"/></g><g fill="none" stroke="{1}" stroke-width="5" stroke-linecap="round"><path d="M60 78c22 18 10 46 36 66"/><path d="M140 58c-24 16-4 44-26 68"/></g>""",
        ["arabic-coffee"] = """<path fill="{0}" d="M82 60h34l4 26c22 12 24 40 10 64H70c-14-24-12-52 8-64z"/><path fill="none" stroke="{0}" stroke-width="9" stroke-linecap="round" d="M128 86c34-8 34 44 4 52M72 92c-16-4-26-18-40-22"/><path fill="{2}" d="M99 34l10 22H89z"/>""",
        ["tea"] = """<path fill="{0}" d="M52 84h84v26c0 30-18 46-42 46s-42-16-42-46z"/><path fill="none" stroke="{0}" stroke-width="9" d="M136 92c28-4 28 38-4 36"/><path fill="{2}" d="M98 70c-16-16 0-32 18-34 2 20-4 32-18 34z"/>""",
        ["brewing-gear"] = """<path fill="{0}" d="M48 58h104l-38 56H86z"/><path fill="{1}" stroke="{0}" stroke-width="6" d="M72 122h56l14 40H58z"/><path fill="{2}" d="M64 148h72l6 14H58z"/>""",
        ["grinders"] = """<rect x="68" y="72" width="64" height="86" rx="10" fill="{0}"/><path fill="none" stroke="{0}" stroke-width="8" stroke-linecap="round" d="M100 70V48h42"/><circle cx="146" cy="48" r="10" fill="{2}"/><rect x="80" y="112" width="40" height="30" rx="5" fill="{1}"/>""",
        ["cups-and-pots"] = """<path fill="{0}" d="M44 78h72l-8 60c-2 14-54 14-56 0z"/><path fill="{2}" d="M118 100h44l-5 38c-2 10-32 10-34 0z"/><ellipse cx="80" cy="80" rx="36" ry="10" fill="{1}"/>""",
        ["chocolate"] = """<rect x="56" y="44" width="88" height="116" rx="8" fill="{0}"/><g fill="{1}" opacity=".35"><rect x="64" y="54" width="34" height="28" rx="4"/><rect x="102" y="54" width="34" height="28" rx="4"/><rect x="64" y="88" width="34" height="28" rx="4"/><rect x="102" y="88" width="34" height="28" rx="4"/></g><path fill="{2}" d="M56 124h88v28a8 8 0 0 1-8 8H64a8 8 0 0 1-8-8z"/>""",
        ["dates-and-nuts"] = """<g fill="{0}"><ellipse cx="72" cy="118" rx="22" ry="36" transform="rotate(18 72 118)"/><ellipse cx="126" cy="122" rx="22" ry="36" transform="rotate(-20 126 122)"/><ellipse cx="100" cy="86" rx="20" ry="34"/></g><path fill="none" stroke="{2}" stroke-width="6" stroke-linecap="round" d="M100 52c0-12 8-18 20-22M96 72c-4 8-4 16-2 24"/>""",
        ["honey"] = """<path fill="{0}" d="M62 66h76v14c14 6 14 20 14 34v22c0 16-10 24-24 24H72c-14 0-24-8-24-24v-22c0-14 0-28 14-34z"/><rect x="58" y="46" width="84" height="18" rx="6" fill="{2}"/><path fill="{1}" d="M100 96l22 13v26l-22 13-22-13v-26z"/>""",
        ["spices"] = """<path fill="{0}" d="M40 104h120c0 36-26 56-60 56s-60-20-60-56z"/><path fill="{2}" d="M50 100c10-34 34-50 50-50s40 16 50 50z"/><g fill="{1}"><circle cx="86" cy="84" r="5"/><circle cx="108" cy="72" r="5"/><circle cx="120" cy="90" r="5"/></g>""",
        ["gift-boxes"] = """<rect x="48" y="84" width="104" height="76" rx="6" fill="{0}"/><rect x="42" y="66" width="116" height="26" rx="6" fill="{2}"/><path fill="{1}" d="M93 66h14v94H93z"/><path fill="none" stroke="{1}" stroke-width="8" d="M100 64c-34 2-38-30-18-28 10 2 18 16 18 28zm0 0c34 2 38-30 18-28-10 2-18 16-18 28z"/>""",
        ["home-fragrance"] = """<path fill="{0}" d="M66 112h68l-8 26h-52zM62 146h76v14H62z"/><path fill="none" stroke="{2}" stroke-width="7" stroke-linecap="round" d="M88 96c-12-14 14-20 2-36M112 96c-12-16 16-24 4-46"/>""",
    };

    // In the order of the catalogue's categories.
    private static readonly int[] Hues = [24, 42, 96, 190, 212, 172, 14, 28, 44, 352, 332, 276];

    /// <summary>What a product is called; null when the demo sells no such thing.</summary>
    public static string? Title(string productKey) => DemoCatalogue.Products.FirstOrDefault(p => p.Key == productKey)?.English;

    /// <summary>The picture of a product; null when the demo sells no such thing.</summary>
    public static string? Svg(string productKey)
    {
        var product = DemoCatalogue.Products.FirstOrDefault(p => p.Key == productKey);
        if (product is null)
            return null;
        var random = new DemoRandom(23, product.Category.Index, productKey.Sum(c => (long)c * c));
        var hue = (Hues[product.Category.Index] + random.Below(25) + 348) % 360;
        var shape = string.Format(
            CultureInfo.InvariantCulture, Shapes[product.Category.Key], $"hsl({hue} 42% 30%)", $"hsl({hue} 46% 88%)", $"hsl({(hue + 32) % 360} 58% 52%)");
        var turn = random.Below(17) - 8;
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" role="img" aria-label="{product.English}"><rect width="200" height="200" fill="hsl({hue} 46% 93%)"/><circle cx="100" cy="104" r="80" fill="hsl({hue} 44% 86%)"/><g transform="rotate({turn} 100 100)">{shape}</g></svg>
            """;
    }
}
