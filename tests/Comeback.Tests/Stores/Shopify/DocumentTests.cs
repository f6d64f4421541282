using Comeback.Stores.Shopify;
using GraphQLParser;
using GraphQLParser.AST;

namespace Comeback.Tests.Stores.Shopify;

/// <summary>What we ask of Shopify is what Shopify's schema of this version answers.</summary>
public sealed class DocumentTests
{
    private const string NotThere = "The real schema (../shared/shopify) is not beside this checkout.";

    public static TheoryData<string> Names => [.. ShopifyDocuments.All.Keys.Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Names))]
    public async Task Every_document_is_one_that_the_pruned_schema_answers(string name) =>
        Assert.Empty(await ShopifySchema.ProblemsAsync(ShopifySchema.Pruned, ShopifyDocuments.Of(name)));

    [Fact]
    public async Task Every_document_is_one_that_the_real_schema_answers()
    {
        Assert.SkipUnless(File.Exists(ShopifySchema.WholeFile), NotThere);
        var schema = ShopifySchema.Build(ShopifySchema.Whole());
        var problems = new List<string>();
        foreach (var (name, text) in ShopifyDocuments.All)
            problems.AddRange((await ShopifySchema.ProblemsAsync(schema, text)).Select(p => $"{name}: {p}"));
        Assert.Empty(problems);
    }

    [Fact]
    public async Task A_field_that_is_not_there_is_seen()
    {
        var problems = await ShopifySchema.ProblemsAsync(ShopifySchema.Pruned, "query Q { shop { id moonPhase } }");
        Assert.Contains(problems, p => p.Contains("moonPhase", StringComparison.Ordinal));
    }

    [Fact]
    public void No_document_uses_what_is_deprecated()
    {
        var walk = Walk(File.Exists(ShopifySchema.WholeFile) ? ShopifySchema.Whole() : File.ReadAllText(ShopifySchema.PrunedFile));
        Assert.Empty(walk.Deprecated);
    }

    [Fact]
    public void A_deprecated_field_is_seen()
    {
        var walk = new SchemaWalk("type QueryRoot { shop: Shop } type Shop { old: Int @deprecated(reason: \"new\") }");
        walk.Add("q", "{ shop { old } }");
        Assert.Equal(["q: Shop.old"], walk.Deprecated);
    }

    [Fact]
    public void The_pruned_schema_is_what_the_real_one_prunes_to()
    {
        Assert.SkipUnless(File.Exists(ShopifySchema.WholeFile), NotThere);
        var pruned = Walk(ShopifySchema.Whole()).Prune(ShopifyWebhooks.Topics.Keys.Select(Enum).ToHashSet(StringComparer.Ordinal));
        if (Environment.GetEnvironmentVariable("COMEBACK_PRUNE_SHOPIFY") == "1") File.WriteAllText(ShopifySchema.PrunedFile, pruned);
        Assert.Equal(File.ReadAllText(ShopifySchema.PrunedFile).ReplaceLineEndings("\n"), pruned);
    }

    [Theory]
    [InlineData("bulk_orders"), InlineData("bulk_customers"), InlineData("bulk_products"), InlineData("bulk_collections")]
    public void A_bulk_query_keeps_to_five_connections_two_levels_deep_and_asks_for_ids(string name)
    {
        var operation = Parser.Parse(ShopifyDocuments.Of(name)).Definitions.OfType<GraphQLOperationDefinition>().Single();
        var (connections, depth) = Count(operation.SelectionSet, 0);

        Assert.InRange(connections, 1, 5);
        Assert.InRange(depth, 1, 2);
        Assert.Empty(operation.Variables?.Items ?? []);
    }

    /// <summary>The name that the schema's enum gives a topic.</summary>
    internal static string Enum(string topic) => topic.Replace('/', '_').Replace('.', '_').ToUpperInvariant();

    internal static SchemaWalk Walk(string sdl)
    {
        var walk = new SchemaWalk(sdl);
        foreach (var (name, text) in ShopifyDocuments.All) walk.Add(name, text);
        return walk;
    }

    private static (int Connections, int Depth) Count(GraphQLSelectionSet set, int depth)
    {
        var (connections, deepest) = (0, depth);
        foreach (var field in set.Selections.OfType<GraphQLField>())
        {
            if (field.SelectionSet is not { } nested) continue;
            var isConnection = nested.Selections.OfType<GraphQLField>().Any(f => f.Name.StringValue == "edges");
            if (isConnection)
            {
                var node = nested.Selections.OfType<GraphQLField>().Single(f => f.Name.StringValue == "edges").SelectionSet!.Selections.OfType<GraphQLField>().Single(f => f.Name.StringValue == "node");
                Assert.Contains(node.SelectionSet!.Selections.OfType<GraphQLField>(), f => f.Name.StringValue == "id");
            }
            var below = Count(nested, depth + (isConnection ? 1 : 0));
            connections += below.Connections + (isConnection ? 1 : 0);
            deepest = Math.Max(deepest, below.Depth);
        }
        return (connections, deepest);
    }
}
