import { lazy, Suspense, useState } from 'react';
import type { SegmentList } from '@/api/contract';
import type { components } from '@/api/types';
import { Card, Notice, Page } from '@/components/basics';
import { Empty, Loaded, Skeleton } from '@/components/states';
import { query, useRead } from '@/lib/api';
import { useAddressPart, useSettled } from '@/lib/hooks';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { segmentName } from '@/lib/words';
import { SegmentChips } from './Chips';
import { addDays, useToday } from './days';
import { Tabs } from './Tabs';
import { useWords } from './texts';
import './segments.css';

const PeopleDialog = lazy(() => import('./PeopleDialog'));

type Migration = components['schemas']['MigrationAnswer'];
const lifeCycle = 'prospects,active,slipping_away,inactive';

/** Who moved where between two days: a matrix whose numbers open into the people. */
export default function MigrationPage() {
  const t = useT();
  const say = useWords();
  const format = useFormat();
  const { api, base } = useStore();
  const today = useToday();
  const [from, setFrom] = useAddressPart('from', addDays(today, -90));
  const [to, setTo] = useAddressPart('to', today);
  const [keys, setKeys] = useAddressPart('keys', lifeCycle);
  const asked = useSettled(`${from}|${to}|${keys}`, 350).split('|') as [string, string, string];
  const fine = asked[0] < asked[1] && asked[1] <= today && asked[2] !== '';
  const list = useRead<SegmentList>(`${api}/segments`, { staleTime: 30_000 });
  const path = query({ from: asked[0], to: asked[1], keys: asked[2] });
  const read = useRead<Migration>(fine ? `${api}/segments/migration${path}` : null, { staleTime: 60_000, retry: false });
  const [cell, setCell] = useState<{ was: string; is: string } | null>(null);
  const nameOf = (key: string) => {
    const found = list.data?.items.find((s) => s.key === key);
    return key === '' ? say('migration.none') : found ? segmentName(t, found) : key;
  };
  return (
    <Page title={say('migration.title')} sub={say('migration.text')} crumb={{ to: `${base}/segments`, text: t('segments.title') }}>
      <Tabs at="migration" />
      <Card>
        <div className="stack">
          <div className="fields">
            <div className="field"><label htmlFor="mig-from">{say('migration.from')}</label><input id="mig-from" type="date" className="input" max={today} value={from} onChange={(e) => e.target.value && setFrom(e.target.value)} /></div>
            <div className="field"><label htmlFor="mig-to">{say('migration.to')}</label><input id="mig-to" type="date" className="input" max={today} value={to} onChange={(e) => e.target.value && setTo(e.target.value)} /></div>
          </div>
          <SegmentChips label={say('migration.segments')} add={say('migration.add')} list={list.data?.items ?? []} chosen={keys.split(',').filter(Boolean)} onChange={(k) => setKeys(k.join(','))} />
          <p className="small faint">{say('migration.order')}</p>
        </div>
      </Card>
      {!fine ? (
        <Notice tone="warn">{say('migration.wrongDays')}</Notice>
      ) : (
        <Loaded read={read} skeleton={<div className="card"><Skeleton rows={6} height={30} /></div>}>
          {(m) => <Matrix migration={m} nameOf={nameOf} onOpen={setCell} />}
        </Loaded>
      )}
      {cell && (
        <Suspense>
          <PeopleDialog
            title={`${say('migration.people', { was: nameOf(cell.was), is: nameOf(cell.is) })} (${format.day(asked[0], 'shortDay')} – ${format.day(asked[1], 'shortDay')})`}
            path={`${api}/segments/migration/people${path}&was=${encodeURIComponent(cell.was)}&is=${encodeURIComponent(cell.is)}`} explain={cell.is || cell.was || undefined} onClose={() => setCell(null)}
          />
        </Suspense>
      )}
    </Page>
  );
}

function Matrix({ migration: m, nameOf, onOpen }: { migration: Migration; nameOf(key: string): string; onOpen(cell: { was: string; is: string }): void }) {
  const say = useWords();
  const format = useFormat();
  const used = (key: string) => m.cells.some((c) => c.from === key || c.to === key);
  const keys = [...m.keys, ...(used('') ? [''] : [])];
  const at = (was: string, is: string) => m.cells.find((c) => c.from === was && c.to === is)?.customers ?? 0;
  const sum = (some: typeof m.cells) => some.reduce((n, c) => n + c.customers, 0);
  if (m.cells.length === 0) return <div className="card"><Empty icon="segments">{say('migration.empty')}</Empty></div>;
  return (
    <section className="card" aria-label={say('migration.title')}>
      <div className="card-body scroll-x" tabIndex={0} role="region" aria-label={say('migration.title')}>
        <table className="table matrix">
          <thead>
            <tr>
              <th scope="col" className="corner">
                <span>{say('migration.columns', { day: format.day(m.to) })}</span>
                <span>{say('migration.rows', { day: format.day(m.from) })}</span>
              </th>
              {keys.map((k) => <th key={k} scope="col" className="end">{nameOf(k)}</th>)}
              <th scope="col" className="end">{say('migration.total')}</th>
            </tr>
          </thead>
          <tbody>
            {keys.map((was) => {
              const row = sum(m.cells.filter((c) => c.from === was));
              return (
                <tr key={was}>
                  <th scope="row">{nameOf(was)}</th>
                  {keys.map((is) => {
                    const count = at(was, is);
                    return (
                      <td key={is} className={was === is ? 'end stayed' : 'end'} style={{ '--heat': row ? Math.round((100 * count) / row) : 0 } as React.CSSProperties}>
                        {count === 0 ? (
                          <span className="faint">–</span>
                        ) : (
                          <button type="button" className="cell" onClick={() => onOpen({ was, is })}>
                            <span className="num">{format.number(count)}</span>
                            <span className="small faint num">{format.share(count / row)}</span>
                            <span className="hidden-label">{say('migration.people', { was: nameOf(was), is: nameOf(is) })}</span>
                          </button>
                        )}
                      </td>
                    );
                  })}
                  <td className="end num strong">{format.number(row)}</td>
                </tr>
              );
            })}
            <tr>
              <th scope="row">{say('migration.total')}</th>
              {keys.map((is) => <td key={is} className="end num strong">{format.number(sum(m.cells.filter((c) => c.to === is)))}</td>)}
              <td className="end num strong">{format.number(sum(m.cells))}</td>
            </tr>
          </tbody>
        </table>
      </div>
    </section>
  );
}
