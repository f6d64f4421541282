import { Button } from '@/components/basics';
import { Select } from '@/components/fields';
import { useFormat } from '@/lib/store';
import { word } from '@/lib/words';
import { useT } from '@/lib/i18n';
import type { Value } from './form';
import { fitValues, wordsKind, type Language, type Term } from './language';
import { StoreValue } from './Suggest';
import { termOf, useWords, type Say, type WordKey } from './texts';

/** The operators of a term in words, by what kind of thing it is. */
export function OperatorSelect({ term, value, onChange }: { term: Term | undefined; value: string; onChange(operator: string): void }) {
  const say = useWords();
  const text = (op: string) => (term?.kind === 'date' && op in { '=': 1, '!=': 1, '<': 1, '<=': 1, '>': 1, '>=': 1 } ? say(`op.date.${op}` as WordKey) : termOf(say, 'op', op));
  const known = term?.operators ?? [];
  return <Select hideLabel label={say('field.operator')} value={value} options={(known.includes(value) ? known : [value, ...known]).map((op) => [op, text(op)] as const)} onChange={onChange} />;
}

interface Props {
  term: Term | undefined;
  within?: string | null;
  operator: string;
  values: Value[];
  language: Language;
  onChange(values: Value[]): void;
}

/** The values behind an operator: none, one, two with "and" between, or a list. */
export function Values({ term, within, operator, values, language, onChange }: Props) {
  const say = useWords();
  const one = (at: number, label: string) => (
    <ValueField term={term} within={within} value={values[at] ?? { kind: 'text', text: '' }} language={language} label={label} onChange={(v) => onChange(values.map((x, i) => (i === at ? v : x)))} />
  );
  if (operator === 'IS NULL' || operator === 'IS NOT NULL') return null;
  if (operator === 'BETWEEN') {
    return (
      <>
        {one(0, say('field.from'))}
        <span className="quiet">{say('field.and')}</span>
        {one(1, say('field.to'))}
      </>
    );
  }
  if (operator !== 'IN' && operator !== 'NOT IN') return one(0, say('field.value'));
  return (
    <>
      {values.map((v, i) => (
        <span key={i} className="chip-field">
          {one(i, `${say('field.value')} ${i + 1}`)}
          {values.length > 1 && <Button small variant="plain" icon="close" label={say('field.remove', { value: v.text })} onClick={() => onChange(values.filter((_, n) => n !== i))} />}
        </span>
      ))}
      <Button small variant="plain" icon="plus" label={say('field.add')} onClick={() => onChange([...values, ...fitValues('=', [], term)])} />
    </>
  );
}

function ValueField({ term, within, value, language, label, onChange }: { term: Term | undefined; within?: string | null; value: Value; language: Language; label: string; onChange(value: Value): void }) {
  const say = useWords();
  const t = useT();
  switch (term?.kind) {
    case 'number':
    case 'money':
      return <NumberField term={term} value={value} language={language} label={label} onChange={onChange} />;
    case 'date':
      return <DateField value={value} language={language} label={label} onChange={onChange} />;
    case 'truth':
      return <Select hideLabel label={label} value={value.text} options={[['true', say('field.yes')], ['false', say('field.no')]]} onChange={(text) => onChange({ kind: 'truth', text })} />;
    case 'word': {
      const known = term.words.includes(value.text) ? term.words : [value.text, ...term.words];
      const said = (w: string) => (within && term.name === 'channel' ? word(t, 'channel', w === 'whatsapp' ? 'whatsApp' : w) : humane(w));
      return <Select hideLabel label={label} value={value.text} options={known.map((w) => [w, said(w)] as const)} onChange={(text) => onChange({ kind: 'text', text })} />;
    }
    case 'place':
      return <input className="input ltr" aria-label={label} value={value.text} onChange={(e) => onChange({ kind: 'raw', text: e.target.value })} />;
    case 'id': {
      // A number is written without quotes, and so a product is picked by its name and written by its number.
      return <StoreValue label={label} kind={wordsKind(term.name, within)} value={value.text} onChange={(text) => onChange(/^\d{1,18}$/.test(text) ? { kind: 'number', text } : { kind: 'text', text })} />;
    }
    default:
      return <StoreValue label={label} kind={wordsKind(term?.name ?? '', within)} value={value.text} onChange={(text) => onChange({ kind: 'text', text })} />;
  }
}

const humane = (w: string) => {
  const plain = w.replace(/_/g, ' ').toLowerCase();
  return plain ? plain[0]!.toUpperCase() + plain.slice(1) : w;
};

