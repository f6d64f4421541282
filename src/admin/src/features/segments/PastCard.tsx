import { lazy, Suspense, useState } from 'react';
import type { components } from '@/api/types';
import { Button, Card } from '@/components/basics';
import { Failed } from '@/components/states';
import { query, useRead } from '@/lib/api';
import { useAddressPart, useSettled } from '@/lib/hooks';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { useWords } from './texts';
import { addDays, useToday } from './days';

const PeopleDialog = lazy(() => import('./PeopleDialog'));

type Past = Omit<components['schemas']['PastAnswer'], 'asOf'> & { asOf: string };

/** The same segment on another day, from the raw history, and what its people did in the thirty days after. */
export function PastCard({ path, segment }: { path: string; segment: string }) {
  const t = useT();
  const say = useWords();
  const format = useFormat();
  const { ahead } = useStore();
  const today = useToday();
  const [day, setDay] = useAddressPart('day', addDays(today, -60));
  const [open, setOpen] = useState<'all' | 'bought' | 'not' | null>(null);
  const wanted = useSettled(day, 400);
  const read = useRead<Past>(/^\d{4}-\d\d-\d\d$/.test(wanted) && wanted <= today ? `${path}/past${query({ asOf: wanted })}` : null, { staleTime: Infinity, retry: false });
  const p = read.data;
  const over = p ? new Date(p.asOf).getTime() + p.backtestDays * 86_400_000 <= Date.now() + ahead : true;
  const titles = { all: say('past.who'), bought: say('past.whoBought'), not: say('past.whoDidNot') };
  return (
    <Card title={say('past.title')}>
      <div className="stack">
        <div className="field" style={{ maxInlineSize: 220 }}>
          <label htmlFor="past-day">{say('past.day')}</label>
          <input id="past-day" type="date" className="input" value={day} max={today} onChange={(e) => e.target.value && setDay(e.target.value)} />
        </div>
        <div aria-live="polite" className="stack close">
          {read.error ? (
            <Failed error={read.error} retry={() => void read.refetch()} />
          ) : !p ? (
            <p className="quiet">{say('past.reading')}</p>
          ) : p.customers === 0 ? (
            <p className="quiet">{say('past.none')}</p>
          ) : (
            <>
              <p><strong>{say('past.were', { customers: t('n.customers', { count: p.customers }), day: format.day(p.day) })}</strong></p>
              <p className="quiet">{say('past.share', { amount: format.money(p.amountSpent, 'whole'), share: format.share(p.share) })}</p>
              <div className="backtest">
                <div className="bar" aria-hidden="true"><span style={{ inlineSize: `${(100 * p.boughtAfter) / p.customers}%` }} /></div>
                <p>{say('past.bought', { bought: `${format.number(p.boughtAfter)} (${format.share(p.boughtAfter / p.customers)})`, amount: format.money(p.spentAfter, 'whole') })}</p>
                {!over && <p className="small faint">{say('past.notOver')}</p>}
              </div>
              <div className="row">
                <Button small onClick={() => setOpen('all')}>{titles.all}</Button>
                <Button small onClick={() => setOpen('bought')} disabled={p.boughtAfter === 0}>{titles.bought}</Button>
                <Button small onClick={() => setOpen('not')} disabled={p.boughtAfter === p.customers}>{titles.not}</Button>
              </div>
            </>
          )}
        </div>
      </div>
      {open && p && (
        <Suspense>
          <PeopleDialog title={`${titles[open]}, ${format.day(p.day)}`} path={`${path}/past/people${query({ asOf: p.day, bought: open === 'all' ? undefined : String(open === 'bought') })}`} explain={segment} onClose={() => setOpen(null)} />
        </Suspense>
      )}
    </Card>
  );
}
