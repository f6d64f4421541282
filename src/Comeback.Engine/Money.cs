using System.Collections.Frozen;
using System.Globalization;

namespace Comeback.Engine;

/// <summary>
/// An ISO 4217 currency by its three-letter code, with the number of digits of its minor unit (0, 2, 3 or 4).
/// <c>default</c> is no currency and prints as <c>XXX</c>, ISO's own code for that.
/// </summary>
public readonly record struct Currency
{
    // Everything that ISO 4217 (list one, 2026) gives other than two digits.
    private static readonly FrozenDictionary<string, int> OtherDigits = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["BIF"] = 0,
        ["CLP"] = 0,
        ["DJF"] = 0,
        ["GNF"] = 0,
        ["ISK"] = 0,
        ["JPY"] = 0,
        ["KMF"] = 0,
        ["KRW"] = 0,
        ["PYG"] = 0,
        ["RWF"] = 0,
        ["UGX"] = 0,
        ["UYI"] = 0,
        ["VND"] = 0,
        ["VUV"] = 0,
        ["XAF"] = 0,
        ["XOF"] = 0,
        ["XPF"] = 0,
        ["BHD"] = 3,
        ["IQD"] = 3,
        ["JOD"] = 3,
        ["KWD"] = 3,
        ["LYD"] = 3,
        ["OMR"] = 3,
        ["TND"] = 3,
        ["CLF"] = 4,
        ["UYW"] = 4,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> TwoDigits = (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD " +
        "EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD " +
        "MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK " +
        "SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG")
        .Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private readonly string? code;

    private Currency(string code) => this.code = code;

    /// <summary>Three capital letters, e.g. <c>GBP</c>.</summary>
    public string Code => code ?? "XXX";

    /// <summary>Digits of the minor unit: 2 for GBP, 0 for JPY, 3 for KWD.</summary>
    public int Digits => OtherDigits.GetValueOrDefault(Code, 2);

    /// <summary>Minor units in one major unit: 100 for GBP, 1 for JPY, 1000 for KWD.</summary>
    public long Scale => Digits switch { 0 => 1, 2 => 100, 3 => 1_000, _ => 10_000 };

    /// <summary>Reads a code in any case; false for a code that ISO 4217 does not list.</summary>
    public static bool TryParse(string? text, out Currency currency)
    {
        var upper = text?.Trim().ToUpperInvariant();
        var known = upper is not null && (OtherDigits.ContainsKey(upper) || TwoDigits.Contains(upper));
        currency = known ? new Currency(upper!) : default;
        return known;
    }

    /// <summary>Reads a code in any case.</summary>
    /// <exception cref="FormatException">ISO 4217 lists no such code.</exception>
    public static Currency Parse(string text) => TryParse(text, out var currency)
        ? currency
        : throw new FormatException($"'{text}' is not a currency code of ISO 4217, such as GBP, DKK or SAR.");

    public override string ToString() => Code;
}

/// <summary>An amount in whole minor units (pence, øre, fils) of its currency. Never a fraction, never a double.</summary>
public readonly record struct Money(long Minor, Currency Currency)
{
    public static Money Zero(Currency currency) => new(0, currency);

    /// <summary>From a decimal in major units; half a minor unit rounds away from zero.</summary>
    /// <exception cref="OverflowException">The amount does not fit 64 bits of minor units.</exception>
    public static Money FromDecimal(decimal major, Currency currency) =>
        new(decimal.ToInt64(Math.Round(major * currency.Scale, MidpointRounding.AwayFromZero)), currency);

    /// <summary>The amount in major units, exactly.</summary>
    public decimal ToDecimal() => (decimal)Minor / Currency.Scale;

    /// <summary>The amount in major units with all digits of the currency and a point: <c>12.30</c>, <c>1200</c> for JPY.</summary>
    public string ToDecimalString() => ToDecimal().ToString("F" + Currency.Digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    public static Money operator +(Money left, Money right) => new(checked(left.Minor + right.Minor), Same(left, right));

    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    public static Money operator -(Money left, Money right) => new(checked(left.Minor - right.Minor), Same(left, right));

    public override string ToString() => $"{ToDecimalString()} {Currency.Code}";

    private static Currency Same(Money left, Money right) => left.Currency == right.Currency
        ? left.Currency
        : throw new InvalidOperationException($"{left.Currency} and {right.Currency} are not added without a rate.");
}
