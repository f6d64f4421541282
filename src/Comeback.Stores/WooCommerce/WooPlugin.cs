using System.Text.Json;
using Comeback.Engine;
using Comeback.Engine.Orders;

namespace Comeback.Stores.WooCommerce;

/// <summary>What the companion plugin is told once, under keys that only the store's own administrator gave us.</summary>
/// <param name="Installation">Which install this is: the plugin is told again after each.</param>
public sealed record WooPluginLink(string Service, string Store, string Hook, string Secret, int Installation, string PixelKey)
{
    /// <summary>True when the plugin is there and knows the present secret. A store without the plugin goes on without.</summary>
    internal async Task<bool> TellAsync(WooClient client, CancellationToken ct)
    {
        using var status = await client.FindAsync("wc-comeback/v1/status", ct).ConfigureAwait(false);
        if (status is null) return false;
        if (status.Root.Id("installation") == Installation) return true;
        using var told = await client.SendAsync(HttpMethod.Post, "wc-comeback/v1/connect", new Dictionary<string, object>
        {
            ["service"] = Service,
            ["store"] = Store,
            ["hook"] = Hook,
            ["secret"] = Secret,
            ["installation"] = Installation,
            ["pixelKey"] = PixelKey,
        }, ct).ConfigureAwait(false);
        return true;
    }
}

/// <summary>
/// Maps what the companion plugin sends. Its server signs it, so accounts are proven; an address that was only typed is not, and a box ticked beside
/// it gives consent that is pending until an order or a confirmation.
/// </summary>
internal static class WooPlugin
{
    public const string Carts = "plugin.carts", Consents = "plugin.consents", SignUp = "plugin.sign-up", Events = "plugin.events";
    private const int MostCarts = 50, MostLines = 200, MostConsents = 50, MostEvents = 100, LongestQuery = 80;

    public static List<StoreRecord> Map(string topic, JsonElement body, DateTimeOffset receivedAt, WooSettings settings, Uri store) => topic switch
    {
        Carts => [.. body.List("carts").Take(MostCarts).SelectMany(c => Cart(c, receivedAt, settings, store))],
        Consents => [.. body.List("consents").Take(MostConsents).Select(c => Consent(c, receivedAt)).OfType<StoreRecord>()],
        Events => [.. body.List("events").Take(MostEvents).Select(e => View(e, receivedAt)).OfType<StoreRecord>()],
        SignUp => SignedUp(body, receivedAt) is { } record ? [record] : [],
        _ => [],
    };

    private static IEnumerable<StoreRecord> Cart(JsonElement cart, DateTimeOffset receivedAt, WooSettings settings, Uri store)
    {
        if (cart.Text("id") is not { Length: >= 16 and <= 64 } id) yield break;
        var at = Clip(cart.Instant("updatedAt") ?? receivedAt, receivedAt);
        var currency = Currency.TryParse(cart.Text("currency"), out var own) ? own : settings.Currency;
        var account = cart.IdText("account");
        var person = new Person
        {
            AccountId = account,
            Email = cart.Text("email"),
            Phone = cart.Text("phone"),
            // A name that a stranger typed beside a known address would become that person's name.
            FirstName = account is null ? null : cart.Text("firstName"),
            LastName = account is null ? null : cart.Text("lastName"),
            Country = cart.Text("country"),
            Language = cart.Text("language"),
        };
        var known = account is not null || person.Email is not null || person.Phone is not null;
        yield return new CartRecord
        {
            ExternalId = "woo:" + id,
            Person = known ? person : null,
            UpdatedAt = at,
            CreatedAt = cart.Instant("createdAt") is { } created && created <= at ? created : null,
            RecoveryUrl = cart.Text("restore") is { Length: 43 } token && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? $"{WooAddress.Write(store)}/?comeback_restore={token}" : null,
            Total = cart.Amount("total") is { } total ? Money.FromDecimal(total, currency) : null,
            Lines = [.. cart.List("lines").Take(MostLines).Select(l => Line(l, currency)).OfType<CartLineRecord>()],
            Closed = cart.Text("state") is "emptied" or "ordered",
        };
        var consents = cart.List("consents").Select(c => Given(c, receivedAt, account is not null)).OfType<ConsentRecord>().ToList();
        if (known && consents.Count > 0) yield return new ConsentsRecord { Person = new Person { AccountId = account, Email = person.Email, Phone = person.Phone, Country = person.Country }, Consents = consents, UpdatedAt = at };
    }

