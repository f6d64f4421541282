using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Comeback.Data;
using Comeback.Hosting;
using Comeback.Install;
using Comeback.Privacy;
using Comeback.Sync;
using Comeback.Tests.Infra;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Comeback.Tests.Flow;

/// <summary>
/// The whole story once more, with the service as talkative as it can be made: every line, span and metric is read, and none may name a customer or
/// hold what lets somebody in.
/// </summary>
public sealed partial class QuietTests
{
    private const string Password = "hunter-of-lions-77";
    private static readonly string[] People =
    [
        "zenobia", "septimia", "palmyra.example", "+4520304050", "4520304050", "odaenathus", "wahballat", "+4520304051", "20304051", "longinus", "12 Colonnade",
        "zabdas", "+4520304059",
    ];

    [Theory, EachDatabase]
    public async Task At_trace_with_telemetry_on_nothing_that_the_service_says_names_a_customer_or_holds_a_secret(DatabaseKind kind)
    {
        var stop = TestContext.Current.CancellationToken;
        var ears = new Ears();
        var secrets = new List<string> { Password };
        await using var sink = new SmtpSink();
        await using var comeback = await RunningComeback.StartAsync(kind, adjust: ears.Attach, settings: Ears.Settings);
        var shop = await comeback.ShopAsync();
        var store = $"/api/stores/{shop.Id}";

        // Somebody signs in, with a link that works once.
        var link = await comeback.Get<Admission>().NewLinkAsync(stop);
        secrets.Add(link);
        using (var look = await comeback.FollowAsync($"https://mail.shop.example/sign-in/{link}")) Assert.Equal(HttpStatusCode.OK, look.StatusCode);
        using (var post = new HttpRequestMessage(HttpMethod.Post, $"/sign-in/{link}"))
        {
            post.Headers.Add("Sec-Fetch-Site", "same-origin");
            using var answer = await comeback.Http.SendAsync(post, stop);
            secrets.Add(Session().Match(answer.Headers.GetValues("Set-Cookie").Single()).Groups["token"].Value);
        }

        // The store's secrets, and a key for the event API.
        var settings = await comeback.GetAsync($"{store}/settings");
        using (var put = new HttpRequestMessage(HttpMethod.Put, $"{store}/settings")
        {
            Content = Body(new { settings = settings.GetProperty("settings"), version = settings.GetProperty("version").GetString(), smtpPassword = Password }),
        })
        {
            put.Headers.Add("Sec-Fetch-Site", "same-origin");
            using var answer = await comeback.Http.SendAsync(put, stop);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(stop));
        }
        await comeback.ChangeAsync(shop, row => row.Settings = (StoreSettings.Read(row.Settings) with { Smtp = new SmtpSettings { Host = "127.0.0.1", Port = sink.Port } }).Write());
        var (_, key) = await comeback.Get<ApiKeys>().AddAsync(shop.Id, "quiet", stop);
        secrets.Add(key);

