import { describe, expect, test } from 'vitest';
import { adopt, begin, canUnwrap, did, duplicate, find, inOrder, indexOf, insert, insertAfter, marked, move, moveTo, negate, newClause, newGroup, redo, remove, told, undo, unwrap, update, wrap, type Part } from './form';

const leaf = (name: string): Part => ({ id: -name.charCodeAt(0), kind: 'text', text: name });
const all = (id: number, ...parts: Part[]): Part => ({ id: -id, kind: 'all', parts });
const any = (id: number, ...parts: Part[]): Part => ({ id: -id, kind: 'any', parts });
const not = (id: number, part: Part): Part => ({ id: -id, kind: 'not', parts: [part] });
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(leaf) as [Part, Part, Part, Part];
/** `(a & (b | c))`, for comparing. */
const said = (part: Part | null): string =>
  !part ? '' : part.kind === 'all' ? `(${part.parts!.map(said).join(' & ')})` : part.kind === 'any' ? `(${part.parts!.map(said).join(' | ')})` : part.kind === 'not' ? `!${said(part.parts![0]!)}` : part.text!;
const tree = () => all(1, a, any(2, b, c), d);

describe('the builder’s tree', () => {
  test('a clause goes down into the group below, through it, and out again', () => {
    let t = tree();
    const steps = [];
    for (let i = 0; i < 5; i++) steps.push(said((t = move(t, a.id, 1))));
    expect(steps).toEqual(['((a | b | c) & d)', '((b | a | c) & d)', '((b | c | a) & d)', '((b | c) & a & d)', '((b | c) & d & a)']);
    expect(said(move(t, a.id, 1))).toBe('((b | c) & d & a)');
    for (let i = 0; i < 5; i++) t = move(t, a.id, -1);
    expect(said(t)).toBe('(a & (b | c) & d)');
  });
  test('what stands under NOT moves with its NOT', () => {
    expect(said(move(all(1, not(2, a), b), a.id, 1))).toBe('(b & !a)');
    expect(said(move(all(1, not(2, any(3, a, b)), c), a.id, -1))).toBe('(a & !(b) & c)');
  });
  test('a group that is left empty goes with its last clause', () => {
    expect(said(remove(all(1, a, any(2, b)), b.id))).toBe('(a)');
    expect(said(remove(all(1, a, not(2, b)), b.id))).toBe('(a)');
    expect(remove(a, a.id)).toBeNull();
  });
  test('wrapping, negating and unwrapping are each other’s opposites', () => {
    const t = tree();
    const wrapped = wrap(t, a.id, 'any');
    expect(said(wrapped)).toBe('((a) & (b | c) & d)');
    expect(said(unwrap(wrapped, wrapped.parts![0]!.id))).toBe(said(t));
    expect(said(negate(t, -2))).toBe('(a & !(b | c) & d)');
    expect(said(negate(negate(t, -2), -2))).toBe(said(t));
    expect(said(unwrap(t, -2))).toBe('(a & b & c & d)');
    expect(canUnwrap(t, -1)).toBe(false);
    expect(said(unwrap(t, -1))).toBe(said(t));
  });
  test('several clauses out of a group under NOT stay together under it', () => {
    const t = all(1, not(2, any(3, a, b)), c);
    expect(said(unwrap(t, -3))).toBe('(!(a & b) & c)');
  });
  test('a copy has names of its own', () => {
    const t = duplicate(tree(), -2);
    expect(said(t)).toBe('(a & (b | c) & (b | c) & d)');
    const ids = inOrder(t).map((p) => p.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
  test('adding to a single clause makes a group of both', () => {
    expect(said(insertAfter(a, a.id, b))).toBe('(a & b)');
    expect(said(insert(null, null, 0, b))).toBe('b');
    expect(said(insert(not(9, a), -9, 0, b))).toBe('!(a & b)');
  });
  test('dropping before, after and into; never into itself', () => {
    expect(said(moveTo(tree(), d.id, b.id, 'before'))).toBe('(a & (d | b | c))');
    expect(said(moveTo(tree(), a.id, -2, 'into'))).toBe('((b | c | a) & d)');
    expect(said(moveTo(tree(), -2, d.id, 'after'))).toBe('(a & d & (b | c))');
    const t = tree();
    expect(moveTo(t, -2, b.id, 'before')).toBe(t);
    expect(said(moveTo(all(1, any(2, a), b), a.id, -2, 'after'))).toBe('((a) & b)');
  });
  test('no move loses or doubles a clause, whatever is done in whatever order', () => {
    let seed = 11;
    const random = (n: number) => (seed = (seed * 16807) % 2147483647) % n;
    let t: Part = tree();
    const names = (p: Part) => inOrder(p).filter((x) => x.kind === 'text').map((x) => x.text).sort().join('');
    for (let i = 0; i < 3000; i++) {
      const parts = inOrder(t);
      const one = parts[random(parts.length)]!;
      const other = parts[random(parts.length)]!;
      const deed = random(5);
      t = deed === 0 ? move(t, one.id, 1) : deed === 1 ? move(t, one.id, -1) : deed === 2 ? moveTo(t, one.id, other.id, (['before', 'after', 'into'] as const)[random(3)]!) : deed === 3 && parts.length < 40 ? wrap(t, one.id, (['all', 'any', 'not'] as const)[random(3)]!) : unwrap(t, one.id);
      expect(names(t)).toBe('abcd');
      expect(inOrder(t).every((p) => !p.parts || (p.parts.length > 0 && (p.kind !== 'not' || p.parts.length === 1)))).toBe(true);
    }
  });
  test('the service’s tree keeps the page’s names where it is the same', () => {
    const before = adopt({ kind: 'all', parts: [{ kind: 'comparison', name: 'x' }, { kind: 'any', parts: [{ kind: 'member' }] }] });
    const after = adopt({ kind: 'all', parts: [{ kind: 'comparison', name: 'y' }, { kind: 'any', parts: [{ kind: 'member' }, { kind: 'share' }] }] }, before);
    expect(after.id).toBe(before.id);
    expect(after.parts![0]!.id).toBe(before.parts![0]!.id);
    expect(find(after, before.parts![1]!.parts![0]!.id)?.kind).toBe('member');
    expect(JSON.stringify(told(after))).not.toContain('"id"');
    expect(told(update(after, after.id, (p) => p))).toEqual({ kind: 'all', parts: [{ kind: 'comparison', name: 'y' }, { kind: 'any', parts: [{ kind: 'member' }, { kind: 'share' }] }] });
  });
  test('a new clause and a new group say what they are', () => {
    expect(newClause().name).toBe('number_of_orders');
    expect(newGroup('any', [newClause()]).parts).toHaveLength(1);
  });
});

describe('undo', () => {
  test('goes back and forth, and a new deed forgets what was undone', () => {
    let h = did(did(begin(1), 2), 3);
    h = undo(undo(undo(h)));
    expect(h.now).toBe(1);
    h = redo(h);
    expect(h.now).toBe(2);
    h = did(h, 9);
    expect(redo(h).now).toBe(9);
    expect(undo(h).now).toBe(2);
  });
});

describe('places in the text', () => {
  test('lines and columns', () => {
    expect(indexOf('ab\ncd', 2, 2)).toBe(4);
    expect(indexOf('ab\ncd', 9, 1)).toBe(5);
  });
  test('mistakes are cut out of the text and nothing of it is lost', () => {
    const text = 'number_of_order >= 2\nAND x';
    const pieces = marked(text, [{ line: 2, column: 5, length: 1, message: '' }, { line: 1, column: 1, length: 15, message: '' }]);
    expect(pieces).toEqual([['number_of_order', true], [' >= 2\nAND ', false], ['x', true]]);
    expect(marked('ab', [{ line: 1, column: 9, length: 3, message: '' }])).toEqual([['a', false], ['b', true]]);
    expect(marked('', [{ line: 1, column: 1, length: 1, message: '' }])).toEqual([]);
  });
});
