import react from '@vitejs/plugin-react';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { fixtures } from './dev/fixtures.ts';

/** What a browser must load before the first screen, gzipped. More fails the build. */
const INITIAL_JS_BUDGET = 150 * 1024;

function budget(): Plugin {
  return {
    name: 'initial-js-budget',
    generateBundle(_, bundle) {
      const entry = Object.values(bundle).find((c) => c.type === 'chunk' && c.isEntry);
      if (!entry || entry.type !== 'chunk') this.error('The build has no entry chunk.');
      const seen = new Set<string>();
      let bytes = 0;
      const walk = (name: string) => {
        const chunk = bundle[name];
        if (seen.has(name) || chunk?.type !== 'chunk') return;
        seen.add(name);
        bytes += gzipSync(chunk.code).length;
        chunk.imports.forEach(walk);
      };
      walk(entry.fileName);
      const text = `initial JavaScript ${(bytes / 1024).toFixed(1)} KB gzipped of ${INITIAL_JS_BUDGET / 1024} KB`;
      if (bytes > INITIAL_JS_BUDGET) this.error(`The admin is too heavy: ${text}.`);
      else this.info(text);
    },
  };
}

export default defineConfig(({ mode }) => ({
  base: '/admin/',
  plugins: [react(), budget(), ...(mode === 'fixtures' ? [fixtures()] : [])],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: '../Comeback/wwwroot/admin',
    emptyOutDir: true,
    target: 'es2022',
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  server: { port: 5173, proxy: mode === 'fixtures' ? undefined : { '/api': process.env.COMEBACK_URL ?? 'http://localhost:5080' } },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
}));
