import { createContext, useContext, useMemo, type ReactNode } from 'react';
import { formatAgo, formatDay, formatInstant, formatShare, formatSpan, type DateStyle } from './dates';
import { useRead } from './api';
import { useI18n } from './i18n';
import { formatMoney, type Money } from './money';
import { knowCategories } from './words';
import type { StoreView } from '@/api/contract';

interface Current {
  store: StoreView;
  /** The path of this store's API, e.g. `/stores/1`. */
  api: string;
  /** The path of this store's pages, e.g. `/1`. */
  base: string;
  /** The store's now minus the wall's, in milliseconds. */
  ahead: number;
}

const Context = createContext<Current | null>(null);

export function StoreProvider({ store, readAt, children }: { store: StoreView; readAt: number; children: ReactNode }) {
  const { language } = useI18n();
  // English is what the built-in segments are named in; other readers get the names that the store has for them.
  const named = useRead<{ key: string; names: Record<string, string> }[]>(language === 'en' ? null : `/stores/${store.id}/categories`, { staleTime: 5 * 60_000, retry: false }).data;
  const value = useMemo(() => {
    knowCategories(named ?? [], language);
    return { store, api: `/stores/${store.id}`, base: `/${store.id}`, ahead: store.now ? new Date(store.now).getTime() - readAt : 0 };
  }, [store, readAt, named, language]);
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useStore(): Current {
  const value = useContext(Context);
  if (!value) throw new Error('useStore outside StoreProvider');
  return value;
}

/** Numbers, money and dates as this merchant reads them: their language, their store's zone and currency. */
export function useFormat() {
  const { locale } = useI18n();
  const current = useContext(Context);
  const zone = current?.store.timeZone ?? 'UTC';
  const ahead = current?.ahead ?? 0;
  return useMemo(() => {
    const number = new Intl.NumberFormat(locale);
    return {
      number: (value: number) => number.format(value),
      share: (value: number) => formatShare(value, locale),
      money: (value: Money | null | undefined, style?: 'exact' | 'whole' | 'compact') => (value ? formatMoney(value, locale, style) : '–'),
      at: (iso: string | null | undefined, style: DateStyle = 'moment') => (iso ? formatInstant(iso, locale, zone, style) : '–'),
      day: (day: string, style?: DateStyle) => formatDay(day, locale, style),
      // What happened did not happen later than now: a clock that runs fast was last read a moment ago.
      ago: (iso: string | null | undefined) => (iso ? formatAgo(iso, Math.max(Date.now() + ahead, new Date(iso).getTime()), locale) : '–'),
      span: (seconds: number) => formatSpan(seconds, locale),
      list: (items: string[]) => new Intl.ListFormat(locale, { type: 'conjunction' }).format(items),
      country: (code: string | null | undefined) => {
        if (!code) return '–';
        try {
          return new Intl.DisplayNames([locale], { type: 'region' }).of(code) ?? code;
        } catch {
          return code;
        }
      },
    };
  }, [locale, zone, ahead]);
}
