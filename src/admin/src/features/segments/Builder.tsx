import { createContext, useContext, useEffect, useMemo, useRef, useState, type DragEvent, type KeyboardEvent } from 'react';
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { Button, ButtonLink, Segmented } from '@/components/basics';
import { Icon } from '@/components/Icon';
import { AsText, ClauseFields } from './Clause';
import { canUnwrap, countClauses, duplicate, find, inOrder, insert, insertAfter, isGroup, move, moveTo, negate, newClause, newGroup, parentOf, remove, unwrap, update, wrap, type GroupKind, type Part, type Spot } from './form';
import type { Language } from './language';
import { useWords, type WordKey } from './texts';
import type { Definition } from './useDefinition';

/** Beyond this many clauses their fields open one at a time: a page of two thousand forms helps nobody. */
const MANY = 40;

type Deed = 'up' | 'down' | 'wrap' | 'wrapAny' | 'unwrap' | 'negate' | 'duplicate' | 'delete' | 'clause' | 'group';

interface Doing {
  root: Part;
  language: Language;
  many: boolean;
  open: number | null;
  setOpen(id: number | null): void;
  act(id: number, deed: Deed): void;
  change(part: Part, joins?: string): void;
  walk(id: number, by: 1 | -1): void;
  drag: { id: number; over: number; spot: Spot } | null;
  setDrag(drag: { id: number; over: number; spot: Spot } | null): void;
  drop(): void;
}
const Context = createContext<Doing | null>(null);
const useDoing = () => useContext(Context)!;

/** The tree of a definition: groups within groups, each part changed in place, moved, wrapped, copied, by keyboard and by mouse. */
export function Builder({ definition, language, gallery }: { definition: Definition; language: Language; gallery: string }) {
  const say = useWords();
  const { tree: root, setTree } = definition;
  const box = useRef<HTMLDivElement>(null);
  const [focus, setFocus] = useState<number | null>(null);
  const [open, setOpen] = useState<number | null>(null);
  const [drag, setDrag] = useState<Doing['drag']>(null);
  const [said, setSaid] = useState('');

  // What was acted on keeps the keyboard, wherever it stands now.
  const held = useRef(false);
  useEffect(() => {
    if (focus === null) {
      // What had the keyboard was taken back: the first that is left takes it, so that the next key is heard.
      if (held.current && document.activeElement === document.body) box.current?.querySelector<HTMLElement>('[data-part]')?.focus();
      return;
    }
    box.current?.querySelector<HTMLElement>(`[data-part="${focus}"]`)?.focus();
    setFocus(null);
  }, [focus, root]);

  const doing = useMemo<Doing | null>(() => {
    if (!root) return null;
    const set = (next: Part | null, at: number | null, words: WordKey) => {
      if (next !== root) setTree(next);
      setFocus(at);
      setSaid(say(next === root ? 'build.said.stuck' : words));
    };
    const order = inOrder(root);
    return {
      root, language, open, setOpen, drag, setDrag,
      many: countClauses(root) > MANY,
      change: (part, joins) => setTree(update(root, part.id, () => part), joins),
      walk: (id, by) => {
        const next = order[order.findIndex((p) => p.id === id) + by];
        if (next) setFocus(next.id);
      },
      drop: () => {
        setDrag(null);
        if (drag) set(moveTo(root, drag.id, drag.over, drag.spot), drag.id, 'build.said.moved');
      },
      act: (id, deed) => {
        const part = find(root, id);
        if (!part) return;
        switch (deed) {
          case 'up':
          case 'down':
            return set(move(root, id, deed === 'up' ? -1 : 1), id, 'build.said.moved');
          case 'wrap':
          case 'wrapAny':
            return set(wrap(root, id, deed === 'wrap' ? 'all' : 'any'), id, 'build.said.wrapped');
          case 'unwrap': {
            // A group dissolves; a clause leaves the group that it is in.
            const target = isGroup(part) ? part : parentOf(root, id);
            if (target && isGroup(part)) return set(unwrap(root, target.id), part.parts![0]!.id, 'build.said.unwrapped');
            if (target && parentOf(root, target.id)) return set(moveTo(root, id, target.id, 'after'), id, 'build.said.unwrapped');
            return target && canUnwrap(root, target.id) ? set(unwrap(root, target.id), id, 'build.said.unwrapped') : setSaid(say('build.said.stuck'));
          }
          case 'negate':
            return set(negate(root, id), id, 'build.said.wrapped');
          case 'duplicate':
            return set(duplicate(root, id), id, 'build.said.added');
          case 'delete': {
            const left = order.filter((p) => !find(part, p.id));
            const at = order.findIndex((p) => p.id === id);
            const next = remove(root, id);
            const there = left.filter((p) => find(next, p.id));
            return set(next, there.find((p) => order.indexOf(p) > at)?.id ?? there.at(-1)?.id ?? null, 'build.said.deleted');
          }
          default: {
            const added = deed === 'group' ? newGroup(part.kind === 'any' ? 'all' : 'any', [newClause()]) : newClause();
            const next = part.kind === 'all' || part.kind === 'any' ? insert(root, id, part.parts!.length, added) : insertAfter(root, id, added);
            return set(next, added.id, 'build.said.added');
          }
        }
      },
    };
  }, [root, language, open, drag, say, setTree]);

  if (!doing) {
    return (
      <div className="builder-empty">
        <p className="quiet">{say('build.empty')}</p>
        <div className="row">
          <Button variant="primary" icon="plus" onClick={() => setTree(newClause())}>{say('build.start')}</Button>
          <ButtonLink to={gallery} variant="plain">{say('build.fromGallery')}</ButtonLink>
        </div>
      </div>
    );
  }
  return (
    <Context.Provider value={doing}>
      <div ref={box} onFocus={() => { held.current = true; }} onBlur={(e) => { if (e.relatedTarget && !e.currentTarget.contains(e.relatedTarget)) held.current = false; }} className={definition.stale ? 'builder stale' : 'builder'} inert={definition.stale}>
        {doing.many && <p className="faint small">{say('build.many')}</p>}
        <PartView part={doing.root} />
        {!isGroup(doing.root) && (
          <div className="row tight">
            <Button small variant="plain" icon="plus" onClick={() => doing.act(doing.root.id, 'clause')}>{say('build.addClause')}</Button>
          </div>
        )}
      </div>
      <p className="hidden-label" aria-live="polite">{said}</p>
    </Context.Provider>
  );
}

