// The builder's tree and what can be done to it. Pure: no grammar is known here, a clause is fields that the service writes and reads.

export interface Value {
  kind: string;
  text: string;
  factor?: string | null;
}
export interface Condition {
  name: string;
  operator: string;
  values: Value[];
}
export interface Step {
  function: string;
  negated: boolean;
  conditions: Condition[];
  within?: string | null;
}
export interface RankFields {
  top: boolean;
  percent: string;
  exactly?: boolean;
  ofSegment?: string | null;
  upTo?: string | null;
  ifUnder?: string | null;
}
export interface Mistake {
  line: number;
  column: number;
  length: number;
  message: string;
  expected?: string[] | null;
  didYouMean?: string | null;
}

interface Fields {
  kind: string;
  text?: string | null;
  name?: string | null;
  negated?: boolean;
  operator?: string | null;
  values?: Value[] | null;
  conditions?: Condition[] | null;
  rank?: RankFields | null;
  percent?: string | null;
  steps?: Step[] | null;
  errors?: Mistake[] | null;
}
/** As the service says it. */
export interface Told extends Fields {
  parts?: Told[] | null;
}
/** The same with a name for the page, so that a part keeps its focus while it moves. */
export interface Part extends Fields {
  id: number;
  parts?: Part[];
}

export type GroupKind = 'all' | 'any' | 'not';
export const isGroup = (part: Fields): boolean => part.kind === 'all' || part.kind === 'any' || part.kind === 'not';

let last = 0;
export const newId = () => ++last;

/** The service's tree with ids: those of the tree before where the shape is the same. */
export function adopt(told: Told, before?: Part | null): Part {
  const same = before && before.kind === told.kind ? before : before && isGroup(before) === isGroup(told) ? before : undefined;
  const { parts, ...fields } = told;
  const id = same?.id ?? newId();
  return parts ? { ...fields, id, parts: parts.map((p, i) => adopt(p, same?.parts?.[i])) } : { ...fields, id };
}

/** The tree as the service takes it. */
export function told(part: Part): Told {
  const fields: Partial<Part> = { ...part };
  delete fields.id;
  delete fields.errors;
  return { ...(fields as Told), ...(part.parts && { parts: part.parts.map(told) }) };
}

export const newClause = (): Part => ({ id: newId(), kind: 'comparison', name: 'number_of_orders', operator: '>=', values: [{ kind: 'number', text: '1' }] });
export const newGroup = (kind: GroupKind, parts: Part[]): Part => ({ id: newId(), kind, parts });
const copied = (part: Part): Part => ({ ...part, id: newId(), ...(part.parts && { parts: part.parts.map(copied) }) });

export function find(root: Part | null, id: number): Part | null {
  if (!root || root.id === id) return root;
  for (const part of root.parts ?? []) {
    const found = find(part, id);
    if (found) return found;
  }
  return null;
}

export function parentOf(root: Part | null, id: number): Part | null {
  for (const part of root?.parts ?? []) {
    if (part.id === id) return root;
    const found = parentOf(part, id);
    if (found) return found;
  }
  return null;
}

/** Everything in the order in which it is read. */
export const inOrder = (root: Part | null): Part[] => (root ? [root, ...(root.parts ?? []).flatMap(inOrder)] : []);
export const countClauses = (root: Part | null): number => (root ? (isGroup(root) ? (root.parts ?? []).reduce((sum, p) => sum + countClauses(p), 0) : 1) : 0);

/** Puts other parts in the place of one; none takes it away, and groups that are left empty with it. */
function replace(root: Part, id: number, by: (part: Part) => Part[]): Part | null {
  if (root.id === id) {
    const parts = by(root);
    return parts.length === 0 ? null : parts.length === 1 ? parts[0]! : newGroup('all', parts);
  }
  if (!root.parts) return root;
  let changed = false;
  const parts = root.parts.flatMap((p) => {
    const next = p.id === id ? by(p) : [replace(p, id, by)].filter((x) => x !== null);
    changed ||= next.length !== 1 || next[0] !== p;
    return next;
  });
  if (!changed) return root;
  if (parts.length === 0) return null;
  // NOT holds one part: several that came into it stand together.
  if (root.kind === 'not' && parts.length > 1) return { ...root, parts: [newGroup('all', parts)] };
  return { ...root, parts };
}

export const update = (root: Part, id: number, by: (part: Part) => Part): Part => replace(root, id, (p) => [by(p)])!;
export const remove = (root: Part, id: number): Part | null => replace(root, id, () => []);

/** Into a group at a place; into a clause's place, both in a new group. */
export function insert(root: Part | null, into: number | null, at: number, part: Part): Part {
  if (!root) return part;
  const target = find(root, into ?? root.id) ?? root;
  if (target.kind === 'not') return insert(root, target.parts![0]!.id, at, part);
  if (!isGroup(target)) return update(root, target.id, (p) => newGroup('all', [p, part]));
  return update(root, target.id, (p) => ({ ...p, parts: [...p.parts!.slice(0, at), part, ...p.parts!.slice(at)] }));
}

/** A new part after this one, within its group. */
export function insertAfter(root: Part, id: number, part: Part): Part {
  const parent = parentOf(root, id);
  if (!parent || parent.kind === 'not') return update(root, id, (p) => (p.kind === 'all' || p.kind === 'any' ? { ...p, parts: [...p.parts!, part] } : newGroup('all', [p, part])));
  return insert(root, parent.id, parent.parts!.findIndex((p) => p.id === id) + 1, part);
}

