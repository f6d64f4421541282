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

/** Built-in segments speak the reader's language; a merchant's own keep the name they were given. */
export function segmentName(t: Translate, segment: { key: string; name: string; stock?: boolean }): string {
  if (segment.stock === false) return segment.name;
  const [family, category] = segment.key.split(/:(.*)/s);
  if (category !== undefined && (family === 'bought_from' || family === 'interested_in')) {
    const named = segment.name.replace(/^(bought from|interested in)\s+/i, '');
    return t(`seg.${family}`, { category: named || category });
  }
  return look(t, `seg.${segment.key}`) ?? segment.name;
}

/** A built-in campaign by its recipe; others by the name they were given. */
export function campaignName(t: Translate, campaign: { key: string; name: string }): string {
  return look(t, `recipe.${campaign.key}`) ?? campaign.name;
}

export const recipeText = (t: Translate, key: string) => look(t, `recipe.${key}.text`);

/** Why somebody entered or left: a known cause in the reader's language, else the sentence that the service gives. */
export const whyText = (t: Translate, why: string) => look(t, `cause.${why[0]!.toLowerCase()}${why.slice(1)}`) ?? why;

/** What needs the merchant, in their language where the kind is known. */
export const needTitle = (t: Translate, need: { kind: string; title: string }) => look(t, `need.${need.kind}`) ?? need.title;
