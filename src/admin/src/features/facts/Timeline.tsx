import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { Page as PageOf, TimelineItem } from '@/api/contract';
import { Button, Card } from '@/components/basics';
import { Icon, type IconName } from '@/components/Icon';
import { Empty, Failed, Skeleton } from '@/components/states';
import { type ApiError, call, query } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { isCounted, timelineDetail, timelineTitle } from '@/lib/words';

const icons: Record<string, IconName> = { order: 'bag', refund: 'bag', cart: 'cart', view: 'eye', event: 'spark', message: 'mail', reply: 'reply', consent: 'check', entered: 'segments', left: 'segments', segment: 'segments' };

/** Our own page behind a link that the service gives; nothing else becomes a link. */
function pageOf(link: string | null | undefined, kind: string, base: string): string | null {
  if (!link) return null;
  const message = /\/messages\/(\d+)/.exec(link);
  if (message) return `${base}/outbox/${message[1]}`;
  if (kind === 'entered' || kind === 'left') return `${base}/segments/${encodeURIComponent(link)}`;
  return null;
}

/** Orders, carts, views, messages and answers, newest first, by day. 5,000 orders come in pages. */
export function Timeline({ id }: { id: string }) {
  const t = useT();
  const format = useFormat();
  const { api, base } = useStore();
  const timeline = useInfiniteQuery<PageOf<TimelineItem>, ApiError, TimelineItem[], unknown[], string | null>({
    queryKey: [...`${api}/customers/${id}`.split('/'), 'timeline'],
    queryFn: ({ pageParam, signal }) => call('GET', `${api}/customers/${id}/timeline${query({ before: pageParam, limit: 50 })}`, undefined, signal),
    initialPageParam: null,
    getNextPageParam: (page) => page.next,
    select: (all) => all.pages.flatMap((p) => p.items),
    refetchInterval: 30_000,
  });
  const days = useMemo(() => {
    const byDay: [string, TimelineItem[]][] = [];
    for (const item of timeline.data ?? []) {
      const day = format.at(item.at, 'day');
      if (byDay.at(-1)?.[0] === day) byDay.at(-1)![1].push(item);
      else byDay.push([day, [item]]);
    }
    return byDay;
  }, [timeline.data, format]);
  return (
    <Card title={t('customer.timeline')}>
      {timeline.data === undefined ? (
        timeline.error ? <Failed error={timeline.error} retry={() => void timeline.refetch()} /> : <Skeleton rows={6} />
      ) : days.length === 0 ? (
        <Empty icon="clock">{t('customer.timeline.none')}</Empty>
      ) : (
        <div className="timeline">
          {days.map(([day, items], d) => (
            <section key={`${day}-${d}`} aria-label={day}>
              <h3>{day}</h3>
              <ol>
                {items.map((item, i) => {
                  const to = pageOf(item.link, item.kind, base);
                  const title = timelineTitle(t, item);
                  const detail = timelineDetail(t, item);
                  const counted = isCounted(item);
                  return (
                    <li key={i}>
                      <span className="mark">
                        <Icon name={icons[item.kind] ?? 'spark'} size={15} />
                      </span>
                      <div className="grow">
                        {to ? <Link href={to} className="strong bidi">{title}</Link> : <span className={counted ? 'strong bidi' : 'bidi'}>{title}</span>}
                        {detail && <p className={counted ? 'small quiet bidi' : 'small bidi warning'}>{detail}</p>}
                      </div>
                      {item.amount && <span className="num">{counted ? format.money(item.amount) : <s className="faint">{format.money(item.amount)}</s>}</span>}
                      <time className="faint small num" dateTime={item.at}>{format.at(item.at, 'time')}</time>
                    </li>
                  );
                })}
              </ol>
            </section>
          ))}
          {timeline.hasNextPage && <Button onClick={() => void timeline.fetchNextPage()} busy={timeline.isFetchingNextPage}>{t('do.more')}</Button>}
        </div>
      )}
    </Card>
  );
}
