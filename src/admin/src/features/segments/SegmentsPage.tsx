import { lazy, Suspense, useMemo, useState, useDeferredValue } from 'react';
import { Link } from 'wouter';
import type { SegmentList, SegmentView } from '@/api/contract';
import { Badge, Bar, Button, ButtonLink, Page } from '@/components/basics';
import { Sparkline } from '@/components/charts';
import { SearchBox } from '@/components/fields';
import { Empty, Loaded, Skeleton } from '@/components/states';
import { VirtualTable, type Column } from '@/components/VirtualTable';
import { useRead } from '@/lib/api';
import { useAddressPart } from '@/lib/hooks';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { useNarrow } from '@/lib/theme';
import { segmentName } from '@/lib/words';
import { Freshness } from './Freshness';
import { Tabs } from './Tabs';
import { useWords } from './texts';
import './segments.css';

const CarryDialog = lazy(() => import('./CarryDialog'));

type Group = 'own' | 'value' | 'rhythm' | 'engagement' | 'bought' | 'interested';
const rhythm = new Set(['just_ordered', 'active', 'slipping_away', 'inactive', 'lapsed', 'frequent']);
const engagement = new Set(['highly_engaged', 'moderately_engaged', 'disengaged', 'abandoned_cart']);

const groupOf = (s: SegmentView): Group =>
  !s.stock ? 'own' : s.key.startsWith('bought_from:') ? 'bought' : s.key.startsWith('interested_in:') ? 'interested' : rhythm.has(s.key) ? 'rhythm' : engagement.has(s.key) ? 'engagement' : 'value';

const MANY = 200;

export default function SegmentsPage() {
  const t = useT();
  const format = useFormat();
  const { api, base } = useStore();
  const [search, setSearch] = useAddressPart('search');
  const wanted = useDeferredValue(search.trim().toLocaleLowerCase());
  const list = useRead<SegmentList>(`${api}/segments`, { refetchInterval: 5_000 });
  const say = useWords();
  const [carry, setCarry] = useState(false);
  return (
    <Page
      title={t('segments.title')}
      sub={list.data && t('segments.subtitle', { customers: t('n.customers', { count: list.data.buyers }), amount: format.money(list.data.amountSpent, 'whole') })}
      actions={
        <>
          <Button onClick={() => setCarry(true)}>{say('carry.title')}</Button>
          <ButtonLink to={`${base}/segments/new`} icon="plus" variant="primary">
            {t('segments.new')}
          </ButtonLink>
        </>
      }
    >
      <Tabs at="all" />
      <SearchBox label={t('segments.search')} value={search} onChange={setSearch} />
      <Loaded read={list} skeleton={<div className="card"><Skeleton rows={10} height={24} /></div>}>
        {(value) => {
          const fits = value.items.filter((s) => !wanted || segmentName(t, s).toLocaleLowerCase().includes(wanted) || s.key.includes(wanted) || s.definition.toLowerCase().includes(wanted));
          if (fits.length === 0) return <div className="card"><Empty icon="search">{t('segments.none')}</Empty></div>;
          return fits.length > MANY ? <Long items={fits} /> : <Grouped items={fits} />;
        }}
      </Loaded>
      {carry && (
        <Suspense>
          <CarryDialog onClose={() => setCarry(false)} />
        </Suspense>
      )}
    </Page>
  );
}

function Grouped({ items }: { items: SegmentView[] }) {
  const t = useT();
  const groups = (['own', 'value', 'rhythm', 'engagement', 'bought', 'interested'] as const).map((g) => [g, items.filter((s) => groupOf(s) === g)] as const).filter(([, all]) => all.length > 0);
  return (
    <>
      {groups.map(([group, all]) => (
        <section key={group} className="card flush" aria-labelledby={`group-${group}`}>
          <div className="card-head">
            <h2 id={`group-${group}`}>{t(`segments.group.${group}`)}</h2>
          </div>
          <div className="card-body scroll-x">
            <table className="table segments">
              <thead>
                <tr>
                  <th scope="col">{t('segments.name')}</th>
                  <th scope="col" className="end">{t('segments.customers')}</th>
                  <th scope="col" className="only-wide">{t('segments.share')}</th>
                  <th scope="col" className="end only-wide">{t('segments.spent')}</th>
                  <th scope="col" className="only-wide">{t('segments.trend')}</th>
                  <th scope="col" className="only-wide">{t('segments.fresh')}</th>
                </tr>
              </thead>
              <tbody>
                {all.map((s) => (
                  <Line key={s.key} segment={s} />
                ))}
              </tbody>
            </table>
          </div>
        </section>
      ))}
    </>
  );
}

