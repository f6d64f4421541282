import { describe, expect, test } from 'vitest';
import { query } from './api';
import { ar } from './i18n/ar';
import { en } from './i18n/en';
import { translator } from './i18n/translate';
import { isCounted, knowCategories, needDetail, needTitle, segmentName, timelineDetail, timelineTitle, whyText, word } from './words';

const t = translator(en, 'en-GB');
const arabic = translator(ar, 'ar-u-nu-arab');

describe('words of the service', () => {
  test.each([
    ['message', 'handingOver', 'Handing over'],
    ['message', 'HandingOver', 'Handing over'],
    ['lifecycle', 'slippingAway', 'Slipping away'],
    ['reason', 'NoConsent', 'No consent'],
    ['reason', 'somethingNew', 'Something new'],
    ['reason', null, '–'],
  ])('%s %s', (group, value, text) => expect(word(t, group, value)).toBe(text));

  test('a built-in segment speaks the reader’s language', () => expect(segmentName(arabic, { key: 'vip', name: 'VIPs', stock: true })).toBe('كبار العملاء'));
  test('a category keeps its own name', () => expect(segmentName(t, { key: 'bought_from:tea', name: 'Bought from Tea: black', stock: true })).toBe('Bought from Tea: black'));
  test('a merchant’s own segment keeps its name, whatever its key', () => expect(segmentName(t, { key: 'vip', name: 'My best', stock: false })).toBe('My best'));
  test('a sentence of the service stays a sentence when its key is not known', () =>
    expect(whyText(t, { why: 'order #10442', whySaid: { key: 'new', values: {} } })).toBe('order #10442'));
  test('a cause is said in the reader’s language', () =>
    expect(whyText(arabic, { why: 'order #10442', whySaid: { key: 'orderNumber', values: { number: '#10442' } } })).toBe('الطلب #10442'));
  test('an order that is not counted says so', () => {
    const item = { at: '', kind: 'order', title: 'Order 7', detail: 'returned, not counted', titleSaid: { key: 'order', values: { number: '7' } }, detailSaid: { key: 'returned', values: {} } };
    expect([timelineTitle(arabic, item), timelineDetail(t, item), isCounted(item)]).toEqual(['الطلب 7', 'Returned, not counted', false]);
  });
  test('what the sender lacks is named in the reader’s language', () =>
    expect(needDetail(arabic, { detail: '', detailSaid: { key: 'sender', values: { fields: 'legal name,address' } } }, String)).toContain('الاسم القانوني · العنوان'));
  test('a known need is said in the reader’s language', () => expect(needTitle(arabic, { kind: 'sender', title: 'Say who sends' })).toBe('حدّد المرسل'));
  test('markup in a name is text', () => expect(segmentName(t, { key: 'x', name: '<img src=x>', stock: false })).toBe('<img src=x>'));
});

describe('categories', () => {
  const tea = { key: 'bought_from:tea', name: 'Bought from Tea', stock: true };
  test('a category is said as the store says it in the reader’s language', () => {
    knowCategories([{ key: 'tea', names: { ar: 'شاي', da: 'Te' } }], 'ar');
    expect(segmentName(arabic, tea)).toContain('شاي');
    knowCategories([{ key: 'tea', names: { da: 'Te' } }], 'ar');
    expect(segmentName(arabic, tea)).toContain('Tea');
    knowCategories([], 'en');
    expect(segmentName(t, tea)).toBe('Bought from Tea');
  });
});

describe('addresses of the API', () => {
  test('empty parts are left out, others escaped', () => expect(query({ search: 'a&b', state: '', after: null, limit: 5 })).toBe('?search=a%26b&limit=5'));
  test('nothing asked is nothing added', () => expect(query({ state: undefined })).toBe(''));
});
