using System.Globalization;

namespace Comeback.Engine.Messages;

/// <summary>Who sends, as the law wants it in each message.</summary>
public sealed record SenderIdentity(string LegalName, string Address, string RegistrationNumber);

/// <summary>
/// The page around a merchant's text: direction and language, a single column that fits a telephone, the sender's legal name and address, and the
/// way out. It is ours, not the template's, so that no edit can lose the unsubscribe link.
/// </summary>
public static class EmailLayout
{
    /// <param name="body">Rendered HTML of the template.</param>
    /// <param name="openUrl">The picture that tells of an open; null in previews.</param>
    public static string Html(string body, string subject, MessageLanguage language, SenderIdentity sender, string storeName, string unsubscribeUrl, string? openUrl)
    {
        var start = language.Direction == "rtl" ? "right" : "left";
        var because = string.Format(CultureInfo.InvariantCulture, Escaping.Html(language.Because), $"<bdi>{Escaping.Html(storeName)}</bdi>");
        var number = sender.RegistrationNumber.Length > 0 ? $"<br>{Escaping.Html(language.RegistrationNumber)} <bdi>{Escaping.Html(sender.RegistrationNumber)}</bdi>" : "";
        var picture = openUrl is null ? "" : $"<img src=\"{Escaping.Html(openUrl)}\" alt=\"\" width=\"1\" height=\"1\">";
        return $$"""
            <!doctype html>
            <html lang="{{language.Code}}" dir="{{language.Direction}}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{{Escaping.Html(subject)}}</title>
            <style>
            body{margin:0;background:#f4f4f2;color:#1d1d1b;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
            .page{max-width:600px;margin:0 auto;padding:24px;background:#fff;text-align:{{start}}}
            h1{font-size:24px;line-height:1.25;margin:0 0 16px}
            .button{display:inline-block;padding:12px 20px;border-radius:6px;background:#1d4f3f;color:#fff;text-decoration:none;font-weight:600}
            .code{padding:2px 8px;border:1px dashed #1d4f3f;border-radius:4px;unicode-bidi:isolate}
            .goods td{padding:8px 0;vertical-align:top}.goods .picture{padding-inline-end:16px}.goods img{display:block;max-width:96px;height:auto}
            footer{max-width:600px;margin:0 auto;padding:16px 24px;color:#595955;font-size:13px;text-align:{{start}}}footer a{color:inherit}
            @media (prefers-color-scheme:dark){body{background:#161615;color:#ecece8}.page{background:#20201f}.button{background:#8fd3b6;color:#10231c}footer{color:#a9a9a3} }
            </style>
            </head>
            <body dir="{{language.Direction}}">
            <main class="page" dir="{{language.Direction}}" lang="{{language.Code}}">
            {{body}}
            </main>
            <footer dir="{{language.Direction}}">
            <p>{{because}} <a href="{{Escaping.Html(unsubscribeUrl)}}">{{Escaping.Html(language.Unsubscribe)}}</a></p>
            <p><bdi>{{Escaping.Html(sender.LegalName)}}</bdi><br><bdi>{{Escaping.Html(sender.Address)}}</bdi>{{number}}</p>
            </footer>
            {{picture}}
            </body>
            </html>

            """.ReplaceLineEndings("\n");
    }

    /// <summary>The same as plain text. First-strong isolates keep foreign names from turning a right-to-left line around.</summary>
    public static string Text(string body, MessageLanguage language, SenderIdentity sender, string storeName, string unsubscribeUrl)
    {
        string Isolate(string text) => language.Direction == "rtl" ? $"\u2068{text}\u2069" : text;
        var number = sender.RegistrationNumber.Length > 0 ? $"\n{language.RegistrationNumber} {Isolate(sender.RegistrationNumber)}" : "";
        return $"""
            {body.Trim()}

            --{" "}
            {string.Format(CultureInfo.InvariantCulture, language.Because, Isolate(storeName))}
            {language.Unsubscribe}: {unsubscribeUrl}

            {Isolate(sender.LegalName)}
            {Isolate(sender.Address)}{number}

            """.ReplaceLineEndings("\n");
    }
}
