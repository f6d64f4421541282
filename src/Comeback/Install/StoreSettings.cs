using System.Globalization;
using System.Text.Json;
using Comeback.Engine;
using Comeback.Engine.Segments;
using Comeback.Hosting;

namespace Comeback.Install;

/// <summary>What a merchant sets for one store, kept as JSON in <c>stores.settings</c>. Every value has a default; <see cref="Problems"/> says what is wrong.</summary>
internal sealed record StoreSettings
{
    /// <summary>The share of buyers that <c>vip</c> is cut from, 10 to 20 (DEFINITIONS).</summary>
    public int VipSharePercent { get; init; } = 15;

    public SenderSettings Sender { get; init; } = new();
    public QuietHours QuietHours { get; init; } = new();
    public PressureSettings Pressure { get; init; } = new();
    public ExistingCustomerBasis ExistingCustomerBasis { get; init; } = new();

    /// <summary>A definition in the segment language of who is no shopper; null uses the store's own marks only.</summary>
    public string? NotAShopper { get; init; }

    /// <summary>Languages that texts exist in, the first is the fallback. BCP 47.</summary>
    public IReadOnlyList<string> Languages { get; init; } = ["en"];

    /// <summary>Null: messages stay in the outbox. The password is a secret of the store, never here.</summary>
    public SmtpSettings? Smtp { get; init; }

    /// <summary>The last day of the store's week; null follows its country (Saturday in Saudi Arabia, else Sunday).</summary>
    public DayOfWeek? WeekEndsOn { get; init; }

    /// <summary>The store's own order statuses that count, beyond what its platform's policy says.</summary>
    public IReadOnlyList<string> CountedStatuses { get; init; } = [];

    public DigitsStyle Digits { get; init; }

    /// <summary>Meta key of an order or account to channel, where plugins of the store leave consent; null uses the keys of well-known ones.</summary>
    public IReadOnlyDictionary<string, Engine.Orders.Channel>? ConsentMeta { get; init; }

    /// <summary>A connected store is asked this often what has changed, 5 to 1440.</summary>
    public int ReconcileMinutes { get; init; } = 15;

    public static StoreSettings Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<StoreSettings>(json, Json.Options) ?? new StoreSettings();
        }
        catch (JsonException problem)
        {
            throw new UserError($"The store's settings cannot be read (at {problem.Path}): save them again on the settings page.", inner: problem);
        }
    }

    public string Write() => JsonSerializer.Serialize(this, Json.Options);

    /// <summary>Field to sentence, for a validation answer; empty when all is well.</summary>
    public Dictionary<string, string[]> Problems()
    {
        var problems = new Dictionary<string, string[]>(StringComparer.Ordinal);
        void Check(bool fine, string field, string sentence)
        {
            if (!fine) problems.TryAdd(field, [sentence]);
        }

        if (NotAShopper is { Length: > 0 } rule && Outsiders.Problem(rule) is { } wrong) problems["notAShopper"] = [wrong];
        Check(VipSharePercent is >= 10 and <= 20, "vipSharePercent", "Give a whole number from 10 to 20.");
        Check(ConsentMeta is null || (ConsentMeta.Count <= 50 && ConsentMeta.Keys.All(k => k.Length is > 0 and <= 100)), "consentMeta", "Give at most 50 meta keys of up to 100 characters.");
        Check(ReconcileMinutes is >= 5 and <= 1440, "reconcileMinutes", "Give a whole number of minutes from 5 to 1440.");
        Check(Sender.FromEmail is null || IsAddress(Sender.FromEmail), "sender.fromEmail", "Give an e-mail address such as hello@example.com.");
        Check(Sender.ReplyTo is null || IsAddress(Sender.ReplyTo), "sender.replyTo", "Give an e-mail address such as hello@example.com.");
        Check(Plain(Sender.FromName), "sender.fromName", "Give one line of text.");
        Check(Plain(Sender.LegalName), "sender.legalName", "Give one line of text.");
        Check(Sender.OwnDomains.All(IsDomain), "sender.ownDomains", "Give domains such as example.com, without https://.");
        Check(TimeOnly.TryParseExact(QuietHours.Start, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _), "quietHours.start", "Give hours and minutes such as 21:00.");
        Check(TimeOnly.TryParseExact(QuietHours.End, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _), "quietHours.end", "Give hours and minutes such as 09:00.");
        Check(Pressure.PerDay is >= 0 and <= 10, "pressure.perDay", "Give a whole number from 0 to 10.");
        Check(Pressure.PerWeek is >= 0 and <= 21, "pressure.perWeek", "Give a whole number from 0 to 21.");
        Check(Pressure.HighlyEngagedPerWeek is >= 0 and <= 21, "pressure.highlyEngagedPerWeek", "Give a whole number from 0 to 21.");
        Check(Pressure.DisengagedDays is >= 1 and <= 90, "pressure.disengagedDays", "Give a whole number of days from 1 to 90.");
        Check(Pressure.DaysAfterOrder is >= 0 and <= 30, "pressure.daysAfterOrder", "Give a whole number of days from 0 to 30.");
        Check(ExistingCustomerBasis.Countries.All(c => c.Length == 2 && c.All(char.IsAsciiLetterUpper)), "existingCustomerBasis.countries",
            "Give two-letter country codes such as DK.");
        Check(!ExistingCustomerBasis.Countries.Contains("SA", StringComparer.Ordinal), "existingCustomerBasis.countries",
            "Saudi Arabia wants consent: it cannot be in this list.");
        Check(Languages.Count is > 0 and <= 20 && Languages.All(l => l.Length is >= 2 and <= 12), "languages", "Give at least one language such as en or da.");
        Check(Smtp is null || (Smtp.Host.Length is > 0 and <= 253 && Uri.CheckHostName(Smtp.Host) != UriHostNameType.Unknown), "smtp.host",
            "Give the name of the mail server such as smtp.example.com.");
        Check(Smtp is null || Smtp.Port is 25 or 465 or 587 or 2525 or 1025, "smtp.port", "Mail is handed over on port 25, 465, 587, 2525 or 1025.");
        Check(Smtp is null or { PerSecond: >= 0 and <= 1_000 }, "smtp.perSecond", "Give a whole number from 0 to 1000; 0 does not slow down.");
        return problems;
    }

    private static bool Plain(string? text) => text is null || (text.Length <= 200 && !text.Any(char.IsControl));

    private static bool IsDomain(string text) => text.Contains('.', StringComparison.Ordinal) && Uri.CheckHostName(text) == UriHostNameType.Dns;

    private static bool IsAddress(string text) => text.Length <= 254 && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '"' or '<' or '>' or ',')
        && text.Split('@') is [{ Length: > 0 }, var domain] && IsDomain(domain);
}

