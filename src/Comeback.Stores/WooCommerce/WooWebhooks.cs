using System.Globalization;

namespace Comeback.Stores.WooCommerce;

/// <summary>
/// The webhooks that a store has for us: made when they are not there, switched on again when the store has disabled them (it does after a few
/// failures in a row, without a word), and never more than one a topic.
/// </summary>
public sealed class WooWebhooks(string deliveryUrl, string secret)
{
    /// <summary>Brings them in order; says what it had to mend.</summary>
    internal async Task<IReadOnlyList<string>> MendAsync(WooClient client, CancellationToken ct)
    {
        var mended = new List<string>();
        var ours = new Dictionary<string, (long Id, string Status)>(StringComparer.Ordinal);
        for (var page = 1; page <= 20; page++)
        {
            using var answer = await client.GetAsync(string.Create(CultureInfo.InvariantCulture, $"wc/v3/webhooks?per_page=100&page={page}"), ct).ConfigureAwait(false);
            if (answer.Root.ValueKind != System.Text.Json.JsonValueKind.Array) throw new StoreTrouble(StoreTroubleKind.BadAnswer, "The store answers something else than a list of webhooks.");
            var hooks = answer.Root.EnumerateArray().ToList();
            foreach (var hook in hooks)
            {
                if (hook.Text("delivery_url") == deliveryUrl && hook.Id() is { } id && hook.Text("topic") is { } topic && hook.Text("status") is { } status) ours.TryAdd(topic, (id, status));
            }
            if (hooks.Count < 100) break;
        }
        foreach (var topic in WooHooks.Topics)
        {
            if (!ours.TryGetValue(topic, out var hook))
            {
                using var made = await client.SendAsync(HttpMethod.Post, "wc/v3/webhooks",
                    new Dictionary<string, string> { ["name"] = $"Comeback {topic}", ["topic"] = topic, ["delivery_url"] = deliveryUrl, ["secret"] = secret, ["status"] = "active" }, ct).ConfigureAwait(false);
                mended.Add($"{topic}: made");
            }
            else if (hook.Status != "active")
            {
                using var woken = await client.SendAsync(HttpMethod.Put, string.Create(CultureInfo.InvariantCulture, $"wc/v3/webhooks/{hook.Id}"),
                    new Dictionary<string, string> { ["status"] = "active", ["secret"] = secret }, ct).ConfigureAwait(false);
                mended.Add($"{topic}: was {hook.Status}");
            }
        }
        return mended;
    }
}
