using System.Text.Json.Nodes;
using Comeback.Engine;
using Comeback.Engine.Segments;
using Comeback.Stores.Klaviyo;
using Comeback.Tests.Architecture;

namespace Comeback.Tests.Stores.Klaviyo;

/// <summary>Klaviyo's segments in our language: what is carried says the same, what is not is listed in plain words.</summary>
public sealed class KlaviyoSegmentsTests
{
    internal static string Recorded => File.ReadAllText(Path.Combine(Repository.Root, "tests/Comeback.Tests/Stores/Klaviyo/segments.json"));

    [Fact]
    public void A_recorded_answer_is_carried_with_its_groups_and_what_is_missing_is_said()
    {
        var segments = KlaviyoSegments.Read(Recorded, name => name.StartsWith("Win", StringComparison.Ordinal) ? "win_back" : null);
        Assert.Equal(
            "orders_placed MATCHES (count >= 2) AND orders_placed NOT MATCHES (date >= -90d) AND (email_subscription_status = 'SUBSCRIBED' OR whatsapp_subscription_status = 'SUBSCRIBED')",
            segments[0].Definition);
        Assert.Empty(segments[0].NotCarried);
        Assert.StartsWith("funnel(storefront.product_viewed (category IN ('green-tea'), date >= -4w), then not orders_placed within 3d) AND customer_countries IN ('AT', ", segments[1].Definition, StringComparison.Ordinal);
        Assert.EndsWith("AND NOT (in segment 'win_back')", segments[1].Definition, StringComparison.Ordinal);
        Assert.Equal("amount_spent >= 500", segments[2].Definition);
        Assert.Equal(["Not carried: Klaviyo's prediction 'churn_probability'.", "Not carried: the profile property 'Favourite colour' (not known here)."], segments[2].NotCarried);
    }

