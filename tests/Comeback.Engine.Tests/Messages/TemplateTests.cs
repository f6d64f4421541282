using System.Diagnostics;
using Comeback.Engine.Campaigns;
using Comeback.Engine.Messages;

namespace Comeback.Engine.Tests.Messages;

public sealed class TemplateTests
{
    private static Dictionary<string, object?> Values(string? name = "Ann", string? category = null, int? left = null) => new()
    {
        ["customer"] = new Dictionary<string, object?> { ["first_name"] = name, ["last_name"] = null, ["name"] = name },
        ["store"] = new Dictionary<string, object?> { ["name"] = "Tea & Sons", ["url"] = "https://tea.example" },
        ["cart"] = new Dictionary<string, object?> { ["url"] = "https://tea.example/cart?a=1&b=2", ["total"] = "12.00 GBP", ["more"] = 1 },
        ["product"] = new Dictionary<string, object?> { ["title"] = "Green tea", ["url"] = null, ["image"] = null, ["price"] = "6.00 GBP", ["only_left"] = left },
        ["products"] = new List<IReadOnlyDictionary<string, object?>>
        {
            new Dictionary<string, object?> { ["title"] = "Green tea", ["url"] = null, ["image"] = "https://tea.example/g.jpg", ["price"] = "6.00 GBP", ["quantity"] = 1, ["only_left"] = left },
            new Dictionary<string, object?> { ["title"] = "Pot", ["url"] = null, ["image"] = null, ["price"] = null, ["quantity"] = 1, ["only_left"] = null },
        },
        ["category"] = new Dictionary<string, object?> { ["name"] = category, ["url"] = null },
        ["offer"] = new Dictionary<string, object?> { ["code"] = null, ["percent"] = null, ["days"] = null, ["ends"] = null },
        ["campaign"] = new Dictionary<string, object?> { ["name"] = "Spring", ["starts"] = null, ["ends"] = null },
    };

    private static string Render(TemplatePart part, string source, Dictionary<string, object?>? values = null)
    {
        var (template, problems) = MessageTemplate.Parse(part, source);
        Assert.Empty(problems);
        return template!.Render(values ?? Values(), TestContext.Current.CancellationToken);
    }

    private static TemplateProblem Refused(TemplatePart part, string source)
    {
        var (template, problems) = MessageTemplate.Parse(part, source);
        Assert.Null(template);
        return problems[0];
    }

