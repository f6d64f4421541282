using System.Globalization;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Messages;
using Comeback.Engine.Orders;
using Comeback.Install;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Messages;

/// <summary>Tries a channel out as it is set: one message to an address of the merchant's, at once, and what the mail server said to it.</summary>
internal static class ChannelsEndpoints
{
    private static readonly Dictionary<string, (string Subject, string Text)> Texts = new(StringComparer.Ordinal)
    {
        ["en"] = ("A test from Comeback", "Your mail server takes messages from Comeback. Nobody else got this one."),
        ["da"] = ("En prøve fra Comeback", "Din mailserver tager imod beskeder fra Comeback. Ingen andre fik denne."),
        ["ar"] = ("تجربة من Comeback", "يستقبل خادم بريدك رسائل Comeback. لم تُرسل هذه إلى أحد سواك."),
    };

    public static void Map(RouteGroupBuilder store) => store.MapPost("/channels/email/test", TestAsync).WithName("TestChannel");

    internal static async Task<Results<Ok<ChannelTested>, ProblemHttpResult>> TestAsync(
        StoreId store, ChannelTest body, Databases databases, StoreWriter writer, StoreClocks clocks, Channels channels, CancellationToken ct)
    {
        if (!Address.IsMailable(body.Address)) return TypedResults.Problem("This is no address that a message can be sent to.", statusCode: StatusCodes.Status400BadRequest);
        await using var db = databases.Open(store);
        var row = await db.Stores.SingleAsync(s => s.Id == store, ct).ConfigureAwait(false);
        var settings = StoreSettings.Read(row.Settings);
        var channel = await channels.ForAsync(row, settings, ct).ConfigureAwait(false);
        // What stays in the outbox shows nothing that is not known.
        if (channel is OutboxChannel) return TypedResults.Ok(new ChannelTested(channel.Name, Taken: false, Why: null));
        var id = new MessageId(await writer.WriteAsync(store, Lane.Live, t => t.TakeIdsAsync(1).AsTask(), ct).ConfigureAwait(false));
        var (subject, text) = Texts.GetValueOrDefault(body.Language ?? "en", Texts["en"]);
        var handed = await channel.HandOverAsync(new MessageRow
        {
            StoreId = store,
            Id = id,
            CampaignId = default,
            CustomerId = default,
            Occurrence = string.Create(CultureInfo.InvariantCulture, $"test:{id.Value}"),
            Channel = Channel.Email,
            CreatedAt = clocks.Now(store),
            Address = body.Address,
            Language = body.Language ?? "en",
            Subject = subject,
            Html = $"<p>{text}</p>",
            Text = text,
            Test = true,
            MessageIdHeader = StepWorker.MessageIdOf(store, id, settings.Sender.FromEmail),
        }, settings, ct).ConfigureAwait(false);
        return TypedResults.Ok(new ChannelTested(channel.Name, handed.Result == Handed.Taken, handed.Result == Handed.Taken ? null : handed.Why));
    }
}

internal sealed record ChannelTest(string Address, string? Language);

/// <param name="Via"><c>smtp</c>, or <c>outbox</c> when there is no mail server and so nothing to try.</param>
/// <param name="Why">What the mail server said, when it did not take the message.</param>
internal sealed record ChannelTested(string Via, bool Taken, string? Why);
