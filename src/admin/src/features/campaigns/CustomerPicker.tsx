import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import type { CustomerListItem, Page } from '@/api/contract';
import { Button } from '@/components/basics';
import { type ApiError, call, query } from '@/lib/api';
import { useSettled } from '@/lib/hooks';
import { useT } from '@/lib/i18n';
import { useStore } from '@/lib/store';

const ComboBox = lazy(() => import('@/components/ComboBox'));

export interface Chosen {
  id: string;
  name: string;
}

/** Any customer of the store, found by name, e-mail, phone or order number. */
export function CustomerPicker({ chosen, onChoose }: { chosen: Chosen | null; onChoose(customer: Chosen | null): void }) {
  const t = useT();
  const { api } = useStore();
  const [text, setText] = useState('');
  const wanted = useSettled(text.trim());
  const found = useQuery<Page<CustomerListItem>, ApiError>({
    queryKey: [...`${api}/customers`.split('/'), 'picked', wanted],
    queryFn: ({ signal }) => call('GET', `${api}/customers${query({ search: wanted, sort: 'lastOrderAt', dir: 'desc', limit: 12 })}`, undefined, signal),
    placeholderData: (old) => old,
    staleTime: 60_000,
  });
  const choices = (found.data?.items ?? []).map((c) => ({ id: c.id, title: c.name || c.email || c.phone || t('segment.noName'), detail: c.email ?? c.phone ?? t('customer.noEmail') }));
  return (
    <div className="row" style={{ alignItems: 'flex-end' }}>
      <Suspense fallback={<div className="field combo"><span className="label">{t('campaign.preview.anyone')}</span><span className="input" /></div>}>
        {/* Made anew with each choice: a field that is emptied by it would open its list again. The keyboard keeps its place. */}
        <ComboBox
          key={chosen?.id ?? ''}
          autoFocus={chosen !== null}
          label={t('campaign.preview.anyone')}
          placeholder={chosen?.name ?? t('customers.search')}
          text={text}
          choices={choices}
          empty={found.isFetching ? t('state.loading') : t('customers.noMatch', { search: wanted })}
          onText={setText}
          onChoose={(c) => {
            onChoose({ id: c.id, name: c.title });
            setText('');
          }}
        />
      </Suspense>
      {chosen && <Button small variant="plain" onClick={() => onChoose(null)}>{t('campaign.preview.examples')}</Button>}
    </div>
  );
}