    [Fact]
    public void A_name_is_printed_and_escaped() =>
        Assert.Equal("Hi &lt;script&gt;alert(1)&lt;/script&gt;", Render(TemplatePart.Html, "Hi {{ customer.first_name | default: 'you' }}", Values("<script>alert(1)</script>")));

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("JaVaScRiPt:alert(1)")]
    [InlineData("java\nscript:alert(1)")]
    [InlineData("data:text/html,<script>")]
    [InlineData("vbscript:x")]
    [InlineData("//evil.example")]
    public void An_address_that_is_no_web_address_becomes_a_dead_end(string name)
    {
        var values = Values();
        values["cart"] = new Dictionary<string, object?> { ["url"] = name, ["total"] = null, ["more"] = null };
        Assert.Equal("<a href=\"#\">x</a>", Render(TemplatePart.Html, "<a href=\"{{ cart.url | default: '#' }}\">x</a>", values));
    }

    [Theory]
    [InlineData("https://a.example/?x=1&y=2", "https://a.example/?x=1&amp;y=2")]
    [InlineData("http://a.example", "http://a.example")]
    [InlineData("mailto:a@example.com", "mailto:a@example.com")]
    [InlineData("tel:+4512345678", "tel:+4512345678")]
    public void A_web_address_stays(string url, string printed)
    {
        var values = Values();
        values["cart"] = new Dictionary<string, object?> { ["url"] = url, ["total"] = null, ["more"] = null };
        Assert.Equal($"<a href=\"{printed}\">x</a>", Render(TemplatePart.Html, "<a href=\"{{ cart.url | default: '#' }}\">x</a>", values));
    }

    [Fact]
    public void A_value_inside_an_address_is_percent_encoded() => Assert.Equal("<a href=\"https://x.example/?q=a%22%20onclick%3D1%26b\">x</a>",
        Render(TemplatePart.Html, "<a href=\"https://x.example/?q={{ customer.first_name | default: '' }}\">x</a>", Values("a\" onclick=1&b")));

    [Fact]
    public void A_value_cannot_leave_its_attribute() => Assert.Equal("<img alt=\"&quot; onerror=&quot;x\">",
        Render(TemplatePart.Html, "<img alt=\"{{ customer.first_name | default: '' }}\">", Values("\" onerror=\"x")));

    [Theory]
    [InlineData("<a href={{ cart.url | default: '' }}>x</a>", "quotation marks")]
    [InlineData("<{{ store.name }}>", "inside a tag")]
    [InlineData("<p {{ store.name }}>", "inside a tag")]
    [InlineData("<!-- {{ store.name }} -->", "comment")]
    [InlineData("<p style=\"{{ store.name }}\">", "style")]
    [InlineData("<script>x</script>", "<script>")]
    [InlineData("<ScRiPt src='x'></script>", "<script>")]
    [InlineData("<iframe src=\"x\">", "<iframe>")]
    [InlineData("<p onclick=\"x\">", "onclick")]
    [InlineData("<meta http-equiv=refresh>", "<meta>")]
    [InlineData("{% if store.url %}<p title=\"{% endif %}", "branches")]
    [InlineData("<p title=\"x", "inside a tag")]
    public void What_could_become_code_is_refused_at_save(string html, string says) => Assert.Contains(says, Refused(TemplatePart.Html, html).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Hi\n{{ customer.nick }}", 2, 4)]
    [InlineData("{% if store.url %}a{% else %}\n\n  {{ nothing }}{% endif %}", 3, 6)]
    [InlineData("{% if store.nme %}a{% endif %}", 1, 7)]
    [InlineData("{% for p in products %}{{ p.titel }}{% endfor %}", 1, 27)]
    [InlineData("{% case store.name %}{% when 'x' %}{{ zzz }}{% endcase %}", 1, 39)]
    [InlineData("{{ store.name | append: customer.nick }}", 1, 25)]
    [InlineData("{% unless store.url %}{{ q }}{% endunless %}", 1, 26)]
    public void An_unknown_name_in_any_branch_is_an_error_at_save_with_its_place(string source, int line, int column)
    {
        var problem = Refused(TemplatePart.Text, source);
        Assert.StartsWith("There is no ", problem.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (problem.Line, problem.Column));
    }

    [Fact]
    public void A_misspelt_name_is_answered_with_the_right_one() =>
        Assert.Contains("Did you mean first_name?", Refused(TemplatePart.Text, "{{ customer.frist_name }}").Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("New in {{ category.name }}")]
    [InlineData("{% if category.url %}{{ category.name }}{% endif %}")]
    [InlineData("{% if category.name %}x{% else %}{{ category.name }}{% endif %}")]
    [InlineData("{% if category.name or store.url %}{{ category.name }}{% endif %}")]
    [InlineData("{{ category.name | upcase }}")]
    public void What_may_be_missing_must_be_guarded(string source) => Assert.Contains("may be missing", Refused(TemplatePart.Text, source).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{% if category.name %}{{ category.name }}{% endif %}")]
    [InlineData("{% if category.name and store.url %}{{ category.name | upcase }}{% endif %}")]
    [InlineData("{% unless category.name %}x{% else %}{{ category.name }}{% endunless %}")]
    [InlineData("{{ category.name | default: 'our shop' }}")]
    [InlineData("{% assign c = category.name | default: 'us' %}{{ c }}")]
    [InlineData("{% for p in products limit: 3 %}{{ forloop.index }} {{ p.title }}{% endfor %}")]
    [InlineData("{% comment %} {{ nothing }} {% endcomment %}{% raw %}{{ nothing }}{% endraw %}")]
    public void What_is_guarded_may_be_saved(string source) => Assert.Empty(MessageTemplate.Parse(TemplatePart.Text, source).Problems);

    [Theory]
    [InlineData("{% include 'x' %}")]
    [InlineData("{{ include 'x' }}")]
    [InlineData("{% import x %}")]
    [InlineData("{% capture x %}a{% endcapture %}")]
    [InlineData("{% tablerow p in products %}x{% endtablerow %}")]
    [InlineData("{% cycle 'a', 'b' %}")]
    [InlineData("{% increment x %}")]
    [InlineData("{{ this }}")]
    [InlineData("{{ store.name | eval }}")]
    [InlineData("{{ store.name | object.eval }}")]
    [InlineData("{{ store.name | string.pad_left: 1000000000 }}")]
    [InlineData("{{ [1,2,3] }}")]
    [InlineData("{{ products[0] }}")]
    [InlineData("{% assign store = 1 %}")]
    [InlineData("{% assign store.name = 1 %}")]
    [InlineData("{% for i in (1..1000000000) %}x{% endfor %}")]
    [InlineData("{{ store.name | append }}")]
    [InlineData("{{ store }}")]
    [InlineData("{{ products }}")]
    [InlineData("{{ math.random 1 2 }}")]
    [InlineData("{{ date.now }}")]
    [InlineData("{{ store.name.length }}")]
    [InlineData("{{ customer.GetType }}")]
    public void What_a_message_does_not_need_is_not_there(string source) => Assert.NotEmpty(MessageTemplate.Parse(TemplatePart.Text, source).Problems);

    // Published advisories of Scriban, each by its trick. Most tricks die at save because the construct is not in our small language.
    [Theory]
    [InlineData("GHSA-c875-h985-hvrc", "{{ 1..1000000 | array.size }}")]
    [InlineData("GHSA-xw6w-9jjh-p9cr", "{{ 'A' * 200000000 }}")]
    [InlineData("GHSA-xw6w-9jjh-p9cr", "{% assign x = 1 << 2000000000 %}")]
    [InlineData("GHSA-q6rr-fm2g-g5x8", "{{ [1,2,3,4,5] * 50000000 }}")]
    [InlineData("GHSA-24c8-4792-22hx", "{{ products | array.insert_at: 2000000000, 1 }}")]
    [InlineData("GHSA-v66j-x4hw-fv9g", "{{ 'a' | string.pad_right: 2000000000 }}")]
    [InlineData("GHSA-5rpf-x9jg-8j5p", "{{ 'a' | string.replicate: 2000000000 }}")]
    [InlineData("GHSA-grr9-747v-xvcp", "{% assign a = store %}{% assign a.a = a %}{{ a }}")]
    [InlineData("GHSA-x6m9-38vm-2xhf", "{{ store | object.eval_template }}")]
    public void The_trick_of_each_advisory_is_refused(string advisory, string source) => Assert.True(MessageTemplate.Parse(TemplatePart.Text, source).Problems.Count > 0, advisory);

    // GHSA-wgh7-7m3c-fx25, GHSA-p6q4-fgr8-vx4p and GHSA-6q7j-xr26-3h2c: the parser recurses, and a stack that overflows takes the process along.
    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("[(", ")]")]
    public void Ten_thousand_brackets_are_refused_before_parsing(string open, string close)
    {
        var source = "{{ " + string.Concat(Enumerable.Repeat(open, 10_000)) + "1" + string.Concat(Enumerable.Repeat(close, 10_000)) + " }}";
        Assert.Contains("nested", Refused(TemplatePart.Text, source).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{% if store.url %}")]
    [InlineData("{% if store.url %}{% else %}")]
    [InlineData("{% for p in products %}")]
    [InlineData("{%-if store.url-%}")]
    public void Ten_thousand_open_blocks_are_refused_before_parsing(string block) =>
        Assert.NotEmpty(MessageTemplate.Parse(TemplatePart.Text, string.Concat(Enumerable.Repeat(block, 10_000))).Problems);

    [Theory]
    [InlineData("| upcase ")]
    [InlineData("and store.url ")]
    [InlineData(".a")]
    [InlineData("== 1 ")]
    [InlineData("!")]
    [InlineData("-")]
    public void Ten_thousand_operators_are_refused_before_parsing(string piece) => Assert.NotEmpty(
        MessageTemplate.Parse(TemplatePart.Text, "{% if store.url " + string.Concat(Enumerable.Repeat(piece, 10_000)) + " %}x{% endif %}").Problems);

    [Fact]
    public void Ten_thousand_elsifs_are_refused_before_parsing() => Assert.NotEmpty(MessageTemplate.Parse(TemplatePart.Text,
        "{% if store.url %}a" + string.Concat(Enumerable.Repeat("{% elsif store.url %}b", 10_000)) + "{% endif %}").Problems);

    [Fact]
    public void A_text_of_more_than_256_KB_is_refused() => Assert.Contains("256 KB", Refused(TemplatePart.Text, new string('a', 256 * 1024 + 1)).Message, StringComparison.Ordinal);

    // GHSA-m2p3-hwv5-xpqw: many values of legal size grow beyond any limit together.
    [Fact]
    public void What_is_printed_together_is_capped()
    {
        var inner = string.Concat(Enumerable.Repeat("{{ customer.first_name | default: 'x' }}", 200));
        var template = MessageTemplate.Parse(TemplatePart.Text, "{% for a in products %}" + inner + "{% endfor %}").Template!;
        var started = Stopwatch.StartNew();
        Assert.Throws<TemplateLimitException>(() => template.Render(Values(new string('A', 20_000)), TestContext.Current.CancellationToken));
        Assert.True(started.Elapsed < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Loops_within_loops_end()
    {
        var values = Values();
        values["products"] = Enumerable.Range(0, 100_000).Select(i => (IReadOnlyDictionary<string, object?>)new Dictionary<string, object?> { ["title"] = "t" }).ToList();
        var template = MessageTemplate.Parse(TemplatePart.Text, "{% for a in products %}{% for b in products %}{% for c in products %}x{% endfor %}{% endfor %}{% endfor %}").Template!;
        Assert.Throws<TemplateLimitException>(() => template.Render(values, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("Ann\r\nBcc: all@example.com", "Hi Ann Bcc: all@example.com")]
    [InlineData("Ann\u202Egpj.exe\u0000", "Hi Anngpj.exe")]
    [InlineData("  Ann\u2028Lee ", "Hi Ann Lee")]
    public void A_subject_is_one_line_without_tricks(string name, string subject) =>
        Assert.Equal(subject, Render(TemplatePart.Subject, "Hi {{ customer.first_name | default: 'you' }}", Values(name)));

    [Fact]
    public void Plain_text_is_not_escaped_but_loses_control_characters() =>
        Assert.Equal("Tea & Sons <3 Anna", Render(TemplatePart.Text, "{{ store.name }} <3 {{ customer.first_name | default: '' }}", Values("An\u202Ena\u0007")));

    public static TheoryData<string, int, string> AllDefaults()
    {
        var rows = new TheoryData<string, int, string>();
        foreach (var campaign in StockCampaigns.All)
            for (var step = 0; step < campaign.Steps.Count; step++)
                foreach (var language in DefaultTexts.Languages) rows.Add(campaign.Key, step, language);
        return rows;
    }

    [Theory]
    [MemberData(nameof(AllDefaults))]
    public void Every_default_text_passes_the_check_and_prints_with_everything_and_with_nothing(string campaign, int step, string language)
    {
        var text = DefaultTexts.Find(campaign, step, language);
        Assert.NotNull(text);
        var everything = Values("Ann", "Coffee", 3);
        everything["offer"] = new Dictionary<string, object?> { ["code"] = "TEA10", ["percent"] = 10, ["days"] = 14, ["ends"] = "Sunday 29 November, 23:59" };
        var nothing = new Dictionary<string, object?>
        {
            ["customer"] = new Dictionary<string, object?> { ["first_name"] = null, ["last_name"] = null, ["name"] = null },
            ["store"] = new Dictionary<string, object?> { ["name"] = "Tea", ["url"] = null },
            ["cart"] = new Dictionary<string, object?> { ["url"] = null, ["total"] = null, ["more"] = null },
            ["product"] = new Dictionary<string, object?> { ["title"] = null, ["url"] = null, ["image"] = null, ["price"] = null, ["only_left"] = null },
            ["products"] = null,
            ["category"] = new Dictionary<string, object?> { ["name"] = null, ["url"] = null },
            ["offer"] = new Dictionary<string, object?> { ["code"] = null, ["percent"] = null, ["days"] = null, ["ends"] = null },
            ["campaign"] = new Dictionary<string, object?> { ["name"] = "Spring", ["starts"] = null, ["ends"] = null },
        };
        foreach (var values in new[] { everything, nothing })
            foreach (var (part, source) in new[] { (TemplatePart.Subject, text.Subject), (TemplatePart.Html, text.Html), (TemplatePart.Text, text.Text) })
            {
                var printed = Render(part, source, values);
                Assert.NotEmpty(printed);
                Assert.DoesNotContain("{{", printed, StringComparison.Ordinal);
                Assert.DoesNotContain("()", printed, StringComparison.Ordinal);
                Assert.DoesNotContain(" ,", printed, StringComparison.Ordinal);
                Assert.DoesNotContain("  ", printed.Trim(), StringComparison.Ordinal);
                if (language == "ar" && part == TemplatePart.Text) Assert.Equal(printed.Count(c => c == '\u2068'), printed.Count(c => c == '\u2069'));
            }
    }

    [Fact]
    public void Only_x_left_is_said_where_it_is_known_and_nowhere_else()
    {
        var text = DefaultTexts.Find("abandoned_cart", 0, "en")!;
        var printed = Render(TemplatePart.Text, text.Text, Values(left: 3));
        Assert.Contains("Green tea, 6.00 GBP (Only 3 left)", printed, StringComparison.Ordinal);
        Assert.Contains("- Pot\n", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("left)", Render(TemplatePart.Text, text.Text, Values()).Replace("left something", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("بقيت قطعتان فقط", Render(TemplatePart.Text, DefaultTexts.Find("abandoned_cart", 0, "ar")!.Text, Values(left: 2)), StringComparison.Ordinal);
    }

    [Fact]
    public void Links_of_a_finished_message_are_replaced_and_nothing_else()
    {
        var seen = new List<string>();
        string Replace(string url) { seen.Add(url); return $"https://c.example/{seen.Count}"; }
        var html = MessageLinks.InHtml("<p title=\"href=x\"><a class='b' href=\"https://a.example/?x=1&amp;y=2\">https://stays.example</a> <a href=\"mailto:a@b.example\">m</a><img src=\"https://i.example/x.png\"></p>", Replace);
        Assert.Equal("<p title=\"href=x\"><a class='b' href=\"https://c.example/1\">https://stays.example</a> <a href=\"mailto:a@b.example\">m</a><img src=\"https://i.example/x.png\"></p>", html);
        Assert.Equal("See https://c.example/2.", MessageLinks.InText("See https://t.example/a?b=c.", Replace));
        Assert.Equal(["https://a.example/?x=1&y=2", "https://t.example/a?b=c"], seen);
    }

    [Theory]
    [InlineData("en", "Sunday 29 November, 23:59")]
    [InlineData("da", "søndag den 29. november kl. 23.59")]
    [InlineData("ar", "الأحد 29 نوفمبر، 23:59")]
    public void An_end_is_printed_with_day_and_hour_in_the_customers_language(string language, string printed) => Assert.Equal(printed,
        MessageLanguage.Find(language).Print(new DateTimeOffset(2026, 11, 29, 23, 0, 0, TimeSpan.Zero), NodaTime.DateTimeZoneProviders.Tzdb["Europe/Copenhagen"]));

    [Theory]
    [InlineData("en", "GBP", 123456, "1,234.56 GBP")]
    [InlineData("da", "DKK", 123456, "1.234,56 DKK")]
    [InlineData("ar", "KWD", 1234567, "1,234.567 KWD")]
    public void Money_is_printed_exactly(string language, string currency, long minor, string printed) =>
        Assert.Equal(printed, MessageLanguage.Find(language).Print(new Money(minor, Currency.Parse(currency))), ignoreLineEndingDifferences: true);

    [Fact]
    public void The_page_carries_sender_way_out_and_direction()
    {
        var html = EmailLayout.Html("<p>x</p>", "S <b>", MessageLanguage.Find("ar-SA"), new SenderIdentity("Tea & Sons Ltd", "1 Row\nLondon", "123"), "Tea", "https://s.example/u/t", openUrl: null);
        Assert.Contains("<html lang=\"ar\" dir=\"rtl\">", html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://s.example/u/t\"", html, StringComparison.Ordinal);
        Assert.Contains("Tea &amp; Sons Ltd", html, StringComparison.Ordinal);
        Assert.Contains("<title>S &lt;b&gt;</title>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("width=\"1\"", html, StringComparison.Ordinal);
        Assert.Contains("Unsubscribe: https://s.example/u/t", EmailLayout.Text("x", MessageLanguage.English, new SenderIdentity("L", "A", ""), "Tea", "https://s.example/u/t"), StringComparison.Ordinal);
    }
}
