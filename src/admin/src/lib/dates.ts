const cache = new Map<string, Intl.DateTimeFormat>();
function format(locale: string, zone: string, options: Intl.DateTimeFormatOptions) {
  const key = `${locale}|${zone}|${JSON.stringify(options)}`;
  let made = cache.get(key);
  if (!made) {
    try {
      made = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
    } catch {
      made = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
    }
    cache.set(key, made);
  }
  return made;
}

export type DateStyle = 'long' | 'day' | 'shortDay' | 'moment' | 'time' | 'month';

const styles: Record<DateStyle, Intl.DateTimeFormatOptions> = {
  long: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  day: { year: 'numeric', month: 'short', day: 'numeric' },
  shortDay: { month: 'short', day: 'numeric' },
  moment: { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' },
  time: { hour: '2-digit', minute: '2-digit' },
  month: { month: 'short', year: '2-digit' },
};

/** An instant in the store's zone. */
export const formatInstant = (iso: string, locale: string, zone: string, style: DateStyle) => format(locale, zone, styles[style]).format(new Date(iso));

/** A calendar day (`2026-11-22`), the same in every zone. */
export const formatDay = (day: string, locale: string, style: DateStyle = 'day') => format(locale, 'UTC', styles[style]).format(new Date(`${day.slice(0, 10)}T00:00:00Z`));

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** "3 days ago", against the store's own now (the demo store's clock is not the wall's). */
export function formatAgo(iso: string, now: number, locale: string): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  // Rounded to the nearest, and 12 rounded months are a year: 61 days are two months, not one and a half cut down to "last month".
  for (const [i, [unit, size]] of units.entries()) {
    const next = units[i + 1]?.[1] ?? 1;
    if (Math.round(Math.abs(seconds) / next) * next >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return relative.format(Math.round(seconds), 'second');
}

/** "3 days", "40 seconds": a length of time in its largest whole unit. */
export function formatSpan(seconds: number, locale: string): string {
  const [unit, size] = units.find(([, s]) => seconds >= s) ?? (['second', 1] as const);
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.floor(seconds / size));
}

/** Plain numbers and shares. */
export const formatShare = (share: number, locale: string) =>
  new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: share !== 0 && Math.abs(share) < 0.1 ? 1 : 0 }).format(share);
