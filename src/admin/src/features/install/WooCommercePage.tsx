import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { Button, Card, Notice, Page } from '@/components/basics';
import { TextField } from '@/components/fields';
import { type ApiError, call } from '@/lib/api';
import { useT } from '@/lib/i18n';

/** The address of a store; the rest is asked in the store itself. */
export default function WooCommercePage() {
  const t = useT();
  const [params] = useSearchParams();
  const [address, setAddress] = useState(params.get('store') ?? '');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const go = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const { form } = await call<{ form: string }>('GET', '/connections/woocommerce/form');
      const { authorizeUrl } = await call<{ authorizeUrl: string }>('POST', '/connections/woocommerce', { address, form });
      location.assign(authorizeUrl);
    } catch (e) {
      const error = e as ApiError;
      setProblem(error.status === 0 ? t('state.offline.title') : error.message);
      setBusy(false);
    }
  };

  return (
    <Page title={t('woo.title')} crumb={{ to: '/connect', text: t('connect.title') }}>
      <Card>
        <form
          className="stack"
          noValidate
          onSubmit={(e) => {
            e.preventDefault();
            void go();
          }}
        >
          {problem && <Notice tone="bad">{problem}</Notice>}
          <TextField label={t('woo.address')} hint={t('woo.address.hint')} value={address} dir="ltr" inputMode="url" autoComplete="url" onChange={setAddress} />
          <p className="quiet">{t('woo.what')}</p>
          <p className="quiet">{t('woo.carts')}</p>
          <div className="row">
            <Button type="submit" variant="primary" busy={busy} disabled={!address.trim()}>
              {t('woo.go')}
            </Button>
          </div>
        </form>
      </Card>
    </Page>
  );
}
