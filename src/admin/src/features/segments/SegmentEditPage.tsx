import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type FormEvent } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { CheckError, CheckResult, SegmentView } from '@/api/contract';
import { Button, ButtonLink, Card, Notice, Page } from '@/components/basics';
import { TextArea, TextField } from '@/components/fields';
import { Icon } from '@/components/Icon';
import { Loaded, Skeleton } from '@/components/states';
import { useToasts } from '@/components/toast';
import { type ApiError, call, useRead } from '@/lib/api';
import { useSettled } from '@/lib/hooks';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { segmentName } from '@/lib/words';

/** A new segment, a copy, or a change: the definition is checked while it is written. */
export default function SegmentEditPage({ segment }: { segment?: string }) {
  const t = useT();
  const { api, base } = useStore();
  const [params] = useSearchParams();
  const from = segment ?? params.get('copy');
  const source = useRead<SegmentView>(from ? `${api}/segments/${encodeURIComponent(from)}` : null, { staleTime: Infinity });
  const title = segment ? t('edit.changeTitle', { name: source.data ? segmentName(t, source.data) : segment }) : t('edit.newTitle');
  return (
    <Page title={title} crumb={{ to: from ? `${base}/segments/${encodeURIComponent(from)}` : `${base}/segments`, text: source.data ? segmentName(t, source.data) : t('segments.title') }}>
      {from ? <Loaded read={source} skeleton={<Skeleton />}>{(s) => <Editor source={s} changing={!!segment} />}</Loaded> : <Editor changing={false} />}
    </Page>
  );
}

function Editor({ source, changing }: { source?: SegmentView; changing: boolean }) {
  const t = useT();
  const format = useFormat();
  const { api, base } = useStore();
  const client = useQueryClient();
  const toasts = useToasts();
  const [, go] = useLocation();
  const [name, setName] = useState(source ? (changing ? source.name : t('edit.copyName', { name: segmentName(t, source) })) : '');
  const [definition, setDefinition] = useState(source?.definition ?? '');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const area = useRef<HTMLDivElement>(null);
  const settled = useSettled(definition, 300);
  const check = useQuery<CheckResult, ApiError>({
    queryKey: ['check', api, settled],
    queryFn: ({ signal }) => call('POST', `${api}/segments/check`, { definition: settled }, signal),
    enabled: settled.trim() !== '',
    placeholderData: (old) => old,
    retry: false,
  });
  const result = settled.trim() ? check.data : undefined;
  const waiting = settled !== definition || check.isFetching;

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const saved = changing
        ? await call<SegmentView>('PUT', `${api}/segments/${encodeURIComponent(source!.key)}`, { name, definition, version: source!.version })
        : await call<SegmentView>('POST', `${api}/segments`, { name, definition });
      await client.invalidateQueries({ queryKey: `${api}/segments`.split('/') });
      toasts.say(t('edit.created', { name }));
      go(`${base}/segments/${encodeURIComponent(saved?.key ?? source?.key ?? '')}`);
    } catch (error) {
      const e = error as ApiError;
      setProblem(e.status === 409 ? t('state.conflict') : t('state.notSaved', { reason: e.errors ? Object.values(e.errors).flat().join(' ') : e.status === 0 ? t('state.offline.title') : e.message }));
    } finally {
      setBusy(false);
    }
  };

  const jump = (error: CheckError) => {
    const box = area.current?.querySelector('textarea');
    if (!box) return;
    const lines = definition.split('\n');
    const start = lines.slice(0, error.line - 1).reduce((sum, l) => sum + l.length + 1, 0) + error.column - 1;
    box.focus();
    box.setSelectionRange(start, start + Math.max(1, error.length));
  };

  return (
    <form onSubmit={(e) => void save(e)} className="split">
      <Card>
        <div className="stack" ref={area}>
          {problem && <Notice tone="bad">{problem}</Notice>}
          <TextField label={t('edit.name')} value={name} required maxLength={120} onChange={setName} />
          <TextArea
            label={t('edit.definition')}
            code
            rows={7}
            value={definition}
            hint={t('edit.hint')}
            error={result && !result.ok && !waiting ? result.errors.map((e, i) => (
              <button key={i} type="button" className="error-line" onClick={() => jump(e)}>
                {t('edit.at', { line: e.line, column: e.column, message: e.message })}
                {e.didYouMean && <> {t('edit.didYouMean', { word: e.didYouMean })}</>}
              </button>
            )) : undefined}
            onChange={setDefinition}
          />
          {result?.warnings.map((w, i) => <Notice key={i} tone="warn">{w}</Notice>)}
          <div className="row">
            <Button type="submit" variant="primary" busy={busy} disabled={!name.trim() || !definition.trim() || (result !== undefined && !result.ok && !waiting)}>
              {busy ? t('do.saving') : t('do.save')}
            </Button>
            <ButtonLink to={source ? `${base}/segments/${encodeURIComponent(source.key)}` : `${base}/segments`} variant="plain">{t('do.cancel')}</ButtonLink>
          </div>
        </div>
      </Card>
      <Card label={t('edit.sample')}>
        <div aria-live="polite" className="stack close">
          {!definition.trim() ? (
            <p className="quiet">{t('edit.empty')}</p>
          ) : check.error && !waiting ? (
            <Notice tone="bad">{check.error.status === 0 ? t('state.offline.title') : check.error.message}</Notice>
          ) : waiting && !result ? (
            <p className="quiet">{t('edit.checking')}</p>
          ) : result?.ok ? (
            <>
              <p className="row tight strong">
                <Icon name="check" size={17} />
                {t('edit.ok', { customers: t('n.customers', { count: result.customers ?? 0 }) })}
              </p>
              {result.sample.length > 0 && (
                <>
                  <h3>{t('edit.sample')}</h3>
                  <ul className="stack close">
                    {result.sample.map((c) => (
                      <li key={c.customerId} className="row" style={{ justifyContent: 'space-between', flexWrap: 'nowrap' }}>
                        <span className="clip bidi">{c.name || c.email || t('segment.noName')}</span>
                        <span className="num faint">{format.money(c.amountSpent)}</span>
                      </li>
                    ))}
                  </ul>
                </>
              )}
            </>
          ) : (
            <p className="quiet">{waiting ? t('edit.checking') : null}</p>
          )}
        </div>
      </Card>
    </form>
  );
}
