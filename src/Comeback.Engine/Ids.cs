namespace Comeback.Engine;

// Ids are 64-bit numbers that Comeback hands out from a block per store. A key is always (store, id): two stores may hold the same id.

/// <summary>An installed store. Unlike all other ids this one is unique across the installation.</summary>
public readonly record struct StoreId(long Value) : IComparable<StoreId>
{
    public int CompareTo(StoreId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A person who bought from, signed up with or browsed one store.</summary>
public readonly record struct CustomerId(long Value) : IComparable<CustomerId>
{
    public int CompareTo(CustomerId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>An order of one store.</summary>
public readonly record struct OrderId(long Value) : IComparable<OrderId>
{
    public int CompareTo(OrderId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A product of one store (its variants share it).</summary>
public readonly record struct ProductId(long Value) : IComparable<ProductId>
{
    public int CompareTo(ProductId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A category of one store's catalogue.</summary>
public readonly record struct CategoryId(long Value) : IComparable<CategoryId>
{
    public int CompareTo(CategoryId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A cart of one store.</summary>
public readonly record struct CartId(long Value)
{
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Something that happened: a view, an open, a click, an answer.</summary>
public readonly record struct EventId(long Value)
{
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A segment of one store.</summary>
public readonly record struct SegmentId(long Value) : IComparable<SegmentId>
{
    public int CompareTo(SegmentId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A campaign of one store: a broadcast or an automation.</summary>
public readonly record struct CampaignId(long Value)
{
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>One rendered text for one customer on one channel.</summary>
public readonly record struct MessageId(long Value)
{
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
