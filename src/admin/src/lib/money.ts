/** Money as the API gives it: minor units as text, so that no amount passes through a float. */
export interface Money {
  minor: string;
  currency: string;
}

// ISO 4217 minor units other than 2. Intl's own table follows CLDR, which differs for a few (IQD, LBP), so the digits are named here.
const none = new Set(['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF']);
const three = new Set(['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND']);

export const minorDigits = (currency: string) => (none.has(currency) ? 0 : three.has(currency) ? 3 : 2);

/** `"-1234"`, 2 -> `"-12.34"`. Exact for any length. */
export function decimalOf(minor: string, digits: number): string {
  const negative = minor.startsWith('-');
  const bare = (negative ? minor.slice(1) : minor).padStart(digits + 1, '0');
  const whole = bare.slice(0, bare.length - digits);
  return (negative ? '-' : '') + (digits ? `${whole}.${bare.slice(-digits)}` : whole);
}

const formats = new Map<string, Intl.NumberFormat>();
function formatOf(locale: string, currency: string, style: 'exact' | 'whole' | 'compact') {
  const key = `${locale}|${currency}|${style}`;
  let format = formats.get(key);
  if (!format) {
    const digits = style === 'exact' ? minorDigits(currency) : style === 'whole' ? 0 : undefined;
    const options: Intl.NumberFormatOptions = {
      style: 'currency',
      currency,
      currencyDisplay: 'narrowSymbol',
      ...(style === 'compact' ? { notation: 'compact', maximumSignificantDigits: 3 } : { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    };
    formats.set(key, (format = new Intl.NumberFormat(locale, options)));
  }
  return format;
}

/** Exact by default; `whole` drops the minor units (tiles), `compact` writes 1.2M for amounts that would not fit. */
export function formatMoney(money: Money, locale: string, style: 'exact' | 'whole' | 'compact' = 'exact'): string {
  const decimal = decimalOf(money.minor, minorDigits(money.currency)) as `${number}`;
  try {
    return formatOf(locale, money.currency, style).format(decimal);
  } catch {
    // A currency that Intl refuses (not three letters): the number and the word are still true.
    return `${decimal} ${money.currency}`;
  }
}

export const isZero = (money: Money | null | undefined) => !money || /^-?0*$/.test(money.minor);

/** a / b as a number between 0 and 1 for bars and shares; whole-number arithmetic down to one in a million. */
export function shareOf(a: Money, b: Money): number {
  const whole = BigInt(b.minor);
  return whole === 0n ? 0 : Number((BigInt(a.minor) * 1_000_000n) / whole) / 1_000_000;
}
