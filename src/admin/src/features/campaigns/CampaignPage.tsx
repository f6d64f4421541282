export default function CampaignPage(_: { campaign: string }) {
  return null;
}
