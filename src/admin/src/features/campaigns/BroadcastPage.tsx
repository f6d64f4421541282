import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { CampaignDetail, SegmentList } from '@/api/contract';
import { Button, ButtonLink, Card, Notice, Page, Segmented } from '@/components/basics';
import { Select, TextArea, TextField } from '@/components/fields';
import { Skeleton } from '@/components/states';
import { useToasts } from '@/components/toast';
import { type ApiError, call, useRead } from '@/lib/api';
import { languages, useI18n } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { segmentName } from '@/lib/words';
import { DraftPreview } from './Preview';
import { instantOf } from './zoned';

const steps = ['who', 'what', 'when'] as const;
type Step = (typeof steps)[number];
interface Draft {
  name: string;
  segment: string;
  language: string;
  subject: string;
  html: string;
  text: string;
  later: boolean;
  startsAt: string;
  endsAt: string;
}

const escape = (text: string) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
/** Paragraphs of plain words as HTML, for a merchant who writes none. */
const paragraphs = (text: string) => text.trim().split(/\n{2,}/).map((p) => `<p>${escape(p).replace(/\n/g, '<br>')}</p>`).join('\n');

/** Who, what, when. The step is in the address, so that back goes one step back. */
export default function BroadcastPage() {
  const { t, language } = useI18n();
  const { api, base, store } = useStore();
  const format = useFormat();
  const client = useQueryClient();
  const toasts = useToasts();
  const [, go] = useLocation();
  const [params, setParams] = useSearchParams();
  const asked = params.get('step') as Step | null;
  const step: Step = asked && steps.includes(asked) ? asked : 'who';
  const segments = useRead<SegmentList>(`${api}/segments`);
  const [draft, setDraft] = useState<Draft>({ name: '', segment: params.get('segment') ?? 'vip', language: store.language.slice(0, 2) || language, subject: '', html: '', text: '', later: false, startsAt: '', endsAt: '' });
  const set = (patch: Partial<Draft>) => setDraft((d) => ({ ...d, ...patch }));
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const first = useRef(true);
  useEffect(() => {
    if (first.current) first.current = false;
    else heading.current?.focus();
  }, [step]);

  const missing: Record<Step, string | null> = {
    who: !draft.name.trim() ? t('broadcast.needName') : !draft.segment ? t('broadcast.needSegment') : null,
    what: !draft.subject.trim() || !draft.text.trim() ? t('broadcast.needText') : null,
    when: null,
  };
  const at = steps.indexOf(step);
  const to = (next: Step) => {
    setTried(false);
    setParams((old) => {
      const p = new URLSearchParams(old);
      p.set('step', next);
      return p;
    });
  };
  const template = { language: draft.language, subject: draft.subject, html: draft.html.trim() || paragraphs(draft.text), text: draft.text };
  const chosen = segments.data?.items.find((s) => s.key === draft.segment);

  const create = async () => {
    const gap = steps.find((s) => missing[s]);
    if (gap) {
      to(gap);
      setTried(true);
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      const made = await call<CampaignDetail>('POST', `${api}/campaigns`, {
        name: draft.name,
        segmentKey: draft.segment,
        channel: 'email',
        startsAt: draft.later && draft.startsAt ? instantOf(draft.startsAt, store.timeZone) : null,
        endsAt: draft.endsAt ? instantOf(draft.endsAt, store.timeZone) : null,
        templates: [template],
      });
      await client.invalidateQueries({ queryKey: `${api}/campaigns`.split('/') });
      toasts.say(t('broadcast.made'));
      go(made?.campaign ? `${base}/campaigns/${encodeURIComponent(made.campaign.key)}` : `${base}/campaigns`);
    } catch (e) {
      const error = e as ApiError;
      setProblem(t('state.notSaved', { reason: error.errors ? Object.values(error.errors).flat().join(' ') : error.status === 0 ? t('state.offline.title') : error.message }));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Page title={t('broadcast.title')} crumb={{ to: `${base}/campaigns`, text: t('campaigns.title') }}>
      <ol className="steps" aria-label={t('broadcast.title')}>
        {steps.map((s, i) => (
          <li key={s}>
            <button type="button" aria-current={s === step ? 'step' : undefined} onClick={() => to(s)}>
              <span className="num">{format.number(i + 1)}</span>
              {t(`broadcast.${s}`)}
            </button>
          </li>
        ))}
      </ol>
      <div className={step === 'what' ? 'grid-2' : undefined} style={{ alignItems: 'start' }}>
      <Card>
        <form
          className="stack"
          style={{ maxInlineSize: 720 }}
          noValidate
          onSubmit={(e) => {
            e.preventDefault();
            if (missing[step]) setTried(true);
            else if (at < 2) to(steps[at + 1]!);
            else void create();
          }}
        >
          <h2 ref={heading} tabIndex={-1}>
            {t(`broadcast.${step}`)} <span className="faint small">{t('broadcast.stepOf', { step: at + 1, total: 3 })}</span>
          </h2>
          {problem && <Notice tone="bad">{problem}</Notice>}
          {step === 'who' && (
            <>
              <TextField label={t('broadcast.name')} value={draft.name} maxLength={120} error={tried && !draft.name.trim() ? t('broadcast.needName') : undefined} onChange={(name) => set({ name })} />
              {segments.data ? (
                <Select
                  label={t('broadcast.segment')}
                  value={draft.segment}
                  hint={chosen && t('n.customers', { count: chosen.customers })}
                  options={segments.data.items.map((s) => [s.key, `${segmentName(t, s)} (${format.number(s.customers)})`] as const)}
                  onChange={(segment) => set({ segment })}
                />
              ) : (
                <Skeleton rows={1} />
              )}
              <div className="field">
                <span className="label">{t('broadcast.channel')}</span>
                <span>{t('channel.email')}</span>
                <span className="hint">{t('broadcast.channel.only')}</span>
              </div>
            </>
          )}
          {step === 'what' && (
            <>
              <Select label={t('campaign.language')} value={draft.language} options={Object.entries(languages)} onChange={(l) => set({ language: l })} />
              <TextField label={t('campaign.subject')} value={draft.subject} maxLength={200} error={tried && !draft.subject.trim() ? t('broadcast.needText') : undefined} onChange={(subject) => set({ subject })} />
              <TextArea label={t('campaign.text')} rows={8} value={draft.text} error={tried && !draft.text.trim() ? t('broadcast.needText') : undefined} onChange={(text) => set({ text })} />
              <details>
                <summary>{t('campaign.html')}</summary>
                <TextArea label={t('campaign.html')} code rows={8} value={draft.html} placeholder={paragraphs(draft.text)} onChange={(html) => set({ html })} />
              </details>
            </>
          )}
          {step === 'when' && (
            <>
              <Segmented label={t('broadcast.when')} value={draft.later ? 'later' : 'now'} options={[['now', t('broadcast.now')], ['later', t('broadcast.later')]] as const} onChange={(v) => set({ later: v === 'later' })} />
              {draft.later && <TextField type="datetime-local" label={t('broadcast.startsAt')} hint={t('broadcast.zone', { zone: store.timeZone })} value={draft.startsAt} onChange={(startsAt) => set({ startsAt })} />}
              <TextField type="datetime-local" label={t('broadcast.endsAt')} hint={t('broadcast.endsHint')} value={draft.endsAt} onChange={(endsAt) => set({ endsAt })} />
            </>
          )}
          <div className="row">
            {at > 0 && <Button onClick={() => to(steps[at - 1]!)}>{t('do.back')}</Button>}
            <Button type="submit" variant="primary" busy={busy}>{at < 2 ? t('do.next') : t('broadcast.create')}</Button>
            <ButtonLink to={`${base}/campaigns`} variant="plain">{t('do.cancel')}</ButtonLink>
          </div>
        </form>
      </Card>
      {step === 'what' && (
        <Card title={t('campaigns.preview')}>
          <div className="stack">{missing.what ? <p className="quiet">{t('broadcast.preview.later')}</p> : <DraftPreview segment={draft.segment} name={draft.name} template={template} />}</div>
        </Card>
      )}
      </div>
    </Page>
  );
}
