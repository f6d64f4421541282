namespace Comeback.Engine.Facts;

/// <summary>Texts of customers that definitions compare with.</summary>
public enum CustomerText { Tag, Country, Region, City, Language, EmailDomain }

// Which words a store's people have, for completion while a definition is typed.
public sealed partial class StoreColumns
{
    /// <summary>The texts of one kind with how many customers have each, the commonest first.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> CountTexts(CustomerText of)
    {
        var counts = new Dictionary<int, int>();
        for (var ordinal = 0; ordinal < Capacity; ordinal++)
        {
            if (!Exists(ordinal)) continue;
            if (of == CustomerText.Tag)
            {
                foreach (var tag in TagsOf(ordinal))
                    counts[tag] = counts.GetValueOrDefault(tag) + 1;
                continue;
            }
            ref readonly var customer = ref customers[ordinal];
            var text = of switch
            {
                CustomerText.Country => customer.Country,
                CustomerText.Region => customer.Region,
                CustomerText.City => customer.City,
                CustomerText.Language => customer.Language,
                _ => customer.EmailDomain,
            };
            if (text != 0) counts[text] = counts.GetValueOrDefault(text) + 1;
        }
        return [.. counts.Select(count => KeyValuePair.Create(Texts[count.Key], count.Value)).OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal)];
    }
}
