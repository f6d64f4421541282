import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { Button, Card } from '@/components/basics';
import { useToasts } from '@/components/toast';
import { type ApiError, call } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { useStore } from '@/lib/store';

/** What the law gives a person: all that is kept about them, and to be forgotten. */
export default function PrivacyCard({ id, name }: { id: string; name: string }) {
  const t = useT();
  const { api, base } = useStore();
  const toasts = useToasts();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [busy, setBusy] = useState(false);
  const refused = (e: ApiError) => toasts.say(t('state.notSaved', { reason: e.status === 0 ? t('state.offline.title') : e.message }), { tone: 'bad' });

  const request = async () => {
    setBusy(true);
    try {
      const all = await call<unknown>('POST', `${api}/customers/${id}/data-request`);
      const file = new Blob([JSON.stringify(all, null, 2)], { type: 'application/json' });
      const url = URL.createObjectURL(file);
      const link = document.createElement('a');
      link.href = url;
      link.download = `data-request-${id}.json`;
      link.click();
      URL.revokeObjectURL(url);
      toasts.say(t('customer.dataRequest.ready'));
    } catch (e) {
      refused(e as ApiError);
    } finally {
      setBusy(false);
    }
  };

  const erase = () => {
    go(`${base}/customers`);
    toasts.soon(
      t('customer.erase.pending', { name }),
      () =>
        void call('POST', `${api}/customers/${id}/erase`).then(() => {
          toasts.say(t('customer.erase.done'));
          return client.invalidateQueries({ queryKey: api.split('/') });
        }, refused),
      () => go(`${base}/customers/${id}`),
    );
  };

  return (
    <Card title={t('customer.privacy')}>
      <div className="stack close">
        <Button icon="download" busy={busy} onClick={() => void request()}>{t('customer.dataRequest')}</Button>
        <p className="small faint">{t('customer.dataRequest.hint')}</p>
        <Button variant="danger" onClick={erase}>{t('customer.erase')}</Button>
        <p className="small faint">{t('customer.erase.hint')}</p>
      </div>
    </Card>
  );
}
