using System.Text;

namespace Comeback.Stores.Csv;

/// <summary>
/// Rows of orders that do not stand together in their file, set aside in a temporary file. They are gathered by order in as many passes as it takes to
/// keep each within a fixed memory; a file in which a few orders stand apart takes one.
/// </summary>
internal sealed class Spill(Func<Stream> open) : IDisposable
{
    private const long PassBytes = 32L << 20;

    private Stream? stream;
    private BinaryWriter? writer;
    private int[]? slots;
    private long rows;

    public void Add(Row row)
    {
        if (writer is null)
        {
            stream = open();
            writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        }
        rows++;
        slots ??= row.Slots;
        writer.Write(row.Line);
        writer.Write(row.Cells.Length);
        foreach (var cell in row.Cells) writer.Write(cell);
        writer.Write(row.Raw.Length);
        writer.Write(row.Raw);
    }

    /// <summary>The orders, each with its rows in the order of the file; rows past the largest order come alone, as too many.</summary>
    public IEnumerable<(IReadOnlyList<Row> Rows, bool TooMany)> Orders(Func<Row, string> keyOf)
    {
        if (writer is null || stream is null) yield break;
        writer.Flush();
        var passes = (uint)((stream.Length / PassBytes) + 1);
        for (var pass = 0U; pass < passes; pass++)
        {
            stream.Position = 0;
            using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
            var orders = new Dictionary<string, List<Row>>(StringComparer.Ordinal);
            for (var i = 0L; i < rows; i++)
            {
                var row = Next(reader);
                var key = keyOf(row);
                if (KeyFilter.Mix(KeyFilter.Start, Encoding.UTF8.GetBytes(key)) / 7 % passes != pass) continue;
                if (!orders.TryGetValue(key, out var order)) orders.Add(key, order = []);
                if (order.Count < Survey.LargestOrder) order.Add(row);
                else yield return ([row], true);
            }
            foreach (var order in orders.Values.OrderBy(o => o[0].Line)) yield return (order, false);
        }
    }

    private Row Next(BinaryReader reader)
    {
        var line = reader.ReadInt64();
        var cells = new string[reader.ReadInt32()];
        for (var i = 0; i < cells.Length; i++) cells[i] = reader.ReadString();
        return new Row(line, cells, slots!, reader.ReadBytes(reader.ReadInt32()));
    }

    public void Dispose()
    {
        writer?.Dispose();
        stream?.Dispose();
    }
}
