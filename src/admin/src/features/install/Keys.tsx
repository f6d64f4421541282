import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { KeyView } from '@/api/contract';
import { Button, Card, Notice } from '@/components/basics';
import { TextField } from '@/components/fields';
import { Loaded } from '@/components/states';
import { useToasts } from '@/components/toast';
import { type ApiError, call, useRead } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';

/** Keys of the event API. A key is shown once, when it is made. */
export function Keys() {
  const t = useT();
  const format = useFormat();
  const { api } = useStore();
  const client = useQueryClient();
  const toasts = useToasts();
  const path = `${api}/keys`;
  const read = useRead<KeyView[] | { items: KeyView[] }>(path);
  const [name, setName] = useState('');
  const [made, setMade] = useState<string | null>(null);
  const [going, setGoing] = useState<string[]>([]);
  const reread = () => client.invalidateQueries({ queryKey: path.split('/') });
  const refused = (e: ApiError) => toasts.say(t('state.notSaved', { reason: e.message }), { tone: 'bad' });

  // A service without the event API has no keys to show.
  if (read.error?.status === 404) return null;
  return (
    <Card title={t('settings.keys')}>
      <div className="stack">
        <p className="quiet">{t('settings.keys.text')}</p>
        <Loaded read={read}>
          {(answer) => {
            const keys = (Array.isArray(answer) ? answer : answer.items).filter((k) => !going.includes(k.id));
            return keys.length === 0 ? (
              <p className="faint">{t('settings.keys.none')}</p>
            ) : (
              <div className="ledger" role="list">
                {keys.map((k) => (
                  <div key={k.id} role="listitem">
                    <span>
                      <span className="strong bidi">{k.name}</span> <code>…{k.hint}</code> <span className="faint small">{k.lastUsedAt ? t('settings.keys.used', { when: format.ago(k.lastUsedAt) }) : t('settings.keys.unused')}</span>
                    </span>
                    <Button
                      small
                      variant="plain"
                      className="danger"
                      onClick={() => {
                        setGoing((g) => [...g, k.id]);
                        toasts.soon(
                          t('settings.keys.revoked'),
                          () => void call('DELETE', `${path}/${k.id}`).then(reread, refused),
                          () => setGoing((g) => g.filter((x) => x !== k.id)),
                        );
                      }}
                    >
                      {t('settings.keys.revoke')}
                    </Button>
                  </div>
                ))}
              </div>
            );
          }}
        </Loaded>
        {made && (
          <Notice tone="good">
            {t('settings.keys.once')} <code className="ltr" style={{ overflowWrap: 'anywhere' }}>{made}</code>
          </Notice>
        )}
        <form
          className="row"
          style={{ alignItems: 'flex-end' }}
          onSubmit={(e) => {
            e.preventDefault();
            void call<{ key: string }>('POST', path, { name }).then((k) => (setMade(k.key), setName(''), reread()), refused);
          }}
        >
          <TextField label={t('settings.keys.name')} required maxLength={80} value={name} onChange={setName} />
          <Button type="submit">{t('settings.keys.new')}</Button>
        </form>
      </div>
    </Card>
  );
}
