// The plugin's pixel as a browser runs it: nothing before consent, nothing after a no.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import vm from 'node:vm';

const source = readFileSync(new URL('../comeback/assets/pixel.js', import.meta.url), 'utf8');

function browser({ wait = 1, consent, cookie = '', signals = {} } = {}) {
  const sent = [], listeners = {};
  const jar = { text: cookie };
  const document = {
    get cookie() { return jar.text; },
    set cookie(value) { jar.text = value.includes('max-age=0') ? '' : value.split(';')[0]; jar.last = value; },
    addEventListener: (name, listener) => { listeners[name] = listener; },
  };
  const window = { comebackPage: { k: 'product', p: 12, u: 'https://shop.example/wp-json/wc-comeback/v1/e', w: wait }, crypto: globalThis.crypto };
  if (consent) window.wp_has_consent = category => consent.given && category === 'statistics';
  const navigator = { sendBeacon: (url, body) => sent.push([url, JSON.parse(body)]), ...signals };
  vm.runInNewContext(source, { window, document, navigator, location: { protocol: 'https:' }, Uint8Array, Date, JSON });
  return { sent, jar, say: detail => listeners.wp_listen_for_consent_change({ detail }) };
}

test('it sets no cookie and sends nothing before consent', () => {
  const { sent, jar } = browser({ consent: { given: false } });
  assert.equal(sent.length, 0);
  assert.equal(jar.text, '');
});

test('without a consent tool it stays silent unless the merchant says that none is needed', () => {
  assert.equal(browser().sent.length, 0);
  assert.equal(browser({ wait: 0 }).sent.length, 1);
});

test('it tells once, when consent comes', () => {
  const consent = { given: false };
  const page = browser({ consent });
  consent.given = true;
  page.say({ statistics: 'allow' });
  page.say({ statistics: 'allow' });
  assert.equal(page.sent.length, 1);
  const [url, body] = page.sent[0];
  assert.equal(url, 'https://shop.example/wp-json/wc-comeback/v1/e');
  assert.match(body.v, /^[0-9a-f]{32}$/);
  assert.match(body.e[0].i, /^[0-9a-f]{32}$/);
  assert.deepEqual([body.e[0].k, body.e[0].p], ['product', 12]);
  assert.match(page.jar.last, /samesite=lax;secure$/);
});

test('it knows its browser again, and forgets it when consent is taken back', () => {
  const page = browser({ wait: 0, cookie: `comeback_v=${'a'.repeat(32)}` });
  assert.equal(page.sent[0][1].v, 'a'.repeat(32));
  page.say({ statistics: 'deny' });
  assert.equal(page.jar.text, '');
});

test('it honours a browser that says no', () => {
  assert.equal(browser({ wait: 0, signals: { globalPrivacyControl: true } }).sent.length, 0);
  assert.equal(browser({ wait: 0, signals: { doNotTrack: '1' } }).sent.length, 0);
});
