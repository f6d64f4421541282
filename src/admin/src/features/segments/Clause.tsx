import { useMemo } from 'react';
import { Button } from '@/components/basics';
import { Select } from '@/components/fields';
import type { Condition, Part, Step } from './form';
import { choiceOf, fitValues, startingClause, startingCondition, type FunctionTerm, type Language } from './language';
import { Pick, StoreValue } from './Suggest';
import { termOf, useWords } from './texts';
import { OperatorSelect, Values } from './Values';

interface Props {
  part: Part;
  language: Language;
  /** `joins` names what is typed in, so that undo takes back words and not letters. */
  onChange(part: Part, joins?: string): void;
}

/** One clause as fields, by its kind. */
export function ClauseFields({ part, language, onChange }: Props) {
  const say = useWords();
  const groups = useMemo(
    () => [
      { title: say('group.attributes'), items: language.attributes.map((a) => ({ value: `a:${a.name}`, label: termOf(say, 'term', a.name), code: a.name })) },
      { title: say('group.functions'), items: language.functions.map((f) => ({ value: `f:${f.name}`, label: termOf(say, 'term', f.name), code: f.name })) },
      { title: say('group.clauses'), items: (['rank', 'member', 'share', 'funnel', 'text'] as const).map((c) => ({ value: `c:${c}`, label: say(`clause.${c}`) })) },
    ],
    [say, language],
  );
  return (
    <div className="clause-fields">
      <Pick label={say('field.what')} value={choiceOf(part)} groups={groups} onChange={(choice) => onChange(startingClause(choice, language, part.id))} />
      <Body part={part} language={language} onChange={onChange} />
    </div>
  );
}

function Body({ part, language, onChange }: Props) {
  const say = useWords();
  const typing = (next: Part) => onChange(next, `field-${part.id}`);
  switch (part.kind) {
    case 'comparison': {
      const term = language.attributes.find((a) => a.name === part.name);
      const values = part.values ?? [];
      return (
        <>
          <OperatorSelect term={term} value={part.operator ?? '='} onChange={(operator) => onChange({ ...part, operator, values: fitValues(operator, values, term) })} />
          <Values term={term} operator={part.operator ?? '='} values={values} language={language} onChange={(v) => typing({ ...part, values: v })} />
        </>
      );
    }
    case 'function': {
      const fn = language.functions.find((f) => f.name === part.name);
      return (
        <>
          <Select hideLabel label={say('field.happened')} value={part.negated ? 'no' : 'yes'} options={[['yes', say('field.did')], ['no', say('field.didNot')]]} onChange={(v) => onChange({ ...part, negated: v === 'no' })} />
          <Conditions fn={fn} language={language} conditions={part.conditions ?? []} onChange={(conditions, small) => (small ? typing : onChange)({ ...part, conditions })} />
        </>
      );
    }
    case 'rank': {
      const rank = part.rank ?? { top: true, percent: '20' };
      const set = (more: Partial<typeof rank>) => typing({ ...part, rank: { ...rank, ...more } });
      return (
        <>
          <Select hideLabel label={say('field.end')} value={rank.top ? 'top' : 'bottom'} options={[['top', say('field.top')], ['bottom', say('field.bottom')]]} onChange={(v) => set({ top: v === 'top', ...(v === 'bottom' && { upTo: null, ifUnder: null }) })} />
          <Percent label={say('field.percent')} value={rank.percent} onChange={(percent) => set({ percent })} />
          <span className="quiet">{say('field.by')}</span>
          <Select hideLabel label={say('field.rankBy')} value={part.name ?? ''} options={language.rankBy.map((n) => [n, termOf(say, 'term', n)] as const)} onChange={(name) => onChange({ ...part, name })} />
          <label className="check"><input type="checkbox" checked={!!rank.exactly} onChange={(e) => set({ exactly: e.target.checked, ...(e.target.checked && { upTo: null, ifUnder: null }) })} />{say('field.exactly')}</label>
          {rank.upTo != null && (
            <>
              <span className="quiet">{say('field.upTo')}</span>
              <Percent label={say('field.upTo')} value={rank.upTo} onChange={(upTo) => set({ upTo })} />
              <span className="quiet">{say('field.ifUnder')}</span>
              <Percent label={say('field.ifUnder')} value={rank.ifUnder ?? ''} onChange={(ifUnder) => set({ ifUnder })} />
            </>
          )}
          <span className="chip-field">
            <Select hideLabel label={say('field.ofSegment')} value={rank.ofSegment == null ? 'all' : 'of'} options={[['all', say('field.ofAll')], ['of', say('field.ofSegment')]]} onChange={(v) => set({ ofSegment: v === 'of' ? 'loyal' : null })} />
            {rank.ofSegment != null && <StoreValue label={say('field.segment')} kind="segment" value={rank.ofSegment} onChange={(ofSegment) => set({ ofSegment })} />}
          </span>
        </>
      );
    }
    case 'member':
      return <StoreValue label={say('field.segment')} kind="segment" value={part.name ?? ''} onChange={(name) => onChange({ ...part, name })} />;
    case 'share':
      return (
        <>
          <Percent label={say('field.percent')} value={part.percent ?? ''} onChange={(percent) => typing({ ...part, percent })} />
          <input className="input" dir="auto" aria-label={say('field.seed')} placeholder={say('field.seed')} value={part.name ?? ''} onChange={(e) => typing({ ...part, name: e.target.value })} />
        </>
      );
    case 'funnel':
      return <Steps steps={part.steps ?? []} language={language} onChange={(steps, small) => (small ? typing : onChange)({ ...part, steps })} />;
    default:
      return <AsText part={part} onChange={typing} />;
  }
}

