using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Facts;
using Comeback.Engine.Orders;
using Comeback.Hosting;

namespace Comeback.Facts;

/// <summary>
/// Streams rows of one store into its columns: everything (a rebuild), or what changed after a cursor. All tables are read in one snapshot, so that
/// the counter it returns is exactly what the columns hold.
/// </summary>
internal sealed class FactsReader(Databases databases, IAddressHashes? hashes = null)
{
    /// <summary>Puts every row with <c>after &lt; change &lt;= until</c> and returns <c>until</c>: the store's counter in the snapshot that was read.</summary>
    /// <param name="touches">What to decide anew; null for a rebuild, where everybody is.</param>
    /// <param name="asOf">Leaves out what happened after this instant, for a look at the past.</param>
    public async Task<FactsRead> ReadAsync(StoreId store, StoreColumns columns, long after, TouchList? touches, DateTimeOffset? asOf, CancellationToken ct)
    {
        await using var connection = await databases.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var snapshot = databases.IsPostgres
            ? await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct).ConfigureAwait(false)
            : ((Microsoft.Data.Sqlite.SqliteConnection)connection).BeginTransaction(deferred: true);
        var scope = new Scope(connection, snapshot, store, after, await CounterAsync(connection, snapshot, store, ct).ConfigureAwait(false), asOf, ct);
        if (scope.Until <= after) return new FactsRead(scope.Until, 0, CatalogueChanged: false, Parted: false, Erased: false);

