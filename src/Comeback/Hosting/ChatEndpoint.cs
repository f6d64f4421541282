using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Comeback.Engine;
using Microsoft.Extensions.AI;

namespace Comeback.Hosting;

/// <summary>The language model that the operator set up, or none: <c>Ai:Url</c>, <c>Ai:Model</c> and <c>Ai:Key</c> (or <c>Ai:Key_FILE</c>).</summary>
internal sealed record AiOptions(Uri? Url, string Model, string? Key)
{
    public bool Configured => Url is not null;

    public static AiOptions Read(IConfiguration configuration)
    {
        var text = configuration["Ai:Url"];
        if (string.IsNullOrWhiteSpace(text)) return new(null, "", null);
        var model = configuration["Ai:Model"];
        if (string.IsNullOrWhiteSpace(model)) throw new UserError("The setting Ai:Url is given without Ai:Model: name the model to ask.");
        return Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && ComebackOptions.IsLoopback(url.Host)))
            && url.UserInfo.Length == 0 && url.Query.Length == 0
            ? new(url, model.Trim(), ComebackOptions.Secret(configuration, "Ai:Key"))
            : throw new UserError($"The setting Ai:Url is '{text}': give the https address that /chat/completions follows, such as https://api.example.com/v1.");
    }
}

/// <summary>Any endpoint that speaks OpenAI's chat completions, asked through the outgoing guard. Answers are text to be checked, never acted on.</summary>
internal sealed class ChatEndpoint(HttpClient http, AiOptions options) : IChatClient
{
    /// <summary>Its client's name at the factory.</summary>
    public const string ClientName = "ai";

    private const int MostBytes = 256 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? chat = null, CancellationToken cancellationToken = default)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.Url!, "chat/completions"))
        {
            Content = JsonContent.Create(new
            {
                model = options.Model,
                messages = messages.Select(message => new { role = message.Role.Value, content = message.Text }),
                temperature = chat?.Temperature ?? 0,
                max_tokens = chat?.MaxOutputTokens ?? 1_000,
            }),
        };
        if (options.Key is { } key) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode)
                throw new UserError($"The language model's endpoint answered {(int)answer.StatusCode}: check Ai:Url, Ai:Model and Ai:Key.", UserErrorKind.Unavailable);
            var text = Content(await ReadAsync(answer.Content, patience.Token).ConfigureAwait(false))
                ?? throw new UserError("The language model's endpoint answered something that is no chat completion.", UserErrorKind.Unavailable);
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, text)) { ModelId = options.Model };
        }
        catch (OperationCanceledException problem) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UserError($"The language model did not answer within {Patience.TotalSeconds:0} seconds.", UserErrorKind.Unavailable, problem);
        }
        catch (HttpRequestException problem)
        {
            // The guard's own sentence says why a host is not called.
            throw problem.InnerException as UserError ?? new UserError("The language model's endpoint cannot be reached.", UserErrorKind.Unavailable, problem);
        }
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? chat = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, chat, cancellationToken).ConfigureAwait(false)).ToChatResponseUpdates()) yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // The client belongs to the factory.
    }

    private static async Task<byte[]> ReadAsync(HttpContent content, CancellationToken ct)
    {
        await using var stream = await content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        var bytes = new byte[MostBytes + 1];
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        return read <= MostBytes ? bytes[..read] : throw new UserError("The language model's answer is longer than any definition.", UserErrorKind.Unavailable);
    }

    // {"choices":[{"message":{"content":"..."}}]}
    private static string? Content(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("choices", out var choices) && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() > 0
                && choices[0] is { ValueKind: JsonValueKind.Object } first && first.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.Object
                && message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String
                ? content.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
