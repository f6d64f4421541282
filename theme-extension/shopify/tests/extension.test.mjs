// The theme app extension: Shopify's own checks, and what they miss.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { themeCheckRun } from '@shopify/theme-check-node';

const root = fileURLToPath(new URL('../extensions/comeback-theme/', import.meta.url));
const read = path => readFileSync(root + path, 'utf8');
const blocks = readdirSync(root + 'blocks');
const locales = readdirSync(root + 'locales');
const schemaOf = block => JSON.parse(/{% schema %}([\s\S]*?){% endschema %}/.exec(read(`blocks/${block}`))[1]);
const keysOf = (value, at = '') => typeof value === 'string' ? [at] : Object.entries(value).flatMap(([key, inner]) => keysOf(inner, at ? `${at}.${key}` : key)).sort();

test('Shopify\'s theme check finds nothing', async () => {
  const { offenses } = await themeCheckRun(root, fileURLToPath(new URL('theme-check.yml', import.meta.url)), () => {});
  assert.deepEqual(offenses.map(o => `${o.uri.split('/').slice(-2).join('/')}:${o.start.index} ${o.check} ${o.message}`), []);
});

test('it would find what is wrong', async () => {
  const { mkdtempSync, cpSync, writeFileSync, rmSync } = await import('node:fs');
  const folder = mkdtempSync('/tmp/comeback-theme-') + '/';
  try {
    cpSync(root, folder, { recursive: true });
    writeFileSync(folder + 'blocks/sign-up.liquid', read('blocks/sign-up.liquid').replace("'form.sign_up' | t", "'form.nothing' | t"));
    const { offenses } = await themeCheckRun(folder, fileURLToPath(new URL('theme-check.yml', import.meta.url)), () => {});
    assert.ok(offenses.length > 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('each block has a target, known setting types and ids of its own', () => {
  const known = new Set(['checkbox', 'number', 'radio', 'range', 'select', 'text', 'textarea', 'richtext', 'inline_richtext', 'product', 'collection', 'color', 'url', 'header', 'paragraph']);
  for (const block of blocks) {
    const schema = schemaOf(block);
    assert.ok(['section', 'body', 'head', 'compliance_head'].includes(schema.target), block);
    assert.equal(schema.target === 'body', block === 'embed.liquid', block);
    const ids = schema.settings.filter(s => s.id).map(s => s.id);
    assert.equal(new Set(ids).size, ids.length, block);
    for (const setting of schema.settings) {
      assert.ok(known.has(setting.type), `${block}: ${setting.type}`);
      const silent = setting.type === 'header' || setting.type === 'paragraph';
      assert.equal(Boolean(setting.id), !silent, `${block}: ${setting.type}`);
      if (setting.type === 'range') assert.ok((setting.max - setting.min) / setting.step <= 101 && (setting.default - setting.min) % setting.step === 0, `${block}: ${setting.id}`);
    }
    // What is set is used, and what is used is set.
    const used = [...read(`blocks/${block}`).matchAll(/block\.settings\.([a-z_]+)/g)].map(m => m[1]);
    assert.deepEqual([...new Set(used)].sort(), ids.sort(), block);
    for (const asset of [schema.stylesheet, schema.javascript].filter(Boolean)) assert.ok(read(`assets/${asset}`).length > 0);
  }
});

test('every text is there in English, Danish and Arabic', () => {
  for (const kind of ['', '.schema']) {
    const english = keysOf(JSON.parse(read(`locales/en.default${kind}.json`)));
    for (const language of ['da', 'ar']) {
      const other = JSON.parse(read(`locales/${language}${kind}.json`));
      assert.deepEqual(keysOf(other), english, language);
      assert.doesNotMatch(JSON.stringify(other), /""/);
    }
  }
  assert.equal(locales.length, 6);
  const used = new Set([...['embed', 'sign-up', 'notify-me'].map(b => read(`blocks/${b}.liquid`)), read('snippets/form.liquid')].flatMap(text => [...text.matchAll(/'(form\.[a-z_]+)' \| t/g)].map(m => m[1])));
  assert.deepEqual([...used].sort(), keysOf(JSON.parse(read('locales/en.default.json'))));
  const schemas = blocks.flatMap(block => [...JSON.stringify(schemaOf(block)).matchAll(/"t:([a-z_.]+)"/g)].map(m => m[1]));
  assert.deepEqual([...new Set(schemas)].sort(), keysOf(JSON.parse(read('locales/en.default.schema.json'))));
});

test('the extension is within Shopify\'s sizes', () => {
  assert.ok(read('assets/comeback.js').length <= 10_000);
  assert.ok(read('assets/comeback.css').length <= 100_000);
  assert.ok(blocks.length <= 30);
});

test('nothing is laid out by left and right, so that it reads in Arabic', () => {
  assert.doesNotMatch(read('assets/comeback.css'), /\b(left|right)\b/);
});

test('what visitors typed or merchants set is escaped', () => {
  for (const block of blocks) {
    for (const [, name] of read(`blocks/${block}`).matchAll(/{{\s*block\.settings\.(\w+)\s*}}/g)) {
      // Shopify itself cleans rich text.
      assert.equal(schemaOf(block).settings.find(s => s.id === name).type, 'richtext', `${block}: ${name}`);
    }
  }
  assert.match(read('blocks/sign-up.liquid'), /assign safe_wording = wording \| escape/);
  assert.match(read('blocks/sign-up.liquid'), /assign safe_button = button \| escape/);
});