function Line({ segment: s }: { segment: SegmentView }) {
  const t = useT();
  const format = useFormat();
  const { base } = useStore();
  return (
    <tr>
      <td>
        <Link href={`${base}/segments/${encodeURIComponent(s.key)}`} className="row-link bidi">
          {segmentName(t, s)}
        </Link>
      </td>
      <td className="end num">
        {s.error ? <Badge tone="bad">{t('segments.error')}</Badge> : s.noData ? <Badge>{t('segments.noData')}</Badge> : format.number(s.customers)}
      </td>
      <td className="only-wide">
        {!s.noData && !s.error && (
          <span className="share">
            <Bar share={s.share} />
            <span className="num">{format.share(s.share)}</span>
          </span>
        )}
      </td>
      <td className="end num only-wide">{s.noData ? '–' : format.money(s.amountSpent, 'whole')}</td>
      <td className="only-wide">
        <Sparkline points={s.sizes} />
      </td>
      <td className="only-wide">
        <Freshness segment={s} />
      </td>
    </tr>
  );
}

/** Thousands of segments: one virtual table in place of groups. */
function Long({ items }: { items: SegmentView[] }) {
  const t = useT();
  const format = useFormat();
  const { base } = useStore();
  const narrow = useNarrow();
  const [sort, setSort] = useState<{ by: string; dir: 'asc' | 'desc' }>({ by: 'customers', dir: 'desc' });
  const rows = useMemo(() => {
    const sign = sort.dir === 'asc' ? 1 : -1;
    const named = items.map((s) => ({ s, name: segmentName(t, s) }));
    const compare = new Intl.Collator().compare;
    return named.sort((a, b) => sign * (sort.by === 'name' ? compare(a.name, b.name) : sort.by === 'share' ? a.s.share - b.s.share : a.s.customers - b.s.customers));
  }, [items, sort, t]);
  const columns: Column<(typeof rows)[number]>[] = [
    { key: 'name', title: t('segments.name'), width: 'minmax(0, 3fr)', sortable: true, cell: ({ s, name }) => <Link href={`${base}/segments/${encodeURIComponent(s.key)}`} className="strong clip bidi">{name}</Link> },
    { key: 'customers', title: t('segments.customers'), width: 'minmax(80px, 1fr)', end: true, sortable: true, cell: ({ s }) => <span className="num">{s.noData ? t('segments.noData') : format.number(s.customers)}</span> },
    { key: 'share', title: t('segments.share'), width: 'minmax(120px, 1fr)', sortable: true, onlyWide: true, cell: ({ s }) => <span className="share"><Bar share={s.share} /><span className="num">{format.share(s.share)}</span></span> },
    { key: 'trend', title: t('segments.trend'), width: '130px', onlyWide: true, cell: ({ s }) => <Sparkline points={s.sizes} /> },
  ];
  return (
    <section className="card" aria-label={t('segments.title')}>
      <div className="card-head">
        <h2>{t('n.segments', { count: items.length })}</h2>
      </div>
      <VirtualTable
        label={t('segments.title')}
        rows={rows}
        total={rows.length}
        columns={columns}
        rowKey={(r) => r.s.key}
        narrow={narrow}
        rowHeight={44}
        sort={sort}
        onSort={(by) => setSort({ by, dir: sort.by === by && sort.dir === 'desc' ? 'asc' : 'desc' })}
      />
    </section>
  );
}
