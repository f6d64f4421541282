import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../src', import.meta.url));
const endings = ['', '.ts', '.tsx', '/index.ts', '/index.tsx'];

/** The features there are: a new folder is walled by being there. */
export const features = readdirSync(resolve(src, 'features'), { withFileTypes: true })
  .filter((f) => f.isDirectory())
  .map((f) => `features/${f.name}`);

/** app -> features -> components -> lib, api. What each zone may import; anything else of ours is an error. */
export const zones = new Map([
  ['app', ['app', ...features, 'components', 'lib', 'api']],
  ...features.map((f) => [f, [f, 'components', 'lib', 'api']]),
  ['components', ['components', 'lib', 'api']],
  ['lib', ['lib', 'api']],
  ['api', ['api', 'lib']],
]);

export const zoneOf = (path) => {
  const parts = relative(src, path).split(sep);
  return parts[0] === 'features' ? parts.slice(0, 2).join('/') : parts[0];
};

/** Our own file that an import names; null for packages. */
export function resolveOwn(source, file) {
  const base = source.startsWith('@/') ? resolve(src, source.slice(2)) : source.startsWith('.') ? resolve(dirname(file), source) : null;
  return base && (endings.map((e) => base + e).find((p) => existsSync(p) && statSync(p).isFile()) ?? base);
}

/** Why an import breaks a wall, or null. */
export function breach(source, file) {
  const from = zoneOf(file);
  const target = resolveOwn(source, file);
  if (!target || !zones.has(from) || relative(src, target).startsWith('..')) return null;
  const to = zoneOf(target);
  return zones.get(from).includes(to) ? null : `${from} may not import ${to}: the way is app -> features -> components -> lib, and a feature never imports another.`;
}

export const walls = {
  rules: {
    walls: {
      create(context) {
        const check = (node) => {
          const why = node.source && breach(String(node.source.value), context.filename);
          if (why) context.report({ node: node.source, message: why });
        };
        return { ImportDeclaration: check, ImportExpression: check, ExportNamedDeclaration: check, ExportAllDeclaration: check };
      },
    },
  },
};
