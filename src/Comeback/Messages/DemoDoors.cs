using Comeback.Data;
using Comeback.Engine;
using Comeback.Stores.Demo;
using Comeback.Sync;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Messages;

/// <summary>Where the demo's shoppers open, click and unsubscribe: the links of their message, and the code behind the public endpoints.</summary>
internal sealed class DemoDoors(Databases databases, HitBook book, Unsubscriber unsubscriber) : IDemoDoors
{
    private const string Phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148";
    private const string Proxy = "Mozilla/5.0";

    public async Task<bool> ReactAsync(StoreId store, DemoReaction reaction, CancellationToken ct)
    {
        var purpose = reaction.Kind switch
        {
            DemoReactionKind.Opened or DemoReactionKind.OpenedByProxy => LinkPurpose.Open,
            DemoReactionKind.Clicked => LinkPurpose.Click,
            DemoReactionKind.Unsubscribed => LinkPurpose.Unsubscribe,
            _ => default,
        };
        if (purpose == default) return false;
        LinkRow? link;
        await using (var db = databases.OpenSystem())
        {
            var message = new MessageId(reaction.MessageId);
            link = await db.Links.Where(l => l.StoreId == store && l.MessageId == message && l.Purpose == purpose).FirstOrDefaultAsync(ct).ConfigureAwait(false);
        }
        if (link is null) return false;
        if (purpose == LinkPurpose.Unsubscribe) await unsubscriber.UnsubscribeAsync(link, ct, reaction.At).ConfigureAwait(false);
        else
        {
            var agent = reaction.Kind == DemoReactionKind.OpenedByProxy ? Proxy : Phone;
            await book.RecordAsync(link, purpose == LinkPurpose.Click, agent, purpose: null, ct, reaction.At).ConfigureAwait(false);
        }
        return true;
    }
}
