using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Sync;

/// <summary>What a batch needs to know of its store.</summary>
internal sealed record BatchStore(StoreId Id, Currency Currency, IReadOnlyCollection<string> OwnDomains);

/// <summary>
/// What the last batch of a store left in memory. It holds as long as the store's counter is where that batch left it: anybody else's change drops it.
/// </summary>
internal sealed class BatchMemory
{
    public const int MostProducts = 50_000;
    public long Change { get; set; }
    public Dictionary<string, ProductRow> Products { get; } = new(StringComparer.Ordinal);
}

/// <summary>
/// One batch of records inside one transaction. What it needs is read at once, decided in memory, written at once.
/// </summary>
/// <remarks>
/// 1. Learn names and links of every address, number and browser; people whose address turned out to be shared are told apart again.
/// 2. Find, join or make the customer of each record.
/// 3. Bring each thing to its newest state.
/// 4. Write all rows, under one raise of the change counter, and none when nothing changed.
/// 5. Close or reopen carts, join anonymous views.
/// Every rule is a maximum, a minimum or a growing set, so the end does not depend on the order in which records arrive.
/// </remarks>
internal sealed partial class RecordBatch(
    Databases databases, StoreTransaction transaction, BatchStore store, Arrival arrival, DateTimeOffset now, IAddressHashes? hashes, BatchMemory? memory = null)
{
    private static readonly TimeSpan Late = TimeSpan.FromHours(48);
    private long nextId;
    private long endOfIds;
    private int idBlock;

    public int Written { get; private set; }
    public int Unchanged { get; private set; }

    /// <summary>The products as this batch leaves them, for the next one; nothing when it named none.</summary>
    public void Remember(BatchMemory kept)
    {
        if (!productsRead) return;
        foreach (var (id, work) in products) kept.Products[id] = work.Row;
    }

    public async Task<long> ApplyAsync(IReadOnlyList<Prepared> records)
    {
        idBlock = Math.Max(32, records.Count * 2);
        // Step 1 and 2: who.
        await LearnAsync(records).ConfigureAwait(false);
        await ResolveAsync(records).ConfigureAwait(false);
        // Step 3: what.
        await LoadThingsAsync(records).ConfigureAwait(false);
        foreach (var record in records) Apply(record);
        await LinkBrowsersAsync(records).ConfigureAwait(false);
        await ConsentsAsync().ConfigureAwait(false);
        // Step 4.
        await FlushAsync().ConfigureAwait(false);
        // Step 5.
        await JoinBrowsersAsync().ConfigureAwait(false);
        await TurnCartsAsync().ConfigureAwait(false);
        await using var counter = transaction.Command(RecordSql.Counter).With("@store", store.Id.Value);
        return Convert.ToInt64(await counter.ExecuteScalarAsync(transaction.Cancellation).ConfigureAwait(false), CultureInfo.InvariantCulture);
    }

    private void Apply(Prepared prepared)
    {
        switch (prepared.Record)
        {
            case CategoryRecord category: ApplyCategory(category); break;
            case ProductRecord product: ApplyProduct(prepared, product); break;
            case OrderRecord order: ApplyOrder(prepared, order); break;
            case LooseRefundRecord refund: ApplyRefund(prepared, refund); break;
            case CustomerRecord customer: ApplyCustomer(prepared, customer); break;
            case CartRecord cart: ApplyCart(prepared, cart); break;
            case EventRecord happening: ApplyEvent(prepared, happening); break;
            case DeletionRecord gone: ApplyDeletion(gone); break;
            case ConsentsRecord consents: ApplyConsents(prepared, consents); break;
            default: throw new ArgumentException($"Sync does not know records of type {prepared.Record.GetType().Name}.", nameof(prepared));
        }
    }

    /// <summary>Found, or so late that it is as good as found.</summary>
    private bool IsFound(DateTimeOffset at) => arrival == Arrival.Found || now - at > Late;

    private void Count(bool changed)
    {
        if (changed) Written++;
        else Unchanged++;
    }

    private async ValueTask<long> NextIdAsync()
    {
        if (nextId == endOfIds)
        {
            nextId = await transaction.TakeIdsAsync(idBlock).ConfigureAwait(false);
            endOfIds = nextId + idBlock;
        }
        return nextId++;
    }

    // Ids for things are needed in the middle of plain code; the block is taken before it.
    private async Task ReserveIdsAsync(int count)
    {
        if (endOfIds - nextId >= count) return;
        nextId = await transaction.TakeIdsAsync(count).ConfigureAwait(false);
        endOfIds = nextId + count;
    }

    private long NextId() => nextId < endOfIds ? nextId++ : throw new InvalidOperationException("The block of ids was counted too small.");

    private DbCommand ListCommand(string sql, IEnumerable<long> list)
    {
        var command = transaction.Command(RecordSql.In(sql, databases.IsPostgres)).With("@store", store.Id.Value);
        return databases.IsPostgres ? command.With("@list", list.ToArray()) : command.With("@list", JsonSerializer.Serialize(list));
    }

    private async Task<int> RunListAsync(string sql, IReadOnlyCollection<long> list)
    {
        if (list.Count == 0) return 0;
        await using var command = ListCommand(sql, list);
        return await command.ExecuteNonQueryAsync(transaction.Cancellation).ConfigureAwait(false);
    }

    private async Task FlushAsync()
    {
        var people = customers.Values.Where(c => c.Dirty).ToList();
        var changed = people.Exists(c => c.Changed) || HasChangedThings();
        var change = changed ? await transaction.ChangeAsync().ConfigureAwait(false) : 0;
        var added = people.FindAll(c => c.IsNew && !c.Gone);
        if (added.Count > 0)
        {
            var ordinal = await transaction.TakeOrdinalsAsync(added.Count).ConfigureAwait(false);
            foreach (var customer in added) customer.Row.Ordinal = ordinal++;
        }
        foreach (var customer in people)
        {
            if (customer.Changed) customer.Row.Change = change;
            customer.WriteStamps();
        }
        await transaction.InsertAsync(databases, added.ConvertAll(c => c.Row)).ConfigureAwait(false);
        await transaction.UpdateAsync(databases, people.FindAll(c => !c.IsNew).ConvertAll(c => c.Row)).ConfigureAwait(false);

        var ways = identities.Values.Where(i => i.Dirty).ToList();
        await transaction.InsertAsync(databases, ways.FindAll(i => i.IsNew).ConvertAll(i => i.Finish())).ConfigureAwait(false);
        await transaction.UpdateAsync(databases, ways.FindAll(i => !i.IsNew).ConvertAll(i => i.Finish())).ConfigureAwait(false);
        await transaction.InsertAsync(databases, merges).ConfigureAwait(false);

        await WriteAsync(categories.Values, (r, c) => r.Change = c, change).ConfigureAwait(false);
        await WriteAsync(products.Values, (r, c) => r.Change = c, change).ConfigureAwait(false);
        await RunListAsync(RecordSql.DeleteVariants, replacedVariants).ConfigureAwait(false);
        await transaction.InsertAsync(databases, variants.Values.SelectMany(v => v).ToList()).ConfigureAwait(false);
        await RunListAsync(RecordSql.DeleteProductCategories, replacedLinks).ConfigureAwait(false);
        await transaction.InsertAsync(databases, newLinks.Select(l => new ProductCategoryRow { StoreId = store.Id, ProductId = new(l.Product), CategoryId = new(l.Category) })
            .ToList()).ConfigureAwait(false);
        await WriteAsync(orders.Values, (r, c) => r.Change = c, change).ConfigureAwait(false);
        await RunListAsync(RecordSql.DeleteLines, replacedLines).ConfigureAwait(false);
        await transaction.InsertAsync(databases, lines.Values.SelectMany(l => l).ToList()).ConfigureAwait(false);
        await WriteAsync(refunds.Values, (r, c) => r.Change = c, change).ConfigureAwait(false);
        await WriteAsync(carts.Values, (r, c) => r.Change = c, change).ConfigureAwait(false);
        await WriteAsync(events.Values, (r, c) => r.Change = c, change).ConfigureAwait(false);
        await WriteAsync(consents, (r, c) => r.Change = c, change).ConfigureAwait(false);
    }

    private async Task WriteAsync<TRow>(IEnumerable<Work<TRow>> works, Action<TRow, long> stamp, long change) where TRow : class
    {
        List<TRow> added = [], updated = [];
        foreach (var work in works)
        {
            if (!work.Dirty) continue;
            if (work.Changed) stamp(work.Row, change);
            (work.IsNew ? added : updated).Add(work.Row);
        }
        await transaction.InsertAsync(databases, added).ConfigureAwait(false);
        await transaction.UpdateAsync(databases, updated).ConfigureAwait(false);
    }

    private bool HasChangedThings() =>
        Any(categories.Values) || Any(products.Values) || Any(orders.Values) || Any(refunds.Values) || Any(carts.Values) || Any(events.Values) || Any(consents);

    private static bool Any<TRow>(IEnumerable<Work<TRow>> works) => works.Any(w => w.Changed);

    private Task<List<TRow>> FindAsync<TRow, TKey>(
        IReadOnlyCollection<TKey> keys, Func<IQueryable<TRow>, TKey[], IQueryable<TRow>> where) where TRow : class =>
        keys.Count == 0 ? Task.FromResult(new List<TRow>())
            : where(transaction.Db.Set<TRow>().AsNoTracking(), [.. keys]).ToListAsync(transaction.Cancellation);
}
