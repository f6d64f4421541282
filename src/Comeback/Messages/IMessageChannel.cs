using Comeback.Data;
using Comeback.Install;

namespace Comeback.Messages;

/// <summary>What became of handing one message over.</summary>
internal enum Handed
{
    Taken,
    /// <summary>Refused for good: this address, this message.</summary>
    Refused,
    /// <summary>Surely not taken: it may be tried again.</summary>
    NotTaken,
    /// <summary>The last byte left and no answer came: nobody can say. Never sent again.</summary>
    Unknown,
}

/// <param name="Why">For people; without address.</param>
internal sealed record HandOver(Handed Result, string? ProviderId = null, string? Why = null);

/// <summary>A way out for messages: the outbox, or a mail server.</summary>
internal interface IMessageChannel
{
    /// <summary><c>outbox</c> or <c>smtp</c>; kept with the message.</summary>
    string Name { get; }

    /// <summary>How many messages are in other hands at once at most; a batch is never larger.</summary>
    int Connections { get; }

    /// <summary>Returns when the next batch may go: a channel that is held to a pace rests before anything is claimed, so that a crash meanwhile leaves nothing unknown.</summary>
    Task RestAsync(CancellationToken ct) => Task.CompletedTask;

    Task<HandOver> HandOverAsync(MessageRow message, StoreSettings settings, CancellationToken ct);

    /// <summary>After a crash: whether a message that was being handed over was taken. Unknown when this channel cannot say.</summary>
    Task<Handed> AskAsync(MessageRow message, CancellationToken ct);
}
