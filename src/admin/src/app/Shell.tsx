import { lazy, Suspense, useEffect, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { StoreView } from '@/api/contract';
import { Icon, type IconName } from '@/components/Icon';
import { Select } from '@/components/fields';
import { useOnline } from '@/lib/hooks';
import { useI18n, type Key } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';

const Preferences = lazy(() => import('./Preferences'));

const places: [path: string, key: Key, icon: IconName][] = [
  ['', 'nav.home', 'home'],
  ['/segments', 'nav.segments', 'segments'],
  ['/campaigns', 'nav.campaigns', 'campaigns'],
  ['/customers', 'nav.customers', 'customers'],
  ['/outbox', 'nav.outbox', 'outbox'],
  ['/in-step', 'nav.inStep', 'clock'],
  ['/settings', 'nav.settings', 'settings'],
];

/** Only a connected store is kept in step. */
const shown = (path: string, store: StoreView) => path !== '/in-step' || store.platform === 'wooCommerce' || store.platform === 'shopify';

export function Shell({ stores, current, stale, children }: { stores: StoreView[]; current?: StoreView; stale?: boolean; children: ReactNode }) {
  const { t } = useI18n();
  const [path, go] = useLocation();
  const online = useOnline();
  const base = current ? `/${current.id}` : '';
  const here = places.findLast(([p]) => path === base + p || (p && path.startsWith(`${base}${p}/`)));

  useEffect(() => {
    const place = path.startsWith('/connect') ? t('connect.title') : here ? (t as (k: Key) => string)(here[1]) : '';
    document.title = [place, current?.name, 'Comeback'].filter(Boolean).join(' · ');
  }, [here, path, current?.name, t]);

  return (
    <>
      <a href="#content" className="button primary skip">
        {t('app.skip')}
      </a>
      <div className="shell">
        <div className="rail">
          <Link href={base || '/'} className="brand" aria-label="Comeback">
            <img src="/admin/mark.svg" alt="" />
            <span>Comeback</span>
          </Link>
          <div className="switcher">
            <Select
              label={t('app.store')}
              hideLabel
              value={current?.id ?? ''}
              options={[...(current ? [] : [['', t('connect.title')] as const]), ...stores.map((s) => [s.id, s.name] as const), ...(current ? [['+', t('app.addStore')] as const] : [])]}
              onChange={(id) => id && go(id === '+' ? '/connect' : `/${id}`)}
            />
          </div>
          {current && (
            <nav className="nav" aria-label={t('app.navigation')}>
              {places.filter((place) => shown(place[0], current)).map((place) => (
                <Link key={place[0]} href={base + place[0]} aria-current={place === here ? 'page' : undefined}>
                  <Icon name={place[2]} />
                  <span>{(t as (k: Key) => string)(place[1])}</span>
                </Link>
              ))}
            </nav>
          )}
          <div className="rail-foot">
            {current?.platform === 'demo' && <Clock />}
            <Suspense fallback={<span style={{ blockSize: 34 }} />}>
              <Preferences />
            </Suspense>
          </div>
        </div>
        <main className="main" id="content" tabIndex={-1}>
          {(!online || stale) && (
            <div className="banner" role="status">
              {t('state.offline.banner')}
            </div>
          )}
          {children}
        </main>
      </div>
    </>
  );
}

/** The demo store's own time, which may run faster than ours. */
function Clock() {
  const format = useFormat();
  const { ahead } = useStore();
  return (
    <span className="clock num row tight">
      <Icon name="clock" size={14} />
      {format.at(new Date(Date.now() + ahead).toISOString())}
    </span>
  );
}
