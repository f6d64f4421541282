using System.Text;
using System.Text.RegularExpressions;
using GraphQLParser;
using GraphQLParser.AST;
using GraphQLParser.Visitors;

namespace Comeback.Tests.Stores.Shopify;

/// <summary>Walks documents over a schema's own text: which types and fields they use, which of those are deprecated, and the schema without the rest.</summary>
internal sealed partial class SchemaWalk
{
    private readonly GraphQLDocument schema;
    private readonly Dictionary<string, ASTNode> definitions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> fields = new(StringComparer.Ordinal);
    private readonly HashSet<string> inputs = new(StringComparer.Ordinal);

    public SchemaWalk(string sdl)
    {
        schema = Parser.Parse(sdl);
        foreach (var definition in schema.Definitions.OfType<GraphQLTypeDefinition>()) definitions[definition.Name.StringValue] = definition;
    }

    /// <summary>Type to the fields used of it.</summary>
    public IReadOnlyDictionary<string, HashSet<string>> Used => fields;

    /// <summary>Deprecated fields, arguments and input fields that were used.</summary>
    public List<string> Deprecated { get; } = [];

    public void Add(string name, string text)
    {
        foreach (var operation in Parser.Parse(text).Definitions.OfType<GraphQLOperationDefinition>())
        {
            foreach (var variable in operation.Variables?.Items ?? []) NeedInput(NameOf(variable.Type));
            Walk(name, operation.SelectionSet, operation.Operation == OperationType.Mutation ? "Mutation" : "QueryRoot");
        }
    }

    /// <summary>The schema's text with what was used, and of the webhook topics those named with their scopes.</summary>
    public string Prune(IReadOnlySet<string> topics)
    {
        foreach (var shared in fields.Keys.Where(k => definitions[k] is GraphQLInterfaceTypeDefinition).ToList())
            foreach (var type in fields.Keys.Where(k => definitions[k] is GraphQLObjectTypeDefinition o && Implements(o, shared)).ToList())
                foreach (var field in fields[shared]) Need(type, field);
        var text = new StringBuilder("# The part of Shopify's Admin schema 2026-10 that Comeback's documents use. Made by COMEBACK_PRUNE_SHOPIFY=1 on DocumentTests.\n");
        text.Append("schema {\n  query: QueryRoot\n  mutation: Mutation\n}\n\ndirective @oneOf on INPUT_OBJECT\n\n");
        foreach (var (name, definition) in definitions.OrderBy(d => d.Key, StringComparer.Ordinal))
        {
            if (name == "WebhookSubscriptionTopic") text.Append(Topics((GraphQLEnumTypeDefinition)definition, topics));
            else if (Kept(name, definition) is { } kept) text.Append(Print(kept)).Append("\n\n");
        }
        return text.ToString().Replace("\r", "", StringComparison.Ordinal);
    }

    /// <summary>Topic to the scope that it asks for, in its own words.</summary>
    public IReadOnlyDictionary<string, string?> TopicScopes() =>
        ((GraphQLEnumTypeDefinition)definitions["WebhookSubscriptionTopic"]).Values!.Items.ToDictionary(v => v.Name.StringValue, v => ScopeOf(v.Description?.Value.ToString() ?? ""), StringComparer.Ordinal);

