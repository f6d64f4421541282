import type { SegmentView } from '@/api/contract';
import { Icon } from '@/components/Icon';
import { useT } from '@/lib/i18n';
import { segmentName } from '@/lib/words';
import { Pick } from './Suggest';
import { useWords } from './texts';

/** Some segments of the list, in their order; another is added by typing its name. */
export function SegmentChips({ label, add, list, chosen, onChange, most = 8 }: { label: string; add: string; list: SegmentView[]; chosen: string[]; onChange(keys: string[]): void; most?: number }) {
  const t = useT();
  const say = useWords();
  const name = (key: string) => {
    const found = list.find((s) => s.key === key);
    return found ? segmentName(t, found) : key;
  };
  return (
    <div className="field" role="group" aria-label={label}>
      <span className="label">{label}</span>
      <div className="chips">
        {chosen.map((key) => (
          <span key={key} className="chip">
            <span className="bidi">{name(key)}</span>
            <button type="button" aria-label={say('field.remove', { value: name(key) })} onClick={() => onChange(chosen.filter((k) => k !== key))}><Icon name="close" size={13} /></button>
          </span>
        ))}
        {chosen.length < most && (
          <Pick key={chosen.length} label={add} value="" placeholder={add} groups={[{ title: label, items: list.filter((s) => !chosen.includes(s.key)).map((s) => ({ value: s.key, label: segmentName(t, s) })) }]} onChange={(key) => onChange([...chosen, key])} />
        )}
      </div>
    </div>
  );
}