const keys: Record<string, Deed> = { a: 'clause', g: 'group', d: 'duplicate', n: 'negate', Delete: 'delete', Backspace: 'delete' };
const altKeys: Record<string, Deed> = { ArrowUp: 'up', ArrowDown: 'down', ArrowRight: 'wrap', ArrowLeft: 'unwrap' };

/** What the keyboard does on a part; its fields keep their own keys, but for Escape and Alt. */
function useKeys(part: Part) {
  const doing = useDoing();
  return (e: KeyboardEvent<HTMLElement>) => {
    const self = e.target === e.currentTarget;
    const take = () => {
      e.preventDefault();
      e.stopPropagation();
    };
    if (e.altKey && altKeys[e.key] && (self || (e.target as HTMLElement).tagName !== 'SELECT')) {
      take();
      doing.act(part.id, altKeys[e.key]!);
    } else if (e.key === 'Escape' && !self && !e.defaultPrevented) {
      take();
      e.currentTarget.focus();
    } else if (!self || e.ctrlKey || e.metaKey || e.altKey) return;
    else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      take();
      doing.walk(part.id, e.key === 'ArrowDown' ? 1 : -1);
    } else if (e.key === 'Enter') {
      take();
      if (doing.many && !isGroup(part)) doing.setOpen(part.id);
      const at = e.currentTarget;
      requestAnimationFrame(() => at.querySelector<HTMLElement>('input, select, textarea, .segmented button')?.focus());
    } else if (keys[e.key] ?? keys[e.key.toLowerCase()]) {
      take();
      doing.act(part.id, (keys[e.key] ?? keys[e.key.toLowerCase()])!);
    }
  };
}

/** Where a dragged part would go: before, after, or into a group. */
function useDrop(part: Part) {
  const { drag, setDrag, drop, root } = useDoing();
  const over = (e: DragEvent<HTMLElement>) => {
    if (!drag || find(find(root, drag.id), part.id)) return;
    e.preventDefault();
    e.stopPropagation();
    const rect = e.currentTarget.getBoundingClientRect();
    const share = (e.clientY - rect.top) / rect.height;
    const spot: Spot = isGroup(part) && e.clientY - rect.top > 14 && rect.bottom - e.clientY > 14 ? 'into' : share < 0.5 ? 'before' : 'after';
    if (drag.over !== part.id || drag.spot !== spot) setDrag({ ...drag, over: part.id, spot });
  };
  return {
    'data-drop': drag && drag.over === part.id && drag.id !== part.id ? drag.spot : undefined,
    onDragOver: over,
    onDrop: (e: DragEvent) => {
      e.preventDefault();
      e.stopPropagation();
      drop();
    },
  };
}

function Grip({ part }: { part: Part }) {
  const { setDrag } = useDoing();
  return (
    <span
      className="grip" draggable aria-hidden="true"
      onDragStart={(e) => {
        e.dataTransfer.effectAllowed = 'move';
        e.dataTransfer.setData('text/plain', part.text ?? part.kind);
        const whole = e.currentTarget.closest('[data-part]');
        if (whole) e.dataTransfer.setDragImage(whole, 12, 12);
        setDrag({ id: part.id, over: part.id, spot: 'before' });
      }}
      onDragEnd={() => setDrag(null)}
    >
      <svg width="10" height="16" viewBox="0 0 10 16" fill="currentColor" focusable="false"><circle cx="2.500" cy="3" r="1.3" /><circle cx="7.500" cy="3" r="1.300" /><circle cx="2.500" cy="8" r="1.3" /><circle cx="7.500" cy="8" r="1.3" /><circle cx="2.500" cy="13" r="1.3" /><circle cx="7.500" cy="13" r="1.3" /></svg>
    </span>
  );
}

