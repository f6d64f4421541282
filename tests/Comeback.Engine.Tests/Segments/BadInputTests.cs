using System.Diagnostics;
using System.Globalization;
using Comeback.Engine.Facts;
using Comeback.Engine.Orders;
using Comeback.Engine.Segments;
using CsCheck;

namespace Comeback.Engine.Tests.Segments;

/// <summary>Whatever is given for a definition, there is a right answer or an error with its place: no crash, no hang.</summary>
public sealed class BadInputTests
{
    private static readonly Shop Shop = Make();

    [Theory]
    [InlineData("last_order_date >= 2026-02-30", 1, 20, "no date 2026-02-30")]
    [InlineData("number_of_orders >= 1 AND\n  last_order_date >= 2026-13-01", 2, 22, "no date 2026-13-01")]
    [InlineData("last_order_date >= 2026-01-01T25:00:00", 1, 20, "no instant")]
    [InlineData("number_of_orders >= 99999999999999999999", 1, 21, "past the range")]
    [InlineData("amount_spent > 9999999999999999", 1, 16, "past the range")]
    [InlineData("last_order_date >= -99999999d", 1, 20, "past the range")]
    [InlineData("last_order_date >= -101y", 1, 20, "100 years")]
    [InlineData("top 101% by amount_spent", 1, 5, "0% to 100%")]
    [InlineData("numbеr_of_orders >= 1", 1, 5, "no meaning")] // the fifth letter is Cyrillic
    [InlineData("number_of_orders >= １", 1, 21, "no meaning")] // a full-width digit
    [InlineData("number_of_orders ≥ 1", 1, 18, "no meaning")]
    [InlineData("customer_tags CONTAINS ‘vip’", 1, 24, "straight single quotes")]
    [InlineData("product_purchased MATCHES (id = 1)", 1, 1, "no attribute or function")]
    [InlineData("products_purchased MATCHES (catergory = 'tea')", 1, 29, "no parameter")]
    public void It_is_refused_with_line_column_and_reason(string text, int line, int column, string part)
    {
        var error = Assert.Single(SegmentLanguage.Parse(text).Errors);
        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("product_purchased MATCHES (id = 1)", "products_purchased")]
    [InlineData("products_purchased MATCHES (catergory = 'tea')", "category")]
    [InlineData("last_order_date >= yestrday", "yesterday")]
    [InlineData("email_subscription_status = 'SUBSCRIBD'", "SUBSCRIBED")]
    [InlineData("messages MATCHES (event = 'clickd')", "clicked")]
    public void The_nearest_word_is_offered(string text, string nearest) => Assert.Equal(nearest, Assert.Single(SegmentLanguage.Parse(text).Errors).DidYouMean);

