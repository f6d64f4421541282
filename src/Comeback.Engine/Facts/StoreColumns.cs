using System.Runtime.InteropServices;
using Comeback.Engine.Orders;

namespace Comeback.Engine.Facts;

/// <summary>
/// One store's facts in memory: what the database holds, laid out by customer ordinal for the segments. A cache: rebuilt from rows at will.
/// </summary>
/// <remarks>
/// Each Put takes a whole state and answers whom it touched; the same state again touches nobody. The result depends only on the last state of
/// each row, never on the order in which rows came. Rows later than the instant that a segment is evaluated at are kept and ignored until then.
/// Not thread-safe: one writer, and no reader while it writes.
/// </remarks>
public sealed partial class StoreColumns
{
    private CustomerEntry[] customers = [];
    private readonly SliceLog<ConsentEntry> consents = new();
    private readonly Dictionary<int, int[]> tags = [];
    private readonly Dictionary<int, LifetimeFacts> lifetimes = [];
    private readonly Dictionary<int, IReadOnlyDictionary<string, string>> vendorValues = [];
    private readonly IdMap ordinals = new();
    private readonly HashSet<int> objectors = [];

    public StoreColumns(StoreProfile profile)
    {
        Profile = profile;
        Days = StoreDays.Of(profile.TimeZone);
    }

    public StoreProfile Profile { get; }

    /// <summary>The days of the store's zone.</summary>
    public StoreDays Days { get; }

    /// <summary>One more than the highest ordinal seen, whether or not its customer is still there.</summary>
    public int Capacity { get; private set; }

    /// <summary>Customers that are there: put and not gone.</summary>
    public int Customers { get; private set; }

    /// <summary>
    /// The store's definition of who is no shopper, beside the marks of its customers; null without one. A set takes it when it is compiled.
    /// </summary>
    public string? NotAShopper { get; set; }

    /// <summary>Those who object to profiling, by ordinal.</summary>
    internal IReadOnlyCollection<int> Objectors => objectors;

    internal Texts Texts { get; } = new();

    /// <summary>The id of the customer with this ordinal; default when none was put.</summary>
    public CustomerId IdOf(int ordinal) => ordinal < Capacity ? new(customers[ordinal].Id) : default;

    /// <summary>The ordinal of a customer, or -1.</summary>
    public int OrdinalOf(CustomerId id) => ordinals[id.Value];

    /// <summary>True when the customer is there: put and not gone.</summary>
    public bool Exists(int ordinal) => (uint)ordinal < (uint)Capacity && (customers[ordinal].Flags & CustomerFlags.There) != 0;

    /// <summary>Gives back the room that growing left unused: after a store was read as a whole.</summary>
    public void Trim()
    {
        consents.Trim();
        orders.Trim();
        Renumber();
        refunds.Trim();
        events.Trim();
        carts.Trim();
        properties.Trim();
        Array.Resize(ref customers, Capacity);
        ReserveMarks();
        eventOwners = null;
    }

    public Touched PutCustomer(CustomerFacts facts)
    {
        Reserve(facts.Ordinal);
        ref var entry = ref customers[facts.Ordinal];
        var flags = (facts.Gone ? CustomerFlags.None : CustomerFlags.There)
            | (facts.NotAShopper ? CustomerFlags.NotAShopper : 0)
            | (facts.ObjectsToProfiling ? CustomerFlags.Objects : 0)
            | (string.IsNullOrEmpty(facts.Email) || facts.DoubtfulContact || facts.Blocked.Contains(Channel.Email) ? 0 : CustomerFlags.EmailUsable)
            | (string.IsNullOrEmpty(facts.Phone) || facts.DoubtfulContact || facts.Blocked.Contains(Channel.Sms) ? 0 : CustomerFlags.SmsUsable)
            | (string.IsNullOrEmpty(facts.Phone) || facts.DoubtfulContact || facts.Blocked.Contains(Channel.WhatsApp) ? 0 : CustomerFlags.WhatsAppUsable);
        var at = facts.Email?.LastIndexOf('@') ?? -1;
        var next = new CustomerEntry
        {
            Id = facts.Id.Value,
            CreatedAt = StoreDays.Micros(facts.CreatedAt),
            Flags = flags,
            Country = Texts.Of(facts.Country?.ToUpperInvariant()),
            Region = Texts.Of(facts.Region),
            City = Texts.Of(facts.City),
            Language = Texts.Of(facts.Language),
            EmailDomain = Texts.Of(at < 0 ? null : facts.Email![(at + 1)..].ToLowerInvariant()),
            Phone = Texts.Of(facts.Phone is { Length: > 4 } phone ? phone[..5] : null),
            BirthDay = facts.BirthDate is { } birth ? StoreDays.Number(birth) : int.MinValue,
        };
        var tagged = facts.Tags.Select(tag => Texts.Of(tag.ToLowerInvariant())).Distinct().Order().ToArray();
        var same = entry == next
            && tagged.AsSpan().SequenceEqual(tags.GetValueOrDefault(facts.Ordinal))
            && lifetimes.GetValueOrDefault(facts.Ordinal) == facts.Lifetime
            && Same(vendorValues.GetValueOrDefault(facts.Ordinal), facts.VendorValues);
        if (same) return Touched.None;
        Customers += ((next.Flags & CustomerFlags.There) != 0 ? 1 : 0) - ((entry.Flags & CustomerFlags.There) != 0 ? 1 : 0);
        if (entry.Id != 0 && entry.Id != next.Id) ordinals[entry.Id] = -1;
        ordinals[next.Id] = facts.Ordinal;
        entry = next;
        Mark(there, facts.Ordinal, (next.Flags & CustomerFlags.There) != 0);
        Mark(shoppers, facts.Ordinal, (next.Flags & (CustomerFlags.There | CustomerFlags.NotAShopper)) == CustomerFlags.There);
        if (facts.ObjectsToProfiling) objectors.Add(facts.Ordinal);
        else objectors.Remove(facts.Ordinal);
        Keep(tags, facts.Ordinal, tagged.Length == 0 ? null : tagged);
        Keep(lifetimes, facts.Ordinal, facts.Lifetime);
        Keep(vendorValues, facts.Ordinal, facts.VendorValues is { Count: > 0 } ? facts.VendorValues : null);
        return Changed(Touched.One(FactKinds.Customer, facts.Ordinal));
    }

