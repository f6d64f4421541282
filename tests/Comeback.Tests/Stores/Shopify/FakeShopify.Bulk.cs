using System.Text;
using System.Text.Json.Nodes;
using GraphQLParser.AST;
using Microsoft.AspNetCore.Http;

namespace Comeback.Tests.Stores.Shopify;

// Bulk operations, and what is written by mutations.
internal sealed partial class FakeShopify
{
    private readonly Dictionary<string, FakeBulk> bulks = new(StringComparer.Ordinal);
    private int filesCut;

    private sealed class FakeBulk
    {
        public required string Id { get; init; }
        public required string Fate { get; init; }
        public required byte[] File { get; init; }
        public int Lines { get; init; }
        public int Roots { get; init; }
        public int Looks { get; set; }
        public bool Ended { get; set; }
    }

    /// <summary>Operations that run now; Shopify runs five.</summary>
    public int MostBulkAtOnce { get; private set; }

    private JsonObject RunBulk(string query)
    {
        var running = bulks.Values.Count(b => !b.Ended);
        if (running >= 5) return new JsonObject { ["bulkOperation"] = null, ["userErrors"] = new JsonArray(new JsonObject { ["field"] = null, ["message"] = "Too many", ["code"] = "OPERATION_IN_PROGRESS" }) };
        MostBulkAtOnce = Math.Max(MostBulkAtOnce, running + 1);
        var operation = GraphQLParser.Parser.Parse(query).Definitions.OfType<GraphQLOperationDefinition>().Single();
        var root = (GraphQLField)operation.SelectionSet.Selections.Single();
        var node = Node(root);
        var type = root.Name.StringValue switch { "orders" => "Order", "customers" => "Customer", "products" => "Product", _ => "Collection" };
        List<string> lines = [];
        var roots = 0;
        foreach (var thing in Of(type).ToList())
        {
            var whole = Project(type, node.SelectionSet!, thing, []);
            roots++;
            foreach (var (name, value) in whole.ToList())
            {
                if (value is not JsonObject connection || connection["edges"] is not JsonArray edges) continue;
                whole.Remove(name);
                foreach (var edge in edges)
                {
                    var child = (JsonObject)edge!["node"]!.DeepClone();
                    child["__parentId"] = (string)thing["id"]!;
                    lines.Add(child.ToJsonString());
                }
            }
            lines.Add(whole.ToJsonString());
        }
        // Nothing says that a child follows its parent.
        lines.Reverse();
        lines = [.. lines.Select((line, i) => (line, i)).OrderBy(l => (l.i * 7919) % 104729).Select(l => l.line)];
        var id = $"gid://shopify/BulkOperation/{NewId()}";
        bulks[id] = new FakeBulk { Id = id, Fate = BulkFates.TryDequeue(out var fate) ? fate : "COMPLETED", File = Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n"))), Lines = lines.Count, Roots = roots };
        return new JsonObject { ["bulkOperation"] = new JsonObject { ["id"] = id, ["status"] = "CREATED", ["createdAt"] = Now() }, ["userErrors"] = new JsonArray() };
    }

    private JsonObject? Bulk(string id)
    {
        if (!bulks.TryGetValue(id, out var bulk)) return null;
        var done = bulk.Looks++ >= LooksUntilDone;
        bulk.Ended |= done;
        var status = done ? bulk.Fate : "RUNNING";
        var whole = status == "COMPLETED";
        return new JsonObject
        {
            ["id"] = id,
            ["status"] = status,
            ["errorCode"] = status == "FAILED" ? "TIMEOUT" : null,
            ["createdAt"] = Now(),
            ["completedAt"] = whole ? Now() : null,
            ["objectCount"] = whole ? bulk.Lines : bulk.Lines / 2,
            ["rootObjectCount"] = whole ? bulk.Roots : bulk.Roots / 2,
            ["fileSize"] = whole ? bulk.File.Length : null,
            ["url"] = whole && bulk.Lines > 0 ? new Uri(Endpoint, $"/bulk/{id[(id.LastIndexOf('/') + 1)..]}").AbsoluteUri : null,
            ["partialDataUrl"] = status is "FAILED" or "CANCELED" ? new Uri(Endpoint, "/bulk/partial").AbsoluteUri : null,
        };
    }

    private async Task FileAsync(HttpContext http, string id)
    {
        // The file lies with another host at Shopify: the token has no business there.
        Assert.False(http.Request.Headers.ContainsKey("X-Shopify-Access-Token"));
        var bulk = bulks[$"gid://shopify/BulkOperation/{id}"];
        if (filesCut < CutFiles.Times && bulk.File.Length > CutFiles.Bytes)
        {
            filesCut++;
            await http.Response.Body.WriteAsync(bulk.File.AsMemory(0, CutFiles.Bytes));
            return;
        }
        await http.Response.Body.WriteAsync(bulk.File);
    }

    private static GraphQLField Node(GraphQLField connection) => connection.SelectionSet!.Selections.OfType<GraphQLField>().Single(f => f.Name.StringValue == "edges").SelectionSet!
        .Selections.OfType<GraphQLField>().Single(f => f.Name.StringValue == "node");

    private string Now() => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Mutations.</summary>
    private JsonNode? Write(string field, Dictionary<string, JsonNode?> a)
    {
        switch (field)
        {
            case "discountCodeBasicCreate":
                var discount = $"gid://shopify/DiscountCodeNode/{NewId()}";
                Things[discount] = new JsonObject { ["__typename"] = "DiscountCodeNode", ["id"] = discount, ["input"] = a["basicCodeDiscount"]!.DeepClone(), ["codes"] = new JsonArray() };
                return new JsonObject { ["codeDiscountNode"] = new JsonObject { ["id"] = discount }, ["userErrors"] = new JsonArray() };
            case "discountRedeemCodeBulkAdd":
                var codes = a["codes"]!.AsArray();
                Assert.InRange(codes.Count, 1, 250);
                foreach (var code in codes) Things[(string)a["discountId"]!]["codes"]!.AsArray().Add((string)code!["code"]!);
                var creation = $"gid://shopify/DiscountRedeemCodeBulkCreation/{NewId()}";
                return new JsonObject { ["bulkCreation"] = new JsonObject { ["id"] = creation, ["done"] = false }, ["userErrors"] = new JsonArray() };
            case "discountCodeDeactivate":
                return new JsonObject { ["codeDiscountNode"] = new JsonObject { ["id"] = (string)a["id"]! }, ["userErrors"] = new JsonArray() };
            case "customerEmailMarketingConsentUpdate":
                var input = a["input"]!;
                var address = Things[(string)input["customerId"]!]["defaultEmailAddress"]!;
                address["marketingState"] = (string)input["emailMarketingConsent"]!["marketingState"]!;
                address["marketingUpdatedAt"] = (string?)input["emailMarketingConsent"]!["consentUpdatedAt"];
                return new JsonObject { ["customer"] = new JsonObject { ["id"] = (string)input["customerId"]! }, ["userErrors"] = new JsonArray() };
            case "customerSmsMarketingConsentUpdate":
                return new JsonObject { ["customer"] = new JsonObject { ["id"] = (string)a["input"]!["customerId"]! }, ["userErrors"] = new JsonArray() };
            case "segmentCreate":
                var segment = $"gid://shopify/Segment/{NewId()}";
                Things[segment] = new JsonObject { ["__typename"] = "Segment", ["id"] = segment, ["name"] = (string)a["name"]!, ["query"] = (string)a["query"]!, ["lastEditDate"] = Now(), ["members"] = new JsonArray() };
                return new JsonObject { ["segment"] = Things[segment].DeepClone(), ["userErrors"] = new JsonArray() };
            case "tagsAdd":
                var tagged = Things[(string)a["id"]!]["tags"]!.AsArray();
                foreach (var tag in a["tags"]!.AsArray()) if (!tagged.Any(t => (string)t! == (string)tag!)) tagged.Add((string)tag!);
                return new JsonObject { ["node"] = new JsonObject { ["__typename"] = "Customer", ["id"] = (string)a["id"]! }, ["userErrors"] = new JsonArray() };
            default:
                throw new InvalidOperationException($"The fake does not know {field} yet.");
        }
    }
}
