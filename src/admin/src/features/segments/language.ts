import type { components } from '@/api/types';
import { useRead } from '@/lib/api';
import { useStore } from '@/lib/store';
import type { Condition, Part, Value } from './form';
import { newId } from './form';

export type Language = components['schemas']['LanguageAnswer'];
export type Term = components['schemas']['TermItem'];
export type FunctionTerm = components['schemas']['FunctionItem'];

/** The words of the language: they change with the service only. */
export function useLanguage() {
  const { api } = useStore();
  return useRead<Language>(`${api}/segments/language`, { staleTime: Infinity });
}

/** A value or an attribute of this store that can be offered. `text` is how it is written in a definition. */
export interface StoreWord {
  value: string;
  text: string;
  label: string;
  meaning?: string | null;
  count?: number | null;
}

const ofAttribute: Record<string, string> = {
  customer_tags: 'tag', customer_countries: 'country', customer_regions: 'region', customer_cities: 'city', customer_language: 'language', customer_email_domain: 'emailDomain', segment: 'segment',
};
const ofParameter: Record<string, string> = { category: 'category', vendor: 'vendor', tag: 'productTag', campaign: 'campaign', activity_id: 'campaign' };

/** Which words of the store are values of an attribute, or of a function's parameter; null when the store has none. */
export function wordsKind(attribute: string, within?: string | null): string | null {
  if (!within) return ofAttribute[attribute] ?? null;
  if (attribute === 'id') return within.endsWith('collection_viewed') ? 'collection' : 'product';
  return ofParameter[attribute] ?? null;
}

const first = (term: Term): Value => {
  switch (term.kind) {
    case 'number':
      return { kind: 'number', text: '1' };
    case 'money':
      return { kind: 'number', text: '100' };
    case 'date':
      return { kind: 'offset', text: '-30d' };
    case 'truth':
      return { kind: 'truth', text: 'true' };
    case 'word':
      return { kind: 'text', text: term.words[0] ?? '' };
    case 'place':
      return { kind: 'raw', text: '(55.68, 12.57)' };
    default:
      return { kind: 'text', text: '' };
  }
};

const usual: Record<string, string> = { number: '>=', money: '>=', date: '>=', list: 'CONTAINS' };

/** A condition on a term as it begins: sensible, and valid as far as it can be. */
export const startingCondition = (term: Term): Condition => ({ name: term.name, operator: usual[term.kind] ?? '=', values: [first(term)] });

/** A clause of another kind in the place of one. */
export function startingClause(choice: string, language: Language, id = newId()): Part {
  const [kind, name = ''] = choice.split(/:(.*)/s) as [string, string?];
  const attribute = language.attributes.find((a) => a.name === name);
  if (kind === 'a' && attribute) return { id, kind: 'comparison', ...startingCondition(attribute) };
  const fn = language.functions.find((f) => f.name === name);
  if (kind === 'f' && fn) {
    const condition = (parameter: string): Condition[] => fn.parameters.filter((p) => p.name === parameter).map(startingCondition);
    const conditions: Condition[] =
      name === 'anniversary'
        ? [{ name: 'date', operator: '=', values: [{ kind: 'text', text: 'birth_date' }] }, { name: 'on', operator: 'BETWEEN', values: [{ kind: 'named', text: 'today' }, { kind: 'offset', text: '+7d' }] }]
        : name === 'customer_within_distance'
          ? [...condition('coordinates'), ...condition('distance_km')]
          : name === 'messages'
            ? [...condition('event'), ...condition('date')]
            : condition('date');
    return { id, kind: 'function', name, negated: false, conditions };
  }
  switch (name) {
    case 'rank':
      return { id, kind: 'rank', name: 'amount_spent', rank: { top: true, percent: '20', exactly: true } };
    case 'member':
      return { id, kind: 'member', name: 'loyal' };
    case 'share':
      return { id, kind: 'share', name: 'draw', percent: '10' };
    case 'funnel':
      return { id, kind: 'funnel', steps: [{ function: 'storefront.product_viewed', negated: false, conditions: [] }, { function: 'orders_placed', negated: true, conditions: [], within: '7d' }] };
    default:
      return { id, kind: 'text', text: 'number_of_orders >= 1' };
  }
}

/** What a clause is about, as a choice of the first field. */
export const choiceOf = (part: Part): string => (part.kind === 'comparison' ? `a:${part.name}` : part.kind === 'function' ? `f:${part.name}` : `c:${part.kind}`);

/** So many values as the operator takes. */
export function fitValues(operator: string, values: Value[], term: Term | undefined): Value[] {
  const start = term ? first(term) : { kind: 'text', text: '' };
  if (operator === 'IS NULL' || operator === 'IS NOT NULL') return [];
  if (operator === 'BETWEEN') return [values[0] ?? start, values[1] ?? (term?.kind === 'date' ? { kind: 'named', text: 'today' } : start)];
  if (operator === 'IN' || operator === 'NOT IN') return values.length ? values : [start];
  return [values[0] ?? start];
}
