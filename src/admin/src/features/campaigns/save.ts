import type { CampaignDetail } from '@/api/contract';
import { call } from '@/lib/api';

/** Saves a campaign as it was read, with what the merchant changed; 409 when another tab was faster. */
export const saveCampaign = ({ campaign, endsAt, rules, version, steps }: CampaignDetail, path: string, changed: Partial<Pick<CampaignDetail, 'rules' | 'steps'>>) =>
  call('PUT', path, { name: campaign.name, segmentKey: campaign.segmentKey, startsAt: campaign.startsAt, endsAt, rules, version, steps, ...changed });
