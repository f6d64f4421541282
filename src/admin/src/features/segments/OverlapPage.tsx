import type { SegmentList } from '@/api/contract';
import type { components } from '@/api/types';
import { Card, Page } from '@/components/basics';
import { Empty, Loaded, Skeleton } from '@/components/states';
import { query, useRead } from '@/lib/api';
import { useAddressPart } from '@/lib/hooks';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { segmentName } from '@/lib/words';
import { between } from './between';
import { SegmentChips } from './Chips';
import { Tabs } from './Tabs';
import { useWords } from './texts';
import './segments.css';

type Overlap = components['schemas']['OverlapAnswer'];
const MOST = 24;

/** How segments overlap, as an UpSet plot: a column for each combination that occurs, and the same numbers as a table. */
export default function OverlapPage() {
  const t = useT();
  const say = useWords();
  const { api, base } = useStore();
  const [keys, setKeys] = useAddressPart('keys', 'loyal,vip,lapsed,slipping_away');
  const list = useRead<SegmentList>(`${api}/segments`, { staleTime: 30_000 });
  const chosen = keys.split(',').filter(Boolean);
  const read = useRead<Overlap>(chosen.length >= 2 ? `${api}/segments/overlap${query({ keys })}` : null, { staleTime: 30_000, retry: false });
  const nameOf = (key: string) => {
    const found = list.data?.items.find((s) => s.key === key);
    return found ? segmentName(t, found) : key;
  };
  return (
    <Page title={say('overlap.title')} sub={say('overlap.text')} crumb={{ to: `${base}/segments`, text: t('segments.title') }}>
      <Tabs at="overlap" />
      <Card><SegmentChips label={say('overlap.choose')} add={say('migration.add')} list={list.data?.items ?? []} chosen={chosen} onChange={(k) => setKeys(k.join(','))} /></Card>
      {chosen.length < 2 ? (
        <div className="card"><Empty icon="segments">{say('overlap.few')}</Empty></div>
      ) : (
        <Loaded read={read} skeleton={<div className="card"><Skeleton rows={8} /></div>}>{(o) => <Plot overlap={o} nameOf={nameOf} />}</Loaded>
      )}
    </Page>
  );
}

function Plot({ overlap, nameOf }: { overlap: Overlap; nameOf(key: string): string }) {
  const say = useWords();
  const t = useT();
  const format = useFormat();
  const parts = overlap.parts.slice(0, MOST);
  const top = Math.max(1, ...parts.map((p) => p.customers));
  const widest = Math.max(1, ...overlap.segments.map((s) => s.customers));
  const title = say('overlap.plot', { segments: format.list(overlap.segments.map((s) => nameOf(s.key))) });
  return (
    <div className="overlap">
      <Card title={title}>
        <div className="scroll-x" tabIndex={0} role="img" aria-label={title}>
          <div className="upset" style={{ '--columns': parts.length, '--rows': overlap.segments.length } as React.CSSProperties} aria-hidden="true">
            {parts.map((p, c) => (
              <div key={c} className="upset-bar" style={{ gridColumn: c + 3 }}>
                <span className="num small">{format.number(p.customers)}</span>
                <i style={{ blockSize: `${Math.max(2, (130 * p.customers) / top)}px` }} />
              </div>
            ))}
            {overlap.segments.map((s, r) => (
              <div key={s.key} className="upset-row" style={{ gridRow: r + 2 }}>
                <span className="upset-name clip bidi">{nameOf(s.key)}</span>
                <span className="upset-size"><span className="num small quiet">{format.number(s.customers)}</span><i style={{ inlineSize: `${(56 * s.customers) / widest}px` }} /></span>
                {parts.map((p, c) => <span key={c} className="upset-cell" style={{ gridColumn: c + 3 }}><i data-in={p.keys.includes(s.key)} data-line={between(p.keys, overlap.segments.map((x) => x.key), r)} /></span>)}
              </div>
            ))}
          </div>
        </div>
        {overlap.parts.length > parts.length && <p className="small faint">{say('overlap.most', { count: parts.length, total: overlap.parts.length })}</p>}
      </Card>
      <section className="card flush" aria-labelledby="overlap-table">
        <div className="card-head"><h2 id="overlap-table">{say('overlap.table')}</h2></div>
        <div className="card-body tall" tabIndex={0} role="region" aria-labelledby="overlap-table">
          <table className="table">
            <thead><tr><th scope="col">{say('overlap.exactly')}</th><th scope="col" className="end">{t('segments.customers')}</th></tr></thead>
            <tbody>
              {overlap.parts.map((p, i) => (
                <tr key={i}><td className="bidi">{format.list(p.keys.map(nameOf))}</td><td className="end num">{format.number(p.customers)}</td></tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </div>
  );
}
