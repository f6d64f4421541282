import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { ComboBox, Input, ListBox, ListBoxItem, Popover } from 'react-aria-components';
import type { CustomerDetail, CustomerListItem, Page as PageOf, SegmentList } from '@/api/contract';
import type { components } from '@/api/types';
import { Card, Page } from '@/components/basics';
import { Icon } from '@/components/Icon';
import { Empty, Failed, Skeleton } from '@/components/states';
import { type ApiError, call, query, useRead } from '@/lib/api';
import { useSettled } from '@/lib/hooks';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { segmentName } from '@/lib/words';
import { Pick } from './Suggest';
import { Tabs } from './Tabs';
import { useWords } from './texts';
import './segments.css';

// The document leaves instants open; here they are text, as everywhere.
type Node = Omit<components['schemas']['Explanation'], 'children' | 'leavesAt' | 'witness'> & { children: Node[]; leavesAt: string | null; witness: string | null };
type Answer = Omit<components['schemas']['ExplainAnswer'], 'tree' | 'leavesAt'> & { tree: Node; leavesAt: string | null };

/** Why anybody is in any segment, or not: each part with its truth and the facts behind it, and when time alone will change it. */
export default function ExplainPage() {
  const t = useT();
  const say = useWords();
  const { api, base } = useStore();
  const [params, setParams] = useSearchParams();
  const [segment, customer] = [params.get('segment') ?? '', params.get('customer') ?? ''];
  const set = (name: string, value: string) =>
    setParams((old) => {
      const next = new URLSearchParams(old);
      next.set(name, value);
      return next;
    }, { replace: true });
  const list = useRead<SegmentList>(`${api}/segments`, { staleTime: 30_000 });
  const who = useRead<CustomerDetail>(customer ? `${api}/customers/${encodeURIComponent(customer)}` : null, { retry: false });
  const why = useRead<Answer>(segment && customer ? `${api}/segments/${encodeURIComponent(segment)}/explain/${encodeURIComponent(customer)}` : null, { refetchInterval: 15_000, retry: false });
  const items = list.data?.items ?? [];
  const named = (own: boolean) => items.filter((s) => s.stock !== own).map((s) => ({ value: s.key, label: segmentName(t, s), code: s.key }));
  const p = who.data?.profile;
  const name = p ? p.name || p.email || p.phone || t('segment.noName') : '';
  const found = items.find((s) => s.key === segment);
  return (
    <Page title={say('explain.title')} sub={say('explain.text')} crumb={{ to: `${base}/segments`, text: t('segments.title') }}>
      <Tabs at="explain" />
      <Card>
        <div className="fields">
          <div className="field">
            <span className="label">{say('explain.segment')}</span>
            <Pick wide label={say('explain.segment')} value={segment} groups={[{ title: t('segments.own'), items: named(true) }, { title: t('segments.stock'), items: named(false) }].filter((g) => g.items.length)} onChange={(key) => set('segment', key)} />
          </div>
          <div className="field">
            <span className="label">{say('explain.customer')}</span>
            <CustomerPick name={name} onChange={(id) => set('customer', id)} />
          </div>
        </div>
      </Card>
      {!segment || !customer ? (
        <div className="card"><Empty icon="search">{say('explain.choose')}</Empty></div>
      ) : why.error && !why.data ? (
        why.error.status === 404 ? <div className="card"><Empty icon="search">{say('explain.missing')}</Empty></div> : <Failed error={why.error} retry={() => void why.refetch()} />
      ) : !why.data || !p ? (
        <div className="card"><Skeleton rows={5} /></div>
      ) : (
        <Verdict answer={why.data} name={name} customer={customer} segment={{ key: segment, name: found ? segmentName(t, found) : segment }} />
      )}
    </Page>
  );
}

