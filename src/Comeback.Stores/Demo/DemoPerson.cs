using Comeback.Engine;
using Comeback.Engine.Orders;

namespace Comeback.Stores.Demo;

internal enum DemoRole : byte { Shopper, Prospect, Wholesaler, Staff }

/// <summary>One customer of the demo store: who they are, what they are truly like, and what they remember (bought, left in the cart).</summary>
internal sealed class DemoPerson
{
    public required int Index { get; init; }
    public required DemoRole Role { get; init; }
    public required DemoRegion Region { get; init; }
    public required Person Person { get; init; }
    public required Currency Currency { get; init; }
    public required DateTimeOffset JoinedAt { get; init; }
    public required double RatePerDay { get; init; }
    public required double Regularity { get; init; }
    public required DateTimeOffset DropsAt { get; init; }
    public required double[] Taste { get; init; }
    /// <summary>Lines a basket holds on average.</summary>
    public required double Appetite { get; init; }
    public required bool PaysOnDelivery { get; init; }
    public required double OpensShare { get; init; }
    public required double ClicksShare { get; init; }
    /// <summary>Multiplies a campaign's true effect; one on average.</summary>
    public required double Responds { get; init; }
    /// <summary>Mail is fetched by a privacy proxy at once, whether it is read or not.</summary>
    public required bool PrivacyProxy { get; init; }
    public required IReadOnlyList<ConsentRecord> Consents { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
    /// <summary>The store marks them as no shopper (some wholesalers, staff).</summary>
    public bool NotAShopper { get; init; }
    public DateOnly? BirthDate { get; init; }

    public bool Guest => Person.AccountId is null;
    public string Key => "c" + Index.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public int OrdersSoFar { get; set; }
    public List<DemoVariant> Bought { get; } = [];
    public DemoCart? OpenCart { get; set; }

    public bool MayMailAt(DateTimeOffset at) =>
        Consents.Where(c => c.Channel == Channel.Email && c.At <= at).OrderBy(c => c.At).LastOrDefault()?.State == ConsentState.Granted;

    public CustomerRecord Record(DateTimeOffset asOf)
    {
        var consents = Consents.Where(c => c.At <= asOf).ToList();
        return new CustomerRecord
        {
            UpdatedAt = consents.Select(c => c.At).Append(JoinedAt).Max(),
            Person = Person,
            CreatedAt = JoinedAt,
            Tags = Tags,
            BirthDate = BirthDate,
            NotAShopper = NotAShopper,
            Consents = consents,
        };
    }

    public DemoTruthOfCustomer Truth => new(Key, Person.Email, JoinedAt, RatePerDay, Regularity, DropsAt, Taste);
}

/// <summary>A cart on its way: who holds it and what lies in it.</summary>
internal sealed record DemoCart(string Id, DemoPerson Person, DateTimeOffset CreatedAt, IReadOnlyList<DemoBasketLine> Lines);

internal sealed record DemoBasketLine(DemoVariant Variant, int Quantity);
