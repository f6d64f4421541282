using Comeback.Engine.Orders;

namespace Comeback.Engine.Facts;

// Free properties of events. Few events have any, so they lie beside the log: a customer's in one slice, found by the event's id.
public sealed partial class StoreColumns
{
    private readonly SliceLog<PropertyEntry> properties = new();
    private readonly HashSet<int> customNames = [];

    /// <summary>Names of the store's own events, and of all properties, with how many there are; the commonest first.</summary>
    public (IReadOnlyList<KeyValuePair<string, int>> Events, IReadOnlyList<KeyValuePair<string, int>> Properties) CountProperties()
    {
        var (events, names) = (new Dictionary<int, int>(), new Dictionary<int, int>());
        for (var ordinal = 0; ordinal < Capacity; ordinal++)
            foreach (ref readonly var property in properties.Of(ordinal))
            {
                if (Texts[property.Name] == EventFacts.NameProperty && customNames.Contains(property.Value)) events[property.Value] = events.GetValueOrDefault(property.Value) + 1;
                else names[property.Name] = names.GetValueOrDefault(property.Name) + 1;
            }
        return (Named(events), Named(names));

        List<KeyValuePair<string, int>> Named(Dictionary<int, int> counts) =>
            [.. counts.Select(count => KeyValuePair.Create(Texts[count.Key], count.Value)).OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal)];
    }

    /// <summary>A property of a customer's event; null when it has none of that name.</summary>
    internal string? PropertyOf(int ordinal, uint id, string name)
    {
        foreach (ref readonly var property in properties.Of(ordinal))
            if (property.Event == id && Texts[property.Name] == name) return Texts[property.Value];
        return null;
    }

    /// <summary>True when the store has had an event of its own with this name.</summary>
    internal bool HasSeenCustom(string name) => Texts.Find(name) is > 0 and var number && customNames.Contains(number);

    private PropertyEntry[] PropertiesOf(EventFacts facts)
    {
        if (facts.Kind == EventKind.Custom && facts.Properties.GetValueOrDefault(EventFacts.NameProperty) is { Length: > 0 } own) customNames.Add(Texts.Of(own));
        return facts.Properties.Count == 0 ? [] :
        [
            .. facts.Properties.Where(property => property.Key.Length > 0 && property.Value.Length > 0)
                .Select(property => new PropertyEntry((uint)facts.Id.Value, Texts.Of(property.Key), Texts.Of(property.Value))).OrderBy(property => property.Name),
        ];
    }

    private PropertyEntry[] PropertiesOf(int ordinal, uint id)
    {
        var all = properties.Of(ordinal);
        if (all.IsEmpty) return [];
        var found = new List<PropertyEntry>();
        foreach (ref readonly var property in all)
            if (property.Event == id) found.Add(property);
        return [.. found];
    }

    private void KeepProperties(int ordinal, PropertyEntry[] added)
    {
        foreach (var property in added)
            properties.Insert(ordinal, properties.Of(ordinal).Length, property);
    }

    private void DropProperties(int ordinal, uint id)
    {
        for (var i = properties.Of(ordinal).Length - 1; i >= 0; i--)
            if (properties.Of(ordinal)[i].Event == id) properties.RemoveAt(ordinal, i);
    }
}

/// <summary>One property of one event; name and value are numbers of <see cref="Texts"/>.</summary>
internal readonly record struct PropertyEntry(uint Event, int Name, int Value);
