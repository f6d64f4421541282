import { Link } from 'wouter';
import type { HomeView } from '@/api/contract';
import { ButtonLink, Card, Notice, Page, Stat } from '@/components/basics';
import { LineChart } from '@/components/charts';
import { Icon } from '@/components/Icon';
import { Empty, Loaded, Skeleton } from '@/components/states';
import { useRead } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { isZero } from '@/lib/money';
import { useFormat, useStore } from '@/lib/store';
import { needDetail, needTitle, segmentName } from '@/lib/words';

/** The few numbers that matter, each opening into who; what went out today and what came of it; what needs the merchant. */
export default function HomePage() {
  const { api, store, base, ahead } = useStore();
  const format = useFormat();
  const home = useRead<HomeView>(`${api}/home`, { refetchInterval: 5_000 });
  return (
    <Page title={store.name} sub={format.at(new Date(Date.now() + ahead).toISOString(), 'long')}>
      <Loaded read={home} skeleton={<HomeSkeleton />}>
        {(view) => (view.customers === 0 && store.counts.orders === 0 ? <Nobody base={base} /> : <There view={view} />)}
      </Loaded>
    </Page>
  );
}

function There({ view }: { view: HomeView }) {
  const t = useT();
  const format = useFormat();
  const { base } = useStore();
  const share = (part: number) => (view.customers ? t('home.share', { share: format.share(part / view.customers) }) : undefined);
  const { today } = view;
  const quietDay = today.sent + today.opened + today.clicked + today.orders === 0 && isZero(today.revenue);
  return (
    <>
      <section className="stats" aria-label={t('home.title')}>
        <Stat label={t('home.customers')} value={format.number(view.customers)} to={`${base}/customers`} />
        <Stat label={t('home.active')} value={format.number(view.active)} hint={share(view.active)} to={`${base}/segments/active`} />
        <Stat label={t('home.slipping')} value={format.number(view.slippingAway)} hint={share(view.slippingAway)} to={`${base}/segments/slipping_away`} />
        <Stat label={t('home.revenue')} value={format.money(view.campaignRevenue, 'whole')} hint={t('home.revenue.hint')} to={`${base}/people?outcome=ordered`} />
        <Stat label={t('home.optOuts')} value={format.number(view.optOuts)} to={`${base}/people?outcome=optedOut`} />
      </section>
      {view.outOfRate > 0 && <Notice tone="warn">{t('home.outOfRate', { count: view.outOfRate })}</Notice>}
      <div className="split">
        <Card title={t('home.sizes')}>
          {view.sizes.some((s) => s.points.length > 0) ? (
            <LineChart label={t('home.sizes')} series={view.sizes.slice(0, 5).map((s) => ({ ...s, name: segmentName(t, s) }))} height={280} />
          ) : (
            <Empty icon="clock">{t('home.sizes.none')}</Empty>
          )}
        </Card>
        <div className="stack">
          <Card title={t('home.today')}>
            {quietDay ? (
              <p className="quiet">{t('home.today.none')}</p>
            ) : (
              <dl className="ledger">
                {(
                  [
                    ['home.today.sent', 'sent', format.number(today.sent)],
                    ['home.today.opened', 'opened', format.number(today.opened)],
                    ['home.today.clicked', 'clicked', format.number(today.clicked)],
                    ['home.today.orders', 'ordered', format.number(today.orders)],
                    ['home.today.revenue', 'ordered', format.money(today.revenue)],
                  ] as const
                ).map(([key, outcome, value]) => (
                  <div key={key}>
                    <dt>{t(key)}</dt>
                    <dd className="num"><Link href={`${base}/people?outcome=${outcome}&when=today`}>{value}</Link></dd>
                  </div>
                ))}
              </dl>
            )}
          </Card>
          <Card title={t('home.needs')}>
            {view.needs.length === 0 ? (
              <p className="quiet row tight">
                <Icon name="check" size={16} />
                {t('home.needs.none')}
              </p>
            ) : (
              <ul className="needs">
                {view.needs.map((need, i) => (
                  <li key={i}>
                    <i className="dot" data-kind={need.kind} aria-hidden="true" />
                    <div className="grow">
                      {need.link ? (
                        <Link href={pageOf(need.link, base)} className="strong">
                          {needTitle(t, need)}
                        </Link>
                      ) : (
                        <strong>{needTitle(t, need)}</strong>
                      )}
                      {need.detail && <p className="small quiet" dir="auto">{needDetail(t, need, (iso) => format.at(iso, 'moment'))}</p>}
                    </div>
                  </li>
                ))}
              </ul>
            )}
          </Card>
        </div>
      </div>
    </>
  );
}

/** The service names places by its own words; ours are the same but for two. */
const pageOf = (link: string, base: string) => (link === 'imports' ? `/connect/import?store=${base.slice(1)}` : `${base}/${link.replace(/^\//, '').replace(/^messages/, 'outbox')}`);

function Nobody({ base }: { base: string }) {
  const t = useT();
  return (
    <Card>
      <Empty icon="bag" title={t('home.empty.title')} actions={<ButtonLink to={`/connect/import?store=${base.slice(1)}`} variant="primary">{t('home.empty.do')}</ButtonLink>}>
        {t('home.empty.text')}
      </Empty>
    </Card>
  );
}

const HomeSkeleton = () => (
  <>
    <div className="stats">
      {[0, 1, 2, 3, 4].map((i) => (
        <div key={i} className="stat" style={{ minBlockSize: 92 }}>
          <div className="skeleton" style={{ inlineSize: 70 }} />
          <div className="skeleton" style={{ blockSize: 28, inlineSize: 96, marginBlockStart: 6 }} />
        </div>
      ))}
    </div>
    <div className="split">
      <div className="card" style={{ minBlockSize: 372 }}>
        <Skeleton rows={3} />
      </div>
      <div className="card">
        <Skeleton rows={5} />
      </div>
    </div>
  </>
);
