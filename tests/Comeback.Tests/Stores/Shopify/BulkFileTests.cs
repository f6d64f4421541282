using System.Text;
using Comeback.Engine;
using Comeback.Stores.Shopify;

namespace Comeback.Tests.Stores.Shopify;

/// <summary>A bulk result is taken in with flat memory, whatever order its lines are in, and a cut one is never taken for whole.</summary>
public sealed class BulkFileTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Children_find_their_parents_wherever_they_stand()
    {
        using var folder = new Scratch();
        var file = new ShopifyBulkFile(folder.Path);
        var lines = new List<string>();
        for (var i = 1; i <= 500; i++)
        {
            lines.Add(Line(i, 1));
            lines.Insert(0, Order(i));
            lines.Insert(lines.Count / 2, Line(i, 2));
        }
        await file.TakeInAsync(Of(lines), 30_000_000, lines.Count, Stop);

        Assert.True(file.Parts > 1);
        var seen = Enumerable.Range(0, file.Parts).SelectMany(file.Read).ToList();
        Assert.Equal(500, seen.Count);
        Assert.All(seen, o => Assert.Equal(2, o.Children.Count));
    }

    [Theory]
    [InlineData(0.5), InlineData(0.999)]
    public async Task A_cut_file_is_not_taken(double share)
    {
        using var folder = new Scratch();
        var file = new ShopifyBulkFile(folder.Path);
        var lines = Enumerable.Range(1, 200).SelectMany(i => new[] { Order(i), Line(i, 1) }).ToList();
        var whole = Encoding.UTF8.GetBytes(string.Join('\n', lines));

        await Assert.ThrowsAsync<ShopifyUnavailableException>(() => file.TakeInAsync(new MemoryStream(whole, 0, (int)(whole.Length * share)), whole.Length, lines.Count, Stop));
        Assert.Equal(0, file.Parts);
    }

    [Fact]
    public async Task A_hundred_thousand_orders_come_in_with_flat_memory()
    {
        // COMEBACK_SHOPIFY_ORDERS=1000000 by hand.
        var orders = int.TryParse(Environment.GetEnvironmentVariable("COMEBACK_SHOPIFY_ORDERS"), System.Globalization.CultureInfo.InvariantCulture, out var wanted) ? wanted : 100_000;
        using var folder = new Scratch();
        var file = new ShopifyBulkFile(folder.Path);
        var mapping = new ShopifyMapping(Currency.Parse("GBP"), shortHistory: false);
        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await file.TakeInAsync(new Generated(orders), orders * 1_900L, orders * 3L, Stop);
        var taken = clock.Elapsed;
        long mapped = 0, total = 0, most = 0;
        for (var part = 0; part < file.Parts; part++)
        {
            foreach (var (root, children) in file.Read(part))
            {
                var node = System.Text.Json.JsonSerializer.Deserialize<OrderNode>(root, ShopifyClient.Json)!;
                var order = mapping.Order(node, [.. children.Select(c => System.Text.Json.JsonSerializer.Deserialize<LineNode>(c, ShopifyClient.Json)!)]) ?? throw new InvalidOperationException();
                Assert.Equal(2, order.Lines.Count);
                mapped++;
                total += order.Total.Minor;
            }
            // What is alive, not what other tests have thrown away meanwhile.
            if (part % 8 == 0) most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{orders} orders, {file.Parts} parts: taken in {taken.TotalSeconds:F1} s, mapped in {(clock.Elapsed - taken).TotalSeconds:F1} s, {orders / clock.Elapsed.TotalSeconds:F0} orders/s, heap +{most >> 20} MB, peak {System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB");

        Assert.Equal((orders, orders * 2550L), (mapped, total));
        Assert.InRange(most, 0, 256L << 20);
    }

    private static string Order(int i) => $$$$"""{"id":"gid://shopify/Order/{{{{i}}}}","name":"#{{{{i}}}}","createdAt":"2025-01-01T00:00:00Z","processedAt":"2025-01-01T00:00:00Z","updatedAt":"2025-01-02T00:00:00Z","displayFinancialStatus":"PAID","test":false,"email":"a{{{{i % 5000}}}}@example.com","discountCodes":[],"tags":[],"sourceName":"web","paymentGatewayNames":["shopify_payments"],"totalPriceSet":{"shopMoney":{"amount":"25.50","currencyCode":"GBP"},"presentmentMoney":{"amount":"25.50","currencyCode":"GBP"}},"totalTaxSet":{"shopMoney":{"amount":"0.0","currencyCode":"GBP"},"presentmentMoney":{"amount":"0.0","currencyCode":"GBP"}},"customer":{"id":"gid://shopify/Customer/{{{{i % 5000}}}}","firstName":"A","lastName":"B","locale":"en","defaultEmailAddress":{"emailAddress":"a{{{{i % 5000}}}}@example.com"},"defaultPhoneNumber":null},"shippingAddress":{"countryCodeV2":"GB","provinceCode":null,"city":"London","phone":null,"firstName":"A","lastName":"B"},"fulfillments":[],"refunds":[]}""";

    private static string Line(int i, int n) => $$$$"""{"id":"gid://shopify/LineItem/{{{{i}}}}{{{{n}}}}","title":"Assam","quantity":1,"currentQuantity":1,"isGiftCard":false,"requiresShipping":true,"product":{"id":"gid://shopify/Product/{{{{n}}}}"},"variant":{"id":"gid://shopify/ProductVariant/{{{{n}}}}"},"originalUnitPriceSet":{"shopMoney":{"amount":"12.75","currencyCode":"GBP"},"presentmentMoney":{"amount":"12.75","currencyCode":"GBP"}},"discountedTotalSet":{"shopMoney":{"amount":"12.75","currencyCode":"GBP"},"presentmentMoney":{"amount":"12.75","currencyCode":"GBP"}},"__parentId":"gid://shopify/Order/{{{{i}}}}"}""";

    private static MemoryStream Of(IEnumerable<string> lines) => new(Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n"))));

    /// <summary>The file as it would come over the wire: all lines of children first.</summary>
    private sealed class Generated(int orders) : Stream
    {
        private readonly IEnumerator<string> lines = Enumerable.Range(1, orders).SelectMany(i => new[] { Line(i, 1), Line(i, 2) }).Concat(Enumerable.Range(1, orders).Select(Order)).GetEnumerator();
        private byte[] rest = [];
        private int at;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = 0;
            while (read < count)
            {
                if (at == rest.Length)
                {
                    if (!lines.MoveNext()) break;
                    (rest, at) = (Encoding.UTF8.GetBytes(lines.Current + "\n"), 0);
                }
                var some = Math.Min(count - read, rest.Length - at);
                rest.AsSpan(at, some).CopyTo(buffer.AsSpan(offset + read));
                (read, at) = (read + some, at + some);
            }
            return read;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    private sealed class Scratch : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("comeback-bulk-").FullName;

        public void Dispose()
        {
            if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
        }
    }
}