function CustomerPick({ name, onChange }: { name: string; onChange(id: string): void }) {
  const t = useT();
  const say = useWords();
  const { api } = useStore();
  const [typed, setTyped] = useState<string | null>(null);
  const search = useSettled(typed ?? '', 200);
  const found = useQuery<PageOf<CustomerListItem>, ApiError>({
    queryKey: ['explain-customers', api, search],
    queryFn: ({ signal }) => call('GET', `${api}/customers${query({ search, limit: 12 })}`, undefined, signal),
    enabled: typed !== null,
    placeholderData: (old) => old,
  });
  return (
    <ComboBox
      className="combo wide" aria-label={say('explain.customer')} inputValue={typed ?? name} items={(found.data?.items ?? []).map((c) => ({ ...c, label: c.name || c.email || t('segment.noName') }))}
      menuTrigger="input" allowsCustomValue allowsEmptyCollection onInputChange={setTyped} onFocus={() => setTyped((now) => now ?? '')}
      onBlur={() => setTyped(null)}
      onSelectionChange={(key) => {
        if (key === null) return;
        setTyped(null);
        onChange(String(key));
      }}
    >
      <div className="combo-box"><Input className="input" dir="auto" placeholder={name || say('explain.search')} /></div>
      <Popover className="combo-list" placement="bottom start">
        <ListBox<CustomerListItem & { label: string }> renderEmptyState={() => <span className="combo-none">{found.isFetching ? say('field.searching') : say('people.none')}</span>}>
          {(c) => (
            <ListBoxItem id={c.id} textValue={c.label} className="combo-item">
              <span className="bidi">{c.label}</span>
              <span className="faint small ltr">{c.email}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}

function Verdict({ answer, name, customer, segment }: { answer: Answer; name: string; customer: string; segment: { key: string; name: string } }) {
  const say = useWords();
  const format = useFormat();
  const { base } = useStore();
  const words = { name, segment: segment.name };
  return (
    <Card>
      <div className="stack">
        <div className={answer.member ? 'verdict in' : 'verdict'}>
          <span className="verdict-mark"><Icon name={answer.member ? 'check' : 'close'} size={20} /></span>
          <div>
            <h2>{say(answer.member ? 'explain.in' : 'explain.out', words)}</h2>
            <p className="quiet">
              {answer.leavesAt ? say(answer.member ? 'explain.leaves' : 'explain.enters', { when: format.at(answer.leavesAt) }) : say('explain.stays')}
            </p>
          </div>
        </div>
        <ul className="why-tree"><Branch node={answer.tree} /></ul>
        <p className="row small">
          <Link href={`${base}/customers/${customer}`}>{name}</Link>
          <Link href={`${base}/segments/${encodeURIComponent(segment.key)}`}>{segment.name}</Link>
        </p>
      </div>
    </Card>
  );
}

// A part with parts of its own says how they join; its text would say them all again.
function Branch({ node }: { node: Node }) {
  const say = useWords();
  const format = useFormat();
  const inner = node.children ?? [];
  const join = inner.length === 0 ? null : node.text.startsWith('NOT') && inner.length === 1 ? 'explain.not' : joins(node) === 'OR' ? 'explain.or' : 'explain.and';
  return (
    <li data-truth={node.truth}>
      <div className="why-line">
        <span className={node.truth ? 'yes' : 'no'}>
          <Icon name={node.truth ? 'check' : 'close'} size={16} />
          <span className="hidden-label">{say(node.truth ? 'explain.true' : 'explain.false')}: </span>
        </span>
        <div className="grow">
          {join ? <strong className="small">{say(join)}</strong> : <code className="ltr">{node.text}</code>}
          {node.witness && <p className="small quiet bidi">{node.witness}</p>}
          {!join && node.leavesAt && <p className="small faint">{say('explain.turns', { when: format.at(node.leavesAt) })}</p>}
        </div>
      </div>
      {join && <ul>{inner.map((c, i) => <Branch key={i} node={c} />)}</ul>}
    </li>
  );
}

// The service gives the parts in order, so the word between the first two is how all of them join.
function joins(node: Node): 'AND' | 'OR' {
  const [first, second] = node.children ?? [];
  if (!first || !second) return 'AND';
  const at = node.text.indexOf(first.text);
  const between = node.text.slice(at + first.text.length, node.text.indexOf(second.text, at + first.text.length));
  return /\bOR\b/.test(between) ? 'OR' : 'AND';
}
