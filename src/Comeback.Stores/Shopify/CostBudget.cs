namespace Comeback.Stores.Shopify;

/// <summary>What <c>extensions.cost.throttleStatus</c> says of a store's bucket.</summary>
public sealed record ThrottleStatus(double MaximumAvailable, double CurrentlyAvailable, double RestoreRate);

/// <summary>
/// One store's query points, shared by everybody who calls it in this process: a call waits for its share instead of failing. What Shopify answers
/// corrects the estimate, so that other processes and a larger plan are seen too.
/// </summary>
public sealed class CostBudget(TimeProvider time)
{
    // Of the smallest plan, until the first answer says better.
    private const double StandardMaximum = 2000, StandardRate = 100, UnknownCost = 60;
    private readonly Lock sync = new();
    private readonly Dictionary<string, double> costs = new(StringComparer.Ordinal);
    private double maximum = StandardMaximum, rate = StandardRate, available = StandardMaximum, reserved;
    private long at = time.GetTimestamp();

    /// <summary>Waits until the store has the points that this document wanted last time; returns what was set aside.</summary>
    public async ValueTask<double> TakeAsync(string document, CancellationToken ct)
    {
        double cost;
        TimeSpan wait;
        lock (sync)
        {
            Refill();
            cost = Math.Min(costs.GetValueOrDefault(document, UnknownCost), maximum);
            available -= cost;
            reserved += cost;
            wait = available >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-available / rate);
        }
        if (wait <= TimeSpan.Zero) return cost;
        try
        {
            await Task.Delay(wait, time, ct).ConfigureAwait(false);
        }
        catch
        {
            GiveBack(cost);
            throw;
        }
        return cost;
    }

    /// <summary>The call came back: the store's own figures hold from now on.</summary>
    public void Settle(string document, double taken, double? requested, ThrottleStatus? status)
    {
        lock (sync)
        {
            reserved = Math.Max(0, reserved - taken);
            if (requested is { } cost and > 0) costs[document] = cost;
            if (status is not { MaximumAvailable: > 0, RestoreRate: > 0 }) return;
            (maximum, rate) = (status.MaximumAvailable, status.RestoreRate);
            available = status.CurrentlyAvailable - reserved;
            at = time.GetTimestamp();
        }
    }

    /// <summary>Refused for want of points: how long until this document can be had. At least a second, so that a status that lies makes no loop.</summary>
    public TimeSpan Refused(string document, double taken, double? requested, ThrottleStatus? status)
    {
        Settle(document, taken, requested, status);
        lock (sync)
        {
            var lacking = costs.GetValueOrDefault(document, UnknownCost) - available;
            return TimeSpan.FromSeconds(Math.Clamp(lacking / rate, 1, 30));
        }
    }

    public void GiveBack(double taken)
    {
        lock (sync)
        {
            Refill();
            reserved = Math.Max(0, reserved - taken);
            available = Math.Min(maximum, available + taken);
        }
    }

    private void Refill()
    {
        available = Math.Min(maximum, available + (time.GetElapsedTime(at).TotalSeconds * rate));
        at = time.GetTimestamp();
    }
}
