using System.Text;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Stores.Csv;
using Comeback.Tests.Architecture;
using NodaTime;

namespace Comeback.Tests.Stores.Csv;

/// <summary>A file of orders in a test's hand, read as an import reads it.</summary>
internal sealed record CsvFile(byte[] Bytes)
{
    public string Currency { get; init; } = "GBP";
    public string Zone { get; init; } = "Europe/London";
    public OrderFileOptions Options { get; init; } = new();

    public CsvFile(string text) : this(Encoding.UTF8.GetBytes(text)) { }

    public static CsvFile Recorded(string name) =>
        new(File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "Comeback.Tests", "Stores", "Csv", "Recorded", name)));

    public static CsvFile Mapped(string text, string map) => new(text)
    {
        Options = new OrderFileOptions { Mapping = map.Split(',').Select(p => p.Split('=')).ToDictionary(p => Enum.Parse<OrderField>(p[0], ignoreCase: true), p => p[1]) },
    };

    public OrderFile Open() => OrderFile.Open(() => new MemoryStream(Bytes, writable: false), Options, null, CancellationToken.None);

    public CsvContent Read()
    {
        var items = Open().Read(Engine.Currency.Parse(Currency), DateTimeZoneProviders.Tzdb[Zone], () => new MemoryStream(), CancellationToken.None).ToList();
        return new CsvContent(
            [.. items.Select(i => i.Record).OfType<OrderRecord>()],
            [.. items.Select(i => i.Record).OfType<LooseRefundRecord>()],
            [.. items.Select(i => i.Rejected).OfType<RejectedRow>()]);
    }

    /// <summary>The sentence with which the file is refused.</summary>
    public string Refusal() => Assert.Throws<UserError>(Read).Message;
}

/// <summary>What a file yielded.</summary>
internal sealed record CsvContent(List<OrderRecord> Orders, List<LooseRefundRecord> Refunds, List<RejectedRow> Rejected)
{
    public OrderRecord Order => Assert.Single(Orders);

    public Dictionary<string, int> Reasons => Rejected.CountBy(r => r.Reason).ToDictionary(r => r.Key, r => r.Value);
}
