import type { en } from './en';

/** A message with plural forms, chosen by Intl.PluralRules from `count`. */
export type Plural<F extends Intl.LDMLPluralRule> = { readonly [K in F]: string };

export type Key = keyof typeof en;

/** What a language must bring: every key of the English catalogue, and each plural form that the language has. A gap fails the build. */
export type Catalogue<F extends Intl.LDMLPluralRule> = {
  readonly [K in Key]: (typeof en)[K] extends string ? string : Plural<F>;
};

export type AnyCatalogue = { readonly [K in Key]: string | Partial<Record<Intl.LDMLPluralRule, string>> };

/** The names in braces: `'{count} of {total}'` has `count | total`. */
type Names<S> = S extends `${string}{${infer N}}${infer Rest}` ? N | Names<Rest> : never;
type NamesOf<K extends Key> = (typeof en)[K] extends { other: infer O } ? Names<O> | 'count' : Names<(typeof en)[K]>;

export type Values = Record<string, string | number>;
export type Args<K extends Key> = [NamesOf<K>] extends [never] ? [] : [values: Record<NamesOf<K>, string | number>];

export const braces = /\{(\w+)\}/g;
