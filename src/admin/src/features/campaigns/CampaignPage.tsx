import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { CampaignDetail, CampaignLine, CampaignPerson, PeoplePage } from '@/api/contract';
import { Badge, Button, Card, Page, Segmented } from '@/components/basics';
import { Select, TextField } from '@/components/fields';
import { Empty, Failed, Loaded, Skeleton } from '@/components/states';
import { useToasts } from '@/components/toast';
import { type ApiError, call, query, useRead } from '@/lib/api';
import { useAddressPart } from '@/lib/hooks';
import { useI18n, useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { useNarrow } from '@/lib/theme';
import { campaignName, recipeText, segmentName, word } from '@/lib/words';
import { Backfill } from './Backfill';
import { isOn, OnOff } from './OnOff';
import { Preview } from './Preview';
import { OfferCard } from './OfferCard';
import { Texts } from './Texts';

const outcomes = ['sent', 'opened', 'clicked', 'ordered', 'skipped', 'optedOut'] as const;
type Outcome = (typeof outcomes)[number];

export default function CampaignPage({ campaign: key }: { campaign: string }) {
  const t = useT();
  const { api, base } = useStore();
  const client = useQueryClient();
  const path = `${api}/campaigns/${encodeURIComponent(key)}`;
  const read = useRead<CampaignDetail>(path, { refetchInterval: 10_000 });
  const c = read.data?.campaign;
  const reread = () => void client.invalidateQueries({ queryKey: `${api}/campaigns`.split('/') });
  return (
    <Page
      title={<span className="bidi">{c ? campaignName(t, c) : key}</span>}
      sub={c && (recipeText(t, c.key) ?? (c.segmentKey && t('campaigns.to', { segment: segmentName(t, { key: c.segmentKey, name: c.segmentKey }) })))}
      crumb={{ to: `${base}/campaigns`, text: t('campaigns.title') }}
      actions={
        c && (
          <>
            <Badge tone={isOn(c) ? 'good' : 'plain'}>{word(t, 'campaign.state', c.state)}</Badge>
            <OnOff campaign={c} onChanged={reread} />
          </>
        )
      }
    >
      <Loaded read={read} skeleton={<div className="card"><Skeleton rows={5} /></div>}>
        {(detail) => (
          <>
            <Funnel view={detail.campaign} />
            {detail.campaign.kind === 'automation' && !isOn(detail.campaign) && <Backfill campaign={detail.campaign} onChanged={reread} />}
            <div className="grid-2">
              <Card title={t('campaigns.preview')} actions={<SendTest path={path} />}>
                <Preview campaign={key} steps={detail.steps.map((x) => x.step)} />
              </Card>
              <div className="stack" style={{ alignContent: 'start' }}>
                <Card title={t('campaign.templates')}>
                  <Texts key={detail.version} detail={detail} path={path} onSaved={reread} />
                </Card>
                <OfferCard key={detail.version} detail={detail} path={path} onSaved={reread} />
              </div>
            </div>
            <People path={path} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Funnel({ view }: { view: CampaignLine }) {
  const t = useT();
  const format = useFormat();
  const of = (n: number) => (view.sent ? n / view.sent : 0);
  const steps = [
    ['campaigns.sent', view.sent, 1],
    ['campaigns.opened', view.opened, of(view.opened)],
    ['campaigns.clicked', view.clicked, of(view.clicked)],
    ['campaigns.orders', view.orders, of(view.orders)],
  ] as const;
  return (
    <Card title={t('campaign.funnel')}>
      <ul className="funnel">
        {steps.map(([key, value, share]) => (
          <li key={key}>
            <span className="quiet small">{t(key)}</span>
            <span className="value">
              {format.number(value)} {key !== 'campaigns.sent' && view.sent > 0 && <span className="faint small">{format.share(share)}</span>}
            </span>
            <span className="bar" aria-hidden="true">
              <span style={{ inlineSize: `${view.sent ? share * 100 : 0}%` }} />
            </span>
          </li>
        ))}
        <li>
          <span className="quiet small">{t('campaigns.revenue')}</span>
          <span className="value">{format.money(view.revenue, 'whole')}</span>
        </li>
        <li>
          <span className="quiet small">{t('campaigns.optOuts')}</span>
          <span className="value">{format.number(view.optOuts)}</span>
        </li>
      </ul>
    </Card>
  );
}

function People({ path }: { path: string }) {
  // The reason is said in every language; what the service adds to it is English.
  const { t, language } = useI18n();
  const narrow = useNarrow();
  const format = useFormat();
  const { base } = useStore();
  const [outcome, setOutcome] = useAddressPart('outcome', 'sent');
  const [reason, setReason] = useAddressPart('reason');
  const client = useQueryClient();
  const key = [...path.split('/'), 'people', outcome, outcome === 'skipped' ? reason : ''];
  const people = useInfiniteQuery<PeoplePage, ApiError, CampaignPerson[], unknown[], string | null>({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => call('GET', `${path}/people${query({ outcome, reason: outcome === 'skipped' ? reason : '', after: pageParam })}`, undefined, signal),
    initialPageParam: null,
    getNextPageParam: (page) => page.next,
    select: (all) => all.pages.flatMap((p) => p.items),
  });
  const reasons = client.getQueryData<{ pages: PeoplePage[] }>(key)?.pages[0]?.reasons ?? [];
  return (
    <section className="card flush" aria-labelledby="people">
      <div className="card-head">
        <h2 id="people">{t('campaign.people')}</h2>
        <Segmented label={t('campaign.people')} value={outcome as Outcome} options={outcomes.map((o) => [o, t(`campaign.outcome.${o}`)] as const)} onChange={setOutcome} />
      </div>
      {outcome === 'skipped' && reasons.length > 0 && (
        <div className="card-head" style={{ maxInlineSize: 420 }}>
          <Select label={t('campaign.reason')} hideLabel value={reason} options={[['', t('campaign.skipped.all')], ...reasons.map((r) => [r.reason, `${word(t, 'reason', r.reason)} (${format.number(r.count)})`] as const)]} onChange={setReason} />
        </div>
      )}
      <div className="card-body scroll-x">
        {people.data === undefined ? (
          people.error ? <Failed error={people.error} retry={() => void people.refetch()} /> : <Skeleton rows={4} />
        ) : people.data.length === 0 ? (
          <Empty icon="customers">{t('campaign.people.none')}</Empty>
        ) : (
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('segment.col.name')}</th>
                <th scope="col">{t('campaign.when')}</th>
                {outcome === 'skipped' && <th scope="col">{t('campaign.reason')}</th>}
                <th scope="col" className="end"><span className="hidden-label">{t('campaign.message')}</span></th>
              </tr>
            </thead>
            <tbody>
              {people.data.map((p, i) => (
                <tr key={`${p.customerId}-${i}`}>
                  <td><Link href={`${base}/customers/${p.customerId}`} className="row-link bidi">{p.name || t('segment.noName')}</Link></td>
                  <td className="num">{format.at(p.at, narrow ? 'shortDay' : 'moment')}</td>
                  {outcome === 'skipped' && <td>{word(t, 'reason', p.reason)}{language === 'en' && p.detail && <div className="small faint bidi">{p.detail}</div>}</td>}
                  <td className="end">{p.messageId && <Link href={`${base}/outbox/${p.messageId}`}>{t('campaign.message')}</Link>}</td>
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
  );
}

function SendTest({ path }: { path: string }) {
  const t = useT();
  const toasts = useToasts();
  const [open, setOpen] = useState(false);
  const [address, setAddress] = useState('');
  if (!open) return <Button small icon="mail" onClick={() => setOpen(true)}>{t('campaign.test')}</Button>;
  return (
    <form
      className="row"
      onSubmit={(e) => {
        e.preventDefault();
        void call('POST', `${path}/test`, { address }).then(
          () => (toasts.say(t('campaign.test.sent', { address })), setOpen(false)),
          (error: ApiError) => toasts.say(t('state.notSaved', { reason: error.message }), { tone: 'bad' }),
        );
      }}
    >
      <TextField label={<span className="hidden-label">{t('campaign.test.address')}</span>} type="email" required placeholder={t('campaign.test.address')} value={address} onChange={setAddress} autoFocus dir="ltr" />
      <Button small type="submit" variant="primary">{t('campaign.test')}</Button>
    </form>
  );
}
