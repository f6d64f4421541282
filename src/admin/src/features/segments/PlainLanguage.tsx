import { useState, type FormEvent } from 'react';
import { Link } from 'wouter';
import type { CheckResult } from '@/api/contract';
import { Button, Notice } from '@/components/basics';
import { TextArea } from '@/components/fields';
import { type ApiError, call, useRead } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { useStore } from '@/lib/store';
import { People } from './Live';
import { useWords } from './texts';

interface Draft {
  configured: boolean;
  definition: string | null;
  check: CheckResult | null;
}

/** A wish in plain words becomes a definition that is shown, parsed and linted, before anything is taken over. Without a language model it points to the gallery. */
export function PlainLanguage({ onUse }: { onUse(definition: string): void }) {
  const t = useT();
  const say = useWords();
  const { api, base } = useStore();
  const state = useRead<{ configured: boolean }>(`${api}/segments/draft`, { staleTime: Infinity, retry: false });
  const [wish, setWish] = useState('');
  const [busy, setBusy] = useState(false);
  const [draft, setDraft] = useState<Draft | null>(null);
  const [failed, setFailed] = useState<string | null>(null);

  if (!state.data?.configured) {
    return (
      <div className="stack close">
        <p className="quiet">{say('plain.none')}</p>
        <p><Link href={`${base}/segments/gallery`} className="button">{say('plain.gallery')}</Link></p>
      </div>
    );
  }
  const write = async (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (busy || !wish.trim()) return;
    setBusy(true);
    setFailed(null);
    setDraft(null);
    try {
      setDraft(await call<Draft>('POST', `${api}/segments/draft`, { text: wish }));
    } catch (error) {
      setFailed((error as ApiError).status === 0 ? t('state.offline.title') : (error as ApiError).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="stack">
      <div className="stack close">
        <TextArea label={say('plain.label')} rows={2} maxLength={2000} value={wish} placeholder={say('plain.placeholder')} onChange={setWish} />
        <p><Button busy={busy} icon="spark" disabled={!wish.trim()} onClick={(e) => void write(e)}>{say(busy ? 'plain.busy' : 'plain.do')}</Button></p>
      </div>
      <div aria-live="polite" className="stack close">
        {failed && <Notice tone="bad">{say('plain.failed', { reason: failed })}</Notice>}
        {draft?.definition && (
          <>
            <p className="quiet">{say(draft.check?.ok ? 'plain.result' : 'plain.bad')}</p>
            <pre className="definition" tabIndex={0}><code>{draft.definition}</code></pre>
            {draft.check?.errors.map((e, i) => <Notice key={i} tone="bad"><span className="bidi">{t('edit.at', { line: e.line, column: e.column, message: e.message })}</span></Notice>)}
            {draft.check?.ok && (
              <>
                <p className="strong">{t('edit.ok', { customers: t('n.customers', { count: draft.check.customers ?? 0 }) })}</p>
                {draft.check.warnings.map((w, i) => <Notice key={i} tone="warn"><span className="bidi">{String(w)}</span></Notice>)}
                {draft.check.sample.length > 0 && <People people={draft.check.sample.slice(0, 3)} />}
                <p><Button variant="primary" onClick={() => { onUse(draft.definition!); setDraft(null); }}>{say('plain.use')}</Button></p>
              </>
            )}
          </>
        )}
      </div>
    </div>
  );
}
