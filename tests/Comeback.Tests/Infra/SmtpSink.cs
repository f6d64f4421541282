using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Comeback.Tests.Infra;

/// <summary>How the mail server of a test behaves with the next message.</summary>
internal enum SinkMood
{
    Takes,
    /// <summary>550 to the recipient: never.</summary>
    Refuses,
    /// <summary>The same, and it repeats the address, as most servers do.</summary>
    RefusesByName,
    /// <summary>451 after the text: later.</summary>
    Later,
    /// <summary>Takes the message and hangs up without a word.</summary>
    SilentAfterText,
    /// <summary>Hangs up before any text.</summary>
    BreaksBefore,
}

/// <summary>A mail server on this machine, written by hand: it speaks as much SMTP as is needed, and remembers what it took.</summary>
internal sealed partial class SmtpSink : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private TcpListener listener;
    private Task serving;

    public SmtpSink()
    {
        listener = Listen(0);
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        serving = ServeAsync(listener);
    }

    public int Port { get; }
    public SinkMood Mood { get; set; }
    /// <summary>How long it thinks before it says that it took a message.</summary>
    public TimeSpan Thinks { get; set; }
    /// <summary>It says that it took a message only when so many have arrived.</summary>
    public int WaitsFor { get; set; }
    /// <summary>The text of each message taken, by its Message-ID; a second one of the same id shows here.</summary>
    public ConcurrentDictionary<string, ConcurrentQueue<string>> Taken { get; } = new(StringComparer.Ordinal);
    public int Connections;
    /// <summary>How many messages it took, copies counted.</summary>
    public int Messages;

    public void Down()
    {
        listener.Stop();
    }

    public void Up()
    {
        listener = Listen(Port);
        serving = ServeAsync(listener);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await serving;
        listener.Dispose();
        stop.Dispose();
    }

    private static TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
        listener.Start();
        return listener;
    }

    private async Task ServeAsync(TcpListener on)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var client = await on.AcceptTcpClientAsync(stop.Token);
                Interlocked.Increment(ref Connections);
                _ = TalkAsync(client);
            }
        }
        catch (Exception problem) when (problem is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Down, or done.
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        try
        {
            using var owned = client;
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.UTF8);
            await using var writer = new StreamWriter(stream, new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
            await writer.WriteLineAsync("220 sink");
            while (await reader.ReadLineAsync(stop.Token) is { } line)
            {
                var verb = line.Split(' ')[0].ToUpperInvariant();
                if (verb is "EHLO" or "HELO") await writer.WriteLineAsync("250 sink");
                else if (verb == "RCPT" && Mood == SinkMood.Refuses) await writer.WriteLineAsync("550 5.1.1 nobody here");
                else if (verb == "RCPT" && Mood == SinkMood.RefusesByName) await writer.WriteLineAsync($"550 5.1.1 {line[8..]}: no such person (Zenobia Septimia moved away)");
                else if (verb == "MAIL" && Mood == SinkMood.BreaksBefore) return;
                else if (verb == "DATA")
                {
                    await writer.WriteLineAsync("354 go on");
                    if (!await TextAsync(reader, writer)) return;
                }
                else if (verb == "QUIT")
                {
                    await writer.WriteLineAsync("221 bye");
                    return;
                }
                else await writer.WriteLineAsync("250 ok");
            }
        }
        catch (Exception problem) when (problem is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The other side went away, as it does in these tests.
        }
    }

    private async Task<bool> TextAsync(StreamReader reader, StreamWriter writer)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(stop.Token) is { } line)
        {
            if (line == ".")
            {
                if (Mood == SinkMood.Later)
                {
                    await writer.WriteLineAsync("451 4.3.0 later");
                    return true;
                }
                var id = MessageId().Match(text.ToString()).Groups["id"].Value;
                Taken.GetOrAdd(id, _ => new ConcurrentQueue<string>()).Enqueue(text.ToString());
                Interlocked.Increment(ref Messages);
                while (Volatile.Read(ref Messages) < WaitsFor) await Task.Delay(5, stop.Token);
                if (Thinks > TimeSpan.Zero) await Task.Delay(Thinks, stop.Token);
                if (Mood == SinkMood.SilentAfterText) return false;
                await writer.WriteLineAsync("250 2.0.0 taken");
                return true;
            }
            text.AppendLine(line);
        }
        return false;
    }

    [GeneratedRegex(@"^Message-Id:\s*<(?<id>[^>]+)>", RegexOptions.IgnoreCase | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MessageId();
}
