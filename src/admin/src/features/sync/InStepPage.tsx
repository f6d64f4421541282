import { lazy, Suspense, useState } from 'react';
import type { SyncView } from '@/api/contract';
import { Badge, Bar, Button, ButtonLink, Card, Notice, Page, type Tone } from '@/components/basics';
import { Empty, Loaded } from '@/components/states';
import { useToasts } from '@/components/toast';
import { useRead, useWrite } from '@/lib/api';
import { useT, type Key } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';

const Dialog = lazy(() => import('@/components/Dialog'));

const tones: Record<SyncView['state'], Tone> = { notConnected: 'plain', firstSync: 'info', resync: 'info', inStep: 'good', trouble: 'warn', needsReconnecting: 'bad', uninstalled: 'bad' };

/** How well the store and Comeback agree: what is being read, both counts of each thing, and deliveries that could not be read. */
export default function InStepPage() {
  const t = useT();
  const { api, store } = useStore();
  const busy = (view?: SyncView) => view && (view.progress.length > 0 || view.inbox.waiting > 0);
  const read = useRead<SyncView>(`${api}/sync`, { refetchInterval: (query) => (busy(query.state.data) ? 2_000 : 15_000) });
  const { say } = useToasts();
  const [asking, setAsking] = useState(false);
  const touches = [`/stores/${store.id}/sync`];
  const resync = useWrite<void>(() => ({ method: 'POST', path: `${api}/sync/resync` }), touches);
  const retry = useWrite<void>(() => ({ method: 'POST', path: `${api}/sync/retry` }), touches);
  const connected = read.data && !['notConnected', 'uninstalled', 'needsReconnecting'].includes(read.data.state);
  return (
    <Page
      title={t('sync.title')}
      sub={read.data && connected ? <span className="bidi">{read.data.address}</span> : undefined}
      actions={connected && <Button onClick={() => setAsking(true)}>{t('sync.resync')}</Button>}
    >
      <Loaded read={read}>
        {(view) =>
          view.state === 'notConnected' ? (
            <Card>
              <Empty icon="clock" title={t('sync.state.notConnected')}>{t('sync.notConnected.text')}</Empty>
            </Card>
          ) : (
            <>
              <Standing view={view} />
              {connected && view.progress.length > 0 && <Progress view={view} />}
              <Counts view={view} />
              <Inbox view={view} retry={() => retry.mutate(undefined, { onSuccess: () => say(t('sync.retried')) })} busy={retry.isPending} />
            </>
          )
        }
      </Loaded>
      {asking && (
        <Suspense>
          <Dialog
            title={t('sync.resync.title')}
            onClose={() => setAsking(false)}
            foot={
            <>
              <Button onClick={() => setAsking(false)}>{t('do.cancel')}</Button>
              <Button
                variant="primary"
                busy={resync.isPending}
                onClick={() => resync.mutate(undefined, { onSuccess: () => { setAsking(false); say(t('sync.resyncing')); } })}
              >
                {t('sync.resync')}
              </Button>
            </>
          }
        >
            <p>{t('sync.resync.text')}</p>
          </Dialog>
        </Suspense>
      )}
    </Page>
  );
}

function Standing({ view }: { view: SyncView }) {
  const t = useT();
  const format = useFormat();
  return (
    <Card>
      <div className="stack">
        <div className="row">
          <Badge tone={tones[view.state]}>{t(`sync.state.${view.state}`)}</Badge>
          <span className="quiet small">{view.inStepAt && `${t('sync.col.inStep')}: ${format.ago(view.inStepAt)}`}</span>
        </div>
        {view.needsReconnecting && (
          <Notice tone="bad">
            <p style={{ marginBlockEnd: 8 }}>{t('sync.reconnect.text')}</p>
            <ButtonLink to={`/connect/woocommerce?store=${encodeURIComponent(view.address ?? '')}`} variant="primary" small>
              {t('sync.reconnect')}
            </ButtonLink>
          </Notice>
        )}
        {view.trouble && !view.needsReconnecting && (
          <Notice tone="warn">
            <span className="bidi">{view.trouble}</span> {view.triedAgainAt && t('sync.tried', { when: format.at(view.triedAgainAt) })}
          </Notice>
        )}
        {!view.needsReconnecting && view.state !== 'uninstalled' && <p className="faint small">{t('sync.sub', { minutes: format.number(view.reconcileMinutes) })}</p>}
      </div>
    </Card>
  );
}