export const wrap = (root: Part, id: number, kind: GroupKind): Part => update(root, id, (p) => newGroup(kind, [p]));
/** A group's parts take its place. The whole cannot fall apart, so the outermost group with several parts stays. */
export const canUnwrap = (root: Part, id: number): boolean => {
  const part = find(root, id);
  return !!part && isGroup(part) && (root.id !== id || part.parts!.length === 1);
};
export const unwrap = (root: Part, id: number): Part => (canUnwrap(root, id) ? replace(root, id, (p) => p.parts!)! : root);
export const duplicate = (root: Part, id: number): Part => insertAfter(root, id, copied(find(root, id)!));
/** NOT around it, or away from around it. */
export function negate(root: Part, id: number): Part {
  const part = find(root, id)!;
  const parent = parentOf(root, id);
  return part.kind === 'not' ? unwrap(root, id) : parent?.kind === 'not' ? unwrap(root, parent.id) : wrap(root, id, 'not');
}

/** One place up or down as it is read: into a group that comes next, out of a group at its end. */
export function move(root: Part, id: number, by: 1 | -1): Part {
  const parent = parentOf(root, id);
  if (!parent) return root;
  // What stands under NOT moves with it.
  if (parent.kind === 'not') return move(root, parent.id, by);
  const at = parent.parts!.findIndex((p) => p.id === id);
  const part = parent.parts![at]!;
  const beside = parent.parts![at + by];
  if (beside && (beside.kind === 'all' || beside.kind === 'any')) return insert(remove(root, id)!, beside.id, by > 0 ? 0 : beside.parts!.length, part);
  if (beside) {
    return update(root, parent.id, (p) => {
      const parts = [...p.parts!];
      [parts[at], parts[at + by]] = [beside, part];
      return { ...p, parts };
    });
  }
  const above = outer(root, parent);
  return above ? place(root, part, above, by > 0 ? 'after' : 'before') : root;
}

// The part that stands for a group in the group around it: the group itself, or the NOT over it.
function outer(root: Part, group: Part): Part | null {
  const parent = parentOf(root, group.id);
  return parent?.kind === 'not' ? outer(root, parent) : parent ? group : null;
}

export type Spot = 'before' | 'after' | 'into';

function place(root: Part, part: Part, target: Part, spot: Spot): Part {
  const without = remove(root, part.id);
  if (!without) return root;
  const there = find(without, target.id);
  // The group was left empty by it and is gone: nothing would be different.
  if (!there) return root;
  if (spot === 'into') return insert(without, there.id, there.parts?.length ?? 0, part);
  const parent = parentOf(without, there.id);
  if (!parent) return spot === 'after' ? insertAfter(without, there.id, part) : there.kind === 'all' || there.kind === 'any' ? insert(without, there.id, 0, part) : newGroup('all', [part, there]);
  if (parent.kind === 'not') return place(root, part, parent, spot);
  const at = parent.parts!.findIndex((p) => p.id === there.id);
  return insert(without, parent.id, spot === 'before' ? at : at + 1, part);
}

/** Drops a part beside or into another; never into itself. */
export function moveTo(root: Part, id: number, target: number, spot: Spot): Part {
  const part = find(root, id);
  const there = find(root, target);
  if (!part || !there || find(part, target)) return root;
  return place(root, part, there, spot);
}

// ---- undo and redo

export interface History<T> {
  past: T[];
  now: T;
  future: T[];
}
const KEPT = 200;
export const begin = <T>(now: T): History<T> => ({ past: [], now, future: [] });
export const did = <T>(h: History<T>, now: T): History<T> => ({ past: [...h.past, h.now].slice(-KEPT), now, future: [] });
export const undo = <T>(h: History<T>): History<T> => (h.past.length ? { past: h.past.slice(0, -1), now: h.past.at(-1)!, future: [h.now, ...h.future] } : h);
export const redo = <T>(h: History<T>): History<T> => (h.future.length ? { past: [...h.past, h.now], now: h.future[0]!, future: h.future.slice(1) } : h);

// ---- places in the text

/** Line and column from 1 to an index; beyond the end is the end. */
export function indexOf(text: string, line: number, column: number): number {
  let at = 0;
  for (let n = 1; n < line; n++) {
    const next = text.indexOf('\n', at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  return Math.min(text.length, at + column - 1);
}

/** The text cut at its mistakes: `[text, wrong?]` pieces in order, for the line under them. */
export function marked(text: string, mistakes: readonly Mistake[]): [string, boolean][] {
  const pieces: [string, boolean][] = [];
  let at = 0;
  for (const m of [...mistakes].sort((a, b) => a.line - b.line || a.column - b.column)) {
    // A mistake at the very end, or of no width, is shown on the last letter.
    const start = Math.max(at, Math.min(indexOf(text, m.line, m.column), text.length - 1));
    const end = Math.min(text.length, Math.max(start + 1, start + m.length));
    if (start < at || end <= start) continue;
    if (start > at) pieces.push([text.slice(at, start), false]);
    pieces.push([text.slice(start, end), true]);
    at = end;
  }
  if (at < text.length) pieces.push([text.slice(at), false]);
  return pieces;
}
