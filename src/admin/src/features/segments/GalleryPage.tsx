import { useDeferredValue } from 'react';
import type { SegmentList } from '@/api/contract';
import type { components } from '@/api/types';
import { Badge, ButtonLink, Page } from '@/components/basics';
import { SearchBox } from '@/components/fields';
import { Empty, Loaded, Skeleton } from '@/components/states';
import { useRead } from '@/lib/api';
import { useAddressPart } from '@/lib/hooks';
import { useT } from '@/lib/i18n';
import { useStore } from '@/lib/store';
import { segmentName } from '@/lib/words';
import { Tabs } from './Tabs';
import { useWords, type Say, type WordKey } from './texts';
import './segments.css';

export type GalleryItem = components['schemas']['GalleryItem'];

interface Ready {
  key: string;
  aim: string;
  name: string;
  text: string | null;
  definition: string;
  customers: number | null;
  noData: boolean;
  to: string;
  stock: boolean;
}

const aims = ['win_back', 'grow', 'carts', 'reward', 'offers', 'occasions', 'engage', 'consent'] as const;
const stockAim: Record<string, (typeof aims)[number]> = {
  lapsed: 'win_back', slipping_away: 'win_back', inactive: 'win_back', prospects: 'grow', first_time: 'grow', repeat: 'grow', abandoned_cart: 'carts', vip: 'reward', loyal: 'reward', frequent: 'reward',
  clv_high: 'reward', regular: 'reward', highly_engaged: 'engage', moderately_engaged: 'engage', disengaged: 'engage', just_ordered: 'grow',
};

/** Ready segments by what one wants: look, copy, change. */
export default function GalleryPage() {
  const t = useT();
  const say = useWords();
  const { api, base } = useStore();
  const [search, setSearch] = useAddressPart('search');
  const wanted = useDeferredValue(search.trim().toLocaleLowerCase());
  const recipes = useRead<GalleryItem[]>(`${api}/segments/gallery`, { staleTime: 30_000 });
  const stock = useRead<SegmentList>(`${api}/segments`, { staleTime: 30_000 });
  const waiting = <div className="card"><Skeleton rows={8} height={26} /></div>;
  return (
    <Page title={say('gallery.title')} sub={say('gallery.text')} crumb={{ to: `${base}/segments`, text: t('segments.title') }}>
      <Tabs at="gallery" />
      <SearchBox label={say('gallery.search')} value={search} onChange={setSearch} />
      <Loaded read={recipes} skeleton={waiting}>
        {(items) => {
          // Both come at once: what is read already does not jump.
          if (stock.isPending) return waiting;
          const ready: Ready[] = [
            ...items.map((r) => ({ ...r, name: say(`ready.${r.key}` as WordKey), text: say(`ready.${r.key}.text` as WordKey), to: `${base}/segments/new?recipe=${r.key}`, stock: false })),
            ...(stock.data?.items ?? []).filter((s) => s.stock && stockAim[s.key]).map((s) => ({
              key: s.key, aim: stockAim[s.key]!, name: segmentName(t, s), text: say(`stock.${s.key}` as WordKey), definition: s.definition, customers: s.customers, noData: s.noData, to: `${base}/segments/new?copy=${encodeURIComponent(s.key)}`, stock: true,
            })),
          ].filter((r) => !wanted || `${r.name} ${r.text ?? ''} ${r.definition}`.toLocaleLowerCase().includes(wanted));
          if (ready.length === 0) return <div className="card"><Empty icon="search">{say('gallery.none')}</Empty></div>;
          return aims.map((aim) => <Aim key={aim} aim={aim} ready={ready.filter((r) => r.aim === aim)} say={say} />);
        }}
      </Loaded>
    </Page>
  );
}

function Aim({ aim, ready, say }: { aim: (typeof aims)[number]; ready: Ready[]; say: Say }) {
  const t = useT();
  if (ready.length === 0) return null;
  return (
    <section aria-labelledby={`aim-${aim}`} className="stack close">
      <h2 id={`aim-${aim}`}>{say(`aim.${aim}`)}</h2>
      <ul className="gallery">
        {ready.map((r) => (
          <li key={r.key} className="card ready">
            <div className="row" style={{ justifyContent: 'space-between', alignItems: 'flex-start', flexWrap: 'nowrap' }}>
              <h3>{r.name}</h3>
              {r.stock && <Badge>{say('gallery.builtIn')}</Badge>}
            </div>
            {r.text && <p className="quiet small">{r.text}</p>}
            <pre className="definition small" tabIndex={0} aria-label={r.name}><code>{r.definition}</code></pre>
            <div className="row" style={{ justifyContent: 'space-between' }}>
              <span className="small faint">{r.noData || r.customers === null ? say('gallery.noData') : say('gallery.fits', { customers: t('n.customers', { count: r.customers }) })}</span>
              <ButtonLink small to={r.to}>{say('gallery.copy')}</ButtonLink>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
