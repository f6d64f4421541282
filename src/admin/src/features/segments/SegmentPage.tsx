import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { Link, useLocation } from 'wouter';
import type { Member, Page as PageOf, SegmentView } from '@/api/contract';
import { Badge, Button, ButtonLink, Card, DownloadLink, Notice, Page, Stat } from '@/components/basics';
import { LineChart } from '@/components/charts';
import { SearchBox } from '@/components/fields';
import { Empty, Failed, Loaded, Skeleton } from '@/components/states';
import { useToasts } from '@/components/toast';
import { VirtualTable, type Column } from '@/components/VirtualTable';
import { type ApiError, call, query, useRead } from '@/lib/api';
import { useAddressPart, useSettled } from '@/lib/hooks';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { useNarrow } from '@/lib/theme';
import { segmentName, whyText } from '@/lib/words';
import { Freshness } from './Freshness';
import { PastCard } from './PastCard';
import { useWords } from './texts';
import './segments.css';

export default function SegmentPage({ segment: key }: { segment: string }) {
  const t = useT();
  const { api, base } = useStore();
  const path = `${api}/segments/${encodeURIComponent(key)}`;
  const segment = useRead<SegmentView>(path, { refetchInterval: 5_000 });
  const toasts = useToasts();
  const client = useQueryClient();
  const [, go] = useLocation();
  const s = segment.data;
  const name = s ? segmentName(t, s) : key;

  const remove = () => {
    go(`${base}/segments`);
    toasts.soon(
      t('segment.deleted', { name }),
      () => void call('DELETE', path).then(
        () => client.invalidateQueries({ queryKey: `${api}/segments`.split('/') }),
        (e: ApiError) => toasts.say(t('state.notSaved', { reason: e.message }), { tone: 'bad' }),
      ),
      () => go(`${base}/segments/${encodeURIComponent(key)}`),
    );
  };

  return (
    <Page
      title={<span className="bidi">{name}</span>}
      sub={s?.description}
      crumb={{ to: `${base}/segments`, text: t('segments.title') }}
      actions={
        s && (
          <>
            {!s.stock && <Button variant="plain" className="danger" onClick={remove}>{t('do.delete')}</Button>}
            {s.stock ? (
              <ButtonLink to={`${base}/segments/new?copy=${encodeURIComponent(key)}`}>{t('do.copy')}</ButtonLink>
            ) : (
              <ButtonLink to={`${base}/segments/${encodeURIComponent(key)}/change`}>{t('do.edit')}</ButtonLink>
            )}
            <DownloadLink href={`/api${path}/export`}>{t('do.export')}</DownloadLink>
            <ButtonLink to={`${base}/campaigns/new?segment=${encodeURIComponent(key)}`} variant="primary" icon="campaigns">
              {t('segment.write')}
            </ButtonLink>
          </>
        )
      }
    >
      <Loaded read={segment} skeleton={<div className="card"><Skeleton rows={4} /></div>}>
        {(view) => <Figures view={view} />}
      </Loaded>
      {s && !s.noData && !s.error && <Members path={path} segment={key} />}
      {s && !s.noData && !s.error && <PastCard path={path} segment={key} />}
    </Page>
  );
}

function Figures({ view }: { view: SegmentView }) {
  const t = useT();
  const format = useFormat();
  return (
    <>
      {view.error && <Notice tone="bad">{view.error}</Notice>}
      {view.noData && <Notice>{t('segments.noData.text')}</Notice>}
      <section className="stats" aria-label={view.name}>
        <Stat label={t('segments.customers')} value={view.noData ? '–' : format.number(view.customers)} hint={<Freshness segment={view} />} />
        <Stat label={t('segments.spent')} value={view.noData ? '–' : format.money(view.amountSpent, 'whole')} />
        <Stat label={t('segments.share')} value={view.noData ? '–' : format.share(view.share)} />
      </section>
      <div className="grid-2">
        <Card title={t('segment.definition')} actions={<Badge>{t(view.stock ? 'segments.stock' : 'segments.own')}</Badge>}>
          <pre className="definition" tabIndex={0}>
            <code>{view.definition}</code>
          </pre>
        </Card>
        <Card title={t('segment.sizes')}>
          {view.sizes.length > 0 ? (
            <LineChart label={t('chart.label', { value: format.number(view.customers) })} series={[{ key: view.key, name: segmentName(t, view), points: view.sizes }]} height={170} />
          ) : (
            <Empty icon="clock">{t('home.sizes.none')}</Empty>
          )}
        </Card>
      </div>
    </>
  );
}

