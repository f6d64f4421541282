import type { Said, TimelineItem } from '@/api/contract';
import type { Key, Translate } from './i18n';

/** The message of a key that is put together at run time; null when there is none. */
function look(t: Translate, key: string): string | null {
  const text = (t as (key: Key) => string)(key as Key);
  return text === key ? null : text;
}

/** A word of the service (`slipping_away`, `handingOver`) in the reader's language; an unknown one is shown as it is, made readable. */
export function word(t: Translate, group: string, value: string | null | undefined): string {
  if (!value) return '–';
  const forms = [value, value[0]!.toLowerCase() + value.slice(1), value.replace(/[A-Z]/g, (c, i: number) => (i ? '_' : '') + c.toLowerCase())];
  for (const form of forms) {
    const text = look(t, `${group}.${form}`);
    if (text) return text;
  }
  const plain = value.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' ').toLowerCase();
  return plain[0]!.toUpperCase() + plain.slice(1);
}

let categories: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map();
let reader = 'en';

/** The categories' names as the store gives them in other languages; product names stay in the store's own, as its orders have them. */
export function knowCategories(all: { key: string; names: Record<string, string> }[], language: string) {
  categories = new Map(all.map((c) => [c.key, c.names]));
  reader = language;
}

/** Built-in segments speak the reader's language; a merchant's own keep the name they were given. */
export function segmentName(t: Translate, segment: { key: string; name: string; stock?: boolean }): string {
  if (segment.stock === false) return segment.name;
  const [family, category] = segment.key.split(/:(.*)/s);
  if (category !== undefined && (family === 'bought_from' || family === 'interested_in')) {
    const named = segment.name.replace(/^(bought from|interested in)\s+/i, '');
    return t(`seg.${family}`, { category: categories.get(category)?.[reader] ?? (named || category) });
  }
  return look(t, `seg.${segment.key}`) ?? segment.name;
}

/** A sentence that the service wrote itself (why a row was left out), by the sentence. */
export const sentence = (t: Translate, group: string, text: string) => look(t, `${group}.${text}`) ?? text;

/** A built-in campaign by its recipe; others by the name they were given. */
export function campaignName(t: Translate, campaign: { key: string; name: string }): string {
  return look(t, `recipe.${campaign.key}`) ?? campaign.name;
}

export const recipeText = (t: Translate, key: string) => look(t, `recipe.${key}.text`);

/** A sentence of the service by its key: ours when the catalogue knows it, else null. */
function said(t: Translate, group: string, wording: Said | null | undefined, values?: Record<string, string | number>): string | null {
  if (!wording) return null;
  const key = `${group}.${wording.key}`;
  const text = (t as (key: Key, values: Record<string, string | number>) => string)(key as Key, { ...wording.values, ...values });
  return text === key ? null : text;
}

/** Why somebody entered or left: a known cause in the reader's language, else the sentence that the service gives. */
export const whyText = (t: Translate, row: { why: string | null; whySaid?: Said | null }) => said(t, 'cause', row.whySaid) ?? row.why;

/** What happened, in the reader's language. */
export function timelineTitle(t: Translate, item: TimelineItem): string {
  const values = item.titleSaid?.values ?? {};
  return said(t, 'timeline', item.titleSaid, {
    ...(values.channel !== undefined && { channel: word(t, 'channel', values.channel) }),
    ...(values.segment !== undefined && { segment: segmentName(t, { key: item.link ?? '', name: values.segment }) }),
  }) ?? item.title;
}

/** What else there is to say: an order's standing, why a segment was entered or left. */
export const timelineDetail = (t: Translate, item: TimelineItem) =>
  said(t, item.kind === 'order' ? 'standing' : 'cause', item.detailSaid) ?? item.detail;

/** An order that is not in the customer's numbers: cancelled, returned, refunded. */
export const isCounted = (item: TimelineItem) => item.kind !== 'order' || !item.detailSaid || item.detailSaid.key === 'cashOnDelivery';

/** What needs the merchant, in their language where the kind is known. */
export const needTitle = (t: Translate, need: { kind: string; title: string; campaign?: string | null }) =>
  need.campaign ? t('need.recipe', { name: campaignName(t, { key: need.campaign, name: need.title }) }) : (look(t, `need.${need.kind}`) ?? need.title);

/** The second line of what needs the merchant. */
export function needDetail(t: Translate, need: { detail: string | null; detailSaid?: Said | null }, at: (iso: string) => string): string | null {
  const values = need.detailSaid?.values ?? {};
  if (values.reason !== undefined) return look(t, `reason.${values.reason}`) ?? values.reason;
  return said(t, 'needs', need.detailSaid, {
    ...(values.at !== undefined && { at: at(values.at) }),
    ...(values.count !== undefined && { count: Number(values.count) }),
    ...(values.percent !== undefined && { percent: Number(values.percent) }),
    ...(values.fields !== undefined && { fields: values.fields.split(',').map((f) => look(t, `lack.${f}`) ?? f).join(' · ') }),
  }) ?? need.detail;
}
