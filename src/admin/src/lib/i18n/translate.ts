import { braces, type AnyCatalogue, type Args, type Key, type Values } from './catalogue';

export type Translate = <K extends Key>(key: K, ...args: Args<K>) => string;

/** Makes `t` for one catalogue: picks the plural form of `count`, puts values in, and writes numbers in the language's own way. */
export function translator(catalogue: AnyCatalogue, locale: string): Translate {
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  return (key, ...args) => {
    const values = (args[0] ?? {}) as Values;
    const message = catalogue[key];
    if (message === undefined) return key;
    const text = typeof message === 'string' ? message : (message[plural.select(Number(values.count))] ?? message.other ?? key);
    return text.replace(braces, (whole, name: string) => {
      const value = values[name];
      return value === undefined ? whole : typeof value === 'number' ? number.format(value) : value;
    });
  };
}
