using Comeback.Engine.Facts;
using Comeback.Engine.Orders;

namespace Comeback.Benchmarks;

/// <summary>The same ten segments as somebody would write them by hand over plain arrays sorted by customer: the yardstick that knows nothing of a language.</summary>
internal sealed class SegmentsHandWritten
{
    private readonly int customers;
    private readonly int[] orderStart;
    private readonly (long At, int Day, long Minor)[] orders;
    private readonly int[] lineStart;
    private readonly (int Product, int Day)[] lines;
    private readonly int[] eventStart;
    private readonly (long At, int Day, bool Open, int Subject)[] events;
    private readonly List<(int Customer, long At)> carts;
    private readonly SegmentsStore store;
    private readonly int[] created;
    private readonly int today;
    private readonly long now;

    public SegmentsHandWritten(SegmentsStore store)
    {
        var days = StoreDays.Of("Europe/London");
        (this.store, customers, now) = (store, store.Customers, StoreDays.Micros(SegmentsStore.Now));
        today = days.DayOf(now);
        var ordered = store.Orders.OrderBy(order => order.Customer).ThenBy(order => order.At).ToArray();
        orders = [.. ordered.Select(order => (StoreDays.Micros(order.At), days.DayOf(StoreDays.Micros(order.At)), order.Minor))];
        orderStart = Starts(ordered.Select(order => order.Customer));
        var heads = store.Orders.ToDictionary(order => order.Id);
        var byCustomer = store.Lines.OrderBy(line => heads[line.Order].Customer).ToArray();
        lines = [.. byCustomer.Select(line => (line.Product, days.DayOf(StoreDays.Micros(heads[line.Order].At))))];
        lineStart = Starts(byCustomer.Select(line => heads[line.Order].Customer));
        var happened = store.Events.OrderBy(e => e.Customer).ThenBy(e => e.At).ToArray();
        events = [.. happened.Select(e => (StoreDays.Micros(e.At), days.DayOf(StoreDays.Micros(e.At)), e.Kind == EventKind.MessageOpened, e.Subject))];
        eventStart = Starts(happened.Select(e => e.Customer));
        created = [.. store.People.Select(person => days.DayOf(StoreDays.Micros(person.CreatedAt)))];
        carts = [.. store.Carts.Select(cart => (cart.Customer, StoreDays.Micros(cart.At)))];
    }

    /// <summary>The ordinals of each segment, in the order of <see cref="SegmentsBenchmark.Ten"/>.</summary>
    public List<int>[] Run()
    {
        var lists = Enumerable.Range(0, 12).Select(_ => new List<int>()).ToArray();
        var (counts, spents, lasts) = (new int[customers], new long[customers], new long[customers]);
        for (var c = 0; c < customers; c++)
        {
            var spent = 0L;
            for (var o = orderStart[c]; o < orderStart[c + 1]; o++)
                spent += orders[o].Minor;
            var count = orderStart[c + 1] - orderStart[c];
            (counts[c], spents[c]) = (count, spent);
            var lastDay = count > 0 ? orders[orderStart[c + 1] - 1].Day : 0;
            lasts[c] = count > 0 ? orders[orderStart[c + 1] - 1].At : 0;
            if (count == 1) lists[0].Add(c);
            if (count is >= 2 and <= 4) lists[1].Add(c);
            if (count > 0 && lastDay < today - 60) lists[3].Add(c);
            var (x, y, p) = (false, false, false);
            for (var l = lineStart[c]; l < lineStart[c + 1]; l++)
            {
                var category = SegmentsStore.CategoryOf(lines[l].Product);
                x |= category == 3 && lines[l].Day >= today - 180;
                y |= category == 4 && lines[l].Day >= today - 180;
                p |= lines[l].Product == 2;
            }
            if (x && !y) lists[7].Add(c);
            var (viewed, recent, opened30, views7) = (false, 0, false, 0);
            HashSet<int>? seen = null;
            for (var e = eventStart[c]; e < eventStart[c + 1]; e++)
            {
                ref readonly var happened = ref events[e];
                if (happened.Open)
                {
                    opened30 |= happened.Day >= today - 30;
                    if (happened.Day >= today - 60 && (seen ??= []).Add(happened.Subject)) recent++;
                    continue;
                }
                viewed |= happened.Subject == 2 && happened.Day >= today - 30;
                if (happened.Day >= today - 7) views7++;
            }
            if (viewed && !p) lists[8].Add(c);
            if (recent >= 3) lists[9].Add(c);
            var person = store.People[c];
            var good = person.Consent && person.Country is "GB" or "DK" or "SA" && person.Consent
                && ((count >= 2 && lastDay >= today - 90) || (spent > 50_000 && count > 0 && lastDay < today - 180)) && !opened30;
            var fresh = created[c] >= today - 60 && count == 0 && views7 >= 3;
            if (good || fresh) lists[11].Add(c);
        }
        foreach (var (customer, at) in carts)
            if (at > now - 86_400_000_000 && at <= now - 3_600_000_000 && !(counts[customer] > 0 && lasts[customer] >= at)) lists[10].Add(customer);
        lists[10] = [.. lists[10].Distinct().Order()];
        var buyers = Enumerable.Range(0, customers).Where(c => counts[c] > 0).ToArray();
        var histogram = new int[256];
        foreach (var c in buyers)
            histogram[counts[c]]++;
        var (least, above) = (256, 0);
        while (least > 1 && (above + histogram[least - 1]) * 100L <= 15L * buyers.Length)
            above += histogram[--least];
        lists[2] = [.. buyers.Where(c => counts[c] >= least)];
        Array.Sort(buyers, (l, r) => spents[l] != spents[r] ? spents[r].CompareTo(spents[l]) : lasts[l] != lasts[r] ? lasts[r].CompareTo(lasts[l]) : l.CompareTo(r));
        var (high, middle) = ((buyers.Length + 4) / 5, ((7 * buyers.Length) + 9) / 10);
        lists[4] = [.. buyers[..high].Order()];
        lists[5] = [.. buyers[high..middle].Order()];
        lists[6] = [.. buyers[middle..].Order()];
        return lists;
    }

    private int[] Starts(IEnumerable<int> owners)
    {
        var starts = new int[customers + 1];
        foreach (var owner in owners)
            starts[owner + 1]++;
        for (var c = 0; c < customers; c++)
            starts[c + 1] += starts[c];
        return starts;
    }
}
