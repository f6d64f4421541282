// The web pixel: typed against Shopify's own types, small, and silent until the visitor agrees.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import vm from 'node:vm';
import typescript from 'typescript';

const here = path => fileURLToPath(new URL(path, import.meta.url));
const source = readFileSync(here('../extensions/comeback-pixel/src/index.ts'), 'utf8');
const script = typescript.transpileModule(source, { compilerOptions: { target: 'ES2022', module: 'CommonJS', removeComments: true } }).outputText;
const url = 'https://comeback.example/storefront/cbs_1_key/events';

function run({ analytics = true, marketing = true, search = '' } = {}) {
  const sent = [], listeners = {};
  let consent;
  vm.runInNewContext(script, {
    exports: {},
    URLSearchParams,
    Date,
    JSON,
    require: () => ({
      register: start => start({
        analytics: { subscribe: (name, listener) => { listeners[name] = listener; } },
        browser: { sendBeacon: async (to, body) => sent.push([to, JSON.parse(body)]) },
        init: { customerPrivacy: { analyticsProcessingAllowed: analytics, marketingAllowed: marketing } },
        settings: { eventsUrl: url },
        customerPrivacy: { subscribe: (_, listener) => { consent = listener; } },
      }),
    }),
  });
  const say = (name, data) => listeners[name]({ clientId: '6b29fc40-ca47-1067-b31d-00dd010662da', timestamp: '2026-11-22T20:00:00.000Z', data, context: { document: { location: { search } } } });
  return { sent, say, consent: (a, m) => consent({ customerPrivacy: { analyticsProcessingAllowed: a, marketingAllowed: m } }) };
}

const view = ['product_viewed', { productVariant: { product: { id: '8001' } } }];

test('it is typed as Shopify wants it', () => {
  execFileSync(process.execPath, [here('../node_modules/typescript/bin/tsc'), '-p', here('../tsconfig.json')], { stdio: 'pipe' });
});

test('it has four kilobytes at most', () => assert.ok(script.length <= 4096, `${script.length} bytes`));

test('it is silent until the visitor agrees to statistics', () => {
  const page = run({ analytics: false });
  page.say(...view);
  assert.equal(page.sent.length, 0);
  page.consent(true, false);
  page.say(...view);
  assert.equal(page.sent.length, 1);
  page.consent(false, false);
  page.say(...view);
  assert.equal(page.sent.length, 1);
});

test('it tells products, collections and searches as the service takes them', () => {
  const page = run();
  page.say(...view);
  page.say('collection_viewed', { collection: { id: '77' } });
  page.say('search_submitted', { searchResult: { query: 'x'.repeat(300) } });
  page.say('product_viewed', { productVariant: null });
  const at = Date.parse('2026-11-22T20:00:00Z');
  assert.deepEqual(page.sent.map(([to, body]) => [to, body.v, ...body.e]), [
    [url, '6b29fc40-ca47-1067-b31d-00dd010662da', { n: 'product', p: '8001', at }],
    [url, '6b29fc40-ca47-1067-b31d-00dd010662da', { n: 'category', c: 'collection:77', at }],
    [url, '6b29fc40-ca47-1067-b31d-00dd010662da', { n: 'search', q: 'x'.repeat(100), at }],
  ]);
});

test('it reads a click\'s token only from who agreed to marketing, and sends nothing else of the address', () => {
  const search = '?cb_v=TOKEN&email=ann@example.com';
  const page = run({ search });
  page.say(...view);
  assert.equal(page.sent[0][1].t, 'TOKEN');
  assert.ok(!JSON.stringify(page.sent).includes('ann@'));
  const other = run({ search, marketing: false });
  other.say(...view);
  assert.equal(other.sent[0][1].t, undefined);
});
