import type * as Ours from './contract';
import type { components } from './types';

type Theirs = components['schemas'];

/** Names the fields that the admin reads and the service does not give; `never` when there is none. */
type Lacking<A, B> = Exclude<keyof A, keyof B>;
type None<T extends never> = T;

// types.ts is made from the running service's document (`npm run api`); a field that is gone there fails the type check here.
export type Checks = [
  None<Lacking<Ours.StoreView, Theirs['StoreAnswer']>>,
  None<Lacking<Ours.SegmentList, Theirs['SegmentList']>>,
  None<Lacking<Ours.SegmentView, Theirs['SegmentItem']>>,
  None<Lacking<Ours.Member, Theirs['MemberItem']>>,
  None<Lacking<Ours.CheckResult, Theirs['CheckAnswer']>>,
  None<Lacking<Ours.CustomerListItem, Theirs['CustomerItem']>>,
  None<Lacking<Ours.CustomerDetail, Theirs['CustomerAnswer']>>,
  None<Lacking<Ours.TimelineItem, Theirs['TimelineItem']>>,
  None<Lacking<Ours.CampaignLine, Theirs['CampaignSummary']>>,
  None<Lacking<Ours.CampaignDetail, Theirs['CampaignDetail']>>,
  None<Lacking<Ours.CampaignPreview, Theirs['Preview']>>,
  None<Lacking<Ours.CampaignPerson, Theirs['CampaignPerson']>>,
  None<Lacking<Ours.MessageLine, Theirs['MessageSummary']>>,
  None<Lacking<Ours.HomeView, Theirs['Home']>>,
  None<Lacking<Ours.ImportPreview, Theirs['ImportPreviewView']>>,
  None<Lacking<Ours.ImportView, Theirs['ImportView']>>,
  None<Lacking<Ours.SyncView, Theirs['SyncAnswer']>>,
  None<Lacking<Ours.SettingsView, Theirs['SettingsAnswer']>>,
];
