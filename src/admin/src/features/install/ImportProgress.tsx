import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ImportView } from '@/api/contract';
import { Button, ButtonLink, Card, DownloadLink, Notice } from '@/components/basics';
import { Loaded } from '@/components/states';
import { useRead } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { useFormat } from '@/lib/store';
import { sentence } from '@/lib/words';

/** How far an import is, and what it left out. */
export function ImportProgress({ store, id, onAgain }: { store: string; id: string; onAgain(): void }) {
  const t = useT();
  const format = useFormat();
  const client = useQueryClient();
  const path = `/stores/${store}/imports/${id}`;
  const read = useRead<ImportView>(path, { refetchInterval: (q) => (q.state.data && q.state.data.state !== 'running' ? false : 700) });
  const state = read.data?.state;
  useEffect(() => {
    if (state === 'done') void client.invalidateQueries({ queryKey: ['', 'stores'] });
  }, [state, client]);
  return (
    <Card>
      <Loaded read={read}>
        {(v) => {
          const share = v.state === 'done' ? 1 : v.bytesTotal > 0 ? Math.min(1, v.bytesRead / v.bytesTotal) : 0;
          const rejects = Object.entries(v.rejectsByReason);
          return (
            <div className="stack">
              <div className="row" style={{ justifyContent: 'space-between' }}>
                <h2 aria-live="polite">{t(v.state === 'done' ? 'import.done' : v.state === 'failed' ? 'import.failed' : 'import.running')}</h2>
                <span className="faint bidi">{v.fileName}</span>
              </div>
              {v.error && <Notice tone="bad">{v.error}</Notice>}
              <div className="progress" role="progressbar" aria-label={t('import.running')} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(share * 100)}>
                <span style={{ inlineSize: `${share * 100}%` }} />
              </div>
              <p className="quiet num">{t('import.progress', { rows: t('n.rows', { count: v.rowsRead }), orders: t('n.orders', { count: v.orders }) })}</p>
              {v.state === 'running' && <p className="faint small">{t('import.leave')}</p>}
              {v.rowsRejected > 0 ? (
                <div>
                  <h3>{t('import.rejected', { count: v.rowsRejected })}</h3>
                  <dl className="ledger">
                    {rejects.map(([reason, count]) => (
                      <div key={reason}>
                        <dt className="bidi">{sentence(t, 'reject', reason)}</dt>
                        <dd className="num">{format.number(count)}</dd>
                      </div>
                    ))}
                  </dl>
                </div>
              ) : (
                v.state === 'done' && <p className="quiet">{t('import.rejects.none')}</p>
              )}
              {v.state !== 'running' && (
                <div className="row">
                  {v.state === 'done' && <ButtonLink to={`/${store}/segments`} variant="primary">{t('import.seeSegments')}</ButtonLink>}
                  {v.rowsRejected > 0 && <DownloadLink href={`/api${path}/rejects`}>{t('import.rejects.download')}</DownloadLink>}
                  <Button variant="plain" onClick={onAgain}>{t('import.another')}</Button>
                </div>
              )}
            </div>
          );
        }}
      </Loaded>
    </Card>
  );
}
