import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { Link } from 'wouter';
import type { CustomerListItem, Page as PageOf } from '@/api/contract';
import { Page } from '@/components/basics';
import { SearchBox } from '@/components/fields';
import { Empty, Failed, Skeleton } from '@/components/states';
import { VirtualTable, type Column } from '@/components/VirtualTable';
import { type ApiError, call, query } from '@/lib/api';
import { useAddressPart, useSettled } from '@/lib/hooks';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { useNarrow } from '@/lib/theme';

export default function CustomersPage() {
  const t = useT();
  const format = useFormat();
  const narrow = useNarrow();
  const { api, base } = useStore();
  const client = useQueryClient();
  const [search, setSearch] = useAddressPart('search');
  const [by, setBy] = useAddressPart('sort', 'lastOrderAt');
  const [dir, setDir] = useAddressPart('dir', 'desc');
  const wanted = useSettled(search.trim());
  const key = [...`${api}/customers`.split('/'), 'list', wanted, by, dir];
  const list = useInfiniteQuery<PageOf<CustomerListItem>, ApiError, CustomerListItem[], unknown[], string | null>({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => call('GET', `${api}/customers${query({ search: wanted, sort: by, dir, after: pageParam, limit: 100 })}`, undefined, signal),
    initialPageParam: null,
    getNextPageParam: (page) => page.next,
    select: (all) => all.pages.flatMap((p) => p.items),
    placeholderData: (old) => old,
    staleTime: 15_000,
  });
  const total = client.getQueryData<{ pages: PageOf<CustomerListItem>[] }>(key)?.pages[0]?.total ?? list.data?.length ?? 0;
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);

  const columns: Column<CustomerListItem>[] = [
    {
      key: 'name', title: t('segment.col.name'), width: 'minmax(0, 2.4fr)', sortable: true,
      cell: (c) => (
        <div className="two">
          <Link href={`${base}/customers/${c.id}`} className="strong clip bidi">{c.name || c.email || c.phone || t('segment.noName')}</Link>
          <span className="faint small clip ltr">{c.email ?? c.phone ?? t('customer.noEmail')}</span>
        </div>
      ),
    },
    { key: 'country', title: t('segment.col.country'), width: 'minmax(0, 1.2fr)', onlyWide: true, cell: (c) => <div className="clip">{format.country(c.country)}</div> },
    { key: 'orders', title: t('segment.col.orders'), width: 'minmax(70px, 0.7fr)', end: true, sortable: true, onlyWide: true, cell: (c) => <span className="num">{format.number(c.orders)}</span> },
    { key: 'amountSpent', title: t('segment.col.spent'), width: 'minmax(96px, 1.1fr)', end: true, sortable: true, cell: (c) => <span className="num">{format.money(c.amountSpent)}</span> },
    { key: 'lastOrderAt', title: t('segment.col.last'), width: 'minmax(0, 1.1fr)', sortable: true, onlyWide: true, cell: (c) => <div className="clip num">{format.at(c.lastOrderAt, 'day')}</div> },
  ];

  return (
    <Page title={t('customers.title')} sub={list.data && t('n.customers', { count: total })}>
      <SearchBox label={t('customers.search')} value={search} onChange={setSearch} />
      <section className="card" aria-label={t('customers.title')}>
        {list.data === undefined ? (
          list.error ? <Failed error={list.error} retry={() => void list.refetch()} /> : <Skeleton rows={10} height={30} />
        ) : list.data.length === 0 ? (
          <Empty icon="customers">{wanted ? t('customers.noMatch', { search: wanted }) : t('customers.none')}</Empty>
        ) : (
          <VirtualTable
            label={t('customers.title')}
            rows={list.data}
            total={total}
            columns={columns}
            rowKey={(c) => c.id}
            narrow={narrow}
            sort={{ by, dir: dir === 'asc' ? 'asc' : 'desc' }}
            onSort={(next) => {
              if (next === by) setDir(dir === 'desc' ? 'asc' : 'desc');
              else setBy(next);
            }}
            onEnd={more}
          />
        )}
      </section>
    </Page>
  );
}
