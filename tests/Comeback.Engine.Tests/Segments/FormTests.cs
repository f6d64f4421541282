using Comeback.Engine.Segments;

namespace Comeback.Engine.Tests.Segments;

/// <summary>The builder's face of a definition: taken apart and put together, it says the same.</summary>
public sealed class FormTests
{
    public static TheoryData<string> Texts =>
    [
        .. ShopifyExamplesTests.Examples.Select(e => e.Data.Item1), .. StockSegments.All().Select(s => s.Definition), .. SegmentRecipes.All.Select(r => r.Definition),
        "NOT (NOT number_of_orders >= 2 AND (amount_spent < 10 OR amount_spent > 20))", "NOT NOT (number_of_orders = 1)", "((number_of_orders = 1 OR reachable = true) OR amount_spent > 2)",
        "(number_of_orders = 1 AND reachable = true) AND NOT (amount_spent > 2 OR NOT reachable = true)", "customer_tags CONTAINS 'it''s a \\\\ tag'",
        "top 15% by number_of_orders up to 20% if under 10% of segment 'it''s me'", "share(12.5%, 'a''b')", "days_since_last_order > 2 * own_gap",
        "customer_within_distance MATCHES (coordinates = (40.71, -74.00), distance_km = 10)", "customer_email_domain NOT IN ('a.com', 'b.com')",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_to_form_to_text_says_the_same(string text)
    {
        var form = SegmentForms.OfText(text);
        Assert.Empty(form.Errors);
        var again = SegmentForms.OfNode(form.Node!);
        Assert.Empty(again.Errors);
        Assert.Equal(SegmentLanguage.Parse(text).Tree, SegmentLanguage.Parse(again.Text).Tree);
    }

    [Fact]
    public void A_clause_has_fields_by_its_kind_and_a_hand_written_group_is_taken_apart()
    {
        var form = SegmentForms.OfText("number_of_orders >= 2 AND (top 15% by amount_spent OR products_purchased NOT MATCHES (category = 'tea', date >= -90d))");
        Assert.Equal("all", form.Node!.Kind);
        Assert.Equal(("comparison", "number_of_orders", ">="), (form.Node.Parts![0].Kind, form.Node.Parts[0].Name, form.Node.Parts[0].Operator));
        var bought = form.Node.Parts[1].Parts![1];
        Assert.Equal(("function", true, "category", "tea"), (bought.Kind, bought.Negated, bought.Conditions![0].Name, bought.Conditions[0].Values[0].Text));

        var typed = SegmentForms.OfNode(new FormNode("all") { Parts = [new FormNode("text") { Text = "number_of_orders = 1 or amount_spent > 5" }, new FormNode("text") { Text = "reachable = true" }] });
        Assert.Equal("(number_of_orders = 1 OR amount_spent > 5) AND reachable = true", typed.Text);
        Assert.Equal(["any", "comparison"], typed.Node!.Parts!.Select(p => p.Kind));
    }

    [Fact]
    public void A_half_typed_clause_is_marked_and_leaves_the_others_whole()
    {
        var form = SegmentForms.OfNode(new FormNode("all")
        {
            Parts =
            [
                new FormNode("comparison") { Name = "number_of_order", Operator = ">=", Values = [new("number", "2")] },
                new FormNode("comparison") { Name = "reachable", Operator = "=", Values = [new("truth", "true")] },
            ],
        });
        Assert.Equal("number_of_order >= 2 AND reachable = true", form.Text);
        Assert.Equal("number_of_orders", Assert.Single(form.Node!.Parts![0].Errors!).DidYouMean);
        Assert.Null(form.Node.Parts[1].Errors);
        Assert.Equal((1, 1), (form.Errors[0].Line, form.Errors[0].Column));
    }

    [Fact]
    public void A_long_definition_is_written_over_several_lines_that_read_the_same()
    {
        var text = "number_of_orders >= 2 AND (products_purchased MATCHES (category = 'tea', date >= -90d) OR products_purchased MATCHES (category = 'coffee', date >= -90d)) AND reachable = true";
        var written = SegmentForms.Text(SegmentForms.OfText(text).Node!);
        Assert.Contains("\nAND (\n  products_purchased", written, StringComparison.Ordinal);
        Assert.Equal(SegmentLanguage.Parse(text).Tree, SegmentLanguage.Parse(written).Tree);
    }

    // With brackets written twice at each level this took longer than the machine lasts.
    [Fact]
    public void The_deepest_nesting_is_written_at_once()
    {
        var text = string.Concat(Enumerable.Repeat("NOT (number_of_orders = 1 OR ", 31)) + "reachable = true" + new string(')', 31);
        var again = SegmentForms.OfNode(SegmentForms.OfText(text).Node!);
        Assert.Equal(SegmentLanguage.Parse(text).Tree, SegmentLanguage.Parse(again.Text).Tree);
    }

    [Theory]
    [InlineData("numb|", "number_of_orders", null)]
    [InlineData("number_of_orders |", ">=", null)]
    [InlineData("number_of_orders >= 2 |", "AND", null)]
    [InlineData("number_of_orders >= 2 AND last|", "last_order_date", null)]
    [InlineData("rfm_group = 'CH|", "'CHAMPIONS'", "rfm_group")]
    [InlineData("reachable = |", "true", "reachable")]
    [InlineData("products_purchased |", "MATCHES (", null)]
    [InlineData("products_purchased MATCHES (|", "category", null)]
    [InlineData("products_purchased MATCHES (category = 'tea', da|", "date", null)]
    [InlineData("products_purchased MATCHES (category = '|", null, "category")]
    [InlineData("products_purchased MATCHES (id IN (1, |", null, "id")]
    [InlineData("customer_tags CONTAINS 'v|", null, "customer_tags")]
    [InlineData("in segment '|", null, "segment")]
    [InlineData("top 15% by |", "amount_spent", null)]
    [InlineData("last_order_date BETWEEN -30d |", "AND", null)]
    [InlineData("last_order_date BETWEEN -30d AND |", "today", "last_order_date")]
    [InlineData("number_of_orders >= 2 AND | AND reachable = true", "customer_tags", null)]
    [InlineData("days_since_last_order > 2 * |", "own_gap", "days_since_last_order")]
    public void What_may_come_next_is_known_at_each_place(string marked, string? word, string? valuesOf)
    {
        var at = marked.IndexOf('|', StringComparison.Ordinal);
        var completion = SegmentCompletions.At(marked.Remove(at, 1), at);
        if (word is not null) Assert.Contains(completion.Words, w => w.Text == word);
        Assert.Equal(valuesOf, completion.Attribute);
    }

    [Fact]
    public void Completing_anywhere_in_anything_never_throws()
    {
        var random = new Random(4);
        string[] pieces = ["'", "(", ")", ",", " AND ", "number_of_orders", "MATCHES", " IN ", "%", "products_purchased", "funnel(", "then", "é\u202e", "-30d", "BETWEEN", "\\", "in segment ", "\n"];
        for (var i = 0; i < 3_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
            var completion = SegmentCompletions.At(text, random.Next(text.Length + 1));
            Assert.InRange(completion.Start + completion.Length, 0, text.Length);
        }
    }
}
