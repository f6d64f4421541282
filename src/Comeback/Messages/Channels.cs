using System.Collections.Concurrent;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Hosting;
using Comeback.Install;

namespace Comeback.Messages;

/// <summary>Which way a store's messages go: its mail server when it has one, else the outbox. The demo store never leaves the outbox.</summary>
internal sealed class Channels(OutboxChannel outbox, OutgoingGuard guard, ComebackOptions options, Secrets secrets, OwnedStores owned, TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<StoreId, (SmtpSettings Settings, string? Password, SmtpChannel Channel)> open = new();

    public async Task<IMessageChannel> ForAsync(StoreRow store, StoreSettings settings, CancellationToken ct)
    {
        if (settings.Smtp is not { } smtp || store.Platform == Platform.Demo) return outbox;
        var password = smtp.User is { Length: > 0 } ? await secrets.LoadAsync(store.Id, SecretPurposes.SmtpPassword, ct).ConfigureAwait(false) : null;
        if (open.TryGetValue(store.Id, out var known))
        {
            if (known.Settings == smtp && known.Password == password) return known.Channel;
            if (open.TryRemove(store.Id, out var old)) await old.Channel.DisposeAsync().ConfigureAwait(false);
        }
        var channel = new SmtpChannel(smtp, password, guard, options, owned, time);
        open[store.Id] = (smtp, password, channel);
        return channel;
    }

    /// <summary>The channel that a message was being handed to before a crash.</summary>
    public IMessageChannel Named(string? name) => name == outbox.Name ? outbox : new Gone();

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, _, channel) in open.Values) await channel.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A channel that cannot be asked what it took.</summary>
    private sealed class Gone : IMessageChannel
    {
        public string Name => "gone";
        public int Connections => 1;
        public Task<HandOver> HandOverAsync(MessageRow message, StoreSettings settings, CancellationToken ct) => throw new InvalidOperationException("Only asked, never used.");
        public Task<Handed> AskAsync(MessageRow message, CancellationToken ct) => Task.FromResult(Handed.Unknown);
    }
}
