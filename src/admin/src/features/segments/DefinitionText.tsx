import { useCallback, useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { components } from '@/api/types';
import { call, query } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { useStore } from '@/lib/store';
import { indexOf, marked, type Mistake } from './form';
import { wordsKind, type StoreWord } from './language';
import { useWords } from './texts';

interface Offer {
  /** What it takes the place of. */
  start: number;
  length: number;
  items: { text: string; label: string; meaning?: string | null }[];
  at: number;
}

/** The definition as text: mistakes underlined where they are, words offered while one types. */
export function DefinitionText({ value, mistakes, onChange, rows = 9 }: { value: string; mistakes: Mistake[]; onChange(text: string, options?: { step?: boolean }): void; rows?: number }) {
  const say = useWords();
  const t = useT();
  const { api } = useStore();
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const paper = useRef<HTMLPreElement>(null);
  const [offer, setOffer] = useState<Offer | null>(null);
  const [caret, setCaret] = useState({ inline: 0, block: 0 });
  const asked = useRef<AbortController | null>(null);
  const next = useRef<number | null>(null);

  const ask = useCallback(async (text: string, position: number, wanted: boolean) => {
    asked.current?.abort();
    const abort = (asked.current = new AbortController());
    try {
      if (!wanted) await new Promise((done) => setTimeout(done, 90));
      if (abort.signal.aborted) return;
      const found = await call<components['schemas']['Completion']>('POST', `${api}/segments/complete`, { definition: text, position }, abort.signal);
      const kind = found.attribute ? wordsKind(found.attribute, found.function) : null;
      const values = kind ? (await call<{ items: StoreWord[] }>('GET', `${api}/segments/words${query({ kind, search: found.typed, limit: 12 })}`, undefined, abort.signal)).items : [];
      const items = [...values.map((w) => ({ text: w.text, label: w.label, meaning: w.meaning })), ...found.words.map((w) => ({ text: w.text, label: w.text, meaning: w.meaning }))].slice(0, 40);
      // A word that is already there whole needs no offer, unless one asks for it.
      if (!wanted && (found.typed.length === 0 || (items.length === 1 && items[0]!.text.replace(/'/g, '') === found.typed))) setOffer(null);
      else setOffer(items.length ? { start: found.start, length: found.length, items, at: 0 } : null);
    } catch {
      // Nothing to offer is no trouble.
    }
  }, [api]);
  useEffect(() => () => asked.current?.abort(), []);

  const take = (index: number) => {
    const item = offer?.items[index];
    if (!offer || !item) return;
    const after = value.slice(offer.start + offer.length);
    const gap = item.text.endsWith('(') || /^[\s,)]/.test(after) ? '' : ' ';
    next.current = offer.start + item.text.length + gap.length;
    setOffer(null);
    onChange(value.slice(0, offer.start) + item.text + gap + after, { step: true });
  };
  useLayoutEffect(() => {
    const at = next.current;
    if (at === null || !area.current) return;
    next.current = null;
    area.current.focus();
    area.current.setSelectionRange(at, at);
    void ask(area.current.value, at, true);
  }, [value, ask]);

  // The list hangs where the word begins, measured on the paper behind the letters.
  useLayoutEffect(() => {
    if (!offer || !paper.current || !area.current) return;
    const walker = document.createTreeWalker(paper.current, NodeFilter.SHOW_TEXT);
    let left = offer.start;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const length = node.textContent!.length;
      if (left <= length) {
        const range = document.createRange();
        range.setStart(node, left);
        range.setEnd(node, left);
        const [at, box] = [range.getBoundingClientRect(), paper.current.getBoundingClientRect()];
        setCaret({ inline: Math.max(0, Math.min(at.left - box.left, box.width - 250)), block: at.bottom - box.top - area.current.scrollTop });
        return;
      }
      left -= length;
    }
    setCaret({ inline: 0, block: 30 });
  }, [offer]);

  const onKeyDown = (e: KeyboardEvent<HTMLTextAreaElement>) => {
    if (e.key === ' ' && e.ctrlKey) {
      e.preventDefault();
      void ask(value, e.currentTarget.selectionStart, true);
    } else if (!offer) return;
    else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      setOffer({ ...offer, at: (offer.at + (e.key === 'ArrowDown' ? 1 : -1) + offer.items.length) % offer.items.length });
    } else if (e.key === 'Enter' || e.key === 'Tab') {
      e.preventDefault();
      take(offer.at);
    } else if (e.key === 'Escape') {
      e.preventDefault();
      e.stopPropagation();
      setOffer(null);
    }
  };

  const jump = (m: Mistake) => {
    const start = indexOf(value, m.line, m.column);
    area.current?.focus();
    area.current?.setSelectionRange(start, start + Math.max(1, m.length));
  };
  const mend = (m: Mistake) => {
    const start = indexOf(value, m.line, m.column);
    onChange(value.slice(0, start) + m.didYouMean! + value.slice(start + m.length), { step: true });
  };
  const scroll = () => {
    if (paper.current && area.current) paper.current.style.transform = `translateY(${-area.current.scrollTop}px)`;
  };

  return (
    <div className="field">
      <label htmlFor={id}>{say('text.label')}</label>
      <div className="code-box">
        <div className="code-paper" aria-hidden="true">
          <pre ref={paper}>{marked(value, mistakes).map(([text, wrong], i) => (wrong ? <span key={i} className="squiggle">{text}</span> : text))}{'\n'}</pre>
        </div>
        <textarea
          ref={area} id={id} className="input code" rows={rows} dir="ltr" spellCheck={false} autoCapitalize="off" autoComplete="off" value={value}
          aria-invalid={mistakes.length > 0 || undefined} aria-describedby={`${id}-hint${mistakes.length ? ` ${id}-error` : ''}`}
          aria-autocomplete="list" aria-controls={offer ? `${id}-list` : undefined} aria-activedescendant={offer ? `${id}-${offer.at}` : undefined}
          onScroll={scroll} onKeyDown={onKeyDown} onBlur={() => setOffer(null)} onClick={() => setOffer(null)}
          onChange={(e) => {
            onChange(e.target.value);
            void ask(e.target.value, e.target.selectionStart, false);
          }}
        />
        {offer && (
          <ul id={`${id}-list`} role="listbox" aria-label={say('text.list')} className="offers" dir="ltr" style={{ insetInlineStart: caret.inline, insetBlockStart: caret.block }}>
            {offer.items.map((item, i) => (
              <li key={i} id={`${id}-${i}`} role="option" aria-selected={i === offer.at} ref={(e) => { if (e && i === offer.at) e.scrollIntoView({ block: 'nearest' }); }} onPointerDown={(e) => e.preventDefault()} onClick={() => take(i)}>
                <code>{item.label}</code>
                {item.meaning && item.meaning !== item.label && <span className="faint small clip bidi">{item.meaning}</span>}
              </li>
            ))}
          </ul>
        )}
      </div>
      <span className="hint" id={`${id}-hint`}>{say('text.hint')}</span>
      {mistakes.length > 0 && (
        <div className="error" id={`${id}-error`} role="status">
          {mistakes.map((m, i) => (
            <div key={i} className="row tight">
              <button type="button" className="error-line" onClick={() => jump(m)}>
                {t('edit.at', { line: m.line, column: m.column, message: m.message })}
                {m.didYouMean && <> {t('edit.didYouMean', { word: m.didYouMean })}</>}
              </button>
              {m.didYouMean && <Mend word={m.didYouMean} onClick={() => mend(m)} label={say('text.use', { word: m.didYouMean })} />}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

const Mend = ({ word, label, onClick }: { word: string; label: string; onClick(): void }) => (
  <button type="button" className="button small" aria-label={label} onClick={onClick}><code className="ltr">{word}</code></button>
);
