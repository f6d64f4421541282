using Comeback.Data;
using Comeback.Engine;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Facts;

/// <summary>Why somebody entered or left a segment, in words a merchant reads; orders by the number that the merchant knows.</summary>
internal sealed class WhyTexts
{
    private readonly Dictionary<long, string> numbers;

    private WhyTexts(Dictionary<long, string> numbers) => this.numbers = numbers;

    /// <summary>Looks up the numbers of the orders among the causes.</summary>
    public static async Task<WhyTexts> OfAsync(ComebackDb db, IEnumerable<(MembershipCause Cause, long? Id)> causes, CancellationToken ct)
    {
        var ids = causes.Where(c => c is { Cause: MembershipCause.Order or MembershipCause.Found or MembershipCause.Others, Id: > 0 })
            .Select(c => new OrderId(c.Id!.Value)).Distinct().ToList();
        var numbers = ids.Count == 0 ? [] : await db.Orders.Where(o => ids.Contains(o.Id)).ToDictionaryAsync(o => o.Id.Value, o => o.Number, ct).ConfigureAwait(false);
        return new WhyTexts(numbers);
    }

    public string Of(MembershipCause cause, long? id)
    {
        var number = id is { } known && numbers.TryGetValue(known, out var text) ? text : null;
        return cause switch
        {
            MembershipCause.Order => number is null ? "an order" : $"order {number}",
            MembershipCause.Event => "something they did",
            MembershipCause.Cart => "a cart",
            MembershipCause.Consent => "a consent",
            MembershipCause.Customer => "their details",
            MembershipCause.Catalogue => "the catalogue",
            MembershipCause.Time => "time passed",
            MembershipCause.Definition => "the definition was changed",
            MembershipCause.Found => number is null ? "found in the history" : $"order {number}, found in the history",
            MembershipCause.Merge => "two customers were one",
            _ => "others moved the boundary",
        };
    }

    /// <summary>The same as a key: the cause, and the order's number where there is one.</summary>
    public Wording Said(MembershipCause cause, long? id)
    {
        var key = System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(cause.ToString());
        return cause is MembershipCause.Order or MembershipCause.Found && id is { } known && numbers.TryGetValue(known, out var number)
            ? Wording.Of(key + "Number", "number", number)
            : Wording.Of(key);
    }
}