const PartView = ({ part }: { part: Part }) => (isGroup(part) ? <GroupView part={part} /> : <ClauseView part={part} />);

function GroupView({ part }: { part: Part }) {
  const say = useWords();
  const doing = useDoing();
  const onKeyDown = useKeys(part);
  const drop = useDrop(part);
  const kind = part.kind as GroupKind;
  const name = say('build.group', { kind: say(`build.${kind}`), count: part.parts!.length });
  return (
    <div role="group" aria-label={name} tabIndex={0} data-part={part.id} data-kind={kind} className="part group" onKeyDown={onKeyDown} {...drop}>
      <div className="part-head">
        {doing.root.id !== part.id && <Grip part={part} />}
        {kind === 'not' ? (
          <strong className="not-word">{say('build.not')}</strong>
        ) : (
          <Segmented label={say('build.match')} value={kind as 'all' | 'any'} options={[['all', say('build.all')], ['any', say('build.any')]]} onChange={(next) => next !== kind && doing.change({ ...part, kind: next })} />
        )}
        <span className="grow" />
        <Actions part={part} name={name} />
      </div>
      <div className="parts">
        {part.parts!.map((p) => <PartView key={p.id} part={p} />)}
      </div>
      {kind !== 'not' && (
        <div className="row tight">
          <Button small variant="plain" icon="plus" onClick={() => doing.act(part.id, 'clause')}>{say('build.addClause')}</Button>
          <Button small variant="plain" icon="plus" onClick={() => doing.act(part.id, 'group')}>{say('build.addGroup')}</Button>
        </div>
      )}
    </div>
  );
}

function ClauseView({ part }: { part: Part }) {
  const say = useWords();
  const doing = useDoing();
  const onKeyDown = useKeys(part);
  const drop = useDrop(part);
  const [asText, setAsText] = useState(false);
  const text = part.text || '…';
  const closed = doing.many && doing.open !== part.id;
  return (
    <div role="group" aria-label={say('build.clause', { text })} tabIndex={0} data-part={part.id} className={part.errors ? 'part clause wrong' : 'part clause'} onKeyDown={onKeyDown} {...drop}>
      <Grip part={part} />
      <div className="clause-body">
        {closed ? (
          <button type="button" className="clause-text ltr" onClick={() => doing.setOpen(part.id)}><code>{text}</code></button>
        ) : asText && part.kind !== 'text' ? (
          <AsText part={part} onChange={(next) => doing.change(next, `field-${part.id}`)} />
        ) : (
          <ClauseFields part={part} language={doing.language} onChange={doing.change} />
        )}
        {part.errors?.map((m, i) => (
          <p key={i} className="clause-error">
            <span className="bidi">{m.message}</span>
            {m.didYouMean && part.kind === 'text' && (
              <Button small variant="plain" onClick={() => doing.change({ ...part, text: part.text!.slice(0, m.column - 1) + m.didYouMean + part.text!.slice(m.column - 1 + m.length) })}><code className="ltr">{m.didYouMean}</code></Button>
            )}
          </p>
        ))}
      </div>
      <Actions part={part} name={text} asText={part.kind === 'text' ? undefined : { on: asText, set: setAsText }} />
    </div>
  );
}

function Actions({ part, name, asText }: { part: Part; name: string; asText?: { on: boolean; set(on: boolean): void } }) {
  const say = useWords();
  const doing = useDoing();
  const isRoot = doing.root.id === part.id;
  const group = isGroup(part);
  const items: [Deed | 'asText', WordKey, boolean][] = [
    ['up', 'build.up', !isRoot],
    ['down', 'build.down', !isRoot],
    ['wrap', 'build.wrapAll', true],
    ['wrapAny', 'build.wrapAny', true],
    ['unwrap', group ? 'build.dissolve' : 'build.unwrap', group ? canUnwrap(doing.root, part.id) : !!parentOf(doing.root, parentOf(doing.root, part.id)?.id ?? 0)],
    ['negate', 'build.negate', true],
    ['duplicate', 'build.duplicate', true],
    ['asText', asText?.on ? 'build.asFields' : 'build.asText', !!asText],
    ['delete', 'build.delete', true],
  ];
  return (
    <MenuTrigger>
      <AriaButton className="button plain small icon-only more" aria-label={say('build.actions', { text: name })}>
        <Icon name="more" size={16} />
      </AriaButton>
      <Popover className="combo-list menu" placement="bottom end">
        <Menu onAction={(key) => (key === 'asText' ? asText!.set(!asText!.on) : doing.act(part.id, key as Deed))}>
          {items.filter(([, , can]) => can).map(([key, words]) => (
            <MenuItem key={key} id={key} className={key === 'delete' ? 'combo-item danger' : 'combo-item'}>{say(words)}</MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
