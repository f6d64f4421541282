import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import type { CampaignPreview, PreviewExample, Template } from '@/api/contract';
import { Notice, Segmented } from '@/components/basics';
import { Empty, Loaded, Skeleton } from '@/components/states';
import { type ApiError, call, query, useRead } from '@/lib/api';
import { useSettled } from '@/lib/hooks';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { word } from '@/lib/words';
import { CustomerPicker, type Chosen } from './CustomerPicker';

/** The exact count that would get it now, why the others would not, and the message as real customers would see it: three of them, or anyone. */
export function Preview({ campaign, steps = [] }: { campaign: string; steps?: number[] }) {
  const t = useT();
  const { api } = useStore();
  const [step, setStep] = useState(String(steps[0] ?? 0));
  const [customer, setCustomer] = useState<Chosen | null>(null);
  const path = `${api}/campaigns/${encodeURIComponent(campaign)}/preview`;
  const all = useRead<CampaignPreview>(`${path}${query({ step })}`, { staleTime: 30_000 });
  const one = useRead<CampaignPreview>(customer && `${path}${query({ step, customer: customer.id })}`, { staleTime: 30_000 });
  return (
    <div className="stack">
      {steps.length > 1 && <Segmented label={t('campaigns.preview')} value={step} options={steps.map((n, i) => [String(n), t('campaign.step', { step: i + 1 })] as const)} onChange={setStep} />}
      <Seen all={all} one={one} customer={customer} onCustomer={setCustomer} />
    </div>
  );
}

/** The same for a broadcast that is still being written: nothing is kept. */
export function DraftPreview({ segment, name, template }: { segment: string; name: string; template: Template }) {
  const { api } = useStore();
  const [customer, setCustomer] = useState<Chosen | null>(null);
  const key = useSettled(JSON.stringify({ name, segmentKey: segment, templates: [template] }), 500);
  const all = useDraft(api, key, undefined);
  const one = useDraft(api, customer && key, customer?.id);
  return <Seen all={all} one={one} customer={customer} onCustomer={setCustomer} />;
}

const useDraft = (api: string, draft: string | null, customer: string | undefined) =>
  useQuery<CampaignPreview, ApiError>({
    queryKey: [...`${api}/campaigns/preview`.split('/'), draft, customer],
    queryFn: ({ signal }) => call('POST', `${api}/campaigns/preview`, { ...(JSON.parse(draft!) as object), customer }, signal),
    enabled: draft !== null,
    placeholderData: (old) => old,
    staleTime: 30_000,
  });

function Seen({ all, one, customer, onCustomer }: { all: UseQueryResult<CampaignPreview, ApiError>; one: UseQueryResult<CampaignPreview, ApiError>; customer: Chosen | null; onCustomer(c: Chosen | null): void }) {
  const t = useT();
  // A text that does not fit the rules is said in its own words, not as a failed reading.
  const mistakes = all.error?.errors;
  if (mistakes) return <div className="stack close">{Object.values(mistakes).flat().map((m) => <Notice key={m} tone="warn">{m}</Notice>)}</div>;
  return (
    <>
      <Loaded read={all} skeleton={<Skeleton rows={6} />}>
        {(p) => (
          <div className="stack">
            <p className="strong">{t('campaign.preview.count', { count: p.count })}</p>
            {p.skipped.length > 0 && <Reasons skipped={p.skipped} />}
          </div>
        )}
      </Loaded>
      <CustomerPicker chosen={customer} onChoose={onCustomer} />
      {customer ? (
        <Loaded read={one} skeleton={<Skeleton rows={4} />}>
          {(p) => (
            <div className="stack close">
              {p.skipped.length > 0
                ? <Notice tone="warn">{t('campaign.preview.notOne', { name: customer.name, reason: p.skipped.map((s) => word(t, 'reason', s.reason)).join(' · ') })}</Notice>
                : <Notice tone="good">{t('campaign.preview.one', { name: customer.name })}</Notice>}
              {p.examples.length > 0 ? <Examples examples={p.examples} /> : <Empty icon="mail">{t('campaign.preview.noText')}</Empty>}
            </div>
          )}
        </Loaded>
      ) : (
        all.data && (all.data.examples.length > 0 ? <Examples examples={all.data.examples} /> : <Empty icon="mail">{t('campaign.preview.none')}</Empty>)
      )}
    </>
  );
}

function Reasons({ skipped }: { skipped: { reason: string; count: number }[] }) {
  const t = useT();
  const format = useFormat();
  return (
    <details className="reasons">
      <summary>
        {t('campaign.preview.skipped')} <span className="faint num">{format.number(skipped.reduce((sum, s) => sum + s.count, 0))}</span>
      </summary>
      <dl className="ledger">
        {skipped.map((s) => (
          <div key={s.reason}>
            <dt>{word(t, 'reason', s.reason)}</dt>
            <dd className="num">{format.number(s.count)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Examples({ examples }: { examples: PreviewExample[] }) {
  const t = useT();
  const [at, setAt] = useState(0);
  const [plain, setPlain] = useState<'html' | 'text'>('html');
  const example = examples[Math.min(at, examples.length - 1)]!;
  return (
    <div className="stack close">
      <div className="row" style={{ justifyContent: 'space-between' }}>
        {examples.length > 1 ? (
          <Segmented label={t('campaigns.preview')} value={String(at)} options={examples.map((e, i) => [String(i), <span key={i} className="bidi">{e.name || t('segment.noName')}</span>] as const)} onChange={(v) => setAt(Number(v))} />
        ) : (
          <span />
        )}
        <Segmented label={t('campaign.text')} value={plain} options={[['html', t('outbox.html')], ['text', t('outbox.plain')]] as const} onChange={setPlain} />
      </div>
      <p>
        <span className="faint">{t('campaign.subject')}: </span>
        <strong className="bidi">{example.subject}</strong>
      </p>
      {plain === 'html' ? <iframe className="frame" sandbox="" title={t('outbox.frame')} srcDoc={example.html} /> : <pre className="definition plain" dir="auto">{example.text}</pre>}
    </div>
  );
}
