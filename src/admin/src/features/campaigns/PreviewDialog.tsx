import type { CampaignLine } from '@/api/contract';
import Dialog from '@/components/Dialog';
import { useT } from '@/lib/i18n';
import { campaignName } from '@/lib/words';
import { Preview } from './Preview';

export default function PreviewDialog({ campaign, onClose }: { campaign: CampaignLine; onClose(): void }) {
  const t = useT();
  return (
    <Dialog title={campaignName(t, campaign)} width={760} onClose={onClose}>
      <Preview campaign={campaign.key} />
    </Dialog>
  );
}