const rhythms = new Set(['days_since_last_order', 'own_gap', 'expected_gap', 'median_gap']);

/** A number, or so many times another attribute: twice their own rhythm. */
function NumberField({ term, value, language, label, onChange }: { term: Term; value: Value; language: Language; label: string; onChange(value: Value): void }) {
  const say = useWords();
  const times = value.kind === 'attribute';
  const others = language.attributes.filter((a) => a.kind === term.kind && a.name !== term.name);
  const number = (
    <input
      className="input number" inputMode="decimal" dir="ltr" aria-label={times ? say('field.factor') : label} value={times ? (value.factor ?? '1') : value.text}
      onChange={(e) => onChange(times ? { ...value, factor: e.target.value.trim() } : { kind: 'number', text: e.target.value.trim() })}
    />
  );
  if (!times && !rhythms.has(term.name)) return number;
  return (
    <>
      {number}
      <Select
        hideLabel label={say('field.ofAttribute')} value={times ? value.text : ''}
        options={[['', say('field.number')], ...others.map((a) => [a.name, `${say('field.times')} ${termOf(say, 'term', a.name)}`] as const)]}
        onChange={(name) => onChange(name ? { kind: 'attribute', text: name, factor: times ? value.factor : value.text } : { kind: 'number', text: times ? (value.factor ?? '1') : value.text })}
      />
    </>
  );
}

const units = ['min', 'h', 'd', 'w', 'm', 'y'] as const;

/** A date: so long ago or ahead, a day, or a word for one. */
function DateField({ value, language, label, onChange }: { value: Value; language: Language; label: string; onChange(value: Value): void }) {
  const say = useWords();
  const format = useFormat();
  const span = value.kind === 'offset' ? /^([+-]?)(\d*)(min|mo|h|d|w|m|y)$/.exec(value.text) : null;
  const mode = span ? (span[1] === '+' ? 'ahead' : 'ago') : value.kind === 'date' ? 'day' : value.kind === 'named' ? 'named' : value.kind === 'offset' ? 'ago' : 'moment';
  const turn = (next: string) => {
    const amount = span?.[2] || '30';
    const unit = span?.[3] ?? 'd';
    if (next === 'ago') onChange({ kind: 'offset', text: `-${amount}${unit}` });
    else if (next === 'ahead') onChange({ kind: 'offset', text: `+${amount}${unit}` });
    else if (next === 'day') onChange({ kind: 'date', text: new Date().toISOString().slice(0, 10) });
    else if (next === 'named') onChange({ kind: 'named', text: 'today' });
  };
  const sign = mode === 'ahead' ? '+' : '-';
  const unit = span?.[3] === 'mo' ? 'm' : (span?.[3] ?? 'd');
  return (
    <>
      {(mode === 'ago' || mode === 'ahead') && (
        <>
          <input
            className="input number" inputMode="numeric" dir="ltr" aria-label={`${label}: ${say('field.amount')}`} value={span?.[2] ?? value.text.replace(/\D/g, '')}
            onChange={(e) => onChange({ kind: 'offset', text: `${sign}${e.target.value.replace(/\D/g, '')}${span?.[3] ?? 'd'}` })}
          />
          <Select hideLabel label={`${label}: ${say('field.unit')}`} value={unit} options={units.map((u) => [u, say(`unit.${u}`)] as const)} onChange={(u) => onChange({ kind: 'offset', text: `${sign}${span?.[2] ?? ''}${u}` })} />
        </>
      )}
      {mode === 'day' && <input type="date" className="input" aria-label={label} value={value.text} onChange={(e) => e.target.value && onChange({ kind: 'date', text: e.target.value })} title={format.day(value.text || '2026-01-01')} />}
      {mode === 'named' && <Select hideLabel label={label} value={value.text} options={language.namedDates.map((n) => [n, termOf(say, 'date', n)] as const)} onChange={(text) => onChange({ kind: 'named', text })} />}
      {mode === 'moment' && <input className="input ltr" aria-label={label} value={value.text} onChange={(e) => onChange({ kind: 'raw', text: e.target.value })} />}
      <Select
        hideLabel label={`${label}: ${say('field.when')}`} value={mode}
        options={[['ago', say('field.ago')], ['ahead', say('field.ahead')], ['day', say('field.onDay')], ['named', say('field.word')], ...(mode === 'moment' ? [['moment', say('field.moment')] as const] : [])]}
        onChange={turn}
      />
    </>
  );
}

export const nameOfTerm = (say: Say, name: string, parameter = false) => termOf(say, parameter ? 'param' : 'term', name);
