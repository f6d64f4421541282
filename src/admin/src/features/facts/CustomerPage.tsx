import { lazy, Suspense, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { CustomerDetail } from '@/api/contract';
import { Badge, Button, ButtonLink, Card, Page, type Tone } from '@/components/basics';
import { Loaded, Skeleton } from '@/components/states';
import { useRead } from '@/lib/api';
import { useT, type Key } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { segmentName, whyText, word } from '@/lib/words';
import { Timeline } from './Timeline';

const WhyDialog = lazy(() => import('./WhyDialog'));

const tones: Record<string, Tone> = { active: 'good', just_ordered: 'good', slipping_away: 'warn', inactive: 'plain' };

export default function CustomerPage({ id, privacy }: { id: string; privacy(name: string): ReactNode }) {
  const t = useT();
  const { api, base } = useStore();
  const read = useRead<CustomerDetail>(`${api}/customers/${id}`, { refetchInterval: 10_000 });
  const p = read.data?.profile;
  const name = p ? p.name || p.email || p.phone || t('segment.noName') : '';
  return (
    <Page
      title={<span className="bidi">{name || '…'}</span>}
      crumb={{ to: `${base}/customers`, text: t('customers.title') }}
      sub={p && <Contact detail={read.data!} />}
      actions={
        read.data && (
          <>
            {p!.notAShopper && <Badge tone="warn">{t('customer.notAShopper')}</Badge>}
            {read.data.facts.lifecycle && <Badge tone={tones[read.data.facts.lifecycle] ?? 'plain'}>{word(t, 'lifecycle', read.data.facts.lifecycle)}</Badge>}
          </>
        )
      }
    >
      <Loaded read={read} skeleton={<div className="card"><Skeleton rows={6} /></div>}>
        {(detail) => (
          <div className="split">
            <div className="stack">
              <Facts detail={detail} />
              <Timeline id={id} />
            </div>
            <div className="stack">
              <Segments detail={detail} id={id} name={name} />
              <Consents detail={detail} />
              {privacy(name)}
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Contact({ detail: { profile } }: { detail: CustomerDetail }) {
  const t = useT();
  const format = useFormat();
  const place = [profile.city, profile.country && format.country(profile.country)].filter(Boolean).join(', ');
  return (
    <span className="row" style={{ columnGap: 16, rowGap: 0 }}>
      <span className="ltr">{profile.email ?? t('customer.noEmail')}</span>
      {profile.phone && <span className="ltr num">{profile.phone}</span>}
      {place && <span className="bidi">{place}</span>}
    </span>
  );
}

function Facts({ detail: { facts } }: { detail: CustomerDetail }) {
  const t = useT();
  const format = useFormat();
  const every = (days: number | null) => (days === null ? '–' : t('customer.rhythm.every', { days: t('n.days', { count: Math.round(days) }) }));
  const rows: [Key, ReactNode][] = [
    ['customer.orders', format.number(facts.orders)],
    ['customer.spent', format.money(facts.amountSpent)],
    ['customer.first', format.at(facts.firstOrderAt, 'day')],
    ['customer.last', facts.lastOrderAt ? `${format.at(facts.lastOrderAt, 'day')} (${format.ago(facts.lastOrderAt)})` : '–'],
    ['customer.rhythm', every(facts.ownGapDays)],
    ['customer.expected', every(facts.expectedGapDays)],
    ['customer.engagement', facts.engagement ? word(t, 'engagement', facts.engagement) : t('engagement.none')],
  ];
  return (
    <Card title={t('customer.value')}>
      <dl className="facts">
        {rows.map(([key, value]) => (
          <div key={key}>
            <dt>{(t as (k: Key) => string)(key)}</dt>
            <dd className="num" style={{ whiteSpace: 'normal' }}>{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function Segments({ detail, id, name }: { detail: CustomerDetail; id: string; name: string }) {
  const t = useT();
  const format = useFormat();
  const { base } = useStore();
  const [why, setWhy] = useState<{ key: string; name: string } | null>(null);
  return (
    <Card title={t('customer.segments')} actions={<ButtonLink small variant="plain" to={`${base}/segments/explain?customer=${id}`}>{t('customer.why')}</ButtonLink>}>
      {detail.segments.length === 0 ? (
        <p className="quiet">{t('customer.segments.none')}</p>
      ) : (
        <ul className="stack" style={{ gap: 10 }}>
          {detail.segments.map((s) => (
            <li key={s.key} className="row" style={{ flexWrap: 'nowrap', alignItems: 'flex-start', justifyContent: 'space-between' }}>
              <div className="grow">
                <Link href={`${base}/segments/${encodeURIComponent(s.key)}`} className="strong bidi">{segmentName(t, s)}</Link>
                <p className="small faint">
                  {t('customer.since', { when: format.at(s.since, 'day') })}
                  {s.why && <> · <span className="bidi">{whyText(t, s)}</span></>}
                </p>
              </div>
              <Button small variant="plain" onClick={() => setWhy(s)} aria-label={`${t('customer.why')} ${segmentName(t, s)}`}>{t('customer.why')}</Button>
            </li>
          ))}
        </ul>
      )}
      {why && (
        <Suspense>
          <WhyDialog customer={id} name={name} segment={why} onClose={() => setWhy(null)} />
        </Suspense>
      )}
    </Card>
  );
}

function Consents({ detail: { consents, reachable } }: { detail: CustomerDetail }) {
  const t = useT();
  const format = useFormat();
  const channels = (['email', 'sms', 'whatsApp'] as const).filter((c) => reachable[c]).map((c) => t(`channel.${c}`));
  return (
    <Card title={t('customer.consents')}>
      <div className="stack close">
        <p>{channels.length ? <Badge tone="good">{t('customer.reachable', { channels: format.list(channels) })}</Badge> : <Badge>{t('customer.unreachable')}</Badge>}</p>
        {consents.length === 0 ? (
          <p className="quiet small">{t('customer.consents.none')}</p>
        ) : (
          <ul className="stack close">
            {consents.map((c, i) => (
              <li key={i}>
                <p className="row tight">
                  <strong>{word(t, 'channel', c.channel)}</strong>
                  <Badge tone={c.state === 'granted' ? 'good' : c.state === 'withdrawn' ? 'bad' : 'plain'}>{word(t, 'consent', c.state)}</Badge>
                  <span className="faint small num">{format.at(c.at)}</span>
                </p>
                <p className="small quiet bidi">{[c.source, c.wording && `“${c.wording}”`].filter(Boolean).join(' · ')}</p>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}
