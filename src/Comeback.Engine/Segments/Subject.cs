using Comeback.Engine.Facts;
using Comeback.Engine.Orders;

namespace Comeback.Engine.Segments;

/// <summary>The customer under evaluation at a moment. One is reused for many customers; what costs is worked out once when first asked for.</summary>
internal sealed class Subject(StoreColumns columns, SharedState shared)
{
    private readonly List<int> few = [];
    private readonly HashSet<int> many = [];
    private int categoriesStamp;
    private int[] categoryStamps = [];
    private bool categoriesRead;
    private SummaryColumns? source;
    private Summary summary;
    private bool kindsRead;
    private ulong kinds;

    public StoreColumns Columns => columns;
    /// <summary>Median and ranks, the same for everybody.</summary>
    public SharedState Shared => shared;
    public Moment Moment { get; private set; } = null!;
    public int Ordinal { get; private set; }

    /// <summary>What the customer's orders come to; put together when first asked for.</summary>
    public ref readonly Summary Summary
    {
        get
        {
            if (source is not null) (summary, source) = (source.Of(Ordinal, columns.Days), null);
            return ref summary;
        }
    }

    /// <summary>The next instant at which time can change what was tested; lowered by each test.</summary>
    public long Wake;
    /// <summary>Evaluated on its own at some instant: memberships of other segments are worked out, not looked up.</summary>
    public bool Alone { get; private set; }

    /// <summary>In a pass over everybody, which works out no wakes.</summary>
    public bool Passing { get; init; }

    /// <summary>Forgets what was counted once.</summary>
    public void CountAnew()
    {
        few.Clear();
        if (many.Count > 0) many.Clear();
    }

    /// <summary>True the first time that a number is met. A list while they are few, which is the rule, then a set.</summary>
    public bool IsFirst(int number)
    {
        if (few.Count < 32)
        {
            if (few.Contains(number)) return false;
            few.Add(number);
            return true;
        }
        return !few.Contains(number) && many.Add(number);
    }

    /// <summary>Receives the instants of rows that fit a function, when somebody wants them.</summary>
    public List<long>? Fits { get; set; }

    /// <summary>One of everybody, with the memberships of other segments looked up.</summary>
    public void Load(int ordinal, Moment moment, SummaryColumns all)
    {
        (Ordinal, Moment, Alone, Wake) = (ordinal, moment, false, long.MaxValue);
        source = all;
        (categoriesRead, kindsRead) = (false, false);
    }

    /// <summary>One on their own at some instant, with their own summary as of then.</summary>
    public void Load(int ordinal, Moment moment, in Summary own)
    {
        (Ordinal, Moment, Alone, Wake) = (ordinal, moment, true, long.MaxValue);
        (source, summary) = (null, own);
        (categoriesRead, kindsRead) = (false, false);
    }

    public bool Shopper => (columns.Customer(Ordinal).Flags & CustomerFlags.NotAShopper) == 0
        && !(shared.Outsiders is { } outsiders && (Alone ? outsiders.Root.Test(this) : outsiders.Members.Contains(Ordinal)));

    /// <summary>Kinds of events that the customer has, whenever.</summary>
    public ulong Kinds
    {
        get
        {
            if (kindsRead) return kinds;
            (kinds, kindsRead) = (0, true);
            foreach (ref readonly var happened in columns.EventsOf(Ordinal))
                kinds |= 1UL << (int)happened.Kind;
            return kinds;
        }
    }

    /// <summary>Whether a counted order up to now has goods of a category, parents rolled up.</summary>
    public bool BoughtFrom(int category)
    {
        if (!categoriesRead) ReadCategories();
        return category < categoryStamps.Length && categoryStamps[category] == categoriesStamp;
    }

    public ConsentState Consent(Channel channel)
    {
        var state = ConsentState.None;
        var since = long.MinValue;
        foreach (ref readonly var entry in columns.ConsentsOf(Ordinal))
        {
            if (entry.Channel != channel) continue;
            if (entry.At > Moment.Now)
            {
                Wake = Math.Min(Wake, entry.At);
                break;
            }
            // A tie is won by the stricter: the enum rises from none over granted and pending to withdrawn.
            if (entry.At > since || entry.State > state) (state, since) = (entry.State, entry.At);
        }
        return state;
    }

    public bool Reachable()
    {
        var flags = columns.Customer(Ordinal).Flags;
        if ((flags & CustomerFlags.Objects) != 0) return false;
        return ((flags & CustomerFlags.EmailUsable) != 0 && Consent(Channel.Email) == ConsentState.Granted)
            | ((flags & CustomerFlags.SmsUsable) != 0 && Consent(Channel.Sms) == ConsentState.Granted)
            | ((flags & CustomerFlags.WhatsAppUsable) != 0 && Consent(Channel.WhatsApp) == ConsentState.Granted);
    }

    private void ReadCategories()
    {
        categoriesRead = true;
        categoriesStamp++;
        foreach (ref readonly var order in columns.OrdersOf(Ordinal))
        {
            if (order.At > Moment.Now) break;
            if ((order.Flags & OrderFlags.Counted) == 0) continue;
            foreach (ref readonly var line in columns.LinesOf(order.Slot))
            {
                if (line.Product < 0 || line.Quantity <= 0) continue;
                foreach (var category in columns.CategoriesOf(line.Product))
                {
                    if (category >= categoryStamps.Length) Array.Resize(ref categoryStamps, Math.Max(64, category * 2));
                    categoryStamps[category] = categoriesStamp;
                }
            }
        }
    }
}

/// <summary>What is the same for every customer at an instant: the median gap and the boundaries of all ranks.</summary>
internal sealed class SharedState
{
    public GapMedian Median { get; } = new();
    public List<RankState> Ranks { get; } = [];
    /// <summary>Quintiles for <c>comeback_rfm_group</c>; null when no definition asks for them.</summary>
    public RfmQuintiles? Rfm { get; set; }
    /// <summary>Those whom the store's own definition says to be no shoppers; null without one. Decided before everything else.</summary>
    public CompiledSegment? Outsiders { get; set; }
}
