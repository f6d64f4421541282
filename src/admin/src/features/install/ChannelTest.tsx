import { useState } from 'react';
import { Button, Notice } from '@/components/basics';
import { TextField } from '@/components/fields';
import { type ApiError, call } from '@/lib/api';
import { useI18n } from '@/lib/i18n';
import { useStore } from '@/lib/store';

/** One message to an address of the merchant's own, by the mail server as it is saved, and what the server said. */
export function ChannelTest({ unsaved }: { unsaved: boolean }) {
  const { t, language } = useI18n();
  const { api } = useStore();
  const [address, setAddress] = useState('');
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ tone: 'good' | 'warn' | 'bad'; text: string } | null>(null);

  const send = async () => {
    setBusy(true);
    setSaid(null);
    try {
      const answer = await call<{ via: string; taken: boolean; why: string | null }>('POST', `${api}/channels/email/test`, { address: address.trim(), language });
      setSaid(
        answer.via === 'outbox' ? { tone: 'warn', text: t('settings.test.outbox') }
        : answer.taken ? { tone: 'good', text: t('settings.test.taken', { address }) }
        : { tone: 'bad', text: t('settings.test.refused', { reason: answer.why ?? '–' }) },
      );
    } catch (e) {
      const error = e as ApiError;
      setSaid({ tone: 'bad', text: t('settings.test.refused', { reason: error.status === 0 ? t('state.offline.title') : error.message }) });
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="stack close">
      <div className="row" style={{ alignItems: 'flex-end' }}>
        <div style={{ inlineSize: 'min(100%, 320px)' }}>
          <TextField
            label={t('campaign.test.address')}
            type="email"
            dir="ltr"
            value={address}
            onChange={setAddress}
            onKeyDown={(e) => {
              // Enter here sends the test; it does not save the form around it.
              if (e.key !== 'Enter') return;
              e.preventDefault();
              if (address.trim() && !unsaved) void send();
            }}
          />
        </div>
        <Button icon="mail" busy={busy} disabled={!address.trim() || unsaved} onClick={() => void send()}>{t('campaign.test')}</Button>
      </div>
      {unsaved && <p className="faint small">{t('settings.test.unsaved')}</p>}
      <div role="status">{said && <Notice tone={said.tone}>{said.text}</Notice>}</div>
    </div>
  );
}
