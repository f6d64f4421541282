import { useEffect, useState } from 'react';
import { remember } from './i18n';

export type Theme = 'system' | 'light' | 'dark';
const dark = () => matchMedia('(prefers-color-scheme: dark)');

function wanted(): Theme {
  try {
    const value = localStorage.getItem('comeback.theme');
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

/** Sets the theme on the page before anything is drawn, and keeps to the device's while it is `system`. */
export function applyTheme(theme: Theme = wanted()) {
  document.documentElement.dataset.theme = theme === 'system' ? (dark().matches ? 'dark' : 'light') : theme;
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(wanted);
  useEffect(() => {
    applyTheme(theme);
    const query = dark();
    const follow = () => applyTheme(theme);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, [theme]);
  return [theme, (next) => (remember('comeback.theme', next), setTheme(next))];
}

export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia('(max-width: 760px)').matches);
  useEffect(() => {
    const query = matchMedia('(max-width: 760px)');
    const follow = () => setNarrow(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, []);
  return narrow;
}
