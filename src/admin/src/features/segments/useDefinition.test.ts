import { describe, expect, test } from 'vitest';
import type { Told } from './form';
import { between } from './between';
import { addDays, dayIn } from './days';
import { fitValues, startingClause, wordsKind, type Language, type Term } from './language';
import { forTests } from './useDefinition';

const { reduce, start } = forTests;
const tree: Told = { kind: 'all', parts: [{ kind: 'comparison', text: 'a = 1' }, { kind: 'comparison', text: 'b = 2' }] };
const answer = (text: string, told: Told | null = tree, pretty: string | null = text) => ({ text, pretty, tree: told, errors: told ? [] : [{ line: 1, column: 1, length: 1, message: 'No.' }] });

describe('text and tree in step', () => {
  test('a first answer brings the tree and the text as the builder writes it', () => {
    const s = reduce(start('a=1 and b=2'), { kind: 'answer', version: 1, answer: answer('a=1 and b=2', tree, 'a = 1 AND b = 2') });
    expect(s.history.now.text).toBe('a = 1 AND b = 2');
    expect(s.history.now.tree?.parts).toHaveLength(2);
    expect(s.answered).toBe(s.version);
  });
  test('what somebody types is left as they typed it', () => {
    let s = reduce(start(''), { kind: 'text', text: 'a=1', at: 0 });
    s = reduce(s, { kind: 'answer', version: s.version, answer: answer('a=1', tree, 'a = 1') });
    expect(s.history.now.text).toBe('a=1');
  });
  test('an answer to an earlier text is dropped', () => {
    let s = reduce(start('x'), { kind: 'text', text: 'y', at: 0 });
    const before = s;
    s = reduce(s, { kind: 'answer', version: 1, answer: answer('x') });
    expect(s).toBe(before);
  });
  test('a text that cannot be read keeps the last tree and says so', () => {
    let s = reduce(start('good'), { kind: 'answer', version: 1, answer: answer('good') });
    const last = s.history.now.tree;
    s = reduce(s, { kind: 'text', text: 'bad', at: 5000 });
    s = reduce(s, { kind: 'answer', version: s.version, answer: answer('bad', null, null) });
    expect([s.stale, s.history.now.text, s.history.now.tree === last, s.mistakes.length]).toEqual([true, 'bad', true, 1]);
    s = reduce(s, { kind: 'undo' });
    expect(s.history.now.text).toBe('good');
  });
  test('a change of the tree brings its text, and taking everything away empties it', () => {
    let s = reduce(start('good'), { kind: 'answer', version: 1, answer: answer('good') });
    s = reduce(s, { kind: 'tree', tree: { ...s.history.now.tree!, kind: 'any' }, at: 1 });
    expect(s.version).not.toBe(s.answered);
    s = reduce(s, { kind: 'answer', version: s.version, answer: answer('a OR b', { ...tree, kind: 'any' }) });
    expect([s.history.now.text, s.stale]).toEqual(['a OR b', false]);
    s = reduce(s, { kind: 'tree', tree: null, at: 2 });
    expect([s.history.now.text, s.version === s.answered]).toEqual(['', true]);
  });
  test('letters typed in one go are one step back; a pause begins another', () => {
    let s = start('');
    for (const [i, text] of ['n', 'nu', 'num'].entries()) s = reduce(s, { kind: 'text', text, at: 5000 + i * 100 });
    s = reduce(s, { kind: 'text', text: 'number', at: 9000 });
    s = reduce(s, { kind: 'undo' });
    expect(s.history.now.text).toBe('num');
    s = reduce(s, { kind: 'undo' });
    expect(s.history.now.text).toBe('');
    s = reduce(reduce(s, { kind: 'redo' }), { kind: 'redo' });
    expect(s.history.now.text).toBe('number');
  });
});

describe('fields', () => {
  const number = { name: 'number_of_orders', kind: 'number', meaning: '', words: [], operators: [] } as unknown as Term;
  const date = { name: 'date', kind: 'date', meaning: '', words: [], operators: [] } as unknown as Term;
  const language = { attributes: [number], functions: [{ name: 'orders_placed', meaning: '', parameters: [date] }], rankBy: [], funnelFunctions: [], namedDates: [] } as unknown as Language;
  test('as many values as the operator takes', () => {
    const one = [{ kind: 'number', text: '5' }];
    expect(fitValues('BETWEEN', one, number)).toHaveLength(2);
    expect(fitValues('IS NULL', one, number)).toEqual([]);
    expect(fitValues('>=', [...one, ...one], number)).toEqual(one);
    expect(fitValues('IN', one, number)).toEqual(one);
  });
  test('each kind of clause begins with all that it needs', () => {
    expect(startingClause('a:number_of_orders', language)).toMatchObject({ kind: 'comparison', operator: '>=' });
    expect(startingClause('f:orders_placed', language)).toMatchObject({ kind: 'function', conditions: [{ name: 'date', operator: '>=' }] });
    expect(['rank', 'member', 'share', 'funnel', 'text'].map((c) => startingClause(`c:${c}`, language, 7))).toMatchObject([{ id: 7, kind: 'rank' }, { kind: 'member' }, { kind: 'share' }, { kind: 'funnel' }, { kind: 'text' }]);
  });
  test('the store’s words by attribute and by parameter', () => {
    expect([wordsKind('customer_tags'), wordsKind('tag', 'products_purchased'), wordsKind('id', 'storefront.collection_viewed'), wordsKind('id', 'carts'), wordsKind('birth_date')]).toEqual(['tag', 'productTag', 'collection', 'product', null]);
  });
});

test('the line of a column joins its first segment to its last', () => {
  expect([0, 1, 2, 3].map((row) => between(['b', 'd'], ['a', 'b', 'c', 'd'], row))).toEqual([false, true, true, false]);
});

test('days are the store’s', () => {
  expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
  expect(dayIn('Asia/Riyadh', Date.UTC(2026, 10, 22, 22, 0))).toBe('2026-11-23');
});
