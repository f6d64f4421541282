using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Comeback.Stores.WooCommerce;

/// <summary>The keys of one store, as the store gave them at the install.</summary>
public sealed record WooKeys(string ConsumerKey, string ConsumerSecret);

/// <summary>One answer of the REST API. Dispose it: it holds the parsed body.</summary>
/// <param name="Total"><c>X-WP-Total</c>; null when it is not said or cannot be.</param>
/// <param name="AsOf">The store's own clock.</param>
internal sealed record WooAnswer(JsonDocument Body, long? Total, DateTimeOffset? AsOf) : IDisposable
{
    public JsonElement Root => Body.RootElement;

    public void Dispose() => Body.Dispose();
}

/// <summary>
/// Calls <c>wp-json</c> of one store: paced, capped in bytes and time, and with what goes wrong named in a sentence. A refusal of the keys is
/// believed only when a second call, with the keys in the query, is refused too (some servers strip the header; that then is how it is called).
/// </summary>
/// <param name="http">Follows no redirects and connects outside only.</param>
internal sealed class WooClient(HttpClient http, Uri store, WooKeys keys, WooPace pace, TimeProvider time)
{
    private const int MostBytes = 32 * 1024 * 1024, Attempts = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), LongestAsked = TimeSpan.FromHours(1);

    public Uri Store => store;
    public WooPace Pace => pace;

    /// <exception cref="StoreTrouble">Whatever is wrong.</exception>
    public Task<WooAnswer> GetAsync(string path, CancellationToken ct) => SendAsync(HttpMethod.Get, path, null, ct);

    /// <summary>Null when the store has no such thing.</summary>
    public async Task<WooAnswer?> FindAsync(string path, CancellationToken ct)
    {
        try
        {
            return await SendAsync(HttpMethod.Get, path, null, ct).ConfigureAwait(false);
        }
        catch (WooMissing)
        {
            return null;
        }
    }

    /// <param name="path">Below <c>wp-json/</c>, with its query.</param>
    public async Task<WooAnswer> SendAsync(HttpMethod method, string path, object? body, CancellationToken ct)
    {
        // Only asking again is harmless; what makes something is asked for once.
        var attempts = method == HttpMethod.Get ? Attempts : 1;
        for (var attempt = 1; ; attempt++)
        {
            if (pace.Rest > TimeSpan.Zero) await Task.Delay(pace.Rest, time, ct).ConfigureAwait(false);
            try
            {
                return await OnceAsync(method, path, body, ct).ConfigureAwait(false);
            }
            catch (StoreTrouble trouble) when (trouble.Kind is StoreTroubleKind.Unreachable or StoreTroubleKind.Throttled)
            {
                pace.Failed();
                if (attempt >= attempts || trouble.RetryAfter > TimeSpan.FromSeconds(30)) throw;
                if (trouble.RetryAfter is { } asked) await Task.Delay(asked, time, ct).ConfigureAwait(false);
            }
        }
    }

    private async Task<WooAnswer> OnceAsync(HttpMethod method, string path, object? body, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        var (status, answer, headers, bytes) = await CallAsync(method, path, body, pace.KeysInQuery, ct).ConfigureAwait(false);
        if (status == HttpStatusCode.Unauthorized)
        {
            // Confirmed by a second call, the other way round.
            var (again, second, secondHeaders, secondBytes) = await CallAsync(method, path, body, !pace.KeysInQuery, ct).ConfigureAwait(false);
            if (again == HttpStatusCode.Unauthorized)
            {
                answer?.Dispose();
                throw Refused(second, method);
            }
            if (second is not null) pace.KeysInQuery = !pace.KeysInQuery;
            (status, answer, headers, bytes) = (again, second, secondHeaders, secondBytes);
        }
        if ((int)status is >= 200 and < 300)
        {
            if (answer is null) throw new StoreTrouble(StoreTroubleKind.BadAnswer, bytes > MostBytes
                ? $"The store's answer is longer than {MostBytes / 1024 / 1024} MB."
                : "The store answers with a page instead of data: a maintenance or cache plugin may stand before its REST API.");
            pace.Answered(time.GetElapsedTime(began));
            return new WooAnswer(answer, Total(headers), headers.TryGetValue("date", out var date) && DateTimeOffset.TryParse(date, CultureInfo.InvariantCulture, out var asOf) ? asOf : null);
        }
        using (answer) throw Explain(status, answer, headers);
    }

    private async Task<(HttpStatusCode Status, JsonDocument? Answer, Dictionary<string, string> Headers, int Bytes)> CallAsync(
        HttpMethod method, string path, object? body, bool inQuery, CancellationToken ct)
    {
        var address = $"{WooAddress.Write(store)}/wp-json/{path}";
        if (inQuery)
            address += $"{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}consumer_key={Uri.EscapeDataString(keys.ConsumerKey)}&consumer_secret={Uri.EscapeDataString(keys.ConsumerSecret)}";
        using var request = new HttpRequestMessage(method, new Uri(address));
        if (!inQuery)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{keys.ConsumerKey}:{keys.ConsumerSecret}")));
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.UserAgent.ParseAdd("Comeback/1.0");
        if (body is not null) request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var patience = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token).ConfigureAwait(false);
            var headers = response.Headers.Concat(response.Content.Headers).GroupBy(h => h.Key.ToLowerInvariant(), StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => string.Join(',', g.First().Value), StringComparer.Ordinal);
            var (read, length) = await ReadAsync(response, both.Token).ConfigureAwait(false);
            return (response.StatusCode, Parse(read), headers, length);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new StoreTrouble(StoreTroubleKind.Unreachable, $"The store did not answer within {Patience.TotalSeconds:0} seconds.");
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException)
        {
            // Without the inner message: it may quote an address with the keys in its query.
            throw new StoreTrouble(StoreTroubleKind.Unreachable, problem.InnerException is Engine.UserError told ? told.Message : "The store cannot be reached.");
        }
        catch (Engine.UserError refused)
        {
            throw new StoreTrouble(StoreTroubleKind.Unreachable, refused.Message);
        }
    }

    private static async Task<(byte[]? Bytes, int Length)> ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.Content.Headers.ContentLength > MostBytes) return (null, int.MaxValue);
        await using var stream = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        using var whole = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, ct).ConfigureAwait(false)) > 0;)
        {
            if (whole.Length + read > MostBytes) return (null, int.MaxValue);
            whole.Write(buffer, 0, read);
        }
        return (whole.ToArray(), (int)whole.Length);
    }

    private static JsonDocument? Parse(byte[]? bytes)
    {
        if (bytes is not { Length: > 0 }) return null;
        try
        {
            // Notices that a plugin prints stand before the JSON.
            var start = bytes.AsSpan().IndexOfAny((byte)'{', (byte)'[');
            return start is < 0 or > 4096 ? null : WooJson.Parse(bytes.AsMemory(start));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static long? Total(Dictionary<string, string> headers) =>
        headers.TryGetValue("x-wp-total", out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var total) ? total : null;

    private StoreTrouble Explain(HttpStatusCode status, JsonDocument? answer, Dictionary<string, string> headers)
    {
        var code = answer?.RootElement.Text("code");
        var retry = headers.TryGetValue("retry-after", out var after) && int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Clamp(seconds, 1, (int)LongestAsked.TotalSeconds)) : (TimeSpan?)null;
        return (int)status switch
        {
            404 when code is not null && !code.Equals("rest_no_route", StringComparison.Ordinal) => new WooMissing(),
            404 => answer is null
                ? new StoreTrouble(StoreTroubleKind.BadAnswer, "The store has no REST API at /wp-json/: its permalinks must not be 'Plain' (Settings, Permalinks).")
                : new WooMissing(),
            403 => new StoreTrouble(StoreTroubleKind.Refused, answer is null
                ? $"A firewall in front of the store ({Firewall(headers)}) refuses our calls (403): let it allow /wp-json/wc/."
                : "The user who gave the keys may not read this in the store (403): connect again as an administrator or shop manager."),
            429 => new StoreTrouble(StoreTroubleKind.Throttled, "The store asks for patience (429).") { RetryAfter = retry },
            503 when retry is not null => new StoreTrouble(StoreTroubleKind.Throttled, "The store is in maintenance (503).") { RetryAfter = retry },
            >= 500 => new StoreTrouble(StoreTroubleKind.Unreachable, $"The store's server fails ({(int)status})."),
            >= 300 and < 400 => new StoreTrouble(StoreTroubleKind.BadAnswer, $"The store's address leads elsewhere ({(int)status}): connect it under the address that its own pages have."),
            400 when code is "rest_invalid_param" => new WooInvalid(answer?.RootElement.Text("message") is { Length: < 200 } told ? told : "A parameter is refused."),
            _ => new StoreTrouble(StoreTroubleKind.BadAnswer, $"The store refuses a call ({(int)status}{(code is { Length: < 60 } ? ", " + code : "")})."),
        };
    }

    // Read keys that write are refused with 401 too; that is no reason to cut the whole connection.
    private static StoreTrouble Refused(JsonDocument? answer, HttpMethod method)
    {
        using (answer)
        {
            var code = answer?.RootElement.Text("code");
            if (answer is null) return new StoreTrouble(StoreTroubleKind.Refused, "Something in front of the store asks for a password of its own (401): let it allow /wp-json/wc/.");
            return method != HttpMethod.Get && code is "woocommerce_rest_authentication_error"
                ? new StoreTrouble(StoreTroubleKind.Refused, "The keys may read and not write: connect again and allow both.")
                : new StoreTrouble(StoreTroubleKind.NeedsReconnecting, "The store refuses our keys: they were revoked, or their user was deleted. Connect the store again.");
        }
    }

    private static string Firewall(Dictionary<string, string> headers)
    {
        if (headers.ContainsKey("cf-ray")) return "Cloudflare";
        if (headers.ContainsKey("x-sucuri-id")) return "Sucuri";
        if (headers.TryGetValue("server", out var server) && server is { Length: < 40 }) return server;
        return "or a security plugin";
    }
}

/// <summary>The store has no such thing.</summary>
internal sealed class WooMissing() : StoreTrouble(StoreTroubleKind.BadAnswer, "The store does not know this.");

/// <summary>An older WooCommerce does not know a parameter: it is asked in another way.</summary>
internal sealed class WooInvalid(string message) : StoreTrouble(StoreTroubleKind.BadAnswer, message);
