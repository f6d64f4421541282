import { useCallback, useEffect, useReducer } from 'react';
import { type ApiError, call } from '@/lib/api';
import { adopt, begin, did, redo, told, undo, type History, type Mistake, type Part, type Told } from './form';

/** The two faces of what is being edited. `from` is the one that was touched last; the other follows by the service's own parser. */
export interface Draft {
  text: string;
  tree: Part | null;
  from: 'text' | 'tree';
}

interface State {
  history: History<Draft>;
  mistakes: Mistake[];
  /** The tree is of an earlier text: this one cannot be read. */
  stale: boolean;
  version: number;
  answered: number;
  trouble: ApiError | null;
  /** What the last step of the history is made of, so that typing is one step and not one for each letter. */
  joins: string | null;
  at: number;
  tidy: boolean;
}

interface FormAnswer {
  text: string;
  pretty: string | null;
  tree: Told | null;
  errors: Mistake[];
}

type Deed =
  | { kind: 'text'; text: string; at: number; step?: boolean }
  | { kind: 'tree'; tree: Part | null; joins?: string; at: number }
  | { kind: 'answer'; version: number; answer: FormAnswer }
  | { kind: 'trouble'; version: number; error: ApiError }
  | { kind: 'undo' | 'redo' };

const TOGETHER_MS = 900;
const blank = (text: string) => text.trim() === '';

function reduce(state: State, deed: Deed): State {
  const { now } = state.history;
  switch (deed.kind) {
    case 'text': {
      if (deed.text === now.text) return state;
      const next: Draft = { text: deed.text, tree: blank(deed.text) ? null : now.tree, from: 'text' };
      return step(state, next, deed.step ? null : 'text', deed.at);
    }
    case 'tree':
      return step(state, { text: deed.tree ? now.text : '', tree: deed.tree, from: 'tree' }, deed.joins ?? null, deed.at);
    case 'answer': {
      if (deed.version !== state.version) return state;
      const { answer } = deed;
      const draft: Draft = now.from === 'tree'
        ? { ...now, text: answer.text, tree: answer.tree ? adopt(answer.tree, now.tree) : now.tree }
        : { ...now, text: state.tidy && answer.pretty !== null ? answer.pretty : now.text, tree: answer.tree ? adopt(answer.tree, now.tree) : now.tree };
      return {
        ...state, history: { ...state.history, now: draft }, mistakes: answer.errors, stale: now.from === 'text' && !answer.tree, answered: deed.version, trouble: null, tidy: false,
      };
    }
    case 'trouble':
      return deed.version === state.version ? { ...state, answered: deed.version, trouble: deed.error } : state;
    default: {
      const history = (deed.kind === 'undo' ? undo : redo)(state.history);
      return history === state.history ? state : settled({ ...state, history, version: state.version + 1, joins: null, tidy: false });
    }
  }
}

function step(state: State, now: Draft, joins: string | null, at: number): State {
  const together = joins !== null && joins === state.joins && at - state.at < TOGETHER_MS;
  const history = together ? { ...state.history, now, future: [] } : did(state.history, now);
  return settled({ ...state, history, version: state.version + 1, joins, at, tidy: false });
}

// Nothing at all needs no answer.
function settled(state: State): State {
  const { now } = state.history;
  return (now.from === 'text' ? blank(now.text) : !now.tree) ? { ...state, answered: state.version, mistakes: [], stale: false, trouble: null } : state;
}

/** A definition as text and tree. Each change of one asks the service for the other; late answers to earlier changes are dropped. */
export function useDefinition(api: string, initial: string) {
  const [state, act] = useReducer(reduce, null, (): State => settled({
    history: begin<Draft>({ text: initial, tree: null, from: 'text' }), mistakes: [], stale: false, version: 1, answered: 0, trouble: null, joins: null, at: 0, tidy: true,
  }));
  const { now } = state.history;
  const { version, answered } = state;

  useEffect(() => {
    if (version === answered) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      const body = now.from === 'tree' ? { tree: told(now.tree!) } : { definition: now.text };
      call<FormAnswer>('POST', `${api}/segments/form`, body, abort.signal).then(
        (answer) => act({ kind: 'answer', version, answer }),
        (error: ApiError) => abort.signal.aborted || act({ kind: 'trouble', version, error }),
      );
    }, version === 1 ? 0 : now.from === 'tree' ? 40 : 140);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
    // Only a new version asks: the answer itself changes `now`.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [version, api]);

  const setText = useCallback((text: string, options?: { step?: boolean }) => act({ kind: 'text', text, at: Date.now(), step: options?.step }), []);
  const setTree = useCallback((tree: Part | null, joins?: string) => act({ kind: 'tree', tree, joins, at: Date.now() }), []);
  return {
    text: now.text,
    tree: now.tree,
    mistakes: state.mistakes,
    stale: state.stale,
    /** Text and tree say the same. */
    inStep: version === answered && !state.trouble,
    trouble: state.trouble,
    canUndo: state.history.past.length > 0,
    canRedo: state.history.future.length > 0,
    setText,
    setTree,
    undo: useCallback(() => act({ kind: 'undo' }), []),
    redo: useCallback(() => act({ kind: 'redo' }), []),
  };
}

export type Definition = ReturnType<typeof useDefinition>;

/** For tests: the same without a page. */
export const forTests = { reduce, start: (text: string): State => ({ history: begin<Draft>({ text, tree: null, from: 'text' }), mistakes: [], stale: false, version: 1, answered: 0, trouble: null, joins: null, at: 0, tidy: true }) };
