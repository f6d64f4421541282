using System.Globalization;
using System.Text.RegularExpressions;
using Comeback.Data;
using Comeback.Engine.Messages;
using Comeback.Install;
using MimeKit;

namespace Comeback.Messages;

/// <summary>A message as e-mail: both texts, our Message-ID, and the one-click way out of RFC 8058.</summary>
internal static partial class MimeMail
{
    public static MimeMessage Of(MessageRow message, StoreSettings settings)
    {
        if (!Address.IsMailable(message.Address)) throw new FormatException("The address cannot stand in an e-mail.");
        var sender = settings.Sender;
        var mail = new MimeMessage { MessageId = message.MessageIdHeader, Subject = Escaping.OneLine(message.Subject), Date = message.CreatedAt };
        mail.From.Add(new MailboxAddress(Escaping.OneLine(sender.FromName ?? sender.LegalName ?? ""), sender.FromEmail is { } from && Address.IsMailable(from) ? from : "outbox@comeback.invalid"));
        mail.To.Add(new MailboxAddress("", message.Address));
        if (sender.ReplyTo is { } reply && Address.IsMailable(reply)) mail.ReplyTo.Add(new MailboxAddress("", reply));
        if (UnsubscribeUrl(message.Text) is { } unsubscribe)
        {
            mail.Headers.Add("List-Unsubscribe", $"<{unsubscribe}>");
            mail.Headers.Add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }
        // Keeps out-of-office answers away (RFC 3834) and lets big receivers report complaints by campaign.
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        mail.Headers.Add("Feedback-ID", string.Create(CultureInfo.InvariantCulture, $"{message.CampaignId.Value}:{message.StoreId.Value}:comeback"));
        mail.Body = new BodyBuilder { TextBody = message.Text ?? "", HtmlBody = message.Html ?? "" }.ToMessageBody();
        mail.Body.Prepare(EncodingConstraint.SevenBit);
        foreach (var part in mail.BodyParts.OfType<TextPart>()) part.ContentType.Charset = "utf-8";
        return mail;
    }

    /// <summary>The way out as it stands in the text, which is the only place that knows the token.</summary>
    public static string? UnsubscribeUrl(string? text) => text is null ? null : Unsubscribe().Matches(text).LastOrDefault()?.Value;

    [GeneratedRegex(@"https?://[^\s/]+/u/[A-Za-z0-9_-]{20,60}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Unsubscribe();
}
