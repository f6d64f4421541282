import { useState } from 'react';
import type { CampaignLine } from '@/api/contract';
import { Button, Card } from '@/components/basics';
import { Select } from '@/components/fields';
import { useToasts } from '@/components/toast';
import { type ApiError, call, useRead } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { useStore } from '@/lib/store';
import { campaignName } from '@/lib/words';

/** Older people come only by this question, with its count and a greatest age. */
export function Backfill({ campaign, onChanged }: { campaign: CampaignLine; onChanged(): void }) {
  const t = useT();
  const { api } = useStore();
  const toasts = useToasts();
  const [days, setDays] = useState('30');
  const path = `${api}/campaigns/${encodeURIComponent(campaign.key)}`;
  const count = useRead<{ count: number }>(`${path}/backfill?maxAgeDays=${days}`, { retry: false });
  if (count.error || (count.data?.count === 0 && days === '365')) return null;
  return (
    <Card title={t('campaign.backfill.ask')}>
      <div className="row">
        <div style={{ inlineSize: 240 }}>
          <Select label={t('campaign.backfill.ask')} hideLabel value={days} options={[7, 30, 90, 365].map((d) => [String(d), t('campaign.backfill.hint', { days: t('n.days', { count: d }) })] as const)} onChange={setDays} />
        </div>
        <Button
          disabled={!count.data?.count}
          onClick={() =>
            void call('POST', `${path}/on`, { backfill: { maxAgeDays: Number(days) } }).then(
              () => (toasts.say(t('campaigns.switchedOn', { name: campaignName(t, campaign) })), onChanged()),
              (e: ApiError) => toasts.say(t('state.notSaved', { reason: e.message }), { tone: 'bad' }),
            )
          }
        >
          {t('campaign.backfill', { count: count.data?.count ?? 0 })}
        </Button>
      </div>
    </Card>
  );
}
