using System.Security.Cryptography;
using System.Text;
using Comeback.Stores.Shopify;
using Comeback.Tests.Infra;

namespace Comeback.Tests.Stores.Shopify;

/// <summary>Shop names, signatures and session tokens, mostly as an attacker would write them.</summary>
public sealed class SignatureTests
{
    private const string Secret = "shpss_0123456789abcdef0123456789abcdef", Old = "shpss_old", Client = "client-1";
    private static readonly FakeTime Time = new();

    [Theory]
    [InlineData("tea.myshopify.com", "tea.myshopify.com")]
    [InlineData("TEA-2.MyShopify.com", "tea-2.myshopify.com")]
    [InlineData("0.myshopify.com", "0.myshopify.com")]
    public void A_shop_is_its_own_domain(string text, string shop)
    {
        Assert.True(ShopDomain.TryParse(text, out var domain));
        Assert.Equal(shop, domain.Value);
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("tea"), InlineData(".myshopify.com"), InlineData("-tea.myshopify.com")]
    [InlineData("tea.myshopify.com.evil.example"), InlineData("evil.example/tea.myshopify.com"), InlineData("tea.myshopify.com/"), InlineData("tea.myshopify.com\n")]
    [InlineData("tea.myshopify.com\r\nX: y"), InlineData(" tea.myshopify.com"), InlineData("tea.myshopify.com:443"), InlineData("user@tea.myshopify.com")]
    [InlineData("user:pass@tea.myshopify.com"), InlineData("tea_1.myshopify.com"), InlineData("a.b.myshopify.com"), InlineData("tea.myshopify.co"), InlineData("teamyshopify.com")]
    [InlineData("tea.myshopifyXcom"), InlineData("tea.myshopify.com#"), InlineData("tea.myshopify.com?x"), InlineData("tea%2e.myshopify.com"), InlineData("tеa.myshopify.com")]
    [InlineData("tea.my\u017Fhopify.com"), InlineData("tea.myshopify\u3002com"), InlineData("tea.\u212Ayshopify.com"), InlineData("tea\0.myshopify.com"), InlineData("https://tea.myshopify.com")]
    public void Nothing_else_is_a_shop(string? text)
    {
        Assert.False(ShopDomain.TryParse(text, out _));
        Assert.False(ShopDomain.TryOrigin("https://" + text, out _));
    }

    [Fact]
    public void A_name_longer_than_a_label_is_no_shop() => Assert.False(ShopDomain.TryParse(new string('a', 64) + ".myshopify.com", out _));

    [Theory]
    [InlineData("admin.shopify.com/store/tea", "tea.myshopify.com")]
    [InlineData("https://admin.shopify.com/store/Tea/", "tea.myshopify.com")]
    [InlineData("https://tea.myshopify.com/", "tea.myshopify.com")]
    [InlineData(" tea.myshopify.com ", "tea.myshopify.com")]
    [InlineData("https://admin.shopify.com/store/tea/orders", null)]
    [InlineData("admin.shopify.com/store/tea?x=1", null)]
    [InlineData("admin.shopify.com/store/", null)]
    [InlineData("admin.shopify.com/store/tea.myshopify.com/../evil", null)]
    [InlineData("admin.shopify.com.evil.example/store/tea", null)]
    [InlineData("http://tea.myshopify.com", null)]
    [InlineData("https://https://tea.myshopify.com", null)]
    [InlineData("tea", null)]
    [InlineData("tea.example.com", null)]
    public void What_a_merchant_pastes_becomes_its_domain_and_nothing_after_it(string text, string? shop)
    {
        Assert.Equal(shop is not null, ShopDomain.TryPaste(text, out var domain));
        if (shop is not null) Assert.Equal(shop, domain.Value);
    }

    [Theory]
    [InlineData("admin.shopify.com/store/tea", "admin.shopify.com/store/tea")]
    [InlineData("tea.myshopify.com/admin", "tea.myshopify.com/admin")]
    [InlineData("evil.example/admin", null)]
    [InlineData("admin.shopify.com/store/tea/../x", null)]
    [InlineData("admin.shopify.com/store/tea?return=evil", null)]
    [InlineData("admin.shopify.com.evil.example/store/tea", null)]
    [InlineData("tea.myshopify.com/admin/x", null)]
    [InlineData("tea.myshopify.com@evil.example/admin", null)]
    [InlineData("tea.myshopify.com/admin\n", null)]
    [InlineData("", null)]
    public void A_host_is_one_of_the_two_forms_of_the_admin(string host, string? admin)
    {
        foreach (var form in new[] { Convert.ToBase64String(Encoding.UTF8.GetBytes(host)), Convert.ToBase64String(Encoding.UTF8.GetBytes(host)).TrimEnd('=') })
        {
            Assert.Equal(admin is not null, ShopDomain.TryHost(form, out _, out var known));
            Assert.Equal(admin, known);
        }
        Assert.False(ShopDomain.TryHost(host, out _, out _));
    }

