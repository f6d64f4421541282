import { useState } from 'react';
import type { CampaignPreview, PreviewExample } from '@/api/contract';
import { Segmented } from '@/components/basics';
import { Empty, Loaded, Skeleton } from '@/components/states';
import { query, useRead } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { word } from '@/lib/words';

/** The exact count that would get it now, why the others would not, and the message as real customers would see it. */
export function Preview({ campaign, steps = [] }: { campaign: string; steps?: number[] }) {
  const t = useT();
  const { api } = useStore();
  const [step, setStep] = useState(String(steps[0] ?? 0));
  const preview = useRead<CampaignPreview>(`${api}/campaigns/${encodeURIComponent(campaign)}/preview${query({ step })}`, { staleTime: 30_000 });
  return (
    <Loaded read={preview} skeleton={<Skeleton rows={6} />}>
      {(p) => (
        <div className="stack">
          {steps.length > 1 && <Segmented label={t('campaigns.preview')} value={step} options={steps.map((n, i) => [String(n), t('campaign.step', { step: i + 1 })] as const)} onChange={setStep} />}
          <p className="strong">{t('campaign.preview.count', { count: p.count })}</p>
          {p.skipped.length > 0 && <Reasons skipped={p.skipped} />}
          {p.examples.length > 0 ? <Examples examples={p.examples} /> : <Empty icon="mail">{t('campaign.preview.none')}</Empty>}
        </div>
      )}
    </Loaded>
  );
}

export function Reasons({ skipped }: { skipped: { reason: string; count: number }[] }) {
  const t = useT();
  const format = useFormat();
  return (
    <div>
      <h3>{t('campaign.preview.skipped')}</h3>
      <dl className="ledger">
        {skipped.map((s) => (
          <div key={s.reason}>
            <dt>{word(t, 'reason', s.reason)}</dt>
            <dd className="num">{format.number(s.count)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

export function Examples({ examples }: { examples: PreviewExample[] }) {
  const t = useT();
  const [at, setAt] = useState(0);
  const [plain, setPlain] = useState<'html' | 'text'>('html');
  const example = examples[Math.min(at, examples.length - 1)]!;
  return (
    <div className="stack close">
      <div className="row" style={{ justifyContent: 'space-between' }}>
        <Segmented label={t('campaigns.preview')} value={String(at)} options={examples.map((e, i) => [String(i), t('campaign.preview.as', { name: e.name || t('segment.noName') })] as const)} onChange={(v) => setAt(Number(v))} />
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
