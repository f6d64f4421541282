using System.Collections.Concurrent;
using Comeback.Campaigns;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Campaigns;
using Comeback.Engine.Messages;
using Comeback.Engine.Orders;
using Comeback.Install;
using Microsoft.EntityFrameworkCore;
using NodaTime;

namespace Comeback.Messages;

/// <summary>A finished text, before its links are made to come back to us.</summary>
internal sealed record RenderedText(string Language, string Subject, string Html, string Text, string? Code);

/// <summary>The texts of one step in every language, parsed and checked.</summary>
internal sealed record StepTemplates(IReadOnlyDictionary<string, (MessageTemplate Subject, MessageTemplate Html, MessageTemplate Text)> ByLanguage);

/// <summary>Writes one text for one customer: gathers the values, chooses the language, renders, and puts sender and way out around it.</summary>
internal sealed class MessageText
{
    private readonly ConcurrentDictionary<(StoreId, CampaignId, int Version, int Step), StepTemplates> parsed = new();

    /// <summary>The templates of a step, parsed once for each version of the campaign.</summary>
    public async Task<StepTemplates> TemplatesAsync(ComebackDb db, CampaignRow campaign, int step, CancellationToken ct)
    {
        var key = (campaign.StoreId, campaign.Id, campaign.Version, step);
        if (parsed.TryGetValue(key, out var known)) return known;
        if (parsed.Count > 1_000) parsed.Clear();
        var rows = await db.Templates.AsNoTracking().Where(t => t.CampaignId == campaign.Id && t.Step == step).ToListAsync(ct).ConfigureAwait(false);
        return parsed[key] = Parse(rows);
    }