        // People come by the event API, well and badly; by a file, with rows that cannot be read; and as wrong bodies.
        await comeback.SwitchOnAsync(shop, "abandoned_cart");
        await comeback.PassAsync(shop, TimeSpan.FromSeconds(1));
        await EventsAsync(comeback, key, PeopleJson(comeback.Time.GetUtcNow()), HttpStatusCode.OK);
        await EventsAsync(comeback, key, """{"records":[{"type":"customer","person":"zenobia@palmyra.example +4520304050"},{"type":"order","placedAt":"Septimia","total":"Odaenathus"}]}""", HttpStatusCode.OK);
        await EventsAsync(comeback, key, "{\"records\": zenobia@palmyra.example Septimia", HttpStatusCode.BadRequest);
        await EventsAsync(comeback, key + "zenobia", "{}", HttpStatusCode.Unauthorized);
        await ImportAsync(comeback);
        shop.Customer("zabdas", phone: "+4520304059").LeftInCart("Teapot");
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);

        // A message: refused by a server that repeats the address, taken the second time.
        await comeback.PassAsync(shop, TimeSpan.FromMinutes(61));
        sink.Mood = SinkMood.RefusesByName;
        await comeback.SettleAsync(shop);
        sink.Mood = SinkMood.SilentAfterText;
        await EventsAsync(comeback, key, PeopleJson(comeback.Time.GetUtcNow(), "odaenathus@palmyra.example", "odd"), HttpStatusCode.OK);
        await comeback.SettleAsync(shop);
        await comeback.PassAsync(shop, TimeSpan.FromMinutes(61));
        await comeback.SettleAsync(shop);
        var messages = await comeback.MessagesAsync(shop);
        Assert.Contains(messages, m => m.State == MessageState.Failed);
        Assert.Contains(messages, m => m.State == MessageState.Unknown);

        // Its links: followed, guessed at, used up.
        var text = messages[0].Html + messages[0].Text;
        foreach (var url in Links().Matches(text).Select(m => m.Value).Distinct(StringComparer.Ordinal))
        {
            secrets.Add(url[(url.LastIndexOf('/') + 1)..]);
            using var look = await comeback.FollowAsync(url);
            using var post = await comeback.FollowAsync(url, method: HttpMethod.Post);
        }
        using (await comeback.FollowAsync("https://mail.shop.example/c/zenobia-at-palmyra.example-septimia")) { }

        // Pages of the admin, with names in their addresses; ids and bodies of the wrong kind.
        foreach (var page in new[] { "customers?search=Septimia", "customers?sort=zenobia@palmyra.example", "customers/Odaenathus", "messages", $"messages/{messages[0].Id}/body", "home", "segments", "segments/all_buyers/members?search=zenobia",
            "segments/all_buyers/export", "segments/zenobia@palmyra.example", $"messages?customer=Septimia" })
        {
            using var answer = await comeback.Http.GetAsync($"{store}/{page}", stop);
        }
        foreach (var (path, body) in new (string, object)[]
        {
            ("segments", new { name = "Septimia", definition = "customer_email = 'zenobia@palmyra.example'" }), ("segments/check", new { definition = "Zenobia Septimia <zenobia@palmyra.example>" }),
            ("campaigns/abandoned_cart/test", new { address = "longinus@palmyra.example" }), ("templates/check", new { html = "{{ Zenobia.Septimia }}" }),
        })
        {
            using var answer = await comeback.PostAsync($"{store}/{path}", body);
        }
        using (var form = new MultipartFormDataContent { { new StringContent("Zenobia Septimia,zenobia@palmyra.example\0"), "file", "zenobia@palmyra.example.csv" } })
        using (var request = new HttpRequestMessage(HttpMethod.Post, "/api/imports/preview") { Content = form })
        {
            request.Headers.Add("Sec-Fetch-Site", "same-origin");
            using var answer = await comeback.Http.SendAsync(request, stop);
        }

        // A person asks what is known, and is forgotten.
        await comeback.Get<Erasure>().EraseAsync(shop.Id, messages[0].CustomerId, "test", stop);
        await comeback.SettleAsync(shop);

        // Something breaks with a person in the exception's text, in several layers.
        var log = comeback.Get<ILogger<QuietTests>>();
        Careless.Broke(log, new InvalidOperationException("Zenobia Septimia", new IOException("zenobia@palmyra.example")));
        Careless.Wrote(log, "zenobia@palmyra.example", "+4520304050", "Zenobia Septimia");

        comeback.Get<MeterProvider>().ForceFlush();
        comeback.Get<TracerProvider>().ForceFlush();
        Assert.True(ears.Lines.Count > 1_500, $"only {ears.Lines.Count} lines were heard");
        Assert.Contains(ears.Lines, line => line.Contains("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.Contains(ears.Spans, span => span.Contains("records.write", StringComparison.Ordinal));
        Assert.Contains(ears.Spans, span => span.Contains($"comeback.store={shop.Id}", StringComparison.Ordinal) && span.Contains("comeback.records=", StringComparison.Ordinal));
        foreach (var outcome in new[] { "read", "rejected" })
            Assert.Contains(ears.Metrics, metric => metric.Contains("comeback.import.rows", StringComparison.Ordinal) && metric.Contains($"outcome={outcome}", StringComparison.Ordinal));
        Assert.Contains(ears.Metrics, metric => metric.Contains("comeback.messages", StringComparison.Ordinal));
        Assert.Contains(ears.Metrics, metric => metric.Contains("http.server.request.duration", StringComparison.Ordinal));
        Assert.All(secrets, secret => Assert.True(secret.Length > 8));
        var heard = ears.Holding([.. People, .. secrets]);
        Assert.True(heard.Count == 0, string.Join('\n', heard.Take(20)));

        // The ear hears: a name that somebody writes into a sentence would be found.
        Careless.Said(log, "Zenobia");
        Assert.NotEmpty(ears.Holding(People));
    }

    private static string PeopleJson(DateTimeOffset now, string email = "zenobia@palmyra.example", string id = "zen") => JsonSerializer.Serialize(new
    {
        records = new object[]
        {
            new
            {
                type = "customer", updatedAt = now,
                person = new { accountId = id, email, phone = id == "zen" ? "+4520304050" : null, firstName = "Zenobia", lastName = "Septimia", country = "DK" },
                consents = new[] { new { channel = "email", state = "granted", at = now.AddDays(-1), source = "Wahballat", wording = "Yes, Longinus" } },
            },
            new
            {
                type = "cart", externalId = "cart-" + id, updatedAt = now, createdAt = now, person = new { accountId = id }, recoveryUrl = "https://teahouse.example/cart?for=zenobia",
                lines = new[] { new { title = "Teapot", quantity = 1, productExternalId = "p-1", unitPrice = new { minor = "1250", currency = "GBP" } } },
            },
        },
    });

    private static async Task EventsAsync(RunningComeback comeback, string key, string body, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/events") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Authorization", $"Bearer {key}");
        using var answer = await comeback.Http.SendAsync(request);
        Assert.True(answer.StatusCode == expected, await answer.Content.ReadAsStringAsync());
    }

    private static async Task ImportAsync(RunningComeback comeback)
    {
        const string File = """
            Order,Date,Email,Name,Phone,Total,Address
            1,2026-01-05,odaenathus@palmyra.example,Odaenathus Wahballat,+4520304051,12.50,12 Colonnade
            2,Odaenathus,wahballat@palmyra.example,Wahballat,+4520304051,12.50,12 Colonnade
            3,2026-01-06,Wahballat,Longinus,20304051,Septimia,12 Colonnade
            """;
        using var form = new MultipartFormDataContent
        {
            { new StringContent("Palmyra import"), "name" }, { new StringContent("GBP"), "currency" }, { new StringContent("Europe/London"), "timeZone" },
            { new StringContent("""{"Order":"order","Date":"date","Email":"email","Total":"total"}"""), "mapping" }, { new StringContent(File), "file", "Longinus.csv" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/imports") { Content = form };
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        using var answer = await comeback.Http.SendAsync(request);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        await comeback.Get<ImportUploads>().WhenIdleAsync();
    }

    private static StringContent Body(object body) => new(JsonSerializer.Serialize(body, Json.Options), Encoding.UTF8, "application/json");

    [GeneratedRegex("https://mail.shop.example/[cou]/[A-Za-z0-9_-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Links();

    [GeneratedRegex("comeback_session=(?<token>[A-Za-z0-9_-]+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Session();

    /// <summary>What a hasty colleague might write.</summary>
    private static partial class Careless
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "It broke")]
        public static partial void Broke(ILogger logger, Exception problem);

        [LoggerMessage(Level = LogLevel.Information, Message = "Wrote to {Email}, {Phone}, {Name}")]
        public static partial void Wrote(ILogger logger, string email, string phone, string name);

        [LoggerMessage(Level = LogLevel.Information, Message = "Said {Word}")]
        public static partial void Said(ILogger logger, string word);
    }
}
