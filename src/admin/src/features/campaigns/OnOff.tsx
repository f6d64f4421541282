import { lazy, Suspense, useState } from 'react';
import type { CampaignLine } from '@/api/contract';
import { useToasts } from '@/components/toast';
import { type ApiError, call } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { useStore } from '@/lib/store';
import { campaignName } from '@/lib/words';

const Switch = lazy(() => import('@/components/Switch'));

export const isOn = (c: CampaignLine) => c.state === 'on' || c.state === 'scheduled' || c.state === 'sending';

/** The switch shows the new state at once and goes back when the service refuses; the toast offers the way back. */
export function OnOff({ campaign, onChanged }: { campaign: CampaignLine; onChanged(): void }) {
  const t = useT();
  const { api } = useStore();
  const toasts = useToasts();
  const [wanted, setWanted] = useState<boolean | null>(null);
  const name = campaignName(t, campaign);
  const on = wanted ?? isOn(campaign);

  const set = async (next: boolean, undoable: boolean) => {
    setWanted(next);
    try {
      await call('POST', `${api}/campaigns/${encodeURIComponent(campaign.key)}/${next ? 'on' : 'off'}`, next ? {} : undefined);
      toasts.say(t(next ? 'campaigns.switchedOn' : 'campaigns.switchedOff', { name }), undoable ? { undo: () => void set(!next, false) } : undefined);
      onChanged();
    } catch (error) {
      toasts.say(t('state.notSaved', { reason: (error as ApiError).status === 0 ? t('state.offline.title') : (error as ApiError).message }), { tone: 'bad' });
    } finally {
      // The list that is read again says what holds.
      setTimeout(() => setWanted(null), 1500);
    }
  };

  return (
    <Suspense fallback={<span style={{ inlineSize: 38 }} />}>
      <Switch label={t('campaigns.switch', { name })} selected={on} disabled={campaign.state === 'done' || campaign.state === 'archived'} onChange={(next) => void set(next, true)} />
    </Suspense>
  );
}
