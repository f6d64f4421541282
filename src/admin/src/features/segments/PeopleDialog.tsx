import { Link } from 'wouter';
import type { Page as PageOf } from '@/api/contract';
import type { components } from '@/api/types';
import Dialog from '@/components/Dialog';
import { Empty, Loaded } from '@/components/states';
import { useRead } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { useWords } from './texts';

type Sample = components['schemas']['SamplePerson'];

/** The people behind a number. `path` answers a page of them. */
export default function PeopleDialog({ title, path, explain, onClose }: { title: string; path: string; explain?: string; onClose(): void }) {
  const t = useT();
  const say = useWords();
  const format = useFormat();
  const { base } = useStore();
  const read = useRead<PageOf<Sample>>(path, { staleTime: 60_000, retry: false });
  return (
    <Dialog title={title} onClose={onClose}>
      <Loaded read={read}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty icon="customers">{say('people.none')}</Empty>
          ) : (
            <>
              {page.total > page.items.length && <p className="quiet small">{say('people.shown', { shown: page.items.length, count: page.total })}</p>}
              <ul className="people-list">
                {page.items.map((p) => (
                  <li key={p.customerId}>
                    <span className="two">
                      <Link href={`${base}/customers/${p.customerId}`} className="strong clip bidi">{p.name || p.email || t('segment.noName')}</Link>
                      <span className="faint small clip ltr">{p.email ?? ''}</span>
                    </span>
                    <span className="num small quiet">{t('n.orders', { count: p.orders })}</span>
                    <span className="num">{format.money(p.amountSpent)}</span>
                    {explain && <Link className="small" href={`${base}/segments/explain?segment=${encodeURIComponent(explain)}&customer=${p.customerId}`} aria-label={say('explain.why', { name: p.name || p.email || t('segment.noName') })}>{t('customer.why')}</Link>}
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
    </Dialog>
  );
}