    [Fact]
    public void A_webhook_of_the_present_or_the_old_secret_verifies_and_no_other()
    {
        var body = "{\"id\":1}"u8.ToArray();
        var both = new ShopifySignatures([Secret, Old], Time);
        Assert.True(both.IsWebhook(body, Hash(Secret, body)));
        Assert.True(both.IsWebhook(body, Hash(Old, body)));
        Assert.False(both.IsWebhook(body, Hash("another", body)));
        Assert.False(new ShopifySignatures([Secret], Time).IsWebhook(body, Hash(Old, body)));
        Assert.False(both.IsWebhook("{\"id\":2}"u8, Hash(Secret, body)));
        Assert.False(new ShopifySignatures([""], Time).IsWebhook(body, Hash("", body)));
        foreach (var wrong in new[] { null, "", "x", Hash(Secret, body).ToLowerInvariant(), Hash(Secret, body)[..43], Hash(Secret, body) + "=", Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), body)) })
            Assert.False(both.IsWebhook(body, wrong));
        var running = both.Begin();
        foreach (var hash in running) hash.AppendData(body);
        Assert.True(ShopifySignatures.End(running, Hash(Old, body)));
    }

    [Fact]
    public void Recorded_bodies_verify_with_the_hash_in_their_index()
    {
        var folder = Path.Combine(Architecture.Repository.Shared, "shopify", "webhooks");
        Assert.SkipUnless(Directory.Exists(folder), "The recorded bodies (../shared/shopify/webhooks) are not beside this checkout.");
        var signatures = new ShopifySignatures(["test_secret_key"], Time);
        using var index = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "index.json")));
        var checkedBodies = 0;
        foreach (var entry in index.RootElement.EnumerateArray())
        {
            if (!entry.TryGetProperty("hmac_sha256_base64_with_secret_test_secret_key", out var hash)) continue;
            Assert.True(signatures.IsWebhook(File.ReadAllBytes(Path.Combine(folder, entry.GetProperty("file").GetString()!)), hash.GetString()), entry.GetProperty("file").GetString());
            checkedBodies++;
        }
        Assert.True(checkedBodies > 20);
    }

    [Fact]
    public void A_signed_query_is_good_for_ninety_seconds_and_only_as_it_was_signed()
    {
        var signatures = new ShopifySignatures([Secret], Time);
        var good = Query(("shop", "tea.myshopify.com"), ("timestamp", Now()), ("code", "a&b=c%d"), ("host", "x"));
        Assert.True(signatures.IsQuery(good));
        Assert.False(signatures.IsQuery([.. good, new("extra", "1")]));
        Assert.False(signatures.IsQuery([.. good.Where(p => p.Key != "host")]));
        Assert.False(signatures.IsQuery([.. good, new("shop", "evil.myshopify.com")]));
        Assert.False(signatures.IsQuery([.. good.Where(p => p.Key != "hmac")]));
        Assert.False(signatures.IsQuery(Query(("shop", "tea.myshopify.com"), ("timestamp", Now(-91)))));
        Assert.False(signatures.IsQuery(Query(("shop", "tea.myshopify.com"), ("timestamp", Now(91)))));
        Assert.True(signatures.IsQuery(Query(("shop", "tea.myshopify.com"), ("timestamp", Now(-89)))));
        Assert.False(signatures.IsQuery(Query(("shop", "tea.myshopify.com"))));
        Assert.False(signatures.IsQuery(Query(("shop", "tea.myshopify.com"), ("timestamp", "-1"))));
        Assert.False(signatures.IsQuery(Query(("shop", "tea.myshopify.com"), ("timestamp", "99999999999999999"))));
    }

    [Fact]
    public void The_app_proxy_signs_otherwise_and_joins_what_repeats()
    {
        var signatures = new ShopifySignatures([Secret], Time);
        List<KeyValuePair<string, string>> query = [new("extra", "1"), new("extra", "2"), new("shop", "tea.myshopify.com"), new("path_prefix", "/apps/comeback"), new("timestamp", Now()), new("logged_in_customer_id", "")];
        // Shopify's own example: sorted, joined by nothing, repeated values by commas.
        var message = $"extra=1,2logged_in_customer_id=path_prefix=/apps/comebackshop=tea.myshopify.comtimestamp={Now()}";
        query.Add(new("signature", ShopifySignatures.Sign(Secret, message)));

        Assert.True(signatures.IsProxy(query));
        Assert.False(signatures.IsQuery(query));
        Assert.False(signatures.IsProxy([.. query, new("logged_in_customer_id", "7")]));
        Assert.False(signatures.IsProxy([.. query, new("shop", "evil.myshopify.com")]));
        Assert.False(signatures.IsProxy([.. query.Where(p => p.Key != "logged_in_customer_id"), new("logged_in_customer_id", "7")]));
        Assert.False(signatures.IsProxy([.. query.Where(p => p.Key != "signature"), new("hmac", query[^1].Value)]));
    }

    [Fact]
    public void A_session_token_names_its_shop()
    {
        var token = SessionToken.Read(Token(), Client, [Secret], Time.GetUtcNow());
        Assert.Equal("tea.myshopify.com", token?.Shop.Value);
        Assert.Equal("42", token?.User);
        Assert.NotNull(SessionToken.Read(Token(secret: Old), Client, [Secret, Old], Time.GetUtcNow()));
        Assert.NotNull(SessionToken.Read(Token(), Client, [Secret], Time.GetUtcNow().AddSeconds(69)));
        Assert.NotNull(SessionToken.Read(Token(), Client, [Secret], Time.GetUtcNow().AddSeconds(-10)));
    }

    [Fact]
    public void Any_other_token_is_none()
    {
        var now = Time.GetUtcNow();
        var tokens = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["none"] = null,
            ["empty"] = "",
            ["two parts"] = "a.b",
            ["another secret"] = Token(secret: "another"),
            ["no algorithm"] = Token(alg: "none"),
            ["RS256"] = Token(alg: "RS256"),
            ["HS512"] = Token(alg: "HS512"),
            ["small letters"] = Token(alg: "hs256"),
            ["another app"] = Token(aud: "client-2"),
            ["dest is no shop"] = Token(dest: "https://evil.example"),
            ["dest with a port"] = Token(dest: "https://tea.myshopify.com:444"),
            ["dest with a path"] = Token(dest: "https://tea.myshopify.com/x"),
            ["dest by http"] = Token(dest: "http://tea.myshopify.com"),
            ["dest with a user"] = Token(dest: "https://x@tea.myshopify.com"),
            ["another shop's issuer"] = Token(iss: "https://coffee.myshopify.com/admin"),
            ["an issuer elsewhere"] = Token(iss: "https://evil.example/admin"),
            ["no signature"] = Token()[..(Token().LastIndexOf('.') + 1)],
            ["cut signature"] = Token()[..^3],
            ["trailing"] = Token() + ".x",
            ["huge"] = new string('a', 5000),
            ["aud as list"] = Token(claims: $$"""{"aud":["{{Client}}"],"dest":"https://tea.myshopify.com","iss":"https://tea.myshopify.com/admin","exp":{{now.ToUnixTimeSeconds() + 60}},"nbf":{{now.ToUnixTimeSeconds()}}}"""),
            ["no exp"] = Token(claims: $$"""{"aud":"{{Client}}","dest":"https://tea.myshopify.com","iss":"https://tea.myshopify.com/admin","nbf":{{now.ToUnixTimeSeconds()}}}"""),
            ["no nbf"] = Token(claims: $$"""{"aud":"{{Client}}","dest":"https://tea.myshopify.com","iss":"https://tea.myshopify.com/admin","exp":{{now.ToUnixTimeSeconds() + 60}}}"""),
            ["no json"] = Token(claims: "x"),
            ["a list"] = Token(claims: "[]"),
            ["deep"] = Token(claims: new string('[', 200) + new string(']', 200)),
        };
        foreach (var (what, token) in tokens) Assert.True(SessionToken.Read(token, Client, [Secret], now) is null, what);
        Assert.Null(SessionToken.Read(Token(), Client, [Secret], now.AddSeconds(71)));
        Assert.Null(SessionToken.Read(Token(), Client, [Secret], now.AddSeconds(-11)));
        Assert.Null(SessionToken.Read(Token(secret: ""), Client, [""], now));
        Assert.Null(SessionToken.Read(Token(aud: ""), "", [Secret], now));
    }

    /// <summary>A session token as Shopify makes one, or with something wrong.</summary>
    internal static string Token(
        string secret = Secret, string alg = "HS256", string aud = Client, string shop = "tea.myshopify.com", string? dest = null, string? iss = null, string? claims = null, DateTimeOffset? at = null)
    {
        var now = (at ?? Time.GetUtcNow()).ToUnixTimeSeconds();
        var header = Encode($$"""{"alg":"{{alg}}","typ":"JWT"}""");
        var body = Encode(claims ?? $$"""{"iss":"{{iss ?? $"https://{shop}/admin"}}","dest":"{{dest ?? $"https://{shop}"}}","aud":"{{aud}}","sub":"42","exp":{{now + 60}},"nbf":{{now}},"iat":{{now}},"jti":"j","sid":"s"}""");
        return $"{header}.{body}.{System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes($"{header}.{body}")))}";
    }

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Now(int seconds = 0) => (Time.GetUtcNow().ToUnixTimeSeconds() + seconds).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Hash(string secret, byte[] body) => Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));

    /// <summary>Shopify escapes percent and ampersand, and in names the equals sign.</summary>
    private static List<KeyValuePair<string, string>> Query(params (string Key, string Value)[] pairs)
    {
        var message = string.Join('&', pairs.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value.Replace("%", "%25", StringComparison.Ordinal).Replace("&", "%26", StringComparison.Ordinal)}"));
        return [.. pairs.Select(p => new KeyValuePair<string, string>(p.Key, p.Value)), new("hmac", ShopifySignatures.Sign(Secret, message))];
    }
}