    public static StepTemplates Parse(IEnumerable<TemplateRow> rows)
    {
        var all = new Dictionary<string, (MessageTemplate, MessageTemplate, MessageTemplate)>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in rows)
            if (MessageTemplate.Parse(TemplatePart.Subject, row.Subject).Template is { } subject
                && MessageTemplate.Parse(TemplatePart.Html, row.Html).Template is { } html && MessageTemplate.Parse(TemplatePart.Text, row.Text).Template is { } text)
                all[row.Language] = (subject, html, text);
        return new StepTemplates(all);
    }

    /// <summary>The three parts without links of ours; null when there is no text in any language.</summary>
    public static RenderedText? Render(StepTemplates templates, Prepared prepared, StoreRow store, CategoryRow? favourite, CancellationToken ct)
    {
        if (templates.ByLanguage.Count == 0) return null;
        var tag = MessageLanguage.Choose(prepared.Customer?.Language, store.Language, templates.ByLanguage.Keys.ToList());
        var offer = OfferOf(prepared, store);
        var values = Values(prepared, store, MessageLanguage.Find(tag), favourite, offer);
        var (subject, html, text) = templates.ByLanguage[tag];
        return new RenderedText(tag, subject.Render(values, ct), html.Render(values, ct), text.Render(values, ct), offer?.Code);
    }

    /// <summary>The whole message with sender, way out and links. Without <paramref name="links"/> (a preview) nothing in it leads anywhere of ours.</summary>
    public static (string Html, string Text) Wrap(RenderedText rendered, StoreRow store, StoreSettings settings, LinkTokens? links)
    {
        var language = MessageLanguage.Find(rendered.Language);
        var sender = new SenderIdentity(settings.Sender.LegalName ?? "", settings.Sender.Address ?? "", settings.Sender.RegistrationNumber ?? "");
        var unsubscribe = links?.Unsubscribe() ?? "#";
        var body = links is null ? rendered.Html : MessageLinks.InHtml(rendered.Html, links.Click);
        var text = links is null ? rendered.Text : MessageLinks.InText(rendered.Text, links.Click);
        return (EmailLayout.Html(body, rendered.Subject, language, sender, store.Name, unsubscribe, links?.Open()), EmailLayout.Text(text, language, sender, store.Name, unsubscribe));
    }

    /// <summary>The category that each of these people bought from most, parents rolled up; only those in use are named.</summary>
    public static async Task<Dictionary<CustomerId, CategoryRow>> FavouritesAsync(ComebackDb db, IReadOnlyCollection<CustomerId> people, CancellationToken ct)
    {
        var bought = await (
            from o in db.Orders
            join l in db.OrderLines on o.Id equals l.OrderId
            join pc in db.ProductCategories on l.ProductId equals (ProductId?)pc.ProductId
            where people.Contains(o.CustomerId) && o.Standing == OrderStanding.Counted && !o.Test && l.Kind == LineKind.Goods
            select new { o.CustomerId, o.Id, o.PlacedAt, l.Quantity, pc.CategoryId }).ToListAsync(ct).ConfigureAwait(false);
        if (bought.Count == 0) return [];
        var categories = await db.Categories.ToDictionaryAsync(c => c.Id, ct).ConfigureAwait(false);
        var above = bought.Select(b => b.CategoryId).Distinct().ToDictionary(id => id, id => Lineage(categories, id));
        var favourites = new Dictionary<CustomerId, CategoryRow>();
        foreach (var own in bought.GroupBy(b => b.CustomerId))
        {
            var purchases = own.SelectMany(b => above[b.CategoryId].Select((c, i) => new CategoryPurchase(c, b.Id, b.Quantity, b.PlacedAt, above[b.CategoryId].Count - i)));
            if (FavouriteCategory.Of(purchases) is { } category) favourites[own.Key] = categories[category];
        }
        return favourites;
    }

    /// <summary>A category and those above it that are in use, the narrowest first.</summary>
    private static List<CategoryId> Lineage(Dictionary<CategoryId, CategoryRow> categories, CategoryId of)
    {
        var lineage = new List<CategoryId>();
        CategoryId? at = of;
        for (var depth = 0; at is { } id && depth < 20 && categories.TryGetValue(id, out var row); at = row.ParentId, depth++)
            if (row is { InUse: true, Deleted: false } && !lineage.Contains(id)) lineage.Add(id);
        return lineage;
    }

    private static Dictionary<string, object?> Values(Prepared prepared, StoreRow store, MessageLanguage language, CategoryRow? favourite, Offer? offer)
    {
        var (subject, situation, customer, cart, goods, _) = prepared;
        var zone = situation.Store.Zone;
        var products = goods.Select(g => Product(g, language)).ToList();
        var first = products.FirstOrDefault();
        var campaign = subject.Campaign;
        return new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["customer"] = Map(("first_name", Text(customer?.FirstName)), ("last_name", Text(customer?.LastName)), ("name", Text($"{customer?.FirstName} {customer?.LastName}"))),
            ["store"] = Map(("name", Text(store.Name) ?? "us"), ("url", Escaping.SafeUrl(store.Url))),
            ["cart"] = Map(("url", Escaping.SafeUrl(cart?.RecoveryUrl)), ("total", Amount(cart?.TotalMinor, cart?.Currency, language)), ("more", products.Count > 1 ? products.Count - 1 : null)),
            ["product"] = Map(("title", first?["title"]), ("url", first?["url"]), ("image", first?["image"]), ("price", first?["price"]), ("only_left", first?["only_left"])),
            ["products"] = products,
            ["category"] = Map(("name", Text(favourite is null ? null : Named(favourite.Names, language) ?? favourite.Name)), ("url", Escaping.SafeUrl(favourite?.Url))),
            ["offer"] = Map(("code", offer?.Code), ("percent", offer?.Percent), ("days", subject.Rules.DiscountDays), ("ends", Print(offer?.Ends, language, zone))),
            ["campaign"] = Map(("name", Text(campaign.Name) ?? ""), ("starts", Print(campaign.StartsAt, language, zone)), ("ends", Print(campaign.EndsAt, language, zone))),
        };
    }

    // The demo takes a code of its own for each message, and WooCommerce is asked for one (CouponMaker); elsewhere it is the merchant's own.
    private static Offer? OfferOf(Prepared prepared, StoreRow store)
    {
        var own = (store.Platform == Platform.Demo || CouponMaker.MakesOwn(store, prepared.Subject.Rules)) && prepared.Subject.Rules.DiscountPercent is { } percent
            ? Offer.Print(percent, System.Security.Cryptography.RandomNumberGenerator.GetBytes(5))
            : null;
        var offer = Offer.Of(prepared.Subject.Rules, own, prepared.Situation.Now, prepared.Situation.Store, store.Country);
        // At most one live code a customer: beside another one the text has its wording without an offer. The same code again is no second one.
        return prepared.LiveCode is { } live && !live.Equals(offer?.Code, StringComparison.OrdinalIgnoreCase) ? null : offer;
    }

    private static Dictionary<string, object?> Product(CartGoods goods, MessageLanguage language) => Map(
        ("title", Text((goods.Product is { } p ? Named(p.Titles, language) ?? p.Title : null) ?? goods.Line.Title) ?? "?"),
        ("url", Escaping.SafeUrl(goods.Product?.Url)),
        ("image", Escaping.SafeUrl(goods.Product?.ImageUrl ?? goods.Line.ImageUrl)),
        ("price", goods.Line.UnitPrice is { } price ? language.Print(price) : null),
        ("quantity", goods.Line.Quantity),
        ("only_left", goods.OnlyLeft));

    private static Dictionary<string, object?> Map(params (string Name, object? Value)[] values) => values.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);

    private static string? Text(string? value) => value is null || Escaping.OneLine(value) is not { Length: > 0 } text ? null : text.Length > 200 ? text[..200] : text;

    private static string? Print(DateTimeOffset? at, MessageLanguage language, DateTimeZone zone) => at is { } instant ? language.Print(instant, zone) : null;

    private static string? Amount(long? minor, string? currency, MessageLanguage language) =>
        minor is { } amount && Currency.TryParse(currency, out var known) ? language.Print(new Money(amount, known)) : null;

    private static string? Named(string byLanguage, MessageLanguage language)
    {
        if (byLanguage.Length <= 2) return null;
        using var names = System.Text.Json.JsonDocument.Parse(byLanguage);
        return names.RootElement.TryGetProperty(language.Code, out var name) ? name.GetString() : null;
    }
}
