import { describe, expect, test } from 'vitest';
import { braces } from '@/lib/i18n/catalogue';
import { ar } from './ar';
import { da } from './da';
import { en } from './en';

const forms = (m: unknown): string[] => (typeof m === 'string' ? [m] : Object.values(m as Record<string, string>));
const names = (text: string) => [...text.matchAll(braces)].map((m) => m[1]!).filter((n) => n !== 'count').sort();

describe.each([['da', da, 'da-DK'], ['ar', ar, 'ar'], ['en', en, 'en-GB']] as const)('the builder’s words in %s', (_, words, locale) => {
  test('are all there', () => expect(Object.keys(words).sort()).toEqual(Object.keys(en).sort()));
  test('count as the language counts', () => {
    const wanted = new Intl.PluralRules(locale).resolvedOptions().pluralCategories.slice().sort();
    for (const [key, m] of Object.entries(words)) if (typeof m !== 'string') expect([key, ...Object.keys(m).sort()]).toEqual([key, ...wanted]);
  });
  test('put in the same values as English', () => {
    for (const [key, m] of Object.entries(words)) {
      const wanted = names(forms(en[key as keyof typeof en])[0]!);
      for (const form of forms(m)) expect([key, ...names(form)]).toEqual([key, ...wanted]);
    }
  });
  test('are not empty', () => expect(Object.values(words).flatMap(forms).filter((f) => !f.trim())).toEqual([]));
});
