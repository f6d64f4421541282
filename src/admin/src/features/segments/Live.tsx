import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { CheckResult, SegmentView } from '@/api/contract';
import type { components } from '@/api/types';
import { Notice } from '@/components/basics';
import { Icon } from '@/components/Icon';
import { type ApiError, call } from '@/lib/api';
import { useSettled } from '@/lib/hooks';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { useWords } from './texts';

type Sample = components['schemas']['SamplePerson'];
type Diff = components['schemas']['DiffAnswer'];

/** The count of a text that can be read: asked when typing rests, dropped when it goes on. */
export function useCheck(text: string, ready: boolean) {
  const { api } = useStore();
  const settled = useSettled(ready ? text : '', 250);
  const wanted = settled.trim() !== '' && ready;
  const check = useQuery<CheckResult, ApiError>({
    queryKey: ['check', api, settled],
    queryFn: ({ signal }) => call('POST', `${api}/segments/check`, { definition: settled }, signal),
    enabled: wanted,
    placeholderData: (old) => old,
    retry: false,
  });
  return { result: wanted ? check.data : undefined, error: wanted ? check.error : null, waiting: ready && (settled !== text || check.isFetching), settled };
}

/** Who fits what is being written, how that differs from what is saved, and what is odd about it. */
export function Live({ text, readable, check, saved }: { text: string; readable: boolean; check: ReturnType<typeof useCheck>; saved?: SegmentView }) {
  const t = useT();
  const say = useWords();
  const { result, waiting, error } = check;
  if (!text.trim()) return <p className="quiet">{t('edit.empty')}</p>;
  if (!readable) return <p className="quiet">{say('live.wrong')}</p>;
  if (error && !waiting) return <Notice tone="bad">{error.status === 0 ? t('state.offline.title') : error.message}</Notice>;
  if (!result) return <p className="quiet">{say('live.waiting')}</p>;
  return (
    <div className={waiting ? 'live waiting' : 'live'} aria-busy={waiting || undefined}>
      {result.ok ? (
        <>
          <p className="live-count">
            <Icon name="check" size={17} />
            <span aria-live="polite">{t('edit.ok', { customers: t('n.customers', { count: result.customers ?? 0 }) })}</span>
          </p>
          {saved && <Change saved={saved} text={check.settled} />}
          <Warnings warnings={result.warnings} />
          {result.sample.length > 0 && <People title={say('live.sample')} people={result.sample} />}
        </>
      ) : (
        result.errors.map((e, i) => <Notice key={i} tone="bad"><span className="bidi">{e.message}</span></Notice>)
      )}
    </div>
  );
}

/** What is allowed and probably not meant, said beside the count. */
function Warnings({ warnings }: { warnings: readonly unknown[] }) {
  const say = useWords();
  if (warnings.length === 0) return null;
  return (
    <div className="stack close" role="group" aria-label={say('live.warnings')}>
      {warnings.map((w, i) => {
        const said = typeof w === 'string' ? { part: null, message: w } : (w as { part?: string | null; message: string });
        return (
          <Notice key={i} tone="warn">
            {said.part && <code className="ltr">{said.part}</code>} <span className="bidi">{said.message}</span>
          </Notice>
        );
      })}
    </div>
  );
}

function Change({ saved, text }: { saved: SegmentView; text: string }) {
  const say = useWords();
  const format = useFormat();
  const { api } = useStore();
  const diff = useQuery<Diff, ApiError>({
    queryKey: ['diff', api, saved.definition, text],
    queryFn: ({ signal }) => call('POST', `${api}/segments/diff`, { a: saved.definition, b: text }, signal),
    enabled: text.trim() !== '',
    placeholderData: (old) => old,
    retry: false,
  });
  if (!diff.data) return null;
  const [fewer, more] = [diff.data.onlyA.customers, diff.data.onlyB.customers];
  return <p className="quiet small">{fewer === 0 && more === 0 ? say('live.same') : say('live.change', { more: format.number(more), fewer: format.number(fewer) })}</p>;
}

export function People({ title, people }: { title?: string; people: readonly (Omit<Sample, 'amountSpent'> & { amountSpent: Sample['amountSpent'] | null })[] }) {
  const t = useT();
  const format = useFormat();
  const { base } = useStore();
  return (
    <div className="people">
      {title && <h3>{title}</h3>}
      <ul>
        {people.map((c) => (
          <li key={c.customerId}>
            <Link href={`${base}/customers/${c.customerId}`} className="clip bidi">{c.name || c.email || t('segment.noName')}</Link>
            <span className="num faint">{format.money(c.amountSpent)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