    [Theory]
    // What has a like here.
    [InlineData("""{"type":"profile-metric","metric_id":"m1","measurement":"sum","measurement_filter":{"type":"numeric","operator":"greater-than","value":99.5},"timeframe_filter":{"type":"date","operator":"between","start":10,"end":20,"unit":"day"}}""", "Placed Order", "orders_placed MATCHES (date BETWEEN -20d AND -10d, sum_amount > 99.5)")]
    [InlineData("""{"type":"profile-metric","metric_id":"m1","measurement":"count","measurement_filter":{"type":"numeric","operator":"greater-than","value":0},"timeframe_filter":{"type":"date","operator":"in-the-last","unit":"hour","quantity":36},"metric_filters":[{"property":"Collections","filter":{"type":"list","operator":"contains-any","value":["Soap","Tea & Co"]}}]}""", "Placed Order", "products_purchased MATCHES (category IN ('soap', 'tea-co'), date >= -36h)")]
    [InlineData("""{"type":"profile-metric","metric_id":"m1","measurement":"count","measurement_filter":{"type":"numeric","operator":"equals","value":0},"timeframe_filter":{"type":"date","operator":"at-least","unit":"week","quantity":2}}""", "Opened Email", "messages NOT MATCHES (event = 'opened', channel = 'email', date <= -2w)")]
    [InlineData("""{"type":"profile-metric","metric_id":"m1","measurement":"count","measurement_filter":{"type":"numeric","operator":"greater-than","value":2},"timeframe_filter":{"type":"date","operator":"after","date":"2026-01-31T00:00:00+00:00"},"metric_filters":[{"property":"Skin type","filter":{"type":"string","operator":"contains","value":"dry"}},{"property":"score","filter":{"type":"numeric","operator":"less-than","value":5}}]}""", "Quiz finished", "events MATCHES (event = 'Quiz finished', property 'Skin type' CONTAINS 'dry', properties.score < 5, date > 2026-01-31, count > 2)")]
    [InlineData("""{"type":"profile-marketing-consent","consent":{"channel":"sms","can_receive_marketing":false,"consent_status":{"subscription":"any"}}}""", "", "sms_subscription_status != 'SUBSCRIBED'")]
    [InlineData("""{"type":"profile-property","property":"location['country']","filter":{"type":"string","operator":"equals","value":"Denmark"}}""", "", "customer_countries = 'DK'")]
    [InlineData("""{"type":"profile-property","property":"email","filter":{"type":"string","operator":"ends-with","value":"@Example.com"}}""", "", "customer_email_domain = 'example.com'")]
    [InlineData("""{"type":"profile-property","property":"phone_number","filter":{"type":"string","operator":"phone-country-code-in","value":["DK","SA"]}}""", "", "customer_phone_country IN ('+45', '+966')")]
    [InlineData("""{"type":"profile-property","property":"Birthday","filter":{"type":"date","operator":"anniversary-next","unit":"day","quantity":7}}""", "", "anniversary MATCHES (date = 'birth_date', on BETWEEN today AND +7d)")]
    [InlineData("""{"type":"profile-predictive-analytics","dimension":"average_days_between_orders","filter":{"type":"numeric","operator":"less-than","value":30}}""", "", "own_gap < 30")]
    [InlineData("""{"type":"profile-region","in_region":false,"region":"united_states"}""", "", "customer_countries NOT IN ('US')")]
    // What has none.
    [InlineData("""{"type":"profile-postal-code-distance","country_code":"US","postal_code":"10001","unit":"miles","filter":{"type":"numeric","operator":"less-than","value":10}}""", "", null)]
    [InlineData("""{"type":"profile-has-custom-object","object_type_id":"1","object_type_relationship_id":"2","filter":{},"filters":[]}""", "", null)]
    [InlineData("""{"type":"profile-predictive-analytics","dimension":"channel_affinity","measurement":"rank","predicted_channel":"sms","filter":{"type":"string","operator":"equals","value":"high"}}""", "", null)]
    [InlineData("""{"type":"profile-marketing-consent","consent":{"channel":"push","can_receive_marketing":true,"consent_status":{"subscription":"any"}}}""", "", null)]
    [InlineData("""{"type":"profile-marketing-consent","consent":{"channel":"email","can_receive_marketing":true,"consent_status":{"subscription":"subscribed","filters":[{"field":"double_optin"}]}}}""", "", null)]
    [InlineData("""{"type":"profile-metric","metric_id":"other","measurement":"count","measurement_filter":{"type":"numeric","operator":"greater-than","value":0},"timeframe_filter":{"type":"date","operator":"alltime"}}""", "", null)]
    [InlineData("""{"type":"profile-property","property":"email","filter":{"type":"string","operator":"regex","value":"(a+)+$"}}""", "", null)]
    [InlineData("""{"type":"profile-something-new"}""", "", null)]
    [InlineData("42", "", null)]
    public void Each_type_of_condition_is_carried_or_named(string condition, string metric, string? clause)
    {
        var body = new JsonObject
        {
            ["metrics"] = new JsonObject { ["m1"] = metric },
            ["definition"] = new JsonObject { ["condition_groups"] = new JsonArray(new JsonObject { ["conditions"] = new JsonArray(JsonNode.Parse(condition)) }) },
        };
        var segment = Assert.Single(KlaviyoSegments.Read(body.ToJsonString(), _ => null));
        Assert.Equal(clause, segment.Definition);
        if (clause is null) Assert.StartsWith("Not carried: ", Assert.Single(segment.NotCarried), StringComparison.Ordinal);
        else Assert.True(SegmentLanguage.Parse(clause).Ok);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"data":{"type":"segment","attributes":{"name":"x"}}}""")]
    public void What_is_no_answer_of_Klaviyos_is_refused_in_a_sentence(string body) => Assert.Throws<UserError>(() => KlaviyoSegments.Read(body, _ => null));

    [Theory]
    [InlineData("""{"definition":{"condition_groups":[{"conditions":[{"type":7}]},{"conditions":null},5]}}""")]
    [InlineData("""{"definition":{"condition_groups":[{"conditions":[{"type":"profile-metric","metric_id":[],"measurement":{}}]}]}}""")]
    [InlineData("""{"definition":{"condition_groups":[{"conditions":[{"type":"profile-group-membership","group_ids":[{"a":1}]}]}]}}""")]
    [InlineData("""{"definition":{"condition_groups":[{"conditions":[{"type":"profile-property","property":"tags","filter":{"type":"list","operator":"contains-all","value":["it's","b\\"]}}]}]}}""")]
    public void Values_of_other_kinds_than_promised_break_nothing(string body) => Assert.NotNull(KlaviyoSegments.Read(body, _ => null));
}
