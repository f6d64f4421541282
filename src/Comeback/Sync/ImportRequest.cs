using Comeback.Data;
using Comeback.Engine;
using Comeback.Stores.Csv;
using NodaTime;

namespace Comeback.Sync;

/// <summary>A file to import and what the merchant says about it. Made by <see cref="Create"/>, which checks the words before the file is touched.</summary>
internal sealed record ImportRequest
{
    private ImportRequest() { }

    /// <summary>Shown to the merchant; never a path that is opened.</summary>
    public required string FileName { get; init; }
    /// <summary>Opens the file from its beginning; called several times.</summary>
    public required Func<Stream> Open { get; init; }
    public required long Bytes { get; init; }
    public required string Store { get; init; }
    public Currency? Currency { get; init; }
    /// <summary>IANA; null means UTC for a new store.</summary>
    public string? TimeZone { get; init; }
    public required OrderFileOptions Options { get; init; }

    /// <exception cref="UserError">A name, currency or time zone that is none.</exception>
    public static ImportRequest Create(string fileName, Func<Stream> open, long bytes, string store, string? currency, string? timeZone, OrderFileOptions options)
    {
        var name = store.Trim();
        if (name.Length is 0 or > 100 || name.Any(char.IsControl)) throw new UserError("The store has no usable name: give one of 1 to 100 letters by --store.");
        Currency? known = null;
        if (!string.IsNullOrWhiteSpace(currency))
        {
            known = Engine.Currency.TryParse(currency, out var read)
                ? read
                : throw new UserError($"'{currency}' is not a currency of ISO 4217: give a code such as GBP, DKK or SAR.");
        }
        if (!string.IsNullOrWhiteSpace(timeZone) && DateTimeZoneProviders.Tzdb.GetZoneOrNull(timeZone.Trim()) is null)
            throw new UserError($"'{timeZone}' is not a time zone: give its IANA name, such as Europe/London, Europe/Copenhagen or Asia/Riyadh.");
        return new ImportRequest
        {
            FileName = fileName,
            Open = open,
            Bytes = bytes,
            Store = name,
            Currency = known,
            Options = options,
            TimeZone = string.IsNullOrWhiteSpace(timeZone) ? null : timeZone.Trim(),
        };
    }

    /// <summary>Refuses a store that this file cannot go into.</summary>
    public void Check(StoreRow store)
    {
        if (store.Platform != Platform.Import)
        {
            throw new UserError($"The store '{store.Name}' gets its orders from {store.Platform} by itself: import the file into a store of another name.",
                UserErrorKind.Conflict);
        }
        if (Currency is { } currency && currency.Code != store.Currency)
        {
            throw new UserError(
                $"The store '{store.Name}' keeps its money in {store.Currency}, not in {currency}: import without --currency, or into a store of another name.",
                UserErrorKind.Conflict);
        }
        if (TimeZone is { } zone && zone != store.TimeZone)
        {
            throw new UserError(
                $"The store '{store.Name}' lives in the time zone {store.TimeZone}, not in {zone}: import without --time-zone, or into a store of another name.",
                UserErrorKind.Conflict);
        }
    }
}

/// <summary>How far an import is, for a progress bar: first the whole file is looked over, then it is written.</summary>
internal readonly record struct ImportProgress(bool Writing, long Bytes, long Rows);

/// <summary>What an import did.</summary>
internal sealed record ImportResult
{
    public required StoreId Store { get; init; }
    public required long ImportId { get; init; }
    public required bool NewStore { get; init; }
    public required string Currency { get; init; }
    public required string TimeZone { get; init; }
    public required string Layout { get; init; }
    public long Rows { get; set; }
    public long Orders { get; set; }
    public long Lines { get; set; }
    public long Refunds { get; set; }
    /// <summary>Records that the store did not have, or not like this.</summary>
    public long Changed { get; set; }
    public long Rejected { get; set; }
    public IReadOnlyDictionary<string, long> RejectsByReason { get; set; } = new Dictionary<string, long>();
    public string? RejectsFile { get; set; }
}
