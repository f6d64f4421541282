import { describe, expect, test } from 'vitest';
import { ar } from './ar';
import { braces, type AnyCatalogue } from './catalogue';
import { da } from './da';
import { en } from './en';
import { localeOf } from './index';
import { translator } from './translate';

const catalogues: [string, AnyCatalogue, string][] = [
  ['en', en, 'en-GB'],
  ['da', da, 'da-DK'],
  ['ar', ar, 'ar-u-nu-arab'],
];
const formsOf = (m: AnyCatalogue[keyof AnyCatalogue]) => (typeof m === 'string' ? [m] : Object.values(m));
const names = (text: string) => [...text.matchAll(braces)].map((m) => m[1]!);

describe.each(catalogues)('the %s catalogue', (_, catalogue, locale) => {
  test('has every key of the English one and no other', () => expect(Object.keys(catalogue).sort()).toEqual(Object.keys(en).sort()));

  test('has each plural form that the language counts with', () => {
    const wanted = new Intl.PluralRules(locale).resolvedOptions().pluralCategories.slice().sort();
    for (const [key, message] of Object.entries(catalogue)) if (typeof message !== 'string') expect([key, ...Object.keys(message).sort()]).toEqual([key, ...wanted]);
  });

  test('says no name in braces that English does not, and drops none but a count', () => {
    for (const key of Object.keys(en) as (keyof typeof en)[]) {
      const known = new Set(formsOf(en[key]).flatMap(names));
      for (const form of formsOf(catalogue[key])) {
        for (const name of names(form)) expect(known, `${key}: {${name}}`).toContain(name);
        for (const name of known) if (name !== 'count') expect(names(form), `${key} lacks {${name}}`).toContain(name);
      }
    }
  });

  test('has no empty message', () => {
    for (const [key, message] of Object.entries(catalogue)) for (const form of formsOf(message)) expect(form.trim(), key).not.toBe('');
  });
});

describe('counting', () => {
  const english = translator(en, 'en-GB');
  const arabic = translator(ar, localeOf('ar', 'own'));
  const western = translator(ar, localeOf('ar', 'western'));

  test.each([
    [0, '0 customers'],
    [1, '1 customer'],
    [12345, '12,345 customers'],
  ])('%i in English', (count, text) => expect(english('n.customers', { count })).toBe(text));

  test.each([
    [0, 'لا عملاء'],
    [1, 'عميل واحد'],
    [2, 'عميلان'],
    [3, '٣ عملاء'],
    [11, '١١ عميلًا'],
    [100, '١٠٠ عميل'],
  ])('%i in Arabic has its own form', (count, text) => expect(arabic('n.customers', { count })).toBe(text));

  test('Arabic with Western digits, when the merchant chose them', () => expect(western('n.customers', { count: 11 })).toBe('11 عميلًا'));
  test('figures that stand in a text follow the choice too', () => {
    expect(arabic('recipe.win_back.text')).toContain('٦٠');
    expect(arabic('connect.demo.text')).toContain('٥٬٠٠٠');
    expect(western('recipe.win_back.text')).toContain('60');
    expect(arabic('app.digits.western')).toContain('0123');
    for (const key of Object.keys(ar) as (keyof typeof ar)[]) {
      const message = ar[key];
      const said = arabic(key as 'n.days', { count: 3 });
      if (typeof message === 'string' && !/^(app\.digits\.|edit\.|settings\.languages)/.test(key)) expect(said.replace(/\{\w+\}/g, ''), key).not.toMatch(/[0-9]/);
    }
  });
  test('Danish groups by full stop', () => expect(translator(da, 'da-DK')('n.orders', { count: 1234 })).toBe('1.234 ordrer'));
});
