using System.Collections.Concurrent;
using System.Diagnostics;
using Comeback.Data;
using Comeback.Hosting;
using Comeback.Install;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Comeback.Messages;

/// <summary>Hands messages to a merchant's mail server. TLS is required unless the server is this machine's own; a password is never sent in clear.</summary>
internal sealed class SmtpChannel(SmtpSettings smtp, string? password, OutgoingGuard guard, ComebackOptions options, OwnedStores owned, TimeProvider time) : IMessageChannel, IAsyncDisposable
{
    /// <summary>Mail servers commonly allow a sender ten connections at once and more; four hide the wait for an answer without being rude.</summary>
    public const int MostConnections = 4;

    // A server hangs up on who says nothing for long, and that would only be noticed while sending.
    private static readonly TimeSpan IdleAtMost = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim turns = new(MostConnections, MostConnections);
    private readonly ConcurrentStack<(SmtpClient Client, long Since)> idle = new();
    private readonly Lock pace = new();
    private DateTimeOffset free = DateTimeOffset.MinValue;

    public string Name => "smtp";

    /// <summary>One message at a time in the hands of each connection; no more than a second's worth when the server wants a pace.</summary>
    public int Connections => smtp.PerSecond > 0 ? Math.Min(MostConnections, smtp.PerSecond) : MostConnections;

    public async Task RestAsync(CancellationToken ct)
    {
        TimeSpan rest;
        lock (pace) rest = free - time.GetUtcNow();
        if (rest > TimeSpan.Zero) await Task.Delay(rest, time, ct).ConfigureAwait(false);
    }

    public async Task<HandOver> HandOverAsync(MessageRow message, StoreSettings settings, CancellationToken ct)
    {
        if (smtp.PerSecond > 0)
        {
            lock (pace) free = (free > time.GetUtcNow() ? free : time.GetUtcNow()) + (TimeSpan.FromSeconds(1) / smtp.PerSecond);
        }
        await turns.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            SmtpClient client;
            try
            {
                client = await ConnectedAsync(ct).ConfigureAwait(false);
            }
            catch (Exception problem) when (problem is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                return new HandOver(Handed.NotTaken, Why: $"The mail server {smtp.Host}:{smtp.Port} cannot be used: {Short(problem)}");
            }
            return await SendAsync(client, message, settings).ConfigureAwait(false);
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>A mail server cannot be asked afterwards.</summary>
    public Task<Handed> AskAsync(MessageRow message, CancellationToken ct) => Task.FromResult(Handed.Unknown);

    public async ValueTask DisposeAsync()
    {
        while (idle.TryPop(out var one)) await CloseAsync(one.Client).ConfigureAwait(false);
        turns.Dispose();
    }

    private async Task<HandOver> SendAsync(SmtpClient open, MessageRow message, StoreSettings settings)
    {
        var lease = OwnedStores.WorkingUnder(message.StoreId);
        var progress = new Progress(() => lease is null || owned.LeaseOf(lease.Store) == lease);
        try
        {
            using var mail = MimeMail.Of(message, settings);
            progress.Total = Measure(mail);
            // Not cancelled half-way: a message in flight is finished, so that shutting down leaves nothing unknown.
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var answer = await open.SendAsync(mail, limit.Token, progress).ConfigureAwait(false);
            idle.Push((open, Stopwatch.GetTimestamp()));
            return new HandOver(Handed.Taken, answer.Length > 200 ? answer[..200] : answer);
        }
        catch (FormatException problem)
        {
            await CloseAsync(open).ConfigureAwait(false);
            return new HandOver(Handed.Refused, Why: problem.Message);
        }
        catch (SmtpCommandException problem)
        {
            // The server spoke: 4xx is later, 5xx is never (https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1).
            await CloseAsync(open).ConfigureAwait(false);
            return (int)problem.StatusCode >= 500
                ? new HandOver(Handed.Refused, Why: $"The mail server refused it: {(int)problem.StatusCode} {Short(problem)}")
                : new HandOver(Handed.NotTaken, Why: $"The mail server said later: {(int)problem.StatusCode} {Short(problem)}");
        }
        catch (Exception problem)
        {
            await CloseAsync(open).ConfigureAwait(false);
            // Until the last byte of the body has been written the closing dot cannot have been, and without it no server takes a message.
            return progress.AllWritten
                ? new HandOver(Handed.Unknown, Why: "The connection broke after the last byte: the mail server may have taken it")
                : new HandOver(Handed.NotTaken, Why: $"The connection broke while sending: {Short(problem)}");
        }
    }

    private async Task<SmtpClient> ConnectedAsync(CancellationToken ct)
    {
        while (idle.TryPop(out var one))
        {
            if (one.Client.IsConnected && Stopwatch.GetElapsedTime(one.Since) < IdleAtMost) return one.Client;
            await CloseAsync(one.Client).ConfigureAwait(false);
        }
        var client = new SmtpClient { Timeout = 30_000 };
        try
        {
            var socket = await guard.ConnectAsync(smtp.Host, smtp.Port, ct).ConfigureAwait(false);
            var local = options.AllowLoopback && ComebackOptions.IsLoopback(smtp.Host);
            var security = smtp.Port == 465 ? SecureSocketOptions.SslOnConnect : local ? SecureSocketOptions.StartTlsWhenAvailable : SecureSocketOptions.StartTls;
            await client.ConnectAsync(socket, smtp.Host, smtp.Port, security, ct).ConfigureAwait(false);
            if (smtp.User is { Length: > 0 } user && password is not null) await client.AuthenticateAsync(user, password, ct).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await CloseAsync(client).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task CloseAsync(SmtpClient open)
    {
        try
        {
            if (open.IsConnected) await open.DisconnectAsync(quit: true, new CancellationTokenSource(TimeSpan.FromSeconds(2)).Token).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException or ProtocolException or ServiceNotConnectedException)
        {
            // It is being closed because it broke.
        }
        open.Dispose();
    }

    private static long Measure(MimeMessage mail)
    {
        var options = FormatOptions.Default.Clone();
        options.NewLineFormat = NewLineFormat.Dos;
        using var nothing = new MimeKit.IO.MeasuringStream();
        mail.WriteTo(options, nothing);
        return nothing.Length;
    }

    private static string Short(Exception problem) => problem.Message.ReplaceLineEndings(" ") is { Length: > 200 } text ? text[..200] : problem.Message.ReplaceLineEndings(" ");

    /// <summary>How much has left; and a last look, before the dot that ends the text, whether it may still leave.</summary>
    private sealed class Progress(Func<bool> mayGo) : ITransferProgress
    {
        private long written;

        public long Total { get; set; } = long.MaxValue;

        // Headers such as Bcc are left out on the wire, so a little less may be all; what is in doubt counts as sent.
        public bool AllWritten => written >= Total - 512;

        public void Report(long bytesTransferred, long totalSize) => Report(bytesTransferred);

        public void Report(long bytesTransferred) =>
            written = mayGo() ? bytesTransferred : throw new InvalidOperationException("The store has another owner by now.");
    }
}
