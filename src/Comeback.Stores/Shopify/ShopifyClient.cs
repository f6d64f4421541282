using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Comeback.Stores.Shopify;

/// <summary>An answer's data, and the fields that Shopify kept back for want of access (protected customer data).</summary>
public sealed record ShopifyAnswer<T>(T Data, IReadOnlyList<string> Denied);

/// <summary>Gives the present access token; asked with <c>true</c> when the one it gave last was refused.</summary>
public delegate ValueTask<string> AccessTokens(bool refused, CancellationToken ct);

/// <summary>
/// GraphQL to one store: waits for query points, repeats what may be repeated, tells a lost grant from a bad moment. Queries are repeated on any
/// trouble; a mutation only when Shopify says that it did not run.
/// </summary>
public sealed class ShopifyClient(HttpClient http, ShopDomain shop, AccessTokens tokens, CostBudget budget, TimeProvider time)
{
    private const int Attempts = 5;
    private const long MostBytes = 32 * 1024 * 1024;
    // A store that says THROTTLED for longer than this is reported instead of waited for.
    private static readonly TimeSpan ThrottlePatience = TimeSpan.FromMinutes(10);

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = 64,
    };

    public ShopDomain Shop { get; } = shop;

    /// <summary>The version that the store answered in last; another than ours means that ours is out of service.</summary>
    public string? AnsweredVersion { get; private set; }

    /// <summary>Sends a document of ours.</summary>
    /// <param name="variables">An anonymous object or dictionary; null for none.</param>
    /// <exception cref="ShopifyException">It could not be had.</exception>
    public async Task<ShopifyAnswer<T>> AskAsync<T>(string document, object? variables, CancellationToken ct)
    {
        var text = ShopifyDocuments.Of(document);
        var mutation = text.StartsWith("mutation", StringComparison.Ordinal);
        var body = JsonSerializer.SerializeToUtf8Bytes(new { query = text, variables }, Json);
        var refused = false;
        var began = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var token = await tokens(refused, ct).ConfigureAwait(false);
            var taken = await budget.TakeAsync(document, ct).ConfigureAwait(false);
            Outcome<T> outcome;
            try
            {
                outcome = await SendAsync<T>(document, body, token, taken, mutation, ct).ConfigureAwait(false);
            }
            catch
            {
                budget.GiveBack(taken);
                throw;
            }
            switch (outcome)
            {
                case { Answer: { } answer }:
                    return answer;
                case { Wait: { } wait }:
                    if (time.GetElapsedTime(began) + wait > ThrottlePatience) throw new ShopifyUnavailableException("Shopify has no query points left for this store.");
                    attempt--;
                    await Task.Delay(wait, time, ct).ConfigureAwait(false);
                    break;
                case { Unauthorized: true } when refused:
                    throw new ShopifyAccessLostException("Shopify does not accept the app's access to this store any more.");
                case { Unauthorized: true }:
                    refused = true;
                    break;
                default:
                    if (attempt >= Attempts || !outcome.MayRepeat) throw new ShopifyUnavailableException(outcome.Trouble ?? "Shopify did not answer.", outcome.Cause);
                    await Task.Delay(TimeSpan.FromMilliseconds(250 * (1 << attempt)), time, ct).ConfigureAwait(false);
                    break;
            }
        }
    }

    private async Task<Outcome<T>> SendAsync<T>(string document, byte[] body, string token, double taken, bool mutation, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"https://{Shop}/admin/api/{ShopifyDocuments.Version}/graphql.json"))
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        request.Headers.Add("X-Shopify-Access-Token", token);
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
            if (answer.Headers.TryGetValues("X-Shopify-API-Version", out var versions)) AnsweredVersion = versions.FirstOrDefault();
            switch (answer.StatusCode)
            {
                case HttpStatusCode.OK:
                    break;
                case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                    return new Outcome<T> { Unauthorized = true };
                case HttpStatusCode.TooManyRequests:
                    return new Outcome<T> { Wait = answer.Headers.RetryAfter?.Delta is { } after && after < TimeSpan.FromSeconds(30) && after > TimeSpan.Zero ? after : TimeSpan.FromSeconds(2) };
                case HttpStatusCode.PaymentRequired or HttpStatusCode.Locked or HttpStatusCode.NotFound:
                    throw new ShopifyUnavailableException($"The store is closed, frozen or gone ({(int)answer.StatusCode}).");
                default:
                    // 5xx may come after the work was done.
                    return new Outcome<T> { Trouble = $"Shopify answered {(int)answer.StatusCode}.", MayRepeat = !mutation };
            }
            if (answer.Content.Headers.ContentType?.MediaType != "application/json") return new Outcome<T> { Trouble = "Shopify answered 200 with something else than JSON.", MayRepeat = !mutation };
            var bytes = await Bounded.ReadAsync(answer.Content, MostBytes, ct).ConfigureAwait(false);
            return Read<T>(document, bytes, taken, mutation);
        }
        catch (HttpRequestException trouble)
        {
            return new Outcome<T>
            {
                Trouble = "Shopify could not be reached.",
                Cause = trouble,
                MayRepeat = !mutation || trouble.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError,
            };
        }
        catch (Exception trouble) when (trouble is IOException or JsonException || (trouble is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return new Outcome<T> { Trouble = "Shopify's answer broke off or could not be read.", Cause = trouble, MayRepeat = !mutation };
        }
    }

    private Outcome<T> Read<T>(string document, byte[] bytes, double taken, bool mutation)
    {
        var envelope = JsonSerializer.Deserialize<Envelope<T>>(bytes, Json) ?? throw new JsonException();
        var cost = envelope.Extensions?.Cost;
        var errors = envelope.Errors ?? [];
        if (errors.Any(e => e.Extensions?.Code == "THROTTLED"))
            return new Outcome<T> { Wait = budget.Refused(document, taken, cost?.RequestedQueryCost, cost?.ThrottleStatus) };
        budget.Settle(document, taken, cost?.RequestedQueryCost, cost?.ThrottleStatus);
        var denied = errors.Where(e => e.Extensions?.Code == "ACCESS_DENIED").Select(e => string.Join('.', e.Path?.Select(p => p.ToString()) ?? [])).ToList();
        if (errors.Count > denied.Count || envelope.Data is null)
        {
            var code = errors.Select(e => e.Extensions?.Code).FirstOrDefault(c => c is not null and not "ACCESS_DENIED");
            if (code == "INTERNAL_SERVER_ERROR" || code == "TIMEOUT") return new Outcome<T> { Trouble = "Shopify had trouble of its own.", MayRepeat = !mutation };
            if (denied.Count > 0 && envelope.Data is null) throw new ShopifyException($"Shopify does not allow this app to ask {document}.");
            // The message of an unknown error may quote what was asked, so only its kind is told.
            throw new ShopifyException($"Shopify did not take {document}: {code ?? "an error without a code"}.");
        }
        return new Outcome<T> { Answer = new ShopifyAnswer<T>(envelope.Data, denied) };
    }

    private sealed record Outcome<T>
    {
        public ShopifyAnswer<T>? Answer { get; init; }
        public TimeSpan? Wait { get; init; }
        public bool Unauthorized { get; init; }
        public string? Trouble { get; init; }
        public Exception? Cause { get; init; }
        public bool MayRepeat { get; init; }
    }

    private sealed record Envelope<T>(T? Data, IReadOnlyList<GraphError>? Errors, GraphExtensions? Extensions);

    // `errors` is a list in GraphQL, but a plain string when the app as a whole is refused.
    private sealed record GraphError(string? Message, IReadOnlyList<JsonElement>? Path, GraphErrorKind? Extensions);

    private sealed record GraphErrorKind(string? Code);

    private sealed record GraphExtensions(GraphCost? Cost);

    private sealed record GraphCost(double? RequestedQueryCost, double? ActualQueryCost, ThrottleStatus? ThrottleStatus);
}

/// <summary>Bodies read to a limit.</summary>
internal static class Bounded
{
    public static async Task<byte[]> ReadAsync(HttpContent content, long most, CancellationToken ct)
    {
        if (content.Headers.ContentLength > most) throw new ShopifyException("Shopify's answer is larger than any that it should give.");
        await using var stream = await content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        using var whole = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, ct).ConfigureAwait(false)) > 0)
        {
            whole.Write(buffer, 0, read);
            if (whole.Length > most) throw new ShopifyException("Shopify's answer is larger than any that it should give.");
        }
        return whole.ToArray();
    }
}
