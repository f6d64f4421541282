namespace Comeback.Engine;

// Ids are 64-bit numbers that Comeback hands out from a block per store. A key is always (store, id): two stores may hold the same id.

/// <summary>An installed store. Unlike all other ids this one is unique across the installation.</summary>
public readonly record struct StoreId(long Value) : IComparable<StoreId>
{
    /// <summary>Reads the digits of an id, as they stand in a route or in JSON.</summary>
    public static bool TryParse(string? text, IFormatProvider? provider, out StoreId id)
    {
        var read = long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value);
        id = new StoreId(value);
        return read;
    }

    public int CompareTo(StoreId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A person who bought from, signed up with or browsed one store.</summary>
public readonly record struct CustomerId(long Value) : IComparable<CustomerId>
{
    /// <summary>Reads the digits of an id, as they stand in a route or in JSON.</summary>
    public static bool TryParse(string? text, IFormatProvider? provider, out CustomerId id)
    {
        var read = long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value);
        id = new CustomerId(value);
        return read;
    }

    public int CompareTo(CustomerId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>An order of one store.</summary>
public readonly record struct OrderId(long Value) : IComparable<OrderId>
{
    /// <summary>Reads the digits of an id, as they stand in a route or in JSON.</summary>
    public static bool TryParse(string? text, IFormatProvider? provider, out OrderId id)
    {
        var read = long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value);
        id = new OrderId(value);
        return read;
    }

    public int CompareTo(OrderId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A product of one store (its variants share it).</summary>
public readonly record struct ProductId(long Value) : IComparable<ProductId>
{
    /// <summary>Reads the digits of an id, as they stand in a route or in JSON.</summary>
    public static bool TryParse(string? text, IFormatProvider? provider, out ProductId id)
    {
        var read = long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value);
        id = new ProductId(value);
        return read;
    }

    public int CompareTo(ProductId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A category of one store's catalogue.</summary>
public readonly record struct CategoryId(long Value) : IComparable<CategoryId>
{
    /// <summary>Reads the digits of an id, as they stand in a route or in JSON.</summary>
    public static bool TryParse(string? text, IFormatProvider? provider, out CategoryId id)
    {
        var read = long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value);
        id = new CategoryId(value);
        return read;
    }

    public int CompareTo(CategoryId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A cart of one store.</summary>
public readonly record struct CartId(long Value)
{
    /// <summary>Reads the digits of an id, as they stand in a route or in JSON.</summary>
    public static bool TryParse(string? text, IFormatProvider? provider, out CartId id)
    {
        var read = long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value);
        id = new CartId(value);
        return read;
    }

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Something that happened: a view, an open, a click, an answer.</summary>
public readonly record struct EventId(long Value)
{
    /// <summary>Reads the digits of an id, as they stand in a route or in JSON.</summary>
    public static bool TryParse(string? text, IFormatProvider? provider, out EventId id)
    {
        var read = long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value);
        id = new EventId(value);
        return read;
    }

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A segment of one store.</summary>
public readonly record struct SegmentId(long Value) : IComparable<SegmentId>
{
    /// <summary>Reads the digits of an id, as they stand in a route or in JSON.</summary>
    public static bool TryParse(string? text, IFormatProvider? provider, out SegmentId id)
    {
        var read = long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value);
        id = new SegmentId(value);
        return read;
    }

    public int CompareTo(SegmentId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A campaign of one store: a broadcast or an automation.</summary>
public readonly record struct CampaignId(long Value)
{
    /// <summary>Reads the digits of an id, as they stand in a route or in JSON.</summary>
    public static bool TryParse(string? text, IFormatProvider? provider, out CampaignId id)
    {
        var read = long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value);
        id = new CampaignId(value);
        return read;
    }

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>One rendered text for one customer on one channel.</summary>
public readonly record struct MessageId(long Value)
{
    /// <summary>Reads the digits of an id, as they stand in a route or in JSON.</summary>
    public static bool TryParse(string? text, IFormatProvider? provider, out MessageId id)
    {
        var read = long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value);
        id = new MessageId(value);
        return read;
    }

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
