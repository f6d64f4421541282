using System.Globalization;
using System.Text;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Stores.Csv;
using NodaTime;

namespace Comeback.Tests.Stores.Csv;

/// <summary>What counts the memory of the whole process runs alone.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>A file of any length is read in the same memory.</summary>
[Collection(nameof(Alone))]
public sealed class MemoryTests
{
    [Fact]
    public void Memory_does_not_grow_with_the_file()
    {
        var small = Held(20_000);
        var large = Held(400_000);
        Assert.InRange(large - small, long.MinValue, 8 << 20);
    }

    [Fact]
    public void Orders_whose_rows_all_stand_apart_are_gathered_in_a_file_and_not_in_memory()
    {
        // All first lines, then all second lines: no two rows of an order stand together, and a pass of the set-aside rows holds only a part.
        const int Orders = 120_000;
        var text = new StringBuilder("Ref,When,Mail,Sum,What,Note\n");
        for (var line = 0; line < 2; line++)
            for (var i = 0; i < Orders; i++) text.Append(CultureInfo.InvariantCulture, $"{i},2026-01-31,c{i}@example.com,10.00,Tea {line},{new string('n', 60)}\n");
        var file = CsvFile.Mapped(text.ToString(), "order=Ref,date=When,email=Mail,total=Sum,title=What");
        using var spill = new MemoryStream();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in file.Open().Read(Currency.Parse("GBP"), DateTimeZone.Utc, () => spill, CancellationToken.None))
        {
            var order = Assert.IsType<OrderRecord>(item.Record);
            Assert.True(seen.Add(order.ExternalId), order.ExternalId);
            Assert.Equal(["Tea 0", "Tea 1"], order.Lines.Select(l => l.Title));
        }
        Assert.Equal(Orders, seen.Count);
    }

    // What is alive when nearly all of a file has been read.
    private static long Held(int orders)
    {
        var file = OrderFile.Open(() => new OrdersStream(orders), new OrderFileOptions(), null, CancellationToken.None);
        var read = 0;
        foreach (var item in file.Read(Currency.Parse("GBP"), DateTimeZone.Utc, () => new MemoryStream(), CancellationToken.None))
        {
            Assert.NotNull(item.Record);
            if (++read == orders - 1) return GC.GetTotalMemory(forceFullCollection: true);
        }
        throw new InvalidOperationException("The file is shorter than it should be.");
    }

    /// <summary>A shop's export of two rows an order, made while it is read.</summary>
    private sealed class OrdersStream(int orders) : Stream
    {
        private byte[] chunk = "Name,Email,Financial Status,Created at,Currency,Total,Lineitem quantity,Lineitem name,Lineitem price\n"u8.ToArray();
        private int at, made;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (at == chunk.Length)
            {
                if (made == orders) return 0;
                chunk = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                    $"#{made},c{made}@example.com,paid,2026-01-31 10:00:00 +0000,GBP,20.00,1,Tea {made % 500},10.00\n#{made},,,,,,1,Cup {made % 300},10.00\n"));
                made++;
                at = 0;
            }
            var read = Math.Min(count, chunk.Length - at);
            chunk.AsSpan(at, read).CopyTo(buffer.AsSpan(offset));
            at += read;
            return read;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
