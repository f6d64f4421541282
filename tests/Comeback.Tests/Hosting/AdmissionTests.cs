using System.Net;
using System.Net.Http.Headers;
using Comeback.Tests.Infra;

namespace Comeback.Tests.Hosting;

/// <summary>Who may open the admin (SECURITY 1).</summary>
public sealed class AdmissionTests
{
    [Fact]
    public async Task A_merchant_on_the_same_machine_opens_the_admin_of_a_development_copy_without_signing_in()
    {
        await using var comeback = await TestServer.StartAsync();

        Assert.Equal("local", (await comeback.JsonAsync("/api/session")).GetProperty("mode").GetString());
        Assert.Equal(HttpStatusCode.OK, (await comeback.Http.GetAsync(Path("/api/stores"))).StatusCode);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("comeback.localhost.evil.example:5080")]
    [InlineData("127.0.0.1.nip.io")]
    [InlineData("192.168.1.10")]
    public async Task A_name_that_was_made_to_point_at_this_machine_gets_nothing(string host)
    {
        await using var comeback = await TestServer.StartAsync();

        foreach (var path in new[] { "/api/session", "/api/stores", "/admin", "/", "/sign-in/x", "/openapi/v1.json" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Path(path)) { Headers = { Host = host } };
            Assert.Equal(HttpStatusCode.BadRequest, (await comeback.Http.SendAsync(request)).StatusCode);
        }
    }

    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.9")]
    [InlineData("X-Forwarded-Host", "abc.tunnel.example")]
    [InlineData("Forwarded", "for=203.0.113.9")]
    [InlineData("X-Real-IP", "203.0.113.9")]
    [InlineData("Via", "1.1 tunnel")]
    public async Task Whoever_comes_through_a_tunnel_has_to_sign_in(string header, string value)
    {
        await using var comeback = await TestServer.StartAsync();

        var session = await SendAsync(comeback, HttpMethod.Get, "/api/session", (header, value));
        var stores = await SendAsync(comeback, HttpMethod.Get, "/api/stores", (header, value));

        Assert.Contains("\"none\"", await session.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, stores.StatusCode);
        Assert.Equal("application/problem+json", stores.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_copy_in_production_asks_everybody_to_sign_in()
    {
        await using var comeback = await ProductionAsync();

        Assert.Equal("none", (await comeback.JsonAsync("/api/session")).GetProperty("mode").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await comeback.Http.GetAsync(Path("/api/stores"))).StatusCode);
    }

    [Fact]
    public async Task A_copy_that_listens_on_the_network_asks_everybody_to_sign_in_even_in_development()
    {
        await using var comeback = await TestServer.StartAsync(settings: ["--Comeback:Urls=http://0.0.0.0:0"]);
        using var http = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://127.0.0.1:{comeback.Address.Port}/api/stores"));

        Assert.Equal(HttpStatusCode.Unauthorized, (await comeback.Http.SendAsync(http)).StatusCode);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://localhost:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Accept", "*/*")]
    public async Task Somebody_elses_page_cannot_make_the_admin_do_anything(string header, string value)
    {
        await using var comeback = await TestServer.StartAsync();
        using var foreign = comeback.NewClient(fromOurPages: false);

        foreach (var (method, path) in new[] { (HttpMethod.Post, "/api/session/sign-out"), (HttpMethod.Put, "/api/stores/1/settings"), (HttpMethod.Post, "/sign-in/x") })
        {
            using var request = new HttpRequestMessage(method, Path(path));
            request.Headers.TryAddWithoutValidation(header, value);
            Assert.Equal(HttpStatusCode.Forbidden, (await foreign.SendAsync(request)).StatusCode);
        }
    }

    [Fact]
    public async Task Our_own_page_says_so_by_its_origin_too()
    {
        await using var comeback = await TestServer.StartAsync();
        using var client = comeback.NewClient(fromOurPages: false);
        using var request = new HttpRequestMessage(HttpMethod.Post, Path("/api/session/sign-out"));
        request.Headers.Add("Origin", comeback.Address.GetLeftPart(UriPartial.Authority));

        Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task No_other_site_may_read_the_api()
    {
        await using var comeback = await TestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Options, Path("/api/stores"));
        request.Headers.Add("Origin", "https://evil.example");
        request.Headers.Add("Access-Control-Request-Method", "GET");

        Assert.False((await comeback.Http.SendAsync(request)).Headers.Contains("Access-Control-Allow-Origin"));
        var read = await SendAsync(comeback, HttpMethod.Get, "/api/stores", ("Origin", "https://evil.example"));
        Assert.False(read.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_sign_in_link_signs_in_one_browser_once_and_looking_at_it_does_not()
    {
        await using var comeback = await ProductionAsync();
        var token = await comeback.Get<Comeback.Hosting.Admission>().NewLinkAsync(CancellationToken.None);
        using var other = comeback.NewClient();

        var page = await comeback.Http.GetAsync(Path($"/sign-in/{token}"));
        Assert.Contains("<button", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("none", (await comeback.JsonAsync("/api/session")).GetProperty("mode").GetString());

        var pressed = await comeback.Http.PostAsync(Path($"/sign-in/{token}"), null);
        Assert.Equal(HttpStatusCode.SeeOther, pressed.StatusCode);
        var cookie = Assert.Single(pressed.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("operator", (await comeback.JsonAsync("/api/session")).GetProperty("mode").GetString());

        Assert.Equal(HttpStatusCode.Gone, (await other.PostAsync(Path($"/sign-in/{token}"), null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.GetAsync(Path("/api/stores"))).StatusCode);
    }

    [Fact]
    public async Task A_sign_in_link_dies_after_ten_minutes()
    {
        var time = new FakeTime();
        await using var comeback = await ProductionAsync(time);
        var token = await comeback.Get<Comeback.Hosting.Admission>().NewLinkAsync(CancellationToken.None);

        time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(HttpStatusCode.Gone, (await comeback.Http.PostAsync(Path($"/sign-in/{token}"), null)).StatusCode);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_everywhere_that_cookie_is()
    {
        await using var comeback = await ProductionAsync();
        var token = await comeback.Get<Comeback.Hosting.Admission>().NewLinkAsync(CancellationToken.None);
        var pressed = await comeback.Http.PostAsync(Path($"/sign-in/{token}"), null);
        var cookie = pressed.Headers.GetValues("Set-Cookie").Single().Split(';')[0];

        Assert.Equal(HttpStatusCode.NoContent, (await comeback.Http.PostAsync(Path("/api/session/sign-out"), null)).StatusCode);

        using var thief = comeback.NewClient();
        thief.DefaultRequestHeaders.Add("Cookie", cookie);
        Assert.Equal(HttpStatusCode.Unauthorized, (await thief.GetAsync(Path("/api/stores"))).StatusCode);
    }

    [Fact]
    public async Task The_admin_of_somebody_without_a_session_is_the_sign_in_page_and_is_never_framed()
    {
        await using var comeback = await ProductionAsync();

        var page = await comeback.Http.GetAsync(Path("/admin/anything"));

        Assert.Contains(page.StatusCode, new[] { HttpStatusCode.Unauthorized, HttpStatusCode.ServiceUnavailable });
        Assert.Contains("frame-ancestors 'none'", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(page.Headers.GetValues("X-Content-Type-Options")));
        Assert.False(page.Headers.Contains("Server"));
    }

    [Fact]
    public async Task A_guess_at_links_is_slowed_down()
    {
        await using var comeback = await ProductionAsync();
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 40; i++) answers.Add((await comeback.Http.PostAsync(Path($"/sign-in/guess-{i}"), null)).StatusCode);

        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("203.0.113.9", true)]
    [InlineData("127.0.0.1", false)]
    public async Task Whose_address_a_proxy_forwards_is_believed_of_a_configured_proxy_only(string? proxies, bool slowed)
    {
        var key = System.IO.Path.Combine(Directory.CreateTempSubdirectory("comeback-key-").FullName, "master.key");
        await File.WriteAllBytesAsync(key, System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        string[] settings = [$"--Comeback:MasterKeyFile={key}", .. proxies is null ? Array.Empty<string>() : [$"--Comeback:Proxies={proxies}"]];
        await using var comeback = await TestServer.StartAsync("Production", settings: settings);
        var answers = new List<HttpStatusCode>();
        // One machine that says of itself to be forty: it is slowed down as one, unless it is the proxy that we were told to believe.
        for (var i = 0; i < 40; i++)
        {
            using var answer = await SendAsync(comeback, HttpMethod.Post, $"/sign-in/guess-{i}", ("X-Forwarded-For", $"198.51.100.{i}"));
            answers.Add(answer.StatusCode);
        }

        Assert.Equal(slowed, answers.Contains(HttpStatusCode.TooManyRequests));
    }

    private static async Task<TestServer> ProductionAsync(TimeProvider? time = null)
    {
        var key = System.IO.Path.Combine(Directory.CreateTempSubdirectory("comeback-key-").FullName, "master.key");
        await File.WriteAllBytesAsync(key, System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        return await TestServer.StartAsync("Production", time: time, settings: [$"--Comeback:MasterKeyFile={key}"]);
    }

    private static Task<HttpResponseMessage> SendAsync(TestServer comeback, HttpMethod method, string path, (string Name, string Value) header)
    {
        var request = new HttpRequestMessage(method, Path(path));
        request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return comeback.Http.SendAsync(request);
    }

    private static Uri Path(string path) => new(path, UriKind.Relative);
}
