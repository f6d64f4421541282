import { useMemo, useState } from 'react';
import type { CampaignDetail, Template } from '@/api/contract';
import { Button, Notice, Segmented } from '@/components/basics';
import { Select, TextArea, TextField } from '@/components/fields';
import { useToasts } from '@/components/toast';
import { type ApiError, call } from '@/lib/api';
import { languages, useT } from '@/lib/i18n';
import { useStore } from '@/lib/store';
import { saveCampaign } from './save';

interface TemplateError {
  part: string;
  line: number;
  column: number;
  message: string;
}

type Draft = Template & { step: number };
const bare = ({ language, subject, html, text }: Template): Template => ({ language, subject, html, text });

/** The texts of a campaign, in Liquid, by step and language: checked before they are saved. */
export function Texts({ detail, path, onSaved }: { detail: CampaignDetail; path: string; onSaved(): void }) {
  const t = useT();
  const { api } = useStore();
  const toasts = useToasts();
  const saved = useMemo(() => detail.steps.flatMap((s) => s.templates.map((x) => ({ ...x, step: s.step }))), [detail]);
  const [drafts, setDrafts] = useState<Draft[] | null>(null);
  const templates = drafts ?? saved;
  // The text in the reader's own language comes first, where there is one.
  const [at, setAt] = useState(() => Math.max(0, saved.findIndex((x) => x.language === document.documentElement.lang)));
  const [part, setPart] = useState<'html' | 'text'>('html');
  const [errors, setErrors] = useState<TemplateError[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const current = templates[Math.min(at, templates.length - 1)];
  if (!current) return <p className="quiet">{t('campaigns.none')}</p>;
  const change = (patch: Partial<Draft>) => setDrafts(templates.map((x) => (x === current ? { ...x, ...patch } : x)));

  const save = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const checked = await call<{ errors: TemplateError[] }>('POST', `${api}/templates/check`, bare(current));
      setErrors(checked.errors);
      if (checked.errors.length > 0) return;
      await saveCampaign(detail, path, { steps: detail.steps.map((x) => ({ ...x, templates: templates.filter((y) => y.step === x.step).map(bare) })) });
      setDrafts(null);
      toasts.say(t('campaign.saved'));
      onSaved();
    } catch (e) {
      const error = e as ApiError;
      setProblem(error.status === 409 ? t('state.conflict') : t('state.notSaved', { reason: error.status === 0 ? t('state.offline.title') : error.message }));
    } finally {
      setBusy(false);
    }
  };

  const named = (language: string) => languages[language as keyof typeof languages] ?? language;
  return (
    <div className="stack">
      {templates.length > 1 && (
        <Select label={t('campaign.language')} hideLabel value={String(at)} options={templates.map((x, i) => [String(i), `${t('campaign.step', { step: detail.steps.findIndex((s) => s.step === x.step) + 1 })} · ${named(x.language)}`] as const)} onChange={(v) => setAt(Number(v))} />
      )}
      {problem && <Notice tone="bad">{problem}</Notice>}
      <TextField label={t('campaign.subject')} value={current.subject} onChange={(subject) => change({ subject })} />
      <Segmented label={t('campaign.text')} value={part} options={[['html', t('campaign.html')], ['text', t('campaign.text')]] as const} onChange={setPart} />
      <TextArea label={t(part === 'html' ? 'campaign.html' : 'campaign.text')} code={part === 'html'} rows={12} value={current[part]} onChange={(value) => change({ [part]: value })} />
      {errors.map((e, i) => (
        <Notice key={i} tone="bad">{`${e.part}: ${t('edit.at', { line: e.line, column: e.column, message: e.message })}`}</Notice>
      ))}
      <div className="row">
        <Button variant="primary" busy={busy} disabled={!drafts} onClick={() => void save()}>{busy ? t('do.saving') : t('do.save')}</Button>
        {drafts && <Button variant="plain" onClick={() => (setDrafts(null), setErrors([]))}>{t('do.undo')}</Button>}
      </div>
    </div>
  );
}