    /// <summary>Adds an entry of the consent ledger; one that is there already changes nothing.</summary>
    public Touched PutConsent(ConsentFacts facts)
    {
        Reserve(facts.Ordinal);
        var entry = new ConsentEntry(StoreDays.Micros(facts.At), facts.Channel, facts.State);
        var log = consents.Of(facts.Ordinal);
        var index = 0;
        while (index < log.Length && log[index].At <= entry.At)
        {
            if (log[index] == entry) return Touched.None;
            index++;
        }
        consents.Insert(facts.Ordinal, index, entry);
        return Changed(Touched.One(FactKinds.Consents, facts.Ordinal));
    }

    /// <summary>Takes a customer's consents away, before they are put again under another (merge).</summary>
    public Touched RemoveConsents(int ordinal)
    {
        if (consents.Of(ordinal).IsEmpty) return Touched.None;
        consents.Set(ordinal, []);
        return Changed(Touched.One(FactKinds.Consents, ordinal));
    }

    internal ReadOnlySpan<CustomerEntry> AllCustomers => customers.AsSpan(0, Capacity);

    internal ref readonly CustomerEntry Customer(int ordinal) => ref customers[ordinal];

    internal ReadOnlySpan<ConsentEntry> ConsentsOf(int ordinal) => consents.Of(ordinal);

    internal bool HasConsents => consents.Total > 0;

    internal ReadOnlySpan<int> TagsOf(int ordinal) => tags.GetValueOrDefault(ordinal);

    internal LifetimeFacts? LifetimeOf(int ordinal) => lifetimes.Count == 0 ? null : lifetimes.GetValueOrDefault(ordinal);

    internal string? VendorValueOf(int ordinal, string name) =>
        vendorValues.TryGetValue(ordinal, out var values) ? values.GetValueOrDefault(name) : null;

    internal bool HasVendorValue(string name) => vendorValues.Values.Any(values => values.ContainsKey(name));

    /// <summary>Raised by every change of a customer's facts; the catalogue has its own.</summary>
    internal long Version { get; private set; }

    private Touched Changed(Touched touched)
    {
        Version++;
        return touched;
    }

    private void Reserve(int ordinal)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ordinal);
        if (ordinal < Capacity) return;
        if (ordinal >= customers.Length)
        {
            Array.Resize(ref customers, Math.Max(ordinal + 1, Math.Max(16, customers.Length + (customers.Length / 2))));
            ReserveMarks();
        }
        Capacity = ordinal + 1;
    }

    private static bool Same(IReadOnlyDictionary<string, string>? left, IReadOnlyDictionary<string, string>? right) =>
        (left?.Count ?? 0) == (right?.Count ?? 0)
        && (left is null || left.All(pair => right!.TryGetValue(pair.Key, out var value) && value == pair.Value));

    private static void Keep<T>(Dictionary<int, T> all, int ordinal, T? value) where T : class
    {
        if (value is null) all.Remove(ordinal);
        else CollectionsMarshal.GetValueRefOrAddDefault(all, ordinal, out _) = value;
    }
}

[Flags]
internal enum CustomerFlags : byte
{
    None = 0,
    There = 1,
    NotAShopper = 2,
    EmailUsable = 4,
    SmsUsable = 8,
    WhatsAppUsable = 16,
    Objects = 32,
}

/// <summary>The fixed part of a customer; texts are numbers of <see cref="Texts"/>.</summary>
internal record struct CustomerEntry
{
    public long Id;
    public long CreatedAt;
    public int Country;
    public int Region;
    public int City;
    public int Language;
    public int EmailDomain;
    public int Phone;
    public int BirthDay;
    public CustomerFlags Flags;
}

internal readonly record struct ConsentEntry(long At, Channel Channel, ConsentState State);

/// <summary>Texts as numbers from 1; 0 is no text. Equal texts have equal numbers.</summary>
internal sealed class Texts
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly List<string> texts = [""];

    public int Of(string? text)
    {
        if (string.IsNullOrEmpty(text)) return 0;
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, text, out var known);
        if (known) return number;
        texts.Add(text);
        return number = texts.Count - 1;
    }

    /// <summary>The number of a text that is known; 0 for any other.</summary>
    public int Find(string text) => numbers.GetValueOrDefault(text);

    public string this[int number] => texts[number];

    /// <summary>By number.</summary>
    public IReadOnlyList<string> All => texts;

    /// <summary>One more than the highest number.</summary>
    public int Count => texts.Count;
}
