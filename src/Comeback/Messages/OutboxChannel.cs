using System.Globalization;
using Comeback.Data;
using Comeback.Hosting;
using Comeback.Install;

namespace Comeback.Messages;

/// <summary>The default way: the message stays in the database, and lies as an <c>.eml</c> that any mail program opens in <c>outbox/STORE</c>.</summary>
internal sealed class OutboxChannel(ComebackOptions options) : IMessageChannel
{
    public string Name => "outbox";

    public int Connections => 20;

    public async Task<HandOver> HandOverAsync(MessageRow message, StoreSettings settings, CancellationToken ct)
    {
        var file = FileOf(message);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        // Whole or not at all: written beside, then renamed. The name is the message's, so a second time is the same file.
        var beside = file + ".part";
        try
        {
            using var mail = MimeMail.Of(message, settings);
            await using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
                await mail.WriteToAsync(stream, ct).ConfigureAwait(false);
            File.Move(beside, file, overwrite: true);
            return new HandOver(Handed.Taken, Path.GetFileName(file));
        }
        catch (FormatException problem)
        {
            return new HandOver(Handed.Refused, Why: problem.Message);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return new HandOver(Handed.NotTaken, Why: $"The outbox folder cannot be written: {problem.Message}");
        }
    }

    public Task<Handed> AskAsync(MessageRow message, CancellationToken ct) => Task.FromResult(File.Exists(FileOf(message)) ? Handed.Taken : Handed.NotTaken);

    private string FileOf(MessageRow message) => Path.Combine(options.Data, "outbox",
        message.StoreId.Value.ToString(CultureInfo.InvariantCulture), message.Id.Value.ToString(CultureInfo.InvariantCulture) + ".eml");
}
