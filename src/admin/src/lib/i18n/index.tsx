import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { AnyCatalogue } from './catalogue';
import { translator, type Translate } from './translate';

export type { Key } from './catalogue';
export type { Translate } from './translate';

export const languages = { en: 'English', da: 'Dansk', ar: 'العربية' } as const;
export type Language = keyof typeof languages;
export type Digits = 'western' | 'own';

const load: Record<Language, () => Promise<AnyCatalogue>> = {
  en: () => import('./en').then((m) => m.en),
  da: () => import('./da').then((m) => m.da),
  ar: () => import('./ar').then((m) => m.ar),
};

export interface I18n {
  language: Language;
  locale: string;
  dir: 'ltr' | 'rtl';
  digits: Digits;
  t: Translate;
  setLanguage(language: Language): void;
  setDigits(digits: Digits): void;
}

export function localeOf(language: Language, digits: Digits): string {
  if (language === 'ar') return digits === 'own' ? 'ar-u-nu-arab' : 'ar-u-nu-latn';
  return language === 'da' ? 'da-DK' : 'en-GB';
}

function remembered<T extends string>(name: string, allowed: readonly T[], otherwise: T): T {
  try {
    const value = localStorage.getItem(name) as T | null;
    return value && allowed.includes(value) ? value : otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(name: string, value: string) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
}

const names = Object.keys(languages) as Language[];
const ofBrowser = (): Language => names.find((l) => (globalThis.navigator?.language ?? 'en').toLowerCase().startsWith(l)) ?? 'en';

const Context = createContext<I18n | null>(null);

// The words are asked for as soon as this file is there, beside the page's code and data.
const remembers = remembered('comeback.language', names, ofBrowser());
const firstWords = load[remembers]();

/** Holds the language, loads its catalogue, and sets the page's language and direction. Nothing is drawn before the words are there. */
export function I18nProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(remembers);
  const [digits, setDigits] = useState<Digits>(() => remembered('comeback.digits', ['western', 'own'], 'own'));
  const [loaded, setLoaded] = useState<{ language: Language; catalogue: AnyCatalogue } | null>(null);

  useEffect(() => {
    let stale = false;
    void (language === remembers ? firstWords : load[language]()).then((catalogue) => stale || setLoaded({ language, catalogue }));
    return () => {
      stale = true;
    };
  }, [language]);

  const value = useMemo<I18n | null>(() => {
    if (!loaded) return null;
    const locale = localeOf(loaded.language, digits);
    return {
      language: loaded.language,
      locale,
      dir: loaded.language === 'ar' ? 'rtl' : 'ltr',
      digits,
      t: translator(loaded.catalogue, locale),
      setLanguage: (l) => (remember('comeback.language', l), setLanguage(l)),
      setDigits: (d) => (remember('comeback.digits', d), setDigits(d)),
    };
  }, [loaded, digits]);

  useEffect(() => {
    if (!value) return;
    document.documentElement.lang = value.language;
    document.documentElement.dir = value.dir;
  }, [value]);

  return value && <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useI18n(): I18n {
  const value = useContext(Context);
  if (!value) throw new Error('useI18n outside I18nProvider');
  return value;
}

export const useT = () => useI18n().t;