export function AsText({ part, onChange }: { part: Part; onChange(part: Part): void }) {
  const say = useWords();
  return <textarea className="input code as-text" rows={2} spellCheck={false} dir="ltr" aria-label={say('field.asText')} value={part.text ?? ''} onChange={(e) => onChange({ ...part, kind: 'text', text: e.target.value })} />;
}

const Percent = ({ label, value, onChange }: { label: string; value: string; onChange(value: string): void }) => (
  <span className="percent">
    <input className="input number" inputMode="decimal" dir="ltr" aria-label={label} value={value} onChange={(e) => onChange(e.target.value.trim())} />
    <span aria-hidden="true">%</span>
  </span>
);

/** What stands in a function's brackets, a line each. */
function Conditions({ fn, language, conditions, onChange }: { fn: FunctionTerm | undefined; language: Language; conditions: Condition[]; onChange(conditions: Condition[], typing?: boolean): void }) {
  const say = useWords();
  const unused = (fn?.parameters ?? []).filter((p) => !conditions.some((c) => c.name === p.name));
  const set = (at: number, next: Condition, typing = false) => onChange(conditions.map((c, i) => (i === at ? next : c)), typing);
  return (
    <div className="conditions">
      {conditions.length === 0 && <p className="faint small">{say('field.anyTime')}</p>}
      {conditions.map((c, i) => {
        const term = fn?.parameters.find((p) => p.name === c.name);
        const choices = (fn?.parameters ?? []).filter((p) => p.name === c.name || unused.includes(p));
        return (
          <div key={i} className="condition">
            <Select
              hideLabel label={`${say('field.detail')} ${i + 1}`} value={c.name}
              options={(term ? choices.map((p) => p.name) : [c.name, ...choices.map((p) => p.name)]).map((n) => [n, termOf(say, 'param', n)] as const)}
              onChange={(name) => {
                const next = fn?.parameters.find((p) => p.name === name);
                if (next) set(i, startingCondition(next));
              }}
            />
            <OperatorSelect term={term} value={c.operator} onChange={(operator) => set(i, { ...c, operator, values: fitValues(operator, c.values, term) })} />
            <Values term={term} within={fn?.name ?? ''} operator={c.operator} values={c.values} language={language} onChange={(values) => set(i, { ...c, values }, true)} />
            <Button small variant="plain" icon="close" label={say('field.removeDetail', { name: termOf(say, 'param', c.name) })} onClick={() => onChange(conditions.filter((_, n) => n !== i))} />
          </div>
        );
      })}
      {unused.length > 0 && <Button small variant="plain" icon="plus" onClick={() => onChange([...conditions, startingCondition(unused[0]!)])}>{say('field.addDetail')}</Button>}
    </div>
  );
}

/** Steps in order, each within so long of the one before. */
function Steps({ steps, language, onChange }: { steps: Step[]; language: Language; onChange(steps: Step[], typing?: boolean): void }) {
  const say = useWords();
  const set = (at: number, next: Step, typing = false) => onChange(steps.map((s, i) => (i === at ? next : s)), typing);
  return (
    <ol className="in-order">
      {steps.map((s, i) => (
        <li key={i} className="in-order-step">
          <div className="clause-fields">
            {i === 0 ? (
              <span className="quiet">{say('field.first')}</span>
            ) : (
              <Select hideLabel label={`${say('field.step', { number: i + 1 })}: ${say('field.happened')}`} value={s.negated ? 'no' : 'yes'} options={[['yes', say('field.then')], ['no', say('field.thenNot')]]} onChange={(v) => set(i, { ...s, negated: v === 'no' })} />
            )}
            <Select hideLabel label={say('field.step', { number: i + 1 })} value={s.function} options={language.funnelFunctions.map((f) => [f, termOf(say, 'term', f)] as const)} onChange={(f) => set(i, { ...s, function: f, conditions: [] })} />
            {i > 0 && (
              <label className="check">
                {say('field.within')}
                <input className="input number" dir="ltr" placeholder="3d" title={say('field.within.hint')} value={s.within ?? ''} onChange={(e) => set(i, { ...s, within: e.target.value.trim() || null }, true)} />
              </label>
            )}
            {steps.length > 1 && <Button small variant="plain" icon="close" label={say('field.removeStep', { number: i + 1 })} onClick={() => onChange(steps.filter((_, n) => n !== i).map((x, n) => (n === 0 ? { ...x, negated: false, within: null } : x)))} />}
          </div>
          <Conditions fn={language.functions.find((f) => f.name === s.function)} language={language} conditions={s.conditions} onChange={(conditions, typing) => set(i, { ...s, conditions }, typing)} />
        </li>
      ))}
      <li>
        <Button small variant="plain" icon="plus" onClick={() => onChange([...steps, { function: language.funnelFunctions[0] ?? 'orders_placed', negated: false, conditions: [], within: '7d' }])}>{say('field.addStep')}</Button>
      </li>
    </ol>
  );
}
