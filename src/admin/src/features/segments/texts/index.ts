import { use, useMemo } from 'react';
import { useI18n, type Language } from '@/lib/i18n';
import type { AnyCatalogue, Values } from '@/lib/i18n/catalogue';
import { translator } from '@/lib/i18n/translate';
import type { en } from './en';

// The builder's own words: they come with its pages, so that the first screen does not wait for them.

export type WordKey = keyof typeof en;
/** What each language brings: every key, and the plural forms that it has. */
export type Words<F extends Intl.LDMLPluralRule> = { readonly [K in WordKey]: (typeof en)[K] extends string ? string : { readonly [P in F]: string } };
export type Say = (key: WordKey, values?: Values) => string;

const load: Record<Language, () => Promise<unknown>> = {
  en: () => import('./en').then((m) => m.en),
  da: () => import('./da').then((m) => m.da),
  ar: () => import('./ar').then((m) => m.ar),
};
const loaded = new Map<Language, Promise<unknown>>();
function wordsOf(language: Language): Promise<unknown> {
  let words = loaded.get(language);
  if (!words) loaded.set(language, (words = load[language]()));
  return words;
}

/** Waits, with the page's own skeleton, until the words are there. */
export function useWords(): Say {
  const { language, locale } = useI18n();
  const words = use(wordsOf(language));
  return useMemo(() => translator(words as AnyCatalogue, locale) as unknown as Say, [words, locale]);
}

/** A word that the service may know before we do: `own_gap` is shown as "Own gap" until there is a better one. */
export function termOf(say: Say, group: 'term' | 'param' | 'op' | 'date' | 'by', name: string): string {
  const key = `${group}.${name}`;
  const text = say(key as WordKey);
  if (text !== key) return text;
  const plain = name.replace(/[._]+/g, ' ').trim();
  return plain ? plain[0]!.toUpperCase() + plain.slice(1) : name;
}
