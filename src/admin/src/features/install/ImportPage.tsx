import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import type { ImportPreview, StoreView } from '@/api/contract';
import { Button, Card, Notice, Page } from '@/components/basics';
import { Select, TextField } from '@/components/fields';
import { Icon } from '@/components/Icon';
import { Skeleton } from '@/components/states';
import { type ApiError, call, useRead } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { useFormat } from '@/lib/store';
import { word } from '@/lib/words';
import { ImportProgress } from './ImportProgress';
import { upload } from './upload';

const FileDrop = lazy(() => import('@/components/FileDrop'));

/** The first rows are enough to know the layout. */
const HEAD_BYTES = 256 * 1024;

const fields = [
  'order', 'orderId', 'date', 'status', 'customer', 'email', 'phone', 'firstName', 'lastName', 'name', 'country', 'region', 'city', 'currency', 'total', 'tax', 'shipping', 'discount', 'discountCode',
  'refunded', 'marketing', 'quantity', 'title', 'price', 'lineTotal', 'sku', 'product', 'category',
] as const;

type Stage = { at: 'choose' } | { at: 'reading' } | { at: 'map'; preview: ImportPreview } | { at: 'sending'; share: number } | { at: 'running'; store: string; import: string };

export default function ImportPage() {
  const t = useT();
  const format = useFormat();
  const client = useQueryClient();
  const [params, setParams] = useSearchParams();
  const stores = useRead<StoreView[]>('/stores');
  const existing = stores.data?.find((s) => s.id === params.get('store'));
  const [stage, setStage] = useState<Stage>(() => {
    const [store, run] = (params.get('run') ?? '').split('/');
    return store && run ? { at: 'running', store, import: run } : { at: 'choose' };
  });
  const [file, setFile] = useState<File | null>(null);
  const [map, setMap] = useState<Record<string, string>>({});
  const [name, setName] = useState('');
  const [currency, setCurrency] = useState('');
  const [zone, setZone] = useState(() => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC');
  const [problem, setProblem] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const zones = useMemo(() => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((z) => z !== 'UTC')].map((z) => [z, z.replaceAll('_', ' ')] as const), []);
  const said = (e: unknown) => {
    const error = e as ApiError;
    return error.status === 0 ? t('state.offline.title') : error.errors ? Object.values(error.errors).flat().join(' ') : error.message;
  };

  const choose = async (chosen: File) => {
    setFile(chosen);
    setProblem(null);
    setTried(false);
    setStage({ at: 'reading' });
    const body = new FormData();
    body.append('file', chosen.size > HEAD_BYTES ? chosen.slice(0, HEAD_BYTES) : chosen, chosen.name);
    try {
      const preview = await call<ImportPreview>('POST', '/imports/preview', body);
      setMap(Object.fromEntries(preview.columns.filter((c) => c.field).map((c) => [c.name, c.field!])));
      setCurrency(existing?.currency ?? preview.currencyGuess ?? '');
      setName(existing?.name ?? chosen.name.replace(/\.(csv|txt|tsv|gz)/gi, '').replace(/[-_]+/g, ' ').trim());
      if (existing) setZone(existing.timeZone);
      setStage({ at: 'map', preview });
    } catch (e) {
      setProblem(said(e));
      setStage({ at: 'choose' });
    }
  };

  const start = async (known: boolean) => {
    setTried(true);
    if (!file || !name.trim() || !/^[A-Za-z]{3}$/.test(currency) || !zone) return;
    setProblem(null);
    setStage({ at: 'sending', share: 0 });
    const body = new FormData();
    // The plain fields first: a server that streams has read them when the file begins.
    body.append('name', name.trim());
    body.append('currency', currency.toUpperCase());
    body.append('timeZone', zone);
    if (!known) body.append('mapping', JSON.stringify(map));
    body.append('file', file, file.name);
    try {
      const made = await upload<{ storeId: string; importId: string }>('/imports', body, (share) => setStage({ at: 'sending', share }));
      await client.invalidateQueries({ queryKey: ['', 'stores'] });
      setParams({ run: `${made.storeId}/${made.importId}` }, { replace: true });
      setStage({ at: 'running', store: made.storeId, import: made.importId });
    } catch (e) {
      setProblem(said(e));
      setStage({ at: 'choose' });
    }
  };

  return (
    <Page title={t('import.title')} crumb={{ to: '/connect', text: t('connect.title') }}>
      {problem && <Notice tone="bad">{problem}</Notice>}
      {(stage.at === 'choose' || stage.at === 'reading') && (
        <Suspense fallback={<div className="card"><Skeleton rows={4} /></div>}>
          <FileDrop title={t('import.drop')} hint={stage.at === 'reading' ? t('import.reading') : t('import.dropHint')} choose={t('import.choose')} onFile={(f) => void choose(f)} />
        </Suspense>
      )}
      {stage.at === 'map' && (
        <form
          className="stack"
          noValidate
          onSubmit={(e) => {
            e.preventDefault();
            void start(!!known(stage.preview));
          }}
        >
          <Card title={<span className="row tight"><Icon name="file" size={17} /><span className="bidi">{file?.name}</span></span>} actions={<Button small variant="plain" onClick={() => setStage({ at: 'choose' })}>{t('import.another')}</Button>}>
            <div className="stack">
              {known(stage.preview) ? <Notice tone="good">{t('import.recognised', { layout: known(stage.preview)! })}</Notice> : <Notice tone="warn">{t('import.unknown')}</Notice>}
              {stage.preview.problems.map((p, i) => <Notice key={i} tone="bad">{p}</Notice>)}
              {missingOf(stage.preview, map).length > 0 && <Notice tone="warn">{t('import.missing', { fields: format.list(missingOf(stage.preview, map).map((f) => word(t, 'field', f))) })}</Notice>}
              <div className="fields">
                <TextField label={t('import.name')} value={name} disabled={!!existing} error={tried && !name.trim() ? t('import.needName') : undefined} onChange={setName} />
                <TextField label={t('import.currency')} hint={t('import.currency.hint')} value={currency} disabled={!!existing} maxLength={3} dir="ltr" autoCapitalize="characters" error={tried && !/^[A-Za-z]{3}$/.test(currency) ? t('import.needCurrency') : undefined} onChange={(v) => setCurrency(v.toUpperCase())} />
                <Select label={t('import.zone')} hint={t('import.zone.hint')} value={zone} options={zones} error={tried && !zone ? t('import.needZone') : undefined} onChange={setZone} />
              </div>
            </div>
          </Card>
          <section className="card flush">
            <div className="card-body scroll-x" tabIndex={0} role="region" aria-label={t('import.column')}>
              <table className="table">
                <thead>
                  <tr>
                    <th scope="col">{t('import.column')}</th>
                    <th scope="col">{t('import.means')}</th>
                    <th scope="col">{t('import.samples')}</th>
                  </tr>
                </thead>
                <tbody>
                  {stage.preview.columns.map((c) => (
                    <tr key={c.name}>
                      <td className="strong bidi">{c.name}</td>
                      <td style={{ minInlineSize: 170 }}>
                        {known(stage.preview) ? (
                          c.field ? word(t, 'field', c.field) : <span className="faint">{t('import.ignored')}</span>
                        ) : (
                          <Select label={`${c.name}: ${t('import.means')}`} hideLabel value={map[c.name] ?? ''} options={[['', t('import.ignored')], ...fields.map((f) => [f, word(t, 'field', f)] as const)]} onChange={(v) => setMap((m) => withField(m, c.name, v))} />
                        )}
                      </td>
                      <td className="quiet small clip bidi" style={{ maxInlineSize: 360 }}>{c.samples.slice(0, 3).join(' · ')}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </section>
          <div className="row">
            <Button type="submit" variant="primary" disabled={missingOf(stage.preview, map).length > 0}>{t('import.start')}</Button>
          </div>
        </form>
      )}
      {stage.at === 'sending' && (
        <Card>
          <div className="stack close">
            <p className="strong">{t('import.uploading')}</p>
            <div className="progress" role="progressbar" aria-label={t('import.uploading')} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(stage.share * 100)}>
              <span style={{ inlineSize: `${stage.share * 100}%` }} />
            </div>
            <p className="quiet num">{format.share(stage.share)}</p>
          </div>
        </Card>
      )}
      {stage.at === 'running' && <ImportProgress store={stage.store} id={stage.import} onAgain={() => (setParams({}, { replace: true }), setStage({ at: 'choose' }))} />}
    </Page>
  );
}

const known = (p: ImportPreview) => (p.layout && !/^(mapped|unknown|other)$/i.test(p.layout) ? p.layout : null);

/** One field, one column: choosing it elsewhere frees it here. */
function withField(map: Record<string, string>, column: string, field: string): Record<string, string> {
  const next = Object.fromEntries(Object.entries(map).filter(([c, f]) => c !== column && f !== field));
  return field ? { ...next, [column]: field } : next;
}

function missingOf(preview: ImportPreview, map: Record<string, string>): string[] {
  if (known(preview)) return preview.missing;
  const has = (f: string) => Object.values(map).includes(f);
  const missing = ['order', 'date'].filter((f) => !has(f));
  if (!has('email') && !has('phone') && !has('customer')) missing.push('email');
  if (!has('total') && !has('price') && !has('lineTotal')) missing.push('total');
  return missing;
}
