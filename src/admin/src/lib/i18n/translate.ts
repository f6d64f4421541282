import { braces, type AnyCatalogue, type Args, type Key, type Values } from './catalogue';

export type Translate = <K extends Key>(key: K, ...args: Args<K>) => string;

/** What stays as it is written: the name of the Western digits, and words of the segment language. */
const literal: ReadonlySet<Key> = new Set<Key>(['app.digits.own', 'app.digits.western', 'edit.hint', 'settings.languages.hint']);
const eastern = (text: string) => text.replace(/[0-9]/g, (d) => String.fromCharCode(0x660 + Number(d))).replace(/(?<=[\u0660-\u0669]),(?=[\u0660-\u0669]{3})/g, '٬');

/**
 * Makes `t` for one catalogue: picks the plural form of `count`, puts values in, and writes numbers in the language's own way, those that stand in
 * the text itself too.
 */
export function translator(catalogue: AnyCatalogue, locale: string): Translate {
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  const own = locale.endsWith('-nu-arab');
  return (key, ...args) => {
    const values = (args[0] ?? {}) as Values;
    const message = catalogue[key];
    if (message === undefined) return key;
    const text = typeof message === 'string' ? message : (message[plural.select(Number(values.count))] ?? message.other ?? key);
    const worded = own && !literal.has(key) ? eastern(text) : text;
    return worded.replace(braces, (whole, name: string) => {
      const value = values[name];
      return value === undefined ? whole : typeof value === 'number' ? number.format(value) : value;
    });
  };
}
