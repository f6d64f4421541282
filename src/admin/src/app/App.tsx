import type { QueryClient } from '@tanstack/react-query';
import { Suspense, lazy, useEffect, useRef, type ReactNode } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import type { StoreView } from '@/api/contract';
import { Boundary, Crashed, Empty, Failed, Skeleton } from '@/components/states';
import { prefetch, useRead } from '@/lib/api';
import { remember, useT } from '@/lib/i18n';
import { StoreProvider } from '@/lib/store';
import { Shell } from './Shell';
import { SignIn } from './SignIn';
import { useSignedOut } from './signedOut';

const pages = {
  HomePage: () => import('@/features/results/HomePage'),
  PeoplePage: () => import('@/features/results/PeoplePage'),
  ConnectPage: () => import('@/features/install/ConnectPage'),
  ImportPage: () => import('@/features/install/ImportPage'),
  WooCommercePage: () => import('@/features/install/WooCommercePage'),
  InStepPage: () => import('@/features/sync/InStepPage'),
  SettingsPage: () => import('@/features/install/SettingsPage'),
  SegmentsPage: () => import('@/features/segments/SegmentsPage'),
  SegmentPage: () => import('@/features/segments/SegmentPage'),
  SegmentEditPage: () => import('@/features/segments/SegmentEditPage'),
  GalleryPage: () => import('@/features/segments/GalleryPage'),
  MigrationPage: () => import('@/features/segments/MigrationPage'),
  OverlapPage: () => import('@/features/segments/OverlapPage'),
  ComparePage: () => import('@/features/segments/ComparePage'),
  ExplainPage: () => import('@/features/segments/ExplainPage'),
  CampaignsPage: () => import('@/features/campaigns/CampaignsPage'),
  CampaignPage: () => import('@/features/campaigns/CampaignPage'),
  BroadcastPage: () => import('@/features/campaigns/BroadcastPage'),
  CustomersPage: () => import('@/features/facts/CustomersPage'),
  CustomerPage: () => import('@/features/facts/CustomerPage'),
  PrivacyCard: () => import('@/features/privacy/PrivacyCard'),
  OutboxPage: () => import('@/features/messages/OutboxPage'),
};

const HomePage = lazy(pages.HomePage);
const PeoplePage = lazy(pages.PeoplePage);
const ConnectPage = lazy(pages.ConnectPage);
const ImportPage = lazy(pages.ImportPage);
const WooCommercePage = lazy(pages.WooCommercePage);
const InStepPage = lazy(pages.InStepPage);
const SettingsPage = lazy(pages.SettingsPage);
const SegmentsPage = lazy(pages.SegmentsPage);
const SegmentPage = lazy(pages.SegmentPage);
const SegmentEditPage = lazy(pages.SegmentEditPage);
const GalleryPage = lazy(pages.GalleryPage);
const MigrationPage = lazy(pages.MigrationPage);
const OverlapPage = lazy(pages.OverlapPage);
const ComparePage = lazy(pages.ComparePage);
const ExplainPage = lazy(pages.ExplainPage);
const CampaignsPage = lazy(pages.CampaignsPage);
const CampaignPage = lazy(pages.CampaignPage);
const BroadcastPage = lazy(pages.BroadcastPage);
const CustomersPage = lazy(pages.CustomersPage);
const CustomerPage = lazy(pages.CustomerPage);
const PrivacyCard = lazy(pages.PrivacyCard);
const OutboxPage = lazy(pages.OutboxPage);

/** What the page at an address will ask for first: its code and its data. Asked for before anything is drawn, none of them waits for another. */
const first: [place: RegExp, page: keyof typeof pages, reads: string[]][] = [
  [/^\/(\d+)\/?$/, 'HomePage', ['home']],
  [/^\/(\d+)\/segments\/?$/, 'SegmentsPage', ['segments']],
  [/^\/(\d+)\/segments\/((?!(?:gallery|migration|overlap|compare|explain)$)[^/]+)$/, 'SegmentPage', ['segments/$']],
  [/^\/(\d+)\/campaigns\/?$/, 'CampaignsPage', ['campaigns']],
  [/^\/(\d+)\/campaigns\/([^/]+)$/, 'CampaignPage', ['campaigns/$']],
  [/^\/(\d+)\/customers\/?$/, 'CustomersPage', []],
  [/^\/(\d+)\/customers\/(\d+)$/, 'CustomerPage', ['customers/$']],
  [/^\/(\d+)\/outbox(\/\d+)?$/, 'OutboxPage', []],
  [/^\/(\d+)\/in-step$/, 'InStepPage', ['sync']],
  [/^\/(\d+)\/settings$/, 'SettingsPage', ['settings']],
];

export function begin(client: QueryClient) {
  prefetch(client, '/stores');
  const path = location.pathname.replace(/^\/admin/, '');
  for (const [place, page, reads] of first) {
    const found = place.exec(path);
    if (!found || found[2] === 'new') continue;
    void pages[page]().catch(() => undefined);
    for (const read of reads) prefetch(client, `/stores/${found[1]}/${read.replace('$', found[2] ?? '')}`);
    return;
  }
}

