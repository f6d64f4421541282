using Comeback.Engine.Orders;

namespace Comeback.Engine.Messages;

/// <summary>A request for a link or a picture of ours, as far as it tells who made it.</summary>
public sealed record Hit
{
    public required bool Click { get; init; }
    public string UserAgent { get; init; } = "";
    public bool Head { get; init; }
    /// <summary>Since the message was handed over.</summary>
    public TimeSpan AfterSending { get; init; }
    /// <summary>Different links of the same message asked for within the last ten seconds, this one included.</summary>
    public int LinksInTenSeconds { get; init; } = 1;
    public string? Purpose { get; init; }
}

/// <summary>
/// Tells people from mail scanners and privacy proxies. Careful with the word "human": engagement and attribution follow only that one, and an
/// open is never more than unsure unless a mail client shows itself.
/// </summary>
public static class HitJudge
{
    private static readonly string[] Scanners =
    [
        "bot", "crawl", "spider", "scan", "preview", "barracuda", "proofpoint", "mimecast", "trendmicro", "symantec", "messagelabs", "fireeye", "forcepoint", "sophos", "urldefense",
        "safelinks", "microsoft office protection", "ms-office", "existence discovery", "curl", "wget", "python", "go-http-client", "java/", "okhttp", "libwww", "headless", "phantom",
        "slack", "facebookexternalhit", "whatsapp", "telegram", "skypeuripreview", "linkcheck", "monitor", "node-fetch", "axios",
    ];

    public static HitVerdict Judge(Hit hit)
    {
        var agent = hit.UserAgent.ToLowerInvariant();
        if (hit.Head || agent.Length == 0 || hit.Purpose is "prefetch" or "preview") return HitVerdict.Scanner;
        if (agent.Contains("googleimageproxy", StringComparison.Ordinal) || agent.Contains("yahoomailproxy", StringComparison.Ordinal)) return hit.Click ? HitVerdict.Scanner : HitVerdict.PrivacyProxy;
        // Apple Mail Privacy Protection asks for every picture with exactly this and nothing behind it.
        if (!hit.Click && agent.Trim() == "mozilla/5.0") return HitVerdict.PrivacyProxy;
        foreach (var scanner in Scanners)
            if (agent.Contains(scanner, StringComparison.Ordinal)) return HitVerdict.Scanner;
        // A gateway follows every link at once, and does so before a person can have read the message.
        if (hit.LinksInTenSeconds >= 3) return HitVerdict.Scanner;
        if (hit.AfterSending < TimeSpan.FromSeconds(3)) return HitVerdict.Scanner;
        if (!agent.StartsWith("mozilla/", StringComparison.Ordinal)) return HitVerdict.Unsure;
        return hit.Click ? HitVerdict.Human : HitVerdict.Unsure;
    }
}
