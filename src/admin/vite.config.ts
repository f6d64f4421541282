import react from '@vitejs/plugin-react';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
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

/** Lays each file beside itself as small as it gets, so that the service need not compress at each request. */
function packed(): Plugin {
  return {
    name: 'packed',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        for (const [name, file] of Object.entries(bundle)) {
          const source = file.type === 'chunk' ? file.code : file.source;
          if (!/\.(js|css|svg)$/.test(name) || source.length < 1024) continue;
          const bytes = Buffer.from(source);
          this.emitFile({ type: 'asset', fileName: `${name}.br`, source: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }) });
          this.emitFile({ type: 'asset', fileName: `${name}.gz`, source: gzipSync(bytes, { level: 9 }) });
        }
      },
    },
  };
}

export default defineConfig(({ mode }) => ({
  base: '/admin/',
  plugins: [react(), budget(), packed(), ...(mode === 'fixtures' ? [fixtures()] : [])],
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
