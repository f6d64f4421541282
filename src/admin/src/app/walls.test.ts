import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
// @ts-expect-error The linter's own file is plain JavaScript.
import { breach as check, features as found } from '../../dev/walls.js';

const breach = check as (source: string, file: string) => string | null;
const features = found as string[];
const src = fileURLToPath(new URL('..', import.meta.url));

describe('the walls of the admin', () => {
  test('every feature folder is walled', () => {
    expect(features.length).toBeGreaterThanOrEqual(7);
    expect(features.map((f) => f.slice('features/'.length)).sort()).toEqual(readdirSync(`${src}/features`).sort());
  });
  test.each([
    ['@/features/segments/SegmentPage', 'features/facts/CustomersPage.tsx', false],
    ['@/app/App', 'features/facts/CustomersPage.tsx', false],
    ['@/features/facts/Timeline', 'components/basics.tsx', false],
    ['@/components/basics', 'lib/api.ts', false],
    ['./Timeline', 'features/facts/CustomersPage.tsx', true],
    ['@/components/basics', 'features/facts/CustomersPage.tsx', true],
    ['@/features/facts/CustomersPage', 'app/App.tsx', true],
    ['react', 'features/facts/CustomersPage.tsx', true],
  ])('%s from %s', (source, file, fine) => expect(breach(source, `${src}${file}`) === null).toBe(fine));
});

describe('the style sheets', () => {
  const sheets = ['components/tokens.css', 'components/base.css', 'components/components.css', 'components/looks.css', 'app/shell.css', 'features/segments/segments.css'].map((f) => [f, readFileSync(`${src}${f}`, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')] as const);

  test.each(sheets)('%s names no left or right, so that right to left works by construction', (_, css) => {
    expect(css.match(/(?<![-\w])(margin|padding|border|inset)-(left|right)\b|(?<![-\w])(left|right)\s*:|text-align:\s*(left|right)|(?<![-\w])(width|height)\s*:/g) ?? []).toEqual([]);
    const uneven = [...css.matchAll(/(?:margin|padding|inset):\s*([^;]+);/g)].map((m) => m[1]!.trim().split(/\s+(?![^(]*\))/)).filter((v) => v.length === 4 && v[1] !== v[3]);
    expect(uneven).toEqual([]);
  });
  test.each(sheets)('%s loads nothing from elsewhere', (_, css) => expect(css).not.toMatch(/https?:|@import/));
});