function Members({ path, segment }: { path: string; segment: string }) {
  const t = useT();
  const say = useWords();
  const format = useFormat();
  const narrow = useNarrow();
  const { base } = useStore();
  const [search, setSearch] = useAddressPart('search');
  const [by, setBy] = useAddressPart('sort', 'amountSpent');
  const [dir, setDir] = useAddressPart('dir', 'desc');
  const wanted = useSettled(search.trim());
  const sort = { by, dir: dir === 'asc' ? ('asc' as const) : ('desc' as const) };
  const members = useInfiniteQuery<PageOf<Member>, ApiError, Member[], unknown[], string | null>({
    queryKey: [...path.split('/'), 'members', wanted, by, dir],
    queryFn: ({ pageParam, signal }) => call('GET', `${path}/members${query({ search: wanted, sort: by, dir, after: pageParam, limit: 100 })}`, undefined, signal),
    initialPageParam: null,
    getNextPageParam: (page) => page.next,
    select: (all) => all.pages.flatMap((p) => p.items),
    placeholderData: (old) => old,
    staleTime: 30_000,
  });
  const client = useQueryClient();
  const pages = client.getQueryData<{ pages: PageOf<Member>[] }>([...path.split('/'), 'members', wanted, by, dir]);
  const total = pages?.pages[0]?.total ?? members.data?.length ?? 0;
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = members;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);

  const columns = useMemo<Column<Member>[]>(
    () => [
      {
        key: 'name', title: t('segment.col.name'), width: 'minmax(0, 2.4fr)', sortable: true,
        cell: (m) => (
          <div className="two">
            <Link href={`${base}/customers/${m.customerId}`} className="strong clip bidi">{m.name || m.email || t('segment.noName')}</Link>
            <span className="faint small clip ltr">{m.email ?? m.phone ?? t('customer.noEmail')}</span>
          </div>
        ),
      },
      { key: 'country', title: t('segment.col.country'), width: 'minmax(0, 1fr)', onlyWide: true, cell: (m) => <div className="clip">{format.country(m.country)}</div> },
      { key: 'orders', title: t('segment.col.orders'), width: 'minmax(70px, 0.7fr)', end: true, sortable: true, onlyWide: true, cell: (m) => <span className="num">{format.number(m.orders)}</span> },
      { key: 'amountSpent', title: t('segment.col.spent'), width: 'minmax(96px, 1.1fr)', end: true, sortable: true, cell: (m) => <span className="num">{format.money(m.amountSpent)}</span> },
      { key: 'lastOrderAt', title: t('segment.col.last'), width: 'minmax(0, 1fr)', sortable: true, onlyWide: true, cell: (m) => <div className="clip num">{format.at(m.lastOrderAt, 'day')}</div> },
      { key: 'since', title: t('segment.col.since'), width: 'minmax(0, 1.1fr)', sortable: true, onlyWide: true, cell: (m) => <div className="two"><span className="clip num">{format.at(m.since, 'day')}</span>{m.why && <span className="faint small clip">{whyText(t, m)}</span>}</div> },
      { key: 'explain', title: '', width: '76px', end: true, onlyWide: true, cell: (m) => <Link className="small" href={`${base}/segments/explain?segment=${encodeURIComponent(segment)}&customer=${m.customerId}`} aria-label={say('explain.why', { name: m.name || m.email || t('segment.noName') })}>{t('customer.why')}</Link> },
    ],
    [t, say, format, base, segment],
  );

  return (
    <section className="card" aria-labelledby="members">
      <div className="card-head">
        <h2 id="members">
          {t('segment.members')} <span className="faint num">{format.number(total)}</span>
        </h2>
        <SearchBox label={t('segment.searchMembers')} value={search} onChange={setSearch} />
      </div>
      {members.data === undefined ? (
        members.error ? <Failed error={members.error} retry={() => void members.refetch()} /> : <Skeleton rows={8} height={26} />
      ) : members.data.length === 0 ? (
        <Empty icon="customers">{wanted ? t('segment.noMatch') : t('segment.noMembers')}</Empty>
      ) : (
        <VirtualTable
          label={t('segment.members')}
          rows={members.data}
          total={total}
          columns={columns}
          rowKey={(m) => m.customerId}
          narrow={narrow}
          sort={sort}
          onSort={(next) => {
            if (next === by) setDir(dir === 'desc' ? 'asc' : 'desc');
            else setBy(next);
          }}
          onEnd={more}
        />
      )}
    </section>
  );
}
