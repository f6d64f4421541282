import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Link } from 'wouter';
import type { CampaignLine } from '@/api/contract';
import { Badge, Button, ButtonLink, Page } from '@/components/basics';
import { Empty, Loaded, Skeleton } from '@/components/states';
import { useRead } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { campaignName, recipeText, word } from '@/lib/words';
import { OnOff } from './OnOff';

const PreviewDialog = lazy(() => import('./PreviewDialog'));

const listed = (answer: CampaignLine[] | { items: CampaignLine[] }) => (Array.isArray(answer) ? answer : answer.items);

export default function CampaignsPage() {
  const t = useT();
  const { api, base } = useStore();
  const client = useQueryClient();
  const campaigns = useRead<CampaignLine[] | { items: CampaignLine[] }>(`${api}/campaigns`, { refetchInterval: 5_000 });
  const [preview, setPreview] = useState<CampaignLine | null>(null);
  const reread = () => void client.invalidateQueries({ queryKey: `${api}/campaigns`.split('/') });
  return (
    <Page title={t('campaigns.title')} actions={<ButtonLink to={`${base}/campaigns/new`} icon="plus" variant="primary">{t('campaigns.new')}</ButtonLink>}>
      <Loaded read={campaigns} skeleton={<div className="card"><Skeleton rows={6} height={40} /></div>}>
        {(answer) => {
          const all = listed(answer);
          const automations = all.filter((c) => c.kind === 'automation');
          const broadcasts = all.filter((c) => c.kind !== 'automation');
          return (
            <>
              <section className="stack" aria-labelledby="recipes">
                <div>
                  <h2 id="recipes">{t('campaigns.recipes')}</h2>
                  <p className="quiet">{t('campaigns.recipes.text')}</p>
                </div>
                {automations.length === 0 && <div className="card"><Empty icon="campaigns">{t('campaigns.none')}</Empty></div>}
                <ul className="recipes">
                  {automations.map((c) => (
                    <Recipe key={c.key} campaign={c} onPreview={() => setPreview(c)} onChanged={reread} />
                  ))}
                </ul>
              </section>
              <section className="card flush" aria-labelledby="broadcasts">
                <div className="card-head">
                  <h2 id="broadcasts">{t('campaigns.broadcasts')}</h2>
                </div>
                <div className="card-body scroll-x">
                  {broadcasts.length === 0 ? <Empty icon="mail">{t('campaigns.broadcasts.none')}</Empty> : <Broadcasts all={broadcasts} />}
                </div>
              </section>
            </>
          );
        }}
      </Loaded>
      {preview && (
        <Suspense>
          <PreviewDialog campaign={preview} onClose={() => setPreview(null)} />
        </Suspense>
      )}
    </Page>
  );
}

function Recipe({ campaign: c, onPreview, onChanged }: { campaign: CampaignLine; onPreview(): void; onChanged(): void }) {
  const t = useT();
  const format = useFormat();
  const { base } = useStore();
  const name = campaignName(t, c);
  return (
    <li className="card recipe">
      <div className="recipe-top">
        <div className="grow">
          <h3>
            <Link href={`${base}/campaigns/${encodeURIComponent(c.key)}`} className="strong bidi">{name}</Link>
          </h3>
          <p className="quiet small">{recipeText(t, c.key)}</p>
        </div>
        <OnOff campaign={c} onChanged={onChanged} />
      </div>
      {c.sent > 0 || c.state === 'on' ? (
        <dl className="recipe-figures">
          {(
            [
              ['campaigns.sent', format.number(c.sent)],
              ['campaigns.clicked', format.number(c.clicked)],
              ['campaigns.orders', format.number(c.orders)],
              ['campaigns.revenue', format.money(c.revenue, 'whole')],
            ] as const
          ).map(([key, value]) => (
            <div key={key}>
              <dt>{t(key)}</dt>
              <dd className="num">{value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      <div className="row" style={{ justifyContent: 'space-between' }}>
        <span className="small quiet">{c.switchedOnAt ? t('campaigns.since', { when: format.at(c.switchedOnAt, 'day') }) : t('campaigns.wouldToday', { count: c.wouldToday })}</span>
        <Button small icon="eye" onClick={onPreview} aria-label={`${t('campaigns.preview')}: ${name}`}>
          {t('campaigns.preview')}
        </Button>
      </div>
    </li>
  );
}

function Broadcasts({ all }: { all: CampaignLine[] }) {
  const t = useT();
  const format = useFormat();
  const { base } = useStore();
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{t('broadcast.name')}</th>
          <th scope="col">{t('outbox.filter.state')}</th>
          <th scope="col" className="end">{t('campaigns.sent')}</th>
          <th scope="col" className="end only-wide">{t('campaigns.clicked')}</th>
          <th scope="col" className="end only-wide">{t('campaigns.orders')}</th>
          <th scope="col" className="end only-wide">{t('campaigns.revenue')}</th>
        </tr>
      </thead>
      <tbody>
        {all.map((c) => (
          <tr key={c.key}>
            <td>
              <Link href={`${base}/campaigns/${encodeURIComponent(c.key)}`} className="row-link bidi">{campaignName(t, c)}</Link>
              {c.startsAt && <div className="small faint">{t('campaigns.starts', { when: format.at(c.startsAt) })}</div>}
            </td>
            <td><Badge tone={c.state === 'off' ? 'plain' : c.state === 'paused' ? 'warn' : 'good'}>{word(t, 'campaign.state', c.state)}</Badge></td>
            <td className="end num">{format.number(c.sent)}</td>
            <td className="end num only-wide">{format.number(c.clicked)}</td>
            <td className="end num only-wide">{format.number(c.orders)}</td>
            <td className="end num only-wide">{format.money(c.revenue, 'whole')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
