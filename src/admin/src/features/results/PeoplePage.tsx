import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { CampaignPerson, PeoplePage as Answer } from '@/api/contract';
import { Button, Page, Segmented } from '@/components/basics';
import { Select } from '@/components/fields';
import { Empty, Failed, Skeleton } from '@/components/states';
import { type ApiError, call, query } from '@/lib/api';
import { useAddressPart } from '@/lib/hooks';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { useNarrow } from '@/lib/theme';
import { campaignName, word } from '@/lib/words';

const outcomes = ['sent', 'opened', 'clicked', 'ordered', 'skipped', 'optedOut'] as const;
type Outcome = (typeof outcomes)[number];

/** Who is behind a number of the home page, over all campaigns, and by what message or reason. */
export default function PeoplePage() {
  const t = useT();
  const format = useFormat();
  const narrow = useNarrow();
  const { api, base } = useStore();
  const [asked, setOutcome] = useAddressPart('outcome', 'sent');
  const outcome = (outcomes as readonly string[]).includes(asked) ? (asked as Outcome) : 'sent';
  const [when, setWhen] = useAddressPart('when', 'all');
  const [reason, setReason] = useAddressPart('reason');
  const client = useQueryClient();
  const key = [...`${api}/people`.split('/'), outcome, when, outcome === 'skipped' ? reason : ''];
  const people = useInfiniteQuery<Answer, ApiError, CampaignPerson[], unknown[], string | null>({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => call('GET', `${api}/people${query({ outcome, today: when === 'today' ? 'true' : '', reason: outcome === 'skipped' ? reason : '', after: pageParam })}`, undefined, signal),
    initialPageParam: null,
    getNextPageParam: (page) => page.next,
    select: (all) => all.pages.flatMap((p) => p.items),
    placeholderData: (old) => old,
  });
  const first = client.getQueryData<{ pages: Answer[] }>(key)?.pages[0];
  return (
    <Page title={t(`campaign.outcome.${outcome}`)} sub={first && t('n.times', { count: first.total })} crumb={{ to: base, text: t('home.title') }}>
      <div className="row">
        <Segmented label={t('campaign.people')} value={outcome} options={outcomes.map((o) => [o, t(`campaign.outcome.${o}`)] as const)} onChange={setOutcome} />
        <Segmented label={t('people.when')} value={when === 'today' ? 'today' : 'all'} options={[['all', t('people.when.all')], ['today', t('home.today')]] as const} onChange={setWhen} />
        {outcome === 'skipped' && (first?.reasons?.length ?? 0) > 0 && (
          <div style={{ inlineSize: 260 }}>
            <Select label={t('campaign.reason')} hideLabel value={reason} options={[['', t('campaign.skipped.all')], ...first!.reasons!.map((r) => [r.reason, `${word(t, 'reason', r.reason)} (${format.number(r.count)})`] as const)]} onChange={setReason} />
          </div>
        )}
      </div>
      <section className="card flush" aria-label={t('campaign.people')}>
        <div className="card-body scroll-x">
          {people.data === undefined ? (
            people.error ? <Failed error={people.error} retry={() => void people.refetch()} /> : <Skeleton rows={8} height={22} />
          ) : people.data.length === 0 ? (
            <Empty icon="customers">{t('campaign.people.none')}</Empty>
          ) : (
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('segment.col.name')}</th>
                  <th scope="col" className="only-wide">{t('outbox.filter.campaign')}</th>
                  <th scope="col">{t('campaign.when')}</th>
                  {outcome === 'skipped' && <th scope="col" className="only-wide">{t('campaign.reason')}</th>}
                  {outcome === 'ordered' && <th scope="col" className="end">{t('campaigns.revenue')}</th>}
                  {outcome !== 'skipped' && <th scope="col" className="end only-wide"><span className="hidden-label">{t('campaign.message')}</span></th>}
                </tr>
              </thead>
              <tbody>
                {people.data.map((p, i) => (
                  <tr key={`${p.customerId}-${i}`}>
                    <td>
                      <Link href={`${base}/customers/${p.customerId}`} className="row-link bidi">{p.name || t('segment.noName')}</Link>
                      <div className="small faint only-narrow">{outcome === 'skipped' ? word(t, 'reason', p.reason) : p.campaignKey && campaignName(t, { key: p.campaignKey, name: p.campaignName ?? p.campaignKey })}</div>
                    </td>
                    <td className="only-wide">{p.campaignKey ? <Link href={`${base}/campaigns/${encodeURIComponent(p.campaignKey)}`} className="bidi">{campaignName(t, { key: p.campaignKey, name: p.campaignName ?? p.campaignKey })}</Link> : '–'}</td>
                    <td className="num">{format.at(p.at, narrow ? 'shortDay' : 'moment')}</td>
                    {outcome === 'skipped' && <td className="only-wide">{word(t, 'reason', p.reason)}</td>}
                    {outcome === 'ordered' && <td className="end num">{format.money(p.amount)}</td>}
                    {outcome !== 'skipped' && <td className="end only-wide">{p.messageId && <Link href={`${base}/outbox/${p.messageId}`}>{t('campaign.message')}</Link>}</td>}
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {people.hasNextPage && (
            <div className="row" style={{ justifyContent: 'center', padding: 12 }}>
              <Button onClick={() => void people.fetchNextPage()} busy={people.isFetchingNextPage}>{t('do.more')}</Button>
            </div>
          )}
        </div>
      </section>
    </Page>
  );
}
