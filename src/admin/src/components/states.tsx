import type { UseQueryResult } from '@tanstack/react-query';
import { Component, type ReactNode } from 'react';
import { ApiError } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { Button } from './basics';
import { Icon, type IconName } from './Icon';

export function Empty({ icon = 'spark', title, children, actions }: { icon?: IconName; title?: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="state">
      <Icon name={icon} size={30} />
      {title && <h2>{title}</h2>}
      {children && <p>{children}</p>}
      {actions && <div className="row">{actions}</div>}
    </div>
  );
}

/** Grey bars in the place of what is coming, so that nothing jumps when it comes. */
export function Skeleton({ rows = 5, height = 18 }: { rows?: number; height?: number }) {
  const t = useT();
  return (
    <div role="status" aria-label={t('state.loading')} className="stack" style={{ padding: '14px 18px' }}>
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} className="skeleton" style={{ blockSize: height, inlineSize: `${[92, 78, 86, 64, 80][i % 5]}%` }} />
      ))}
    </div>
  );
}

export function Failed({ error, retry }: { error: ApiError | Error | null; retry?(): void }) {
  const t = useT();
  const status = error instanceof ApiError ? error.status : -1;
  const [icon, title, text]: [IconName, string, string] =
    status === 0
      ? ['offline', t('state.offline.title'), t('state.offline.text')]
      : status === 404
        ? ['search', t('state.notFound.title'), t('state.notFound.text')]
        : status === 429
          ? ['clock', t('state.busy.title'), t('state.busy.text')]
          : ['warning', t('state.failed.title'), t('state.failed.text', { status: String(status) })];
  return (
    <div role="alert">
      <Empty icon={icon} title={title} actions={retry && status !== 404 && <Button onClick={retry}>{t('do.retry')}</Button>}>
        {text}
      </Empty>
    </div>
  );
}

/** The four faces of something that is read: loading, failed, empty, there. What was read once stays when a later reading fails. */
export function Loaded<T>({ read, skeleton, children }: { read: UseQueryResult<T, ApiError>; skeleton?: ReactNode; children(value: T): ReactNode }) {
  if (read.data !== undefined) return children(read.data);
  if (read.error) return <Failed error={read.error} retry={() => void read.refetch()} />;
  return skeleton ?? <Skeleton />;
}

export class Boundary extends Component<{ children: ReactNode; fallback: ReactNode }, { broken: boolean }> {
  override state = { broken: false };
  static getDerivedStateFromError = () => ({ broken: true });
  override render() {
    return this.state.broken ? this.props.fallback : this.props.children;
  }
}

export function Crashed() {
  const t = useT();
  return (
    <div role="alert">
      <Empty icon="warning" title={t('state.crash.title')} actions={<Button onClick={() => location.reload()}>{t('do.reload')}</Button>}>
        {t('state.crash.text')}
      </Empty>
    </div>
  );
}