function Progress({ view }: { view: SyncView }) {
  const t = useT();
  const format = useFormat();
  return (
    <Card title={t(view.state === 'resync' ? 'sync.state.resync' : 'sync.progress')}>
      <ul className="letters" aria-live="polite">
        {view.progress.map((p) => (
          <li key={p.resource}>
            <div className="row" style={{ justifyContent: 'space-between' }}>
              <span className="strong">{nameOf(t, p.resource)}</span>
              <span className="quiet small num">
                {p.state === 'waiting' && p.done === 0
                  ? t('sync.waitingTurn')
                  : [
                      p.total === null ? format.number(p.done) : t('sync.of', { done: format.number(p.done), total: format.number(p.total) }),
                      p.perSecond > 0 && t('sync.rate', { rate: format.number(p.perSecond) }),
                      p.secondsLeft !== null && t('sync.left', { time: format.span(p.secondsLeft) }),
                    ].filter(Boolean).join(' · ')}
              </span>
            </div>
            <Bar share={p.total ? p.done / p.total : 0} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Counts({ view }: { view: SyncView }) {
  const t = useT();
  const format = useFormat();
  return (
    <section className="card flush">
      <div className="card-body scroll-x" tabIndex={0} role="region" aria-label={t('sync.title')}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('sync.col.what')}</th>
              <th scope="col" className="num">{t('sync.col.store')}</th>
              <th scope="col" className="num">{t('sync.col.here')}</th>
              <th scope="col"><span className="hidden-label">{t('sync.equal')}</span></th>
              <th scope="col">{t('sync.col.inStep')}</th>
              <th scope="col">{t('sync.col.compared')}</th>
            </tr>
          </thead>
          <tbody>
            {view.resources.map((r) => (
              <tr key={r.name}>
                <td className="strong">
                  {nameOf(t, r.name)}
                  {r.error && <div className="small quiet bidi">{r.error}</div>}
                </td>
                <td className="num">{r.storeCount === null ? '–' : format.number(r.storeCount)}</td>
                <td className="num">{r.localCount === null ? '–' : format.number(r.localCount)}</td>
                <td>
                  {r.storeCount !== null && r.localCount !== null && (r.storeCount === r.localCount
                    ? <Badge tone="good">{t('sync.equal')}</Badge>
                    : <Badge tone="warn">{t('sync.differs', { count: format.number(Math.abs(r.storeCount - r.localCount)) })}</Badge>)}
                </td>
                <td className="quiet" style={{ whiteSpace: 'nowrap' }}>{format.ago(r.inStepAt)}</td>
                <td className="quiet" style={{ whiteSpace: 'nowrap' }}>
                  {format.ago(r.comparedAt)}
                  {r.deletionsFound > 0 && <div className="small">{t('sync.deleted', { count: r.deletionsFound })}</div>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Inbox({ view, retry, busy }: { view: SyncView; retry(): void; busy: boolean }) {
  const t = useT();
  const format = useFormat();
  const { inbox } = view;
  const says = [inbox.waiting > 0 && t('sync.inbox.waiting', { count: inbox.waiting }), inbox.oldest && t('sync.inbox.oldest', { when: format.ago(inbox.oldest) }), inbox.failed > 0 && t('sync.inbox.failed', { count: inbox.failed })].filter(Boolean);
  return (
    <Card title={t('sync.inbox')} actions={inbox.failures.length > 0 && <Button small busy={busy} onClick={retry}>{t('sync.retry')}</Button>}>
      <p className="quiet">{says.length ? format.list(says as string[]) : t('sync.inbox.none')}</p>
      {inbox.failures.length > 0 && (
        <ul className="letters" style={{ marginBlockStart: 12 }}>
          {inbox.failures.map((f) => (
            <li key={f.id}>
              <div className="row" style={{ justifyContent: 'space-between' }}>
                <span className="bidi">{f.topic}</span>
                <span className="faint small num">{f.givenUp ? t('sync.inbox.givenUp') : format.at(f.nextAttemptAt)} · {format.ago(f.receivedAt)}</span>
              </div>
              <span className="quiet small bidi">{f.error}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

const known = ['orders', 'customers', 'products', 'categories'];
const nameOf = (t: ReturnType<typeof useT>, resource: string) => (known.includes(resource) ? (t as (k: Key) => string)(`sync.resource.${resource}` as Key) : resource);
