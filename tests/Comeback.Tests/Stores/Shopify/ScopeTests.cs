using System.Text.RegularExpressions;
using Comeback.Stores.Shopify;
using Comeback.Tests.Architecture;

namespace Comeback.Tests.Stores.Shopify;

/// <summary><c>shopify.app.toml</c> asks for exactly the scopes that our documents, webhook topics, pixel and app proxy need, each with its reason.</summary>
public sealed partial class ScopeTests
{
    /// <summary>Types of the schema and the scope that reading them takes; a type that is not here makes the test red until somebody thought about it.</summary>
    private static readonly Dictionary<string, string?> Reads = new(StringComparer.Ordinal)
    {
        ["Order"] = "read_orders",
        ["LineItem"] = "read_orders",
        ["Refund"] = "read_orders",
        ["Fulfillment"] = "read_orders",
        ["AbandonedCheckout"] = "read_orders",
        ["AbandonedCheckoutLineItem"] = "read_orders",
        ["Abandonment"] = "read_orders",
        ["Customer"] = "read_customers",
        ["CustomerEmailAddress"] = "read_customers",
        ["CustomerPhoneNumber"] = "read_customers",
        ["MailingAddress"] = "read_customers",
        ["CustomerSmsMarketingConsent"] = "read_customers",
        ["CustomerWhatsAppMarketingConsent"] = "read_customers",
        ["Segment"] = "read_customers",
        ["CustomerSegmentMember"] = "read_customers",
        ["Product"] = "read_products",
        ["ProductVariant"] = "read_products",
        ["Collection"] = "read_products",
        ["TaxonomyCategory"] = "read_products",
        ["Media"] = "read_products",
        ["MediaPreviewImage"] = "read_products",
        ["Image"] = "read_products",
        ["InventoryItem"] = "read_inventory",
        ["DiscountCodeNode"] = "read_discounts",
        ["DiscountRedeemCodeBulkCreation"] = "read_discounts",
        ["DiscountRedeemCodeBulkCreationCode"] = "read_discounts",
        ["DiscountRedeemCode"] = "read_discounts",
        ["MarketingActivity"] = "read_marketing_events",
        ["MarketingEngagement"] = "read_marketing_events",
        ["WebPixel"] = "read_pixels",
        ["Shop"] = null,
        ["Domain"] = null,
        ["ShopAddress"] = null,
        ["AppInstallation"] = null,
        ["AccessScope"] = null,
        ["BulkOperation"] = null,
        ["Count"] = null,
        ["MoneyBag"] = null,
        ["MoneyV2"] = null,
        ["PageInfo"] = null,
        ["Node"] = null,
        ["Job"] = null,
        ["QueryRoot"] = null,
        ["Mutation"] = null,
    };

    /// <summary>Mutations by how their names begin.</summary>
    private static readonly (string Begins, string? Scope)[] Writes =
    [
        ("customer", "write_customers"), ("segment", "write_customers"), ("tags", "write_customers"), ("discount", "write_discounts"),
        ("marketing", "write_marketing_events"), ("product", "write_products"), ("webPixel", "write_pixels"), ("bulkOperation", null),
    ];

    /// <summary>What is no document and no topic.</summary>
    private static readonly string[] Besides = ["read_customer_events", "write_pixels", "write_app_proxy"];

    private static string Toml => File.ReadAllText(Path.Combine(Repository.Root, "theme-extension", "shopify", "shopify.app.toml"));

    [Fact]
    public void The_app_asks_for_exactly_the_scopes_that_it_needs()
    {
        var walk = DocumentTests.Walk(File.ReadAllText(ShopifySchema.PrunedFile));
        var needed = new HashSet<string>(Besides, StringComparer.Ordinal);
        foreach (var type in walk.Used.Keys.Where(t => !t.EndsWith("Connection", StringComparison.Ordinal) && !t.EndsWith("Edge", StringComparison.Ordinal)
            && !t.EndsWith("Payload", StringComparison.Ordinal) && !t.EndsWith("Error", StringComparison.Ordinal)))
        {
            Assert.True(Reads.TryGetValue(type, out var scope), $"Nobody said which scope {type} takes.");
            if (scope is not null) needed.Add(scope);
        }
        foreach (var mutation in walk.Used["Mutation"])
        {
            var (begins, scope) = Writes.FirstOrDefault(w => mutation.StartsWith(w.Begins, StringComparison.Ordinal));
            Assert.True(begins is not null, $"Nobody said which scope {mutation} takes.");
            if (scope is not null) needed.Add(scope);
        }
        foreach (var topic in ShopifyWebhooks.Topics.Keys.Where(t => !Compliance.Contains(t)))
            if (walk.TopicScopes()[DocumentTests.Enum(topic)] is { } scope) needed.Add(scope);
        // "Any scope that writes a resource also grants read access to it."
        needed.RemoveWhere(s => s.StartsWith("read_", StringComparison.Ordinal) && needed.Contains("write_" + s["read_".Length..]));

        Assert.Equal(needed.Order(StringComparer.Ordinal), Asked().Order(StringComparer.Ordinal));
        Assert.Equal(["read_all_orders"], Optional());
    }

    [Fact]
    public void Every_scope_says_why()
    {
        var reasons = Reason().Matches(Toml).Select(m => m.Groups["scope"].Value).ToList();
        Assert.Equal(Asked().Concat(Optional()).Order(StringComparer.Ordinal), reasons.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_app_listens_to_exactly_the_topics_that_it_can_read_in_the_version_that_it_asks_in()
    {
        var listed = Quoted().Matches(Section(Toml, "[webhooks]")).Select(m => m.Groups["text"].Value).Where(t => t.Contains('/') || t.StartsWith("customer.", StringComparison.Ordinal)).Where(t => !t.StartsWith("/hooks", StringComparison.Ordinal));

        Assert.Equal(ShopifyWebhooks.Topics.Keys.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        Assert.Contains($"api_version = \"{ShopifyDocuments.Version}\"", Toml, StringComparison.Ordinal);
    }

    private static readonly string[] Compliance = ["customers/data_request", "customers/redact", "shop/redact"];

    private static IEnumerable<string> Asked() => Asking().Match(Toml).Groups["scopes"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Optional() => Quoted().Matches(Optionals().Match(Toml).Groups["scopes"].Value).Select(m => m.Groups["text"].Value);

    private static string Section(string toml, string head)
    {
        var from = toml.IndexOf(head, StringComparison.Ordinal);
        var to = toml.IndexOf("\n[app_proxy]", from, StringComparison.Ordinal);
        return toml[from..(to < 0 ? toml.Length : to)];
    }

    [GeneratedRegex("^scopes = \"(?<scopes>[^\"]*)\"", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Asking();

    [GeneratedRegex(@"^optional_scopes = \[(?<scopes>[^\]]*)\]", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Optionals();

    [GeneratedRegex("\"(?<text>[^\"]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Quoted();

    [GeneratedRegex("^# (?<scope>(read|write)_[a-z_]+): .{10,}$", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Reason();
}
