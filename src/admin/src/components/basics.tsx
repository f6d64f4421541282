import { type ComponentProps, type ReactNode } from 'react';
import { Link } from 'wouter';
import { Icon, type IconName } from './Icon';

type Look = 'primary' | 'plain' | 'danger' | 'normal';
const look = (variant: Look = 'normal', small?: boolean, iconOnly?: boolean, extra?: string) =>
  ['button', variant !== 'normal' && variant, small && 'small', iconOnly && 'icon-only', extra].filter(Boolean).join(' ');

interface ButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  variant?: Look;
  small?: boolean;
  icon?: IconName;
  /** The name for screen readers when there is only an icon. */
  label?: string;
  busy?: boolean;
  children?: ReactNode;
}

export function Button({ variant, small, icon, label, busy, children, className, disabled, onClick, type = 'button', ...rest }: ButtonProps) {
  // A busy button stays focusable, so that the keyboard does not lose its place.
  return (
    <button {...rest} type={type} className={look(variant, small, !children, className)} aria-label={label ?? rest['aria-label']} aria-busy={busy || undefined} disabled={disabled} onClick={busy ? (e) => e.preventDefault() : onClick}>
      {icon && <Icon name={icon} size={16} />}
      {children}
    </button>
  );
}

export function ButtonLink({ to, variant, small, icon, children }: { to: string; variant?: Look; small?: boolean; icon?: IconName; children: ReactNode }) {
  return (
    <Link href={to} className={look(variant, small)}>
      {icon && <Icon name={icon} size={16} />}
      {children}
    </Link>
  );
}

/** A file that the browser downloads from our own origin. */
export function DownloadLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} download className={look()}>
      <Icon name="download" size={16} />
      {children}
    </a>
  );
}

export function Page({ title, sub, crumb, actions, children }: { title: ReactNode; sub?: ReactNode; crumb?: { to: string; text: string }; actions?: ReactNode; children: ReactNode }) {
  return (
    <div className="page">
      <header className="page-head">
        <div>
          {crumb && (
            <Link href={crumb.to} className="crumb">
              <Icon name="back" size={14} />
              {crumb.text}
            </Link>
          )}
          <h1 tabIndex={-1}>{title}</h1>
          {sub && <p className="sub">{sub}</p>}
        </div>
        {actions && <div className="row">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Card({ title, actions, flush, children, label }: { title?: ReactNode; actions?: ReactNode; flush?: boolean; children: ReactNode; label?: string }) {
  return (
    <section className={flush ? 'card flush' : 'card'} aria-label={label}>
      {(title || actions) && (
        <div className="card-head">
          {title ? <h2>{title}</h2> : <span />}
          {actions && <div className="row tight">{actions}</div>}
        </div>
      )}
      <div className="card-body">{children}</div>
    </section>
  );
}

export function Stat({ label, value, hint, to }: { label: string; value: ReactNode; hint?: ReactNode; to?: string }) {
  const inner = (
    <>
      <span className="label">{label}</span>
      <span className="value">{value}</span>
      {hint && <span className="hint">{hint}</span>}
    </>
  );
  return to ? (
    <Link href={to} className="stat">
      {inner}
    </Link>
  ) : (
    <div className="stat">{inner}</div>
  );
}

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'plain';
export const Badge = ({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) => <span className={tone === 'plain' ? 'badge' : `badge ${tone}`}>{children}</span>;

export function Notice({ tone = 'info', children }: { tone?: 'info' | 'warn' | 'bad' | 'good'; children: ReactNode }) {
  return (
    <div className={tone === 'info' ? 'notice' : `notice ${tone}`} role={tone === 'bad' ? 'alert' : undefined}>
      <Icon name={tone === 'good' ? 'check' : 'warning'} size={17} />
      <div className="grow">{children}</div>
    </div>
  );
}

export const Bar = ({ share }: { share: number }) => (
  <div className="bar" aria-hidden="true">
    <span style={{ inlineSize: `${Math.min(100, Math.max(share > 0 ? 1.5 : 0, share * 100))}%` }} />
  </div>
);

/** Two or more choices of which one is pressed. */
export function Segmented<T extends string>({ label, value, options, onChange }: { label: string; value: T; options: readonly (readonly [NoInfer<T>, ReactNode])[]; onChange(value: NoInfer<T>): void }) {
  return (
    <div className="segmented" role="group" aria-label={label}>
      {options.map(([key, text]) => (
        <button key={key} type="button" aria-pressed={key === value} onClick={() => onChange(key)}>
          {text}
        </button>
      ))}
    </div>
  );
}
