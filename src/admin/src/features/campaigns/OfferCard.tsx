import { useState } from 'react';
import type { CampaignDetail } from '@/api/contract';
import { Button, Card, Notice } from '@/components/basics';
import { TextField } from '@/components/fields';
import { useToasts } from '@/components/toast';
import type { ApiError } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { saveCampaign } from './save';

/** What the message offers: a percentage, and the code that the merchant made for it in the store. Without both, the text goes without an offer. */
export function OfferCard({ detail, path, onSaved }: { detail: CampaignDetail; path: string; onSaved(): void }) {
  const t = useT();
  const toasts = useToasts();
  const { discountPercent, discountCode } = detail.rules as { discountPercent?: number | null; discountCode?: string | null };
  const saved = { percent: discountPercent?.toString() ?? '', code: discountCode ?? '' };
  const [draft, setDraft] = useState(saved);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const changed = draft.percent !== saved.percent || draft.code !== saved.code;

  const save = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const percent = draft.percent.trim() === '' ? null : Number(draft.percent);
      await saveCampaign(detail, path, { rules: { ...detail.rules, discountPercent: percent, discountCode: draft.code.trim() || null } });
      toasts.say(t('offer.saved'));
      onSaved();
    } catch (e) {
      const error = e as ApiError;
      setProblem(error.status === 409 ? t('state.conflict') : t('state.notSaved', { reason: error.status === 0 ? t('state.offline.title') : error.message }));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Card title={t('offer.title')}>
      <div className="stack">
        {problem && <Notice tone="bad">{problem}</Notice>}
        <div className="fields" style={{ gridTemplateColumns: 'minmax(90px, 1fr) 2fr' }}>
        <TextField label={t('offer.percent')} value={draft.percent} inputMode="numeric" pattern="[0-9]*" maxLength={2} onChange={(percent) => setDraft({ ...draft, percent: percent.replace(/\D/g, '') })} />
        <TextField label={t('offer.code')} value={draft.code} dir="ltr" maxLength={40} onChange={(code) => setDraft({ ...draft, code })} />
        </div>
        <p className="faint small">{t('offer.hint')}</p>
        <div className="row">
          <Button variant="primary" busy={busy} disabled={!changed} onClick={() => void save()}>{busy ? t('do.saving') : t('do.save')}</Button>
          {changed && <Button variant="plain" onClick={() => setDraft(saved)}>{t('do.undo')}</Button>}
        </div>
      </div>
    </Card>
  );
}
