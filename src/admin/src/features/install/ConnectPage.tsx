import { Link } from 'wouter';
import type { StoreView } from '@/api/contract';
import { Badge, ButtonLink, Page } from '@/components/basics';
import { Icon, type IconName } from '@/components/Icon';
import { useT, type Key } from '@/lib/i18n';

/** The doors. One whose connection has not landed says so. */
export default function ConnectPage({ stores }: { stores: StoreView[] }) {
  const t = useT();
  const demo = stores.find((s) => s.platform === 'demo');
  const first = stores.length === 0;
  const door = (name: 'import' | 'shopify' | 'woo' | 'demo', icon: IconName, foot: React.ReactNode, live: boolean) => (
    <li key={name} className={live ? 'card door' : 'card door closed'}>
      <Icon name={icon} size={26} />
      <h2>{(t as (k: Key) => string)(`connect.${name}.title`)}</h2>
      <p className="quiet">{(t as (k: Key) => string)(`connect.${name}.text`)}</p>
      <div className="door-foot">{foot}</div>
    </li>
  );
  return (
    <Page title={t(first ? 'connect.firstTitle' : 'connect.title')} sub={t(first ? 'connect.firstText' : 'connect.text')}>
      <ul className="doors">
        {door('import', 'file', <ButtonLink to="/connect/import" variant="primary">{t('import.choose')}</ButtonLink>, true)}
        {door('demo', 'spark', demo ? <ButtonLink to={`/${demo.id}`}>{t('connect.demo.open')}</ButtonLink> : <span className="faint small">{t('connect.demo.none')}</span>, true)}
        {door('shopify', 'bag', <Badge tone="info">{t('connect.notYet')}</Badge>, false)}
        {door('woo', 'cart', <ButtonLink to="/connect/woocommerce" variant="primary">{t('connect.woo.open')}</ButtonLink>, true)}
      </ul>
      {stores.length > 0 && (
        <section className="card">
          <ul className="letters">
            {stores.map((s) => (
              <li key={s.id}>
                <Link href={`/${s.id}`}>
                  <span className="row" style={{ justifyContent: 'space-between' }}>
                    <span className="strong bidi">{s.name}</span>
                    <span className="faint small num">
                      {t('n.customers', { count: s.counts.customers })} · {t('n.orders', { count: s.counts.orders })} · {s.currency}
                    </span>
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Page>
  );
}
