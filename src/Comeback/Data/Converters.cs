using Comeback.Engine;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Comeback.Data;

/// <summary>Instants are stored as Int64 UTC microseconds on both databases (EF on SQLite cannot order by DateTimeOffset, Npgsql refuses offsets).</summary>
internal static class Instants
{
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMicrosecond;

    public static long ToMicroseconds(DateTimeOffset instant) => (instant.UtcTicks - DateTime.UnixEpoch.Ticks) / TicksPerMicrosecond;

    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        new(DateTime.UnixEpoch.Ticks + (microseconds * TicksPerMicrosecond), TimeSpan.Zero);
}

/// <summary>How the types of the product lie in columns: one place, both databases.</summary>
internal static class Converters
{
    public static void Apply(ModelConfigurationBuilder configuration)
    {
        configuration.Properties<DateTimeOffset>().HaveConversion<InstantConverter>();
        configuration.Properties<StoreId>().HaveConversion<StoreIdConverter>();
        configuration.Properties<CustomerId>().HaveConversion<CustomerIdConverter>();
        configuration.Properties<OrderId>().HaveConversion<OrderIdConverter>();
        configuration.Properties<ProductId>().HaveConversion<ProductIdConverter>();
        configuration.Properties<CategoryId>().HaveConversion<CategoryIdConverter>();
        configuration.Properties<CartId>().HaveConversion<CartIdConverter>();
        configuration.Properties<EventId>().HaveConversion<EventIdConverter>();
        configuration.Properties<SegmentId>().HaveConversion<SegmentIdConverter>();
        configuration.Properties<CampaignId>().HaveConversion<CampaignIdConverter>();
        configuration.Properties<MessageId>().HaveConversion<MessageIdConverter>();
        configuration.Properties<DateOnly>().HaveConversion<DayConverter>();
    }

    internal sealed class InstantConverter() : ValueConverter<DateTimeOffset, long>(v => Instants.ToMicroseconds(v), v => Instants.FromMicroseconds(v));

    /// <summary>Whole days as ISO text (yyyy-MM-dd), which sorts as they do.</summary>
    internal sealed class DayConverter() : ValueConverter<DateOnly, string>(
        v => v.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
        v => DateOnly.ParseExact(v, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));

    internal sealed class StoreIdConverter() : ValueConverter<StoreId, long>(v => v.Value, v => new StoreId(v));
    internal sealed class CustomerIdConverter() : ValueConverter<CustomerId, long>(v => v.Value, v => new CustomerId(v));
    internal sealed class OrderIdConverter() : ValueConverter<OrderId, long>(v => v.Value, v => new OrderId(v));
    internal sealed class ProductIdConverter() : ValueConverter<ProductId, long>(v => v.Value, v => new ProductId(v));
    internal sealed class CategoryIdConverter() : ValueConverter<CategoryId, long>(v => v.Value, v => new CategoryId(v));
    internal sealed class CartIdConverter() : ValueConverter<CartId, long>(v => v.Value, v => new CartId(v));
    internal sealed class EventIdConverter() : ValueConverter<EventId, long>(v => v.Value, v => new EventId(v));
    internal sealed class SegmentIdConverter() : ValueConverter<SegmentId, long>(v => v.Value, v => new SegmentId(v));
    internal sealed class CampaignIdConverter() : ValueConverter<CampaignId, long>(v => v.Value, v => new CampaignId(v));
    internal sealed class MessageIdConverter() : ValueConverter<MessageId, long>(v => v.Value, v => new MessageId(v));
}
