using Comeback.Data;
using Comeback.Engine;
using Comeback.Segments;
using Comeback.Tests.Stores.Csv;

namespace Comeback.Tests.Segments;

/// <summary>A file of members of any length is written in the same memory.</summary>
[Collection(nameof(Alone))]
public sealed class MemberStreamTests(SegmentsService running) : IClassFixture<SegmentsService>
{
    [Fact]
    public async Task A_file_of_many_members_is_a_stream_that_needs_no_more_memory_at_its_end_than_at_its_beginning()
    {
        const int people = 20_000;
        var shop = await running.ShopAsync();
        await running.Get<StoreWriter>().WriteAsync(shop.Id, Lane.Bulk, async transaction =>
        {
            var id = await transaction.TakeIdsAsync(people);
            var ordinal = await transaction.TakeOrdinalsAsync(people);
            var change = await transaction.ChangeAsync();
            for (var i = 0; i < people; i++)
                transaction.Db.Customers.Add(new CustomerRow { StoreId = shop.Id, Id = new CustomerId(id + i), Ordinal = ordinal + i, Change = change, Email = $"p{i}@example.com", CreatedAt = DateTimeOffset.UnixEpoch });
            await transaction.Db.SaveChangesAsync();
            return 0;
        }, CancellationToken.None);
        var live = await running.Get<SegmentStores>().GetAsync(shop.Id, CancellationToken.None);
        await running.Get<SegmentStores>().PassAsync(shop.Id, CancellationToken.None);

        await using var file = new Gauge();
        await MemberRows.WriteAsync(running.Get<Databases>(), live, "prospects", file, raw: false, CancellationToken.None);
        Assert.Equal(people + 1, file.Lines);
        var (first, last) = (file.Heap[file.Heap.Count / 4], file.Heap[^1]);
        Assert.True(last - first < 6_000_000, $"The heap went from {first:N0} to {last:N0} bytes.");

        using var answer = await running.Http.GetAsync(new Uri($"/api/stores/{shop.Id}/segments/prospects/export", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        // A file whose length is not known beforehand is not kept in memory to be measured.
        Assert.Null(answer.Content.Headers.ContentLength);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var lines = 0;
        while (await reader.ReadLineAsync() is not null) lines++;
        Assert.Equal(people + 1, lines);
    }

    /// <summary>Counts lines and weighs the heap as they pass; keeps nothing.</summary>
    private sealed class Gauge : Stream
    {
        public int Lines { get; private set; }
        public List<long> Heap { get; } = [];
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Lines += buffer.Count((byte)'\n');
            Heap.Add(GC.GetTotalMemory(forceFullCollection: true));
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            Write(buffer, offset, count);
            return Task.CompletedTask;
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