    private static string? ScopeOf(string description) => Scope().Match(string.Join(' ', description.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))) is { Success: true } match ? match.Groups["scope"].Value : null;

    private static string Topics(GraphQLEnumTypeDefinition definition, IReadOnlySet<string> topics) => "enum WebhookSubscriptionTopic {\n" + string.Concat(definition.Values!.Items
        .Where(v => topics.Contains(v.Name.StringValue))
        .Select(v => (ScopeOf(v.Description?.Value.ToString() ?? "") is { } scope ? $"  \"Requires the `{scope}` scope.\"\n" : "") + $"  {v.Name.StringValue}\n")) + "}\n\n";

    private ASTNode? Kept(string name, ASTNode definition)
    {
        switch (definition)
        {
            case GraphQLObjectTypeDefinition type when fields.TryGetValue(name, out var used):
                type.Fields!.Items.RemoveAll(f => !used.Contains(f.Name.StringValue));
                type.Interfaces?.Items.RemoveAll(i => !fields.ContainsKey(i.Name.StringValue));
                if (type.Interfaces is { Items.Count: 0 }) type.Interfaces = null;
                Bare(type, type.Fields.Items);
                return type;
            case GraphQLInterfaceTypeDefinition type when fields.TryGetValue(name, out var used):
                type.Fields!.Items.RemoveAll(f => !used.Contains(f.Name.StringValue));
                type.Interfaces = null;
                Bare(type, type.Fields.Items);
                return type;
            case GraphQLInputObjectTypeDefinition input when inputs.Contains(name):
                input.Description = null;
                foreach (var field in input.Fields!.Items) field.Description = null;
                return input;
            case GraphQLEnumTypeDefinition type when inputs.Contains(name):
                type.Description = null;
                foreach (var value in type.Values!.Items) value.Description = null;
                return type;
            case GraphQLScalarTypeDefinition scalar when inputs.Contains(name):
                scalar.Description = null;
                scalar.Directives = null;
                return scalar;
            default:
                return null;
        }
    }

    private static void Bare(GraphQLTypeDefinition type, List<GraphQLFieldDefinition> kept)
    {
        type.Description = null;
        foreach (var field in kept)
        {
            field.Description = null;
            foreach (var argument in field.Arguments?.Items ?? []) argument.Description = null;
        }
    }

    private void Walk(string document, GraphQLSelectionSet selections, string type)
    {
        foreach (var selection in selections.Selections)
        {
            if (selection is GraphQLInlineFragment inline) Walk(document, inline.SelectionSet, inline.TypeCondition!.Type.Name.StringValue);
            if (selection is not GraphQLField field || field.Name.StringValue == "__typename") continue;
            if (Field(type, field.Name.StringValue) is not { } definition) continue;
            if (IsDeprecated(definition)) Deprecated.Add($"{document}: {type}.{field.Name.StringValue}");
            foreach (var argument in field.Arguments?.Items ?? [])
                if (definition.Arguments?.Items.Find(a => a.Name == argument.Name) is { } known && IsDeprecated(known)) Deprecated.Add($"{document}: {type}.{field.Name.StringValue}({argument.Name.StringValue})");
            Need(type, field.Name.StringValue);
            if (field.SelectionSet is { } nested) Walk(document, nested, NameOf(definition.Type));
        }
    }

    private void Need(string type, string name)
    {
        if (!fields.TryGetValue(type, out var used)) fields.Add(type, used = new(StringComparer.Ordinal));
        if (!used.Add(name) || Field(type, name) is not { } field) return;
        foreach (var argument in field.Arguments?.Items ?? []) NeedInput(NameOf(argument.Type));
        var answer = NameOf(field.Type);
        if (definitions.GetValueOrDefault(answer) is GraphQLEnumTypeDefinition or GraphQLScalarTypeDefinition) NeedInput(answer);
    }

    private void NeedInput(string name)
    {
        if (!definitions.TryGetValue(name, out var definition) || !inputs.Add(name) || definition is not GraphQLInputObjectTypeDefinition input) return;
        foreach (var field in input.Fields!.Items) NeedInput(NameOf(field.Type));
    }

    public GraphQLFieldDefinition? Field(string type, string name) => (definitions.GetValueOrDefault(type) switch
    {
        GraphQLObjectTypeDefinition o => o.Fields,
        GraphQLInterfaceTypeDefinition i => i.Fields,
        _ => null,
    })?.Items.Find(f => f.Name.StringValue == name);

    public static string NameOf(GraphQLType type) => type switch
    {
        GraphQLNonNullType some => NameOf(some.Type),
        GraphQLListType list => NameOf(list.Type),
        GraphQLNamedType named => named.Name.StringValue,
        _ => throw new InvalidOperationException(),
    };

    private static bool Implements(GraphQLObjectTypeDefinition type, string name) => type.Interfaces?.Items.Exists(i => i.Name.StringValue == name) ?? false;

    private static bool IsDeprecated(IHasDirectivesNode node) => node.Directives?.Items.Exists(d => d.Name.StringValue == "deprecated") ?? false;

    private static string Print(ASTNode node)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        new SDLPrinter().PrintAsync(node, writer).AsTask().GetAwaiter().GetResult();
        return writer.ToString().Trim();
    }

    [GeneratedRegex(@"[Rr]equires (?:the|at least one of the following scopes:) ?`?(?<scope>[a-z_]+)`?", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Scope();
}
