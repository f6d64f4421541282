import { useId, type ComponentProps, type ReactNode } from 'react';
import { useT } from '@/lib/i18n';
import { Icon } from './Icon';

interface Around {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
}

function Surround({ id, label, hint, error, children }: Around & { id: string; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {hint && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {error && (
        <span className="error" id={`${id}-error`}>
          {error}
        </span>
      )}
    </div>
  );
}

const described = (id: string, { hint, error }: Pick<Around, 'hint' | 'error'>) => [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;

export function TextField({ label, hint, error, onChange, ...rest }: Around & Omit<ComponentProps<'input'>, 'onChange'> & { onChange(value: string): void }) {
  const id = useId();
  return (
    <Surround {...{ id, label, hint, error }}>
      <input {...rest} id={id} className="input" dir={rest.dir ?? (rest.type === 'number' || rest.type === 'time' ? undefined : 'auto')} aria-invalid={error ? true : undefined} aria-describedby={described(id, { hint, error })} onChange={(e) => onChange(e.target.value)} />
    </Surround>
  );
}

export function TextArea({ label, hint, error, code, onChange, ...rest }: Around & { code?: boolean } & Omit<ComponentProps<'textarea'>, 'onChange'> & { onChange(value: string): void }) {
  const id = useId();
  return (
    <Surround {...{ id, label, hint, error }}>
      <textarea {...rest} id={id} className={code ? 'input code' : 'input'} spellCheck={!code} dir={code ? 'ltr' : 'auto'} aria-invalid={error ? true : undefined} aria-describedby={described(id, { hint, error })} onChange={(e) => onChange(e.target.value)} />
    </Surround>
  );
}

/** The browser's own select: the best one on a phone, with a keyboard and with a screen reader. */
export function Select({ label, hint, error, value, options, onChange, hideLabel }: Around & { value: string; options: readonly (readonly [string, string])[]; onChange(value: string): void; hideLabel?: boolean }) {
  const id = useId();
  const control = (
    <select id={id} className="input" value={value} aria-label={hideLabel && typeof label === 'string' ? label : undefined} aria-invalid={error ? true : undefined} aria-describedby={described(id, { hint, error })} onChange={(e) => onChange(e.target.value)}>
      {options.map(([key, text]) => (
        <option key={key} value={key}>
          {text}
        </option>
      ))}
    </select>
  );
  return hideLabel ? control : <Surround {...{ id, label, hint, error }}>{control}</Surround>;
}

export function SearchBox({ label, value, onChange }: { label: string; value: string; onChange(value: string): void }) {
  const t = useT();
  return (
    <div className="searchbox" role="search" aria-label={t('do.search')}>
      <Icon name="search" size={16} />
      <input type="search" className="input" dir="auto" aria-label={label} placeholder={label} value={value} onChange={(e) => onChange(e.target.value)} />
    </div>
  );
}
