import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../src', import.meta.url));
const endings = ['', '.ts', '.tsx', '/index.ts', '/index.tsx'];

/** Resolves our own paths (`@/x`, `./x`) for the linter's walls; packages are none of its business. */
export const resolver = {
  interfaceVersion: 3,
  name: 'own-paths',
  resolve(source, file) {
    const base = source.startsWith('@/') ? resolve(src, source.slice(2)) : source.startsWith('.') ? resolve(dirname(file), source) : null;
    if (!base) return { found: true, path: null };
    const hit = endings.map((e) => base + e).find((p) => existsSync(p) && statSync(p).isFile());
    return hit ? { found: true, path: hit } : { found: false };
  },
};