        // Catalogue before lines, people before what they did: the columns look both up.
        var catalogue = await CategoriesAsync(scope, columns, touches).ConfigureAwait(false);
        catalogue += await ProductsAsync(scope, columns, touches).ConfigureAwait(false);
        var blocked = hashes is null || !await AnyCustomerAsync(scope).ConfigureAwait(false) ? [] : await BlockedAsync(scope).ConfigureAwait(false);
        var (rows, parted, erased) = await CustomersAsync(scope, columns, touches, blocked).ConfigureAwait(false);
        rows += await ConsentsAsync(scope, columns, touches).ConfigureAwait(false);
        rows += await OrdersAsync(scope, columns, touches).ConfigureAwait(false);
        rows += await RefundsAsync(scope, columns, touches).ConfigureAwait(false);
        rows += await CartsAsync(scope, columns, touches).ConfigureAwait(false);
        rows += await EventsAsync(scope, columns, touches).ConfigureAwait(false);
        return new FactsRead(scope.Until, rows + catalogue, catalogue > 0, parted, erased);
    }

    /// <summary>True when something of the store came by itself rather than was found.</summary>
    public async Task<bool> AnythingLiveAsync(StoreId store, CancellationToken ct)
    {
        await using var connection = await databases.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var command = connection.CreateCommand();
        command.CommandText = FactsSql.AnythingLive;
        command.With("@store", store.Value);
        return Convert.ToBoolean(await command.ExecuteScalarAsync(ct).ConfigureAwait(false), CultureInfo.InvariantCulture);
    }

    private static async Task<long> CounterAsync(DbConnection connection, DbTransaction snapshot, StoreId store, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = snapshot;
        command.CommandText = FactsSql.Counter;
        command.With("@store", store.Value);
        return Convert.ToInt64(await command.ExecuteScalarAsync(ct).ConfigureAwait(false), CultureInfo.InvariantCulture);
    }

    private static async Task<long> CategoriesAsync(Scope scope, StoreColumns columns, TouchList? touches)
    {
        var rows = 0L;
        await using var reader = await scope.RowsAsync(FactsSql.Categories).ConfigureAwait(false);
        for (; await reader.ReadAsync(scope.Ct).ConfigureAwait(false); rows++)
        {
            var id = reader.GetInt64(0);
            CategoryId? parent = reader.IsDBNull(3) ? null : new CategoryId(reader.GetInt64(3));
            var touched = columns.PutCategory(new CategoryFacts(
                new CategoryId(id), reader.GetString(1), reader.GetString(2), parent, reader.GetBoolean(4) && !reader.GetBoolean(5), Text(reader, 6)));
            touches?.Add(TouchOrder.Catalogue, touched, new Cause(CauseKind.Catalogue, id));
        }
        return rows;
    }

    private static async Task<long> ProductsAsync(Scope scope, StoreColumns columns, TouchList? touches)
    {
        var rows = 0L;
        var categories = new List<CategoryId>();
        ProductFacts? product = null;
        await using var reader = await scope.RowsAsync(FactsSql.Products).ConfigureAwait(false);
        while (await reader.ReadAsync(scope.Ct).ConfigureAwait(false))
        {
            var id = new ProductId(reader.GetInt64(0));
            if (product?.Id != id)
            {
                Put();
                product = new ProductFacts { Id = id, ExternalId = Text(reader, 5), Vendor = Text(reader, 1), Tags = Texts(reader.GetString(2)), PriceMinor = Number(reader, 3) };
            }
            if (!reader.IsDBNull(4)) categories.Add(new CategoryId(reader.GetInt64(4)));
        }
        Put();
        return rows;

        void Put()
        {
            if (product is null) return;
            rows++;
            var touched = columns.PutProduct(product with { Categories = [.. categories] });
            touches?.Add(TouchOrder.Catalogue, touched, new Cause(CauseKind.Catalogue, product.Id.Value));
            categories.Clear();
        }
    }

    private static async Task<bool> AnyCustomerAsync(Scope scope)
    {
        await using var reader = await scope.RowsAsync(FactsSql.AnyCustomer).ConfigureAwait(false);
        return await reader.ReadAsync(scope.Ct).ConfigureAwait(false) && Convert.ToBoolean(reader.GetValue(0), CultureInfo.InvariantCulture);
    }

    /// <summary>Addresses that must not be written to, by their keyed hashes: bounced, complained, erased.</summary>
    private static async Task<HashSet<(Channel Channel, string Hash)>> BlockedAsync(Scope scope)
    {
        var blocked = new HashSet<(Channel, string)>();
        await using var reader = await scope.RowsAsync(FactsSql.Suppressions).ConfigureAwait(false);
        while (await reader.ReadAsync(scope.Ct).ConfigureAwait(false)) blocked.Add(((Channel)reader.GetInt32(0), reader.GetString(1)));
        return blocked;
    }

    private List<Channel> BlockedOf(HashSet<(Channel Channel, string Hash)> blocked, string? email, string? phone)
    {
        var found = new List<Channel>();
        foreach (var channel in Enum.GetValues<Channel>())
        {
            var address = channel == Channel.Email ? email : phone;
            if (!string.IsNullOrEmpty(address) && blocked.Contains((channel, hashes!.Of(channel, address)))) found.Add(channel);
        }
        return found;
    }

    private async Task<(long Rows, bool Parted, bool Erased)> CustomersAsync(
        Scope scope, StoreColumns columns, TouchList? touches, HashSet<(Channel Channel, string Hash)> blocked)
    {
        var (rows, parted, erased) = (0L, false, false);
        await using var reader = await scope.RowsAsync(FactsSql.Customers).ConfigureAwait(false);
        for (; await reader.ReadAsync(scope.Ct).ConfigureAwait(false); rows++)
        {
            var id = reader.GetInt64(0);
            int? into = reader.IsDBNull(15) ? null : reader.GetInt32(15);
            var created = Instants.FromMicroseconds(reader.GetInt64(10));
            // Nobody had heard of them yet: the earliest thing known of a person is when they were created.
            if (created > scope.AsOf) continue;
            var updated = Instants.FromMicroseconds(reader.GetInt64(11));
            var (ordinal, known) = (reader.GetInt32(1), columns.OrdinalOf(new CustomerId(id)) >= 0);
            erased |= known && reader.GetBoolean(16);
            // A merge takes the consents along; their rows come again under the one who stays.
            if (into is not null) columns.RemoveConsents(ordinal);
            else parted |= known && !columns.Exists(ordinal) && !reader.GetBoolean(16);
            var touched = columns.PutCustomer(new CustomerFacts
            {
                Id = new CustomerId(id),
                Ordinal = ordinal,
                Email = Text(reader, 2),
                Phone = Text(reader, 3),
                Country = Text(reader, 4),
                Region = Text(reader, 5),
                City = Text(reader, 6),
                Language = Text(reader, 7),
                Tags = Texts(reader.GetString(8)),
                BirthDate = reader.IsDBNull(9) ? null : DateOnly.ParseExact(reader.GetString(9), "yyyy-MM-dd", CultureInfo.InvariantCulture),
                CreatedAt = created,
                NotAShopper = reader.GetBoolean(12),
                DoubtfulContact = reader.GetBoolean(13),
                ObjectsToProfiling = reader.GetBoolean(14),
                Blocked = blocked.Count == 0 ? [] : BlockedOf(blocked, Text(reader, 2), Text(reader, 3)),
                Gone = into is not null || reader.GetBoolean(16),
                Lifetime = Lifetime(Text(reader, 17), updated),
            });
            if (into is { } other)
            {
                touches?.Add(TouchOrder.Merge, touched, new Cause(CauseKind.Merge, id));
                touches?.Add(TouchOrder.Merge, other, new Cause(CauseKind.Merge, id));
            }
            else
            {
                touches?.Add(TouchOrder.Customer, touched, new Cause(CauseKind.Customer, id));
            }
        }
        return (rows, parted, erased);
    }

    private static async Task<long> ConsentsAsync(Scope scope, StoreColumns columns, TouchList? touches)
    {
        var rows = 0L;
        await using var reader = await scope.RowsAsync(FactsSql.Consents).ConfigureAwait(false);
        for (; await reader.ReadAsync(scope.Ct).ConfigureAwait(false); rows++)
        {
            var at = Instants.FromMicroseconds(reader.GetInt64(3));
            if (at > scope.AsOf) continue;
            var touched = columns.PutConsent(new ConsentFacts(reader.GetInt32(0), (Channel)reader.GetInt32(1), (ConsentState)reader.GetInt32(2), at));
            touches?.Add(TouchOrder.Consent, touched, new Cause(CauseKind.Consent, reader.GetInt64(4)));
        }
        return rows;
    }

    private static async Task<long> OrdersAsync(Scope scope, StoreColumns columns, TouchList? touches)
    {
        var rows = 0L;
        var later = scope.AsOf < DateTimeOffset.MaxValue ? await LaterRefundsAsync(scope).ConfigureAwait(false) : null;
        var lines = new List<LineFacts>();
        OrderFacts? order = null;
        var (found, updated) = (false, default(DateTimeOffset));
        await using var reader = await scope.RowsAsync(FactsSql.Orders).ConfigureAwait(false);
        while (await reader.ReadAsync(scope.Ct).ConfigureAwait(false))
        {
            var id = new OrderId(reader.GetInt64(0));
            if (order?.Id != id)
            {
                Put();
                found = reader.GetBoolean(10);
                updated = Instants.FromMicroseconds(reader.GetInt64(3));
                order = new OrderFacts
                {
                    Id = id,
                    Ordinal = reader.GetInt32(1),
                    PlacedAt = Instants.FromMicroseconds(reader.GetInt64(2)),
                    Standing = (OrderStanding)reader.GetInt32(4),
                    Kind = (OrderKind)reader.GetInt32(5),
                    Test = reader.GetBoolean(6),
                    SpentMinor = Number(reader, 7),
                    TotalMinor = Number(reader, 8),
                    DiscountCodes = Texts(reader.GetString(9)),
                };
            }
            if (!reader.IsDBNull(12))
            {
                ProductId? product = reader.IsDBNull(11) ? null : new ProductId(reader.GetInt64(11));
                lines.Add(new LineFacts(product, reader.GetInt32(12), reader.GetInt64(13), (LineKind)reader.GetInt32(14)));
            }
        }
        Put();
        return rows;

        void Put()
        {
            if (order is null) return;
            rows++;
            if (order.PlacedAt <= scope.AsOf)
            {
                order = later is null ? order : Before(order, later);
                var touched = columns.PutOrder(order with { Lines = [.. lines] });
                // An order that changes hands is a merge, or the undoing of one: what it moves was true before.
                var moved = touched.Count > 1;
                touches?.Add(
                    moved ? TouchOrder.Merge : found ? TouchOrder.FoundOrder : TouchOrder.Order, touched,
                    new Cause(moved ? CauseKind.Merge : CauseKind.Order, order.Id.Value, found), updated);
            }
            lines.Clear();
        }
    }

    /// <summary>An order as it was before the refunds that came later: one refunded wholly since was counted then.</summary>
    private static OrderFacts Before(OrderFacts order, Dictionary<long, long> later) => !later.TryGetValue(order.Id.Value, out var amount)
        ? order
        : order with
        {
            SpentMinor = order.SpentMinor + amount,
            Standing = order.Standing is OrderStanding.Refunded or OrderStanding.Returned ? OrderStanding.Counted : order.Standing,
        };

    private static async Task<Dictionary<long, long>> LaterRefundsAsync(Scope scope)
    {
        var later = new Dictionary<long, long>();
        await using var reader = await scope.RowsAsync(FactsSql.LaterRefunds).ConfigureAwait(false);
        while (await reader.ReadAsync(scope.Ct).ConfigureAwait(false))
            later[reader.GetInt64(0)] = reader.IsDBNull(1) ? 0 : Convert.ToInt64(reader.GetValue(1), CultureInfo.InvariantCulture);
        return later;
    }

    private static async Task<long> RefundsAsync(Scope scope, StoreColumns columns, TouchList? touches)
    {
        var rows = 0L;
        await using var reader = await scope.RowsAsync(FactsSql.Refunds).ConfigureAwait(false);
        for (; await reader.ReadAsync(scope.Ct).ConfigureAwait(false); rows++)
        {
            var (id, at) = (reader.GetInt64(0), Instants.FromMicroseconds(reader.GetInt64(2)));
            if (at > scope.AsOf) continue;
            var ofOrder = reader.GetBoolean(4);
            var touched = columns.PutRefund(new RefundFacts(id, reader.GetInt32(1), at, Number(reader, 3), ofOrder));
            // A refund lowers money only and nobody is thanked for it: found, whatever brought it. One of an order comes with that order, which is the reason.
            touches?.Add(ofOrder ? TouchOrder.Customer : TouchOrder.Refund, touched, new Cause(CauseKind.Order, id, Found: true), at);
        }
        return rows;
    }

    private static async Task<long> CartsAsync(Scope scope, StoreColumns columns, TouchList? touches)
    {
        var rows = 0L;
        await using var reader = await scope.RowsAsync(FactsSql.Carts).ConfigureAwait(false);
        for (; await reader.ReadAsync(scope.Ct).ConfigureAwait(false); rows++)
        {
            var (touchedAt, found) = (Instants.FromMicroseconds(reader.GetInt64(2)), reader.GetBoolean(6));
            if (touchedAt > scope.AsOf) continue;
            var id = reader.GetInt64(0);
            var touched = columns.PutCart(new CartFacts
            {
                Id = new CartId(id),
                Ordinal = reader.IsDBNull(1) ? null : reader.GetInt32(1),
                TouchedAt = touchedAt,
                Closed = reader.GetBoolean(3),
                TotalMinor = Number(reader, 4),
                Products = ProductsOf(reader.GetString(5)),
            });
            touches?.Add(found ? TouchOrder.FoundOrder : TouchOrder.Cart, touched, new Cause(CauseKind.Cart, id, found), touchedAt);
        }
        return rows;
    }

    private static ProductId[] ProductsOf(string lines)
    {
        if (lines.Length <= 2) return [];
        using var document = JsonDocument.Parse(lines);
        return [.. document.RootElement.EnumerateArray()
            .Select(line => line.TryGetProperty("productId", out var id) && long.TryParse(id.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var known) ? known : 0)
            .Where(id => id != 0).Distinct().Select(id => new ProductId(id))];
    }

    private static async Task<long> EventsAsync(Scope scope, StoreColumns columns, TouchList? touches)
    {
        var rows = 0L;
        await using var reader = await scope.RowsAsync(FactsSql.Events).ConfigureAwait(false);
        for (; await reader.ReadAsync(scope.Ct).ConfigureAwait(false); rows++)
        {
            var (id, at, found) = (reader.GetInt64(0), Instants.FromMicroseconds(reader.GetInt64(3)), reader.GetBoolean(10));
            if (at > scope.AsOf) continue;
            var touched = columns.PutEvent(new EventFacts
            {
                Id = new EventId(id),
                Ordinal = reader.GetInt32(1),
                Kind = (EventKind)reader.GetInt32(2),
                At = at,
                Product = reader.IsDBNull(4) ? null : new ProductId(reader.GetInt64(4)),
                Category = reader.IsDBNull(5) ? null : new CategoryId(reader.GetInt64(5)),
                Channel = reader.IsDBNull(6) ? null : (Channel)reader.GetInt32(6),
                Message = reader.IsDBNull(7) ? null : new MessageId(reader.GetInt64(7)),
                Campaign = reader.IsDBNull(8) ? null : new CampaignId(reader.GetInt64(8)),
                Verdict = (HitVerdict)reader.GetInt32(9),
                Properties = Properties(reader.GetString(11)),
            });
            touches?.Add(found ? TouchOrder.FoundOrder : TouchOrder.Event, touched, new Cause(CauseKind.Event, id, found), at);
        }
        return rows;
    }

    private static readonly Dictionary<string, string> NoProperties = [];

    private static Dictionary<string, string> Properties(string json) => json.Length <= 2 ? NoProperties : JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? NoProperties;

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static long? Number(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    private static string[] Texts(string json) => json.Length <= 2 ? [] : JsonSerializer.Deserialize<string[]>(json) ?? [];

    private static LifetimeFacts? Lifetime(string? json, DateTimeOffset asOf) =>
        json is not null && JsonSerializer.Deserialize<LifetimeTotals>(json, Json.Options) is { } totals
            ? new LifetimeFacts(totals.Orders, totals.Spent.Minor, totals.FirstOrderAt, totals.LastOrderAt, asOf)
            : null;

    private sealed class Scope(
        DbConnection connection, DbTransaction snapshot, StoreId store, long after, long until, DateTimeOffset? asOf, CancellationToken ct)
    {
        public long Until { get; } = until;
        public DateTimeOffset AsOf { get; } = asOf ?? DateTimeOffset.MaxValue;
        public CancellationToken Ct { get; } = ct;

        public async Task<DbDataReader> RowsAsync(string sql)
        {
            var command = connection.CreateCommand();
            command.Transaction = snapshot;
#pragma warning disable CA2100 // Constants of FactsSql only.
            command.CommandText = sql;
#pragma warning restore CA2100
            command.With("@store", store.Value).With("@after", after).With("@until", Until);
            if (sql.Contains("@as_of", StringComparison.Ordinal)) command.With("@as_of", Instants.ToMicroseconds(AsOf));
            return await command.ExecuteReaderAsync(Ct).ConfigureAwait(false);
        }
    }
}

/// <summary>How far a reading came, and whether there was anything.</summary>
/// <param name="Parted">Somebody who was gone is back (an undone merge): consents were put under another, so the columns are made anew.</param>
/// <param name="Erased">Somebody whom the columns knew was erased: they are not written to a file any more.</param>
internal readonly record struct FactsRead(long Change, long Rows, bool CatalogueChanged, bool Parted, bool Erased);
