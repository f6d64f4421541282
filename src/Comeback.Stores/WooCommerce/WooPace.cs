namespace Comeback.Stores.WooCommerce;

/// <summary>
/// How hard a store is asked: it runs on the merchant's own PHP, which has visitors to serve. Slow or failing answers make pages smaller and rests
/// longer; quick ones bring both back. One per store, shared by all who call it.
/// </summary>
public sealed class WooPace
{
    public const int LargestPage = 100, SmallestPage = 10;
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(3), Quick = TimeSpan.FromSeconds(1), LongestRest = TimeSpan.FromSeconds(30);
    private readonly Lock sync = new();
    private TimeSpan rest = TimeSpan.Zero;

    public int Page { get; private set; } = LargestPage;

    /// <summary>How long to wait before the next call.</summary>
    public TimeSpan Rest
    {
        get
        {
            lock (sync) return rest;
        }
    }

    /// <summary>Keys in the query, since the store's server strips the Authorization header. Learnt once.</summary>
    public bool KeysInQuery { get; set; }

    public void Answered(TimeSpan took)
    {
        lock (sync)
        {
            if (took > Slow)
            {
                Page = Math.Max(SmallestPage, Page / 2);
                // Never more than half of the time on the merchant's machine.
                rest = Min(took, LongestRest);
            }
            else if (took < Quick)
            {
                Page = Math.Min(LargestPage, Page * 2);
                rest = rest < TimeSpan.FromMilliseconds(50) ? TimeSpan.Zero : rest / 2;
            }
        }
    }

    public void Failed()
    {
        lock (sync)
        {
            Page = Math.Max(SmallestPage, Page / 2);
            rest = Min(rest == TimeSpan.Zero ? TimeSpan.FromSeconds(1) : rest * 2, LongestRest);
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
