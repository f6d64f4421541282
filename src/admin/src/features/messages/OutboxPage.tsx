import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { CampaignLine, MessageDetail, MessageLine, Page as PageOf } from '@/api/contract';
import { Badge, Button, Page, Segmented, type Tone } from '@/components/basics';
import { Select } from '@/components/fields';
import { Icon } from '@/components/Icon';
import { Empty, Failed, Loaded, Skeleton } from '@/components/states';
import { type ApiError, call, query, useRead } from '@/lib/api';
import { useAddressPart } from '@/lib/hooks';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { useNarrow } from '@/lib/theme';
import { campaignName, word } from '@/lib/words';

const states = ['queued', 'handingOver', 'sent', 'delivered', 'failed', 'bounced', 'dropped', 'unknown'] as const;
const tones: Record<string, Tone> = { sent: 'good', delivered: 'good', failed: 'bad', bounced: 'bad', unknown: 'warn', queued: 'info', handingOver: 'info' };

/** Each message as the customer sees it: a list, and beside it the one that is chosen. */
export default function OutboxPage({ id }: { id?: string }) {
  const t = useT();
  const { base } = useStore();
  const narrow = useNarrow();
  const [state, setState] = useAddressPart('state');
  const [campaign, setCampaign] = useAddressPart('campaign');
  const filter = query({ state, campaign });
  return (
    <Page title={t('outbox.title')} sub={t('outbox.text')} crumb={narrow && id ? { to: `${base}/outbox${filter}`, text: t('outbox.backToList') } : undefined}>
      <div className="outbox">
        {!(narrow && id) && <List id={id} {...{ state, setState, campaign, setCampaign, filter }} />}
        {id ? <One key={id} id={id} /> : !narrow && <div className="card"><Empty icon="mail">{t('outbox.pick')}</Empty></div>}
      </div>
    </Page>
  );
}

function List({ id, state, setState, campaign, setCampaign, filter }: { id?: string; state: string; setState(s: string): void; campaign: string; setCampaign(c: string): void; filter: string }) {
  const t = useT();
  const format = useFormat();
  const { api, base } = useStore();
  const campaigns = useRead<CampaignLine[] | { items: CampaignLine[] }>(`${api}/campaigns`, { staleTime: 60_000 });
  const named = (Array.isArray(campaigns.data) ? campaigns.data : campaigns.data?.items) ?? [];
  const list = useInfiniteQuery<PageOf<MessageLine>, ApiError, MessageLine[], unknown[], string | null>({
    queryKey: [...`${api}/messages`.split('/'), 'list', state, campaign],
    queryFn: ({ pageParam, signal }) => call('GET', `${api}/messages${query({ state, campaign, after: pageParam, limit: 50 })}`, undefined, signal),
    initialPageParam: null,
    getNextPageParam: (page) => page.next,
    select: (all) => all.pages.flatMap((p) => p.items),
    refetchInterval: 5_000,
    placeholderData: (old) => old,
  });
  return (
    <section className="card flush" aria-label={t('outbox.title')}>
      <div className="card-head outbox-filters">
        <Select label={t('outbox.filter.state')} hideLabel value={state} options={[['', `${t('outbox.filter.state')}: ${t('outbox.all')}`], ...states.map((s) => [s, t(`message.${s}`)] as const)]} onChange={setState} />
        <Select label={t('outbox.filter.campaign')} hideLabel value={campaign} options={[['', `${t('outbox.filter.campaign')}: ${t('outbox.all')}`], ...named.map((c) => [c.key, campaignName(t, c)] as const)]} onChange={setCampaign} />
      </div>
      <div className="card-body">
        {list.data === undefined ? (
          list.error ? <Failed error={list.error} retry={() => void list.refetch()} /> : <Skeleton rows={8} height={34} />
        ) : list.data.length === 0 ? (
          filter ? <Empty icon="search">{t('outbox.noMatch')}</Empty> : <Empty icon="mail" title={t('outbox.none.title')}>{t('outbox.none.text')}</Empty>
        ) : (
          <ul className="letters">
            {list.data.map((m) => (
              <li key={m.id}>
                <Link href={`${base}/outbox/${m.id}${filter}`} aria-current={m.id === id ? 'true' : undefined}>
                  <span className="row" style={{ justifyContent: 'space-between', flexWrap: 'nowrap' }}>
                    <span className="strong clip bidi">{m.customerName || m.address}</span>
                    <time className="faint small num" dateTime={m.createdAt}>{format.ago(m.sentAt ?? m.createdAt)}</time>
                  </span>
                  <span className="clip"><bdi>{m.subject}</bdi></span>
                  <span className="row tight">
                    <Badge tone={tones[m.state] ?? 'plain'}>{word(t, 'message', m.state)}</Badge>
                    {m.clicked ? <Badge tone="info">{t('outbox.clicked')}</Badge> : m.opened && <Badge tone="info">{t('outbox.opened')}</Badge>}
                    {m.campaignName && <span className="small faint clip bidi">{campaignName(t, { key: m.campaignKey ?? '', name: m.campaignName })}</span>}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        )}
        {list.hasNextPage && (
          <div className="row" style={{ justifyContent: 'center', padding: 12 }}>
            <Button onClick={() => void list.fetchNextPage()} busy={list.isFetchingNextPage}>{t('do.more')}</Button>
          </div>
        )}
      </div>
    </section>
  );
}

function One({ id }: { id: string }) {
  const t = useT();
  const format = useFormat();
  const { api, base } = useStore();
  const [as, setAs] = useState<'html' | 'text'>('html');
  const read = useRead<MessageDetail>(`${api}/messages/${id}`, { refetchInterval: 10_000 });
  return (
    <section className="card letter" aria-label={t('campaign.message')}>
      <Loaded read={read}>
        {({ message: m, text }) => (
          <div className="card-body stack">
            <div className="row" style={{ justifyContent: 'space-between', alignItems: 'flex-start' }}>
              <div className="grow">
                <h2><bdi>{m.subject}</bdi></h2>
                <p className="quiet small">
                  {t('outbox.to')}: <Link href={`${base}/customers/${m.customerId}`} className="bidi">{m.customerName || t('segment.noName')}</Link> <span className="ltr">{m.address}</span>
                </p>
                <p className="row tight small faint">
                  <Badge tone={tones[m.state] ?? 'plain'}>{word(t, 'message', m.state)}</Badge>
                  <span className="num">{format.at(m.sentAt ?? m.createdAt)}</span>
                  {m.opened && <span>· {t('outbox.opened')}</span>}
                  {m.clicked && <span>· {t('outbox.clicked')}</span>}
                  {m.campaignKey && (
                    <Link href={`${base}/campaigns/${encodeURIComponent(m.campaignKey)}`} className="bidi">
                      {campaignName(t, { key: m.campaignKey, name: m.campaignName ?? m.campaignKey })}
                    </Link>
                  )}
                </p>
              </div>
              <Segmented label={t('campaign.message')} value={as} options={[['html', t('outbox.html')], ['text', t('outbox.plain')]]} onChange={setAs} />
            </div>
            {m.why && (
              <p className="notice warn">
                <Icon name="warning" size={17} />
                <span className="bidi">{word(t, 'reason', m.why)}</span>
              </p>
            )}
            {as === 'html' ? (
              <iframe className="frame" sandbox="" title={t('outbox.frame')} src={`/api${api}/messages/${id}/body`} />
            ) : text ? (
              <pre className="definition plain" dir="auto">{text}</pre>
            ) : (
              <p className="quiet">{t('outbox.bodyGone')}</p>
            )}
          </div>
        )}
      </Loaded>
    </section>
  );
}
