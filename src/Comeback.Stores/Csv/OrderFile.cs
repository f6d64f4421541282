using Comeback.Engine;
using Comeback.Engine.Orders;
using NodaTime;

namespace Comeback.Stores.Csv;

/// <summary>What the merchant says about a file that the file itself may not say.</summary>
public sealed record OrderFileOptions
{
    /// <summary>Field to column, for headers that are not known (<c>--map</c>).</summary>
    public IReadOnlyDictionary<OrderField, string> Mapping { get; init; } = new Dictionary<OrderField, string>();
    /// <summary>E.g. <c>dd/MM/yyyy</c>, where the file leaves it open.</summary>
    public string? DateFormat { get; init; }
    /// <summary>Where the file leaves it open.</summary>
    public DecimalMark DecimalMark { get; init; }
}

/// <summary>A row that was left out: its line, why, and itself as it stands in the file (UTF-8).</summary>
public sealed record RejectedRow(long Line, string Reason, ReadOnlyMemory<byte> Raw);

/// <summary>What a file yields, one after the other: a record or a row that was left out.</summary>
public readonly record struct OrderFileItem(StoreRecord? Record, RejectedRow? Rejected);

/// <summary>
/// A merchant's file of orders. It is gone over twice: first to the end without writing anything, to see that it can be read at all and what its dates
/// and numbers mean; then to make records. Memory does not grow with the file: orders whose rows stand apart are set aside in a temporary file.
/// </summary>
public sealed class OrderFile
{
    private readonly Func<Stream> open;
    private readonly OrderFileOptions options;
    private readonly Survey survey;

    private OrderFile(Func<Stream> open, OrderFileOptions options, Survey survey)
    {
        this.open = open;
        this.options = options;
        this.survey = survey;
    }

    /// <summary>The exporter that wrote it, as the merchant knows it.</summary>
    public string Layout => survey.Map.Layout.Name;

    public string Encoding => survey.Form.EncodingName;

    public char Delimiter => survey.Form.Delimiter;

    /// <summary>Rows without the header.</summary>
    public long Rows => survey.Rows;

    /// <summary>The currency that most rows name; null when there is no such column.</summary>
    public Currency? Currency => survey.Currency;

    /// <summary>The header as it stands in the file, UTF-8, for the file of rejected rows.</summary>
    public ReadOnlyMemory<byte> HeaderBytes => survey.HeaderBytes;

    /// <summary>How far <see cref="Read"/> has come.</summary>
    public long RowsRead { get; private set; }

    /// <summary>Bytes of the file itself (packed, if it is packed) that <see cref="Read"/> has read.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Goes over the whole file once.</summary>
    /// <param name="open">Opens the file from its beginning; called several times.</param>
    /// <param name="progress">Told the bytes of the file read so far.</param>
    /// <exception cref="UserError">The file cannot be imported; the message says why and what to do.</exception>
    public static OrderFile Open(Func<Stream> open, OrderFileOptions options, Action<long>? progress, CancellationToken cancellation)
    {
        if (options.DateFormat is { } format && DateFormat.Fault(format) is { } fault) throw new UserError(fault);
        return new OrderFile(open, options, Survey.Of(open, options, progress, cancellation));
    }

    /// <summary>Makes records of the file, in its order.</summary>
    /// <param name="store">The store's currency; orders that name none are of it.</param>
    /// <param name="zone">The store's time zone; dates without an offset are local times of it.</param>
    /// <param name="openSpill">Opens an empty temporary file for rows of orders that do not stand together.</param>
    /// <exception cref="UserError">The amounts can be read in two ways.</exception>
    public IEnumerable<OrderFileItem> Read(Currency store, DateTimeZone zone, Func<Stream> openSpill, CancellationToken cancellation)
    {
        var mark = options.DecimalMark != DecimalMark.Unknown ? options.DecimalMark : survey.Numbers.Decide(store.Digits);
        var dates = new DateReader(survey.DayOrder, options.DateFormat, zone);
        IOrderAssembler assembler = survey.Map.Layout.Dialect == Dialect.OnlineRetail
            ? new OnlineRetailOrders(store, dates, mark)
            : new ShopOrders(survey.Map.Layout.Dialect, store, dates, mark);
        return Items(assembler, openSpill, cancellation);
    }

    private IEnumerable<OrderFileItem> Items(IOrderAssembler assembler, Func<Stream> openSpill, CancellationToken cancellation)
    {
        using var rows = new RowReader(survey.Form, open);
        using var spill = new Spill(openSpill);
        var group = new List<Row>();
        var items = new List<OrderFileItem>();
        Row? previous = null;
        var apart = false;
        while (rows.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            RowsRead++;
            BytesRead = rows.BytesRead;
            if (survey.Misfit(rows) is { } misfit)
            {
                yield return new OrderFileItem(null, new RejectedRow(rows.Line, misfit, rows.Raw.ToArray()));
                continue;
            }
            var row = survey.Take(rows);
            if (previous is null || !survey.Continues(previous.Value, ref row))
            {
                assembler.Build(group, items);
                group.Clear();
                foreach (var item in items) yield return item;
                items.Clear();
                apart = survey.StandsApart(row);
            }
            previous = row;
            if (apart) spill.Add(row);
            else if (group.Count < Survey.LargestOrder) group.Add(row);
            else yield return TooMany(row);
        }
        assembler.Build(group, items);
        foreach (var item in items) yield return item;
        foreach (var (order, tooMany) in spill.Orders(survey.KeyOf))
        {
            cancellation.ThrowIfCancellationRequested();
            if (tooMany)
            {
                foreach (var row in order) yield return TooMany(row);
                continue;
            }
            items.Clear();
            assembler.Build(order, items);
            foreach (var item in items) yield return item;
        }
    }

    private static OrderFileItem TooMany(Row row) => new(null, new RejectedRow(row.Line, Survey.TooManyRows, row.Raw));
}

/// <summary>Makes records of the rows of one order.</summary>
internal interface IOrderAssembler
{
    /// <summary>Adds to <paramref name="items"/> the order and the rows that had to be left out. No rows, no items.</summary>
    void Build(IReadOnlyList<Row> rows, List<OrderFileItem> items);
}