    [Theory]
    // Names in any script, with bidi controls, are texts like others.
    [InlineData("customer_tags CONTAINS 'عميل مهم'", "ann")]
    [InlineData("customer_tags CONTAINS '\u202egnp.exe'", "ann")]
    [InlineData("customer_tags CONTAINS 'vip'", "bob")]
    [InlineData("customer_tags CONTAINS 'vіp'", "")] // the second letter is Ukrainian: another word
    [InlineData("customer_tags NOT CONTAINS '(a+)+$'", "ann bob")]
    // What is not there is bought by nobody.
    [InlineData("products_purchased MATCHES (id = 4711)", "")]
    [InlineData("products_purchased NOT MATCHES (id = 4711)", "ann bob")]
    [InlineData("products_purchased MATCHES (id = 'no such id')", "")]
    [InlineData("products_purchased MATCHES (category = 'deleted')", "")]
    [InlineData("products_purchased MATCHES (category = 'never-was')", "")]
    [InlineData("orders_placed MATCHES (date BETWEEN 0001-01-01 AND 9999-12-31)", "ann")]
    [InlineData("last_order_date >= -100y AND last_order_date <= +100y", "ann")]
    [InlineData("amount_spent < 999999999999999", "ann bob")]
    [InlineData("days_since_last_order > 999999999999999 * expected_gap", "")]
    [InlineData("days_since_last_order < 999999999999999 * expected_gap", "ann")]
    [InlineData("events MATCHES (sum(properties.value) > 999999999999999)", "")]
    public void Odd_texts_have_right_answers(string text, string names) => Assert.Equal(names, Shop.Who(text));

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(5_000_000)]
    public void A_text_of_megabytes_is_refused_at_once(int length)
    {
        var clock = Stopwatch.StartNew();
        Assert.Contains("100000 are the most", SegmentLanguage.Parse(new string('(', length)).Errors[0].Message, StringComparison.Ordinal);
        Assert.Contains("100000 are the most", SegmentLanguage.Parse("customer_tags CONTAINS '" + new string('x', length)).Errors[0].Message, StringComparison.Ordinal);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{clock.Elapsed}");
    }

    [Fact]
    public void The_largest_definitions_allowed_are_read_printed_linted_compiled_and_explained()
    {
        var deep = string.Concat(Enumerable.Repeat("NOT (", 31)) + "number_of_orders = 1" + new string(')', 31);
        var wide = string.Join(" OR ", Enumerable.Range(0, 1_990).Select(i => string.Create(CultureInfo.InvariantCulture, $"number_of_orders = {i + 2}")));
        foreach (var text in new[] { deep, wide, string.Join(" AND ", Enumerable.Repeat("(" + deep + ")", 20)) })
        {
            var tree = SegmentLanguage.Parse(text).Tree!;
            Assert.Equal(tree, SegmentLanguage.Parse(SegmentLanguage.Print(tree)).Tree);
            Assert.NotNull(SegmentLint.Check(tree));
            Assert.NotNull(Shop.Set(("s", text)).Explain("s", 0));
        }
    }

    [Theory]
    [InlineData(10_000, "(", ")")]
    [InlineData(10_000, "NOT ", "")]
    [InlineData(100_000 - 30, "(", "")]
    public void Depth_past_the_limit_is_refused_in_a_sentence(int depth, string open, string close) =>
        Assert.Contains("nested deeper than 64", SegmentLanguage.Parse((string.Concat(Enumerable.Repeat(open, depth)) + "reachable = true" + string.Concat(Enumerable.Repeat(close, depth)))[..Math.Min(99_999, (depth * (open.Length + close.Length)) + 16)]).Errors[0].Message, StringComparison.Ordinal);

    [Fact]
    public void A_category_deleted_after_it_was_used_empties_its_segment_and_breaks_nothing()
    {
        var shop = new Shop();
        shop.Columns.PutCategory(new CategoryFacts(new(1), "tea", "Tea", null, true));
        shop.Columns.PutProduct(new ProductFacts { Id = new(1), Categories = [new(1)] });
        var ann = shop.Customer("ann").Bought(3, product: 1);
        var set = shop.Set(("tea", "products_purchased MATCHES (category = 'tea')"));
        Assert.True(set.Members("tea").Contains(ann.Ordinal));
        var touches = new Touches();
        touches.Add(shop.Columns.PutCategory(new CategoryFacts(new(1), "tea", "Tea", null, InUse: false)), new Cause(CauseKind.Catalogue, 1));
        Assert.Equal(("tea", false), set.Decide(touches, shop.Now).Select(change => (change.Key, change.Entered)).Single());
        Assert.NotNull(set.Explain("tea", ann.Ordinal).Witness);
    }

    [Theory]
    [InlineData("US/Pacific-New")]
    [InlineData("Asia/Rangoon")]
    [InlineData("Europe/Kiev")]
    public void A_zone_under_an_old_name_keeps_its_days(string zone)
    {
        try
        {
            Assert.True(StoreDays.Of(zone).StartOf(20_000) > 0);
        }
        catch (ArgumentException problem)
        {
            Assert.Contains("is not a time zone", problem.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_zone_that_never_was_is_refused_in_a_sentence() => Assert.Contains("'Mars/Phobos' is not a time zone", Assert.Throws<ArgumentException>(() => StoreDays.Of("Mars/Phobos")).Message, StringComparison.Ordinal);

    [Fact]
    public void Definitions_broken_at_random_are_answered_and_evaluated()
    {
        // A right definition with letters taken out, doubled or swapped: most are wrong, some are right by chance, and those are evaluated too.
        var right = ShopifyExamplesTests.Examples.Select(row => (string)row.Data.Item1).Concat(StockSegments.All().Select(stock => stock.Definition)).Concat(SegmentRecipes.All.Select(recipe => recipe.Definition))
            .Concat(["entered segment 'x' within -7d", "events MATCHES (event = 'quiz', properties.a = 'b', sum(properties.c) > 1)"]).ToArray();
        var others = StockSegments.All().Select(stock => new SegmentDefinition(stock.Key, stock.Definition)).ToList();
        Gen.Select(Gen.Int[0, right.Length - 1], Gen.Int[0, 10_000].Array[1, 6]).Sample((which, cuts) =>
        {
            var text = right[which];
            foreach (var cut in cuts)
            {
                if (text.Length < 2) break;
                var at = cut % (text.Length - 1);
                text = (cut % 5) switch
                {
                    0 => text.Remove(at, 1),
                    1 => text.Insert(at, text[at..(at + 1)]),
                    2 => text[..at] + text[at + 1] + text[at] + text[(at + 2)..],
                    3 => text[at..] + " OR " + text[..at],
                    _ => text.Insert(at, ((char)(cut * 7 % 0xD000)).ToString()),
                };
            }
            var parsed = SegmentLanguage.Parse(text);
            if (parsed.Tree is not { } tree)
            {
                var error = parsed.Errors[0];
                return error.Line >= 1 && error.Column >= 1 && error.Length >= 1 && error.Message.Length > 5;
            }
            try
            {
                var answer = SegmentSet.Ask(Shop.Columns, others, tree, Shop.Now);
                SegmentLint.Check(tree, answer, Shop.Columns.Customers);
            }
            catch (SegmentException)
            {
                // It names a segment that is not there.
            }
            return tree.Equals(SegmentLanguage.Parse(parsed.Text!).Tree);
        }, iter: 4_000);
    }

    private static Shop Make()
    {
        var shop = new Shop("Asia/Riyadh");
        shop.Columns.PutCategory(new CategoryFacts(new(1), "deleted", "Gone", null, false));
        shop.Columns.PutProduct(new ProductFacts { Id = new(1), Categories = [new(1)] });
        shop.Customer("ann", facts => facts with { Tags = ["عميل مهم", "\u202egnp.exe"] }).Bought(5, product: 1).Did(EventKind.Custom, 2);
        shop.Customer("bob", facts => facts with { Tags = ["VIP"] });
        return shop;
    }
}
