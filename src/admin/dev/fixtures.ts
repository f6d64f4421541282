import type { Plugin } from 'vite';

/** An invented service for working on the screens without one (`npm run dev -- --mode fixtures`). Never part of a build. */
export function fixtures(): Plugin {
  return { name: 'fixtures', apply: 'serve' };
}