    /// <summary>A view that the plugin's server relays. The account is the session's own, put in by the server; without one it is a browser's and nobody's.</summary>
    private static EventRecord? View(JsonElement view, DateTimeOffset receivedAt)
    {
        var product = view.IdText("product");
        var category = view.IdText("category");
        var query = view.Text("query") is { } words ? words[..Math.Min(words.Length, LongestQuery)] : null;
        EventKind? kind = view.Text("kind") switch
        {
            "product" when product is not null => EventKind.ProductViewed,
            "category" when category is not null => EventKind.CategoryViewed,
            "search" when query is not null => EventKind.Searched,
            _ => null,
        };
        if (kind is not { } known || view.Text("id") is not { Length: >= 16 and <= 64 } id) return null;
        var said = view.Instant("at") ?? receivedAt;
        var at = said > receivedAt ? receivedAt : said < receivedAt.AddDays(-1) ? receivedAt.AddDays(-1) : said;
        var visitor = view.Text("visitor") is { Length: >= 22 and <= 64 } browser ? browser : null;
        var account = view.IdText("account");
        if (visitor is null && account is null) return null;
        return new EventRecord
        {
            ExternalId = "woo:" + id,
            Kind = known,
            At = at,
            UpdatedAt = at,
            Visitor = visitor,
            Person = account is null ? null : new Person { AccountId = account },
            ProductExternalId = known == EventKind.ProductViewed ? product : null,
            CategoryExternalId = known == EventKind.CategoryViewed ? category : null,
            Properties = known == EventKind.Searched ? new Dictionary<string, string> { ["query"] = query! } : new Dictionary<string, string>(),
        };
    }

    private static ConsentsRecord? Consent(JsonElement consent, DateTimeOffset receivedAt)
    {
        var account = consent.IdText("account");
        var proven = account is not null || consent.IdText("order") is not null;
        if (Given(consent, receivedAt, proven) is not { } given || (account is null && consent.Text("email") is null && consent.Text("phone") is null)) return null;
        return new ConsentsRecord { Person = new Person { AccountId = account, Email = consent.Text("email"), Phone = consent.Text("phone") }, Consents = [given], UpdatedAt = given.At };
    }

    private static ConsentsRecord? SignedUp(JsonElement body, DateTimeOffset receivedAt)
    {
        if (body.Text("kind") == "backInStock" || body.Text("wording") is not { } wording || (body.Text("email") ?? body.Text("phone")) is null) return null;
        var source = "sign-up " + (body.Text("source") ?? "form");
        var consents = body.List("channels").Select(c => Channel(c.ValueKind == JsonValueKind.String ? c.GetString() : null)).OfType<Channel>()
            .Select(c => new ConsentRecord(c, ConsentState.Pending, receivedAt, source, wording)).ToList();
        return consents.Count == 0 ? null
            : new ConsentsRecord { Person = new Person { Email = body.Text("email"), Phone = body.Text("phone"), Language = body.Text("language") }, Consents = consents, UpdatedAt = receivedAt };
    }

    /// <summary>A "no" is always taken; a "yes" needs its wording and source, and counts only from somebody proven.</summary>
    private static ConsentRecord? Given(JsonElement consent, DateTimeOffset receivedAt, bool proven)
    {
        if (Channel(consent.Text("channel")) is not { } channel) return null;
        var at = Clip(consent.Instant("at") ?? receivedAt, receivedAt);
        var source = consent.Text("source") ?? "checkout";
        if (!consent.Flag("given")) return consent.Text("given") == "false" ? new ConsentRecord(channel, ConsentState.Withdrawn, at, source, consent.Text("wording")) : null;
        return consent.Text("wording") is { Length: <= 2000 } wording ? new ConsentRecord(channel, proven ? ConsentState.Granted : ConsentState.Pending, at, source, wording) : null;
    }

    private static CartLineRecord? Line(JsonElement line, Currency currency) => line.IdText("product") is { } product
        ? new CartLineRecord
        {
            ProductExternalId = product,
            VariantExternalId = line.IdText("variation"),
            Title = line.Text("title") ?? "",
            Quantity = (int)Math.Clamp(line.Amount("quantity") ?? 1, 1, 100_000),
            UnitPrice = line.Amount("price") is { } price ? Money.FromDecimal(price, currency) : null,
            ImageUrl = Uri.TryCreate(line.Text("image"), UriKind.Absolute, out var image) && image.Scheme == Uri.UriSchemeHttps ? image.ToString() : null,
        }
        : null;

    private static Channel? Channel(string? text) => text switch
    {
        "email" => Engine.Orders.Channel.Email,
        "sms" => Engine.Orders.Channel.Sms,
        "whatsApp" => Engine.Orders.Channel.WhatsApp,
        _ => null,
    };

    // What was queued while we were away keeps its time; nothing lies in the future.
    private static DateTimeOffset Clip(DateTimeOffset at, DateTimeOffset now) => at > now ? now : at < now.AddDays(-30) ? now.AddDays(-30) : at;
}
