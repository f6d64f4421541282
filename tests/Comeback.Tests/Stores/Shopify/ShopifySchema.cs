using System.IO.Compression;
using System.Text.RegularExpressions;
using Comeback.Tests.Architecture;
using GraphQL;
using GraphQL.Types;
using GraphQL.Validation;
using GraphQLParser.AST;

namespace Comeback.Tests.Stores.Shopify;

/// <summary>
/// Shopify's Admin schema: the part that our documents use is committed (<c>admin-2026-10.pruned.graphql</c>), the whole lies beside the checkout. With
/// <c>COMEBACK_PRUNE_SHOPIFY=1</c> the test of documents prunes it anew.
/// </summary>
internal static partial class ShopifySchema
{
    private static readonly Lazy<ISchema> OfPruned = new(() => Build(File.ReadAllText(PrunedFile)));

    public static string PrunedFile => Path.Combine(Repository.Root, "tests", "Comeback.Tests", "Stores", "Shopify", "admin-2026-10.pruned.graphql");

    /// <summary>The real one, when it is there.</summary>
    public static string WholeFile => Path.Combine(Repository.Shared, "shopify", "admin-2026-10.graphql.gz");

    public static ISchema Pruned => OfPruned.Value;

    public static string Whole()
    {
        using var file = new GZipStream(File.OpenRead(WholeFile), CompressionMode.Decompress);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    public static ISchema Build(string sdl)
    {
        var schema = Schema.For(sdl, builder =>
        {
            builder.IgnoreComments = true;
            // Nothing is executed against it, so which type an object is need not be told.
            foreach (var name in Objects().Matches(sdl).Select(m => m.Groups["name"].Value)) builder.Types.For(name).IsTypeOfFunc = _ => false;
        });
        foreach (var name in Scalars().Matches(sdl).Select(m => m.Groups["name"].Value)) schema.RegisterType(new AnyScalar(name));
        return schema;
    }

    /// <summary>Nothing when the document is one that this schema answers.</summary>
    /// <param name="variables">Checked too when given.</param>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(ISchema schema, string text, Inputs? variables = null)
    {
        GraphQLDocument document;
        try
        {
            document = GraphQLParser.Parser.Parse(text);
        }
        catch (GraphQLParser.Exceptions.GraphQLParserException problem)
        {
            return [problem.Message];
        }
        var result = await new DocumentValidator().ValidateAsync(new ValidationOptions
        {
            Schema = schema,
            Document = document,
            Variables = variables ?? Inputs.Empty,
            Operation = document.Definitions.OfType<GraphQLOperationDefinition>().Single(),
        });
        return [.. result.Errors.Where(e => variables is not null || e is not InvalidVariableError).Select(e => e.Message)];
    }

    /// <summary>Shopify's own scalars: what they hold is checked by its servers, any literal will do here.</summary>
    private sealed class AnyScalar : ScalarGraphType
    {
        public AnyScalar(string name) => Name = name;

        public override object? ParseLiteral(GraphQLValue value) => value;

        public override object? ParseValue(object? value) => value;
    }

    [GeneratedRegex(@"^scalar (?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Scalars();

    [GeneratedRegex(@"^type (?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Objects();
}
