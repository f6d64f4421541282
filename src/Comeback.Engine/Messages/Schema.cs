using System.Collections.Frozen;

namespace Comeback.Engine.Messages;

/// <summary>A name that a template may use. Whatever may be missing must be guarded by an <c>if</c> or a <c>default</c>, so that no text has a hole.</summary>
public sealed class SchemaNode
{
    private static readonly FrozenDictionary<string, SchemaNode> None = FrozenDictionary<string, SchemaNode>.Empty;

    private SchemaNode(bool optional, FrozenDictionary<string, SchemaNode> members, SchemaNode? item)
    {
        Optional = optional;
        Members = members;
        Item = item;
    }

    public bool Optional { get; }
    /// <summary>Names below this one; empty for a value.</summary>
    public FrozenDictionary<string, SchemaNode> Members { get; }
    /// <summary>What a list holds; null when this is no list.</summary>
    public SchemaNode? Item { get; }

    public static SchemaNode Value { get; } = new(optional: false, None, item: null);
    public static SchemaNode Maybe { get; } = new(optional: true, None, item: null);
    public static SchemaNode Object(params (string Name, SchemaNode Node)[] members) => new(optional: false, Freeze(members), item: null);
    public static SchemaNode List(SchemaNode item) => new(optional: true, None, item);

    private static FrozenDictionary<string, SchemaNode> Freeze((string Name, SchemaNode Node)[] members) =>
        members.ToFrozenDictionary(m => m.Name, m => m.Node, StringComparer.Ordinal);
}

/// <summary>The names that a campaign's texts may use.</summary>
public static class CampaignSchema
{
    private static readonly SchemaNode Product = SchemaNode.Object(
        ("title", SchemaNode.Value), ("url", SchemaNode.Maybe), ("image", SchemaNode.Maybe), ("price", SchemaNode.Maybe), ("quantity", SchemaNode.Value),
        ("only_left", SchemaNode.Maybe));

    public static SchemaNode All { get; } = SchemaNode.Object(
        ("customer", SchemaNode.Object(("first_name", SchemaNode.Maybe), ("last_name", SchemaNode.Maybe), ("name", SchemaNode.Maybe))),
        ("store", SchemaNode.Object(("name", SchemaNode.Value), ("url", SchemaNode.Maybe))),
        ("cart", SchemaNode.Object(("url", SchemaNode.Maybe), ("total", SchemaNode.Maybe), ("more", SchemaNode.Maybe))),
        ("product", SchemaNode.Object(
            ("title", SchemaNode.Maybe), ("url", SchemaNode.Maybe), ("image", SchemaNode.Maybe), ("price", SchemaNode.Maybe), ("only_left", SchemaNode.Maybe))),
        ("products", SchemaNode.List(Product)),
        ("category", SchemaNode.Object(("name", SchemaNode.Maybe), ("url", SchemaNode.Maybe))),
        ("offer", SchemaNode.Object(
            ("code", SchemaNode.Maybe), ("percent", SchemaNode.Maybe), ("days", SchemaNode.Maybe), ("ends", SchemaNode.Maybe))),
        ("campaign", SchemaNode.Object(("name", SchemaNode.Value), ("starts", SchemaNode.Maybe), ("ends", SchemaNode.Maybe))));
}