export function App() {
  const out = useSignedOut();
  const stores = useRead<StoreView[]>('/stores', { refetchInterval: 15_000, enabled: !out });
  if (out) return <SignIn />;
  if (!stores.data) return stores.error ? <Alone><Failed error={stores.error} retry={() => void stores.refetch()} /></Alone> : <ShellSkeleton />;
  return (
    <Switch>
      <Route path="/connect">{() => <Framed stores={stores.data}><ConnectPage stores={stores.data} /></Framed>}</Route>
      <Route path="/connect/import">{() => <Framed stores={stores.data}><ImportPage /></Framed>}</Route>
      <Route path="/connect/woocommerce">{() => <Framed stores={stores.data}><WooCommercePage /></Framed>}</Route>
      <Route path="/:store/*?">{({ store }) => <OfStore id={store!} stores={stores.data} readAt={stores.dataUpdatedAt} stale={stores.isError} />}</Route>
      <Route>{() => <Redirect to={stores.data.length ? `/${lastStore(stores.data).id}` : '/connect'} replace />}</Route>
    </Switch>
  );
}

function lastStore(stores: StoreView[]): StoreView {
  let last: string | null = null;
  try {
    last = localStorage.getItem('comeback.store');
  } catch {
    // The first store will do.
  }
  return stores.find((s) => s.id === last) ?? stores[0]!;
}

function OfStore({ id, stores, readAt, stale }: { id: string; stores: StoreView[]; readAt: number; stale: boolean }) {
  const store = stores.find((s) => s.id === id);
  useEffect(() => {
    if (store) remember('comeback.store', store.id);
  }, [store]);
  if (!store) return <Framed stores={stores}><NotFound /></Framed>;
  return (
    <StoreProvider store={store} readAt={readAt}>
      <Framed stores={stores} current={store} stale={stale}>
        <Switch>
          <Route path="/:s"><HomePage /></Route>
          <Route path="/:s/segments"><SegmentsPage /></Route>
          <Route path="/:s/segments/new"><SegmentEditPage /></Route>
          <Route path="/:s/segments/gallery"><GalleryPage /></Route>
          <Route path="/:s/segments/migration"><MigrationPage /></Route>
          <Route path="/:s/segments/overlap"><OverlapPage /></Route>
          <Route path="/:s/segments/compare"><ComparePage /></Route>
          <Route path="/:s/segments/explain"><ExplainPage /></Route>
          <Route path="/:s/segments/:key/change">{({ key }) => <SegmentEditPage segment={decodeURIComponent(key)} />}</Route>
          <Route path="/:s/segments/:key">{({ key }) => <SegmentPage key={key} segment={decodeURIComponent(key)} />}</Route>
          <Route path="/:s/campaigns"><CampaignsPage /></Route>
          <Route path="/:s/campaigns/new"><BroadcastPage /></Route>
          <Route path="/:s/campaigns/:key">{({ key }) => <CampaignPage key={key} campaign={decodeURIComponent(key)} />}</Route>
          <Route path="/:s/customers"><CustomersPage /></Route>
          <Route path="/:s/customers/:id">{({ id: customer }) => <CustomerPage key={customer} id={customer} privacy={(name) => <PrivacyCard id={customer} name={name} />} />}</Route>
          <Route path="/:s/people"><PeoplePage /></Route>
          <Route path="/:s/outbox/:id?">{({ id: message }) => <OutboxPage id={message} />}</Route>
          <Route path="/:s/in-step"><InStepPage /></Route>
          <Route path="/:s/settings"><SettingsPage /></Route>
          <Route><NotFound /></Route>
        </Switch>
      </Framed>
    </StoreProvider>
  );
}

function Framed({ children, ...shell }: { stores: StoreView[]; current?: StoreView; stale?: boolean; children: ReactNode }) {
  const [path] = useLocation();
  const first = useRef(true);
  // A new page begins at its top and is named to a screen reader, as a page load would.
  useEffect(() => {
    if (first.current) first.current = false;
    else {
      window.scrollTo(0, 0);
      document.getElementById('content')?.focus({ preventScroll: true });
    }
  }, [path]);
  return (
    <Shell {...shell}>
      <Boundary key={path} fallback={<Crashed />}>
        <Suspense fallback={<PageSkeleton />}>{children}</Suspense>
      </Boundary>
    </Shell>
  );
}

const PageSkeleton = () => (
  <div className="page">
    <div className="skeleton" style={{ blockSize: 30, inlineSize: 180 }} />
    <div className="card">
      <Skeleton rows={6} />
    </div>
  </div>
);

const ShellSkeleton = () => (
  <div className="shell">
    <div className="rail" />
    <PageSkeleton />
  </div>
);

const Alone = ({ children }: { children: ReactNode }) => (
  <main className="lonely">
    <div className="card">{children}</div>
  </main>
);

function NotFound() {
  const t = useT();
  return (
    <Empty icon="search" title={t('state.notFound.title')}>
      {t('state.notFound.text')}
    </Empty>
  );
}