/// <summary>Who writes; the law wants name, address and number before the first send.</summary>
internal sealed record SenderSettings
{
    public string? LegalName { get; init; }
    public string? Address { get; init; }
    public string? RegistrationNumber { get; init; }
    public string? FromName { get; init; }
    public string? FromEmail { get; init; }
    public string? ReplyTo { get; init; }
    /// <summary>Addresses here are the merchant's own and are never written to.</summary>
    public IReadOnlyList<string> OwnDomains { get; init; } = [];

    /// <summary>Everything that must be there before the first send.</summary>
    public bool Complete => LegalName is { Length: > 0 } && Address is { Length: > 0 } && RegistrationNumber is { Length: > 0 } && FromEmail is { Length: > 0 };
}

/// <summary>No promotion between these, in the store's time zone.</summary>
internal sealed record QuietHours
{
    public string Start { get; init; } = "21:00";
    public string End { get; init; } = "09:00";
    /// <summary>Also by the country's calendar: nights of Ramadan, Friday prayer, mornings of the weekend.</summary>
    public bool Seasons { get; init; } = true;
}

/// <summary>How much a customer gets at most (DEFINITIONS, "Pressure defaults").</summary>
internal sealed record PressureSettings
{
    public int PerDay { get; init; } = 1;
    public int PerWeek { get; init; } = 3;
    public int HighlyEngagedPerWeek { get; init; } = 4;
    /// <summary>A disengaged customer gets one in this many days.</summary>
    public int DisengagedDays { get; init; } = 14;
    public int DaysAfterOrder { get; init; } = 3;
}

/// <summary>E-mail about own similar products to those who bought, where the law allows it and the merchant switched it on.</summary>
internal sealed record ExistingCustomerBasis
{
    public bool Enabled { get; init; }
    public IReadOnlyList<string> Countries { get; init; } = [];
}

internal sealed record SmtpSettings
{
    public required string Host { get; init; }
    public int Port { get; init; } = 587;
    public string? User { get; init; }
    /// <summary>Messages a second at most; 0 does not slow down.</summary>
    public int PerSecond { get; init; }
}

/// <summary>Digits in texts.</summary>
internal enum DigitsStyle : byte { Latin = 0, OfLanguage = 1 }
