using System.Collections.Frozen;
using System.Globalization;
using NodaTime;

namespace Comeback.Engine.Messages;

/// <summary>What a message says around the merchant's text, and how it writes dates and amounts, in one language.</summary>
public sealed class MessageLanguage
{
    private static readonly FrozenDictionary<string, MessageLanguage> Known = new Dictionary<string, MessageLanguage>(StringComparer.Ordinal)
    {
        ["en"] = new("en", "ltr", "Unsubscribe", "You get this e-mail because you shop with {0}.", "Company number", ["dddd", " ", "d", " ", "MMMM", ", ", "HH:mm"], "Unsubscribe from {0}",
            "Stop receiving marketing e-mails at {0}.", "Unsubscribe", "You are unsubscribed.", "This link is not known."),
        ["da"] = new("da", "ltr", "Afmeld", "Du får denne mail, fordi du handler hos {0}.", "CVR-nr.", ["dddd", " den ", "d.", " ", "MMMM", " kl. ", "HH.mm"], "Afmeld mails fra {0}",
            "Stop reklamemails til {0}.", "Afmeld", "Du er afmeldt.", "Linket kendes ikke."),
        ["ar"] = new("ar", "rtl", "إلغاء الاشتراك", "تصلك هذه الرسالة لأنك من عملاء {0}.", "رقم السجل التجاري", ["dddd", " ", "d", " ", "MMMM", "، ", "HH:mm"], "إلغاء الاشتراك في رسائل {0}",
            "إيقاف الرسائل التسويقية إلى {0}.", "إلغاء الاشتراك", "تم إلغاء اشتراكك.", "هذا الرابط غير معروف."),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly string[] dateFormat;

    private MessageLanguage(string code, string direction, string unsubscribe, string because, string number, string[] dateFormat, string leaveTitle, string leaveText, string leaveButton,
        string left, string unknownLink)
    {
        (Code, Direction, Unsubscribe, Because, RegistrationNumber, this.dateFormat) = (code, direction, unsubscribe, because, number, dateFormat);
        (LeaveTitle, LeaveText, LeaveButton, Left, UnknownLink) = (leaveTitle, leaveText, leaveButton, left, unknownLink);
        Culture = (CultureInfo)CultureInfo.GetCultureInfo(code).Clone();
        Culture.DateTimeFormat.Calendar = new GregorianCalendar();
    }

    public string Code { get; }
    /// <summary><c>ltr</c> or <c>rtl</c>.</summary>
    public string Direction { get; }
    public string Unsubscribe { get; }
    public string Because { get; }
    public string RegistrationNumber { get; }
    public string LeaveTitle { get; }
    public string LeaveText { get; }
    public string LeaveButton { get; }
    public string Left { get; }
    public string UnknownLink { get; }
    private CultureInfo Culture { get; }

    public static MessageLanguage English => Known["en"];

    /// <summary>By a BCP 47 tag; English where it is not known.</summary>
    public static MessageLanguage Find(string? tag) => Known.GetValueOrDefault((tag ?? "en").Split('-', '_')[0].ToLowerInvariant()) ?? English;

    /// <summary>The first of the wanted languages for which there is a text; the store's own comes last.</summary>
    public static string Choose(string? customer, string store, IReadOnlyCollection<string> texts)
    {
        foreach (var wanted in new[] { customer, customer?.Split('-', '_')[0], store, store.Split('-', '_')[0], "en" })
            if (wanted is not null && texts.FirstOrDefault(t => t.Equals(wanted, StringComparison.OrdinalIgnoreCase)) is { } found) return found;
        return texts.First();
    }

    /// <summary>Weekday, day, month and hour on the store's wall clock. The end of a day is printed as its last minute, which is what people read as its end.</summary>
    public string Print(DateTimeOffset at, DateTimeZone zone)
    {
        var local = Instant.FromDateTimeOffset(at).InZone(zone).LocalDateTime;
        if (local.TimeOfDay == LocalTime.Midnight) local = local.PlusMinutes(-1);
        var time = local.ToDateTimeUnspecified();
        return string.Concat(dateFormat.Select(part => part switch
        {
            "dddd" => Culture.DateTimeFormat.GetDayName(time.DayOfWeek),
            "MMMM" => Culture.DateTimeFormat.MonthGenitiveNames[time.Month - 1],
            "d" => time.Day.ToString(CultureInfo.InvariantCulture),
            "d." => time.Day.ToString(CultureInfo.InvariantCulture) + ".",
            "HH:mm" => time.ToString("HH:mm", CultureInfo.InvariantCulture),
            "HH.mm" => time.ToString("HH.mm", CultureInfo.InvariantCulture),
            _ => part,
        }));
    }

    /// <summary>The exact amount with its currency's code, in the language's separators.</summary>
    public string Print(Money money)
    {
        var numbers = (NumberFormatInfo)Culture.NumberFormat.Clone();
        if (Code == "ar") (numbers.NumberDecimalSeparator, numbers.NumberGroupSeparator, numbers.NegativeSign) = (".", ",", "-");
        return $"{money.ToDecimal().ToString("N" + money.Currency.Digits.ToString(CultureInfo.InvariantCulture), numbers)} {money.Currency.Code}";
    }
}
