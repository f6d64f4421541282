import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, ComboBox, Header, Input, ListBox, ListBoxItem, ListBoxSection, Popover } from 'react-aria-components';
import { Icon } from '@/components/Icon';
import { type ApiError, call, query } from '@/lib/api';
import { useSettled } from '@/lib/hooks';
import { useFormat, useStore } from '@/lib/store';
import type { StoreWord } from './language';
import { useWords } from './texts';

export interface Choice {
  value: string;
  label: string;
  /** A second line: how it is written in the text. */
  code?: string;
}

/** A field that offers while one types: the known choices in groups, by keyboard or mouse. */
export function Pick({ label, value, groups, onChange, wide, placeholder }: { label: string; value: string; groups: { title: string; items: Choice[] }[]; onChange(value: string): void; wide?: boolean; placeholder?: string }) {
  const chosen = groups.flatMap((g) => g.items).find((i) => i.value === value);
  // Typing filters; what is not chosen falls back to what was.
  const [typed, setTyped] = useState<string | null>(null);
  const wanted = typed?.trim().toLocaleLowerCase() ?? '';
  const shown = groups
    .map((g) => ({ ...g, items: wanted ? g.items.filter((i) => i.label.toLocaleLowerCase().includes(wanted) || i.code?.includes(wanted)) : g.items }))
    .filter((g) => g.items.length > 0);
  return (
    <ComboBox
      className={wide ? 'combo wide' : 'combo'}
      aria-label={label}
      inputValue={typed ?? chosen?.label ?? value}
      selectedKey={value}
      menuTrigger="focus"
      allowsEmptyCollection
      onInputChange={(text) => setTyped(text === chosen?.label ? null : text)}
      onOpenChange={(open) => open || setTyped(null)}
      onSelectionChange={(key) => {
        setTyped(null);
        if (key !== null && key !== value) onChange(String(key));
      }}
    >
      <Field placeholder={placeholder} />
      <Popover className="combo-list" placement="bottom start">
        <ListBox>
          {shown.map((g) => (
            <ListBoxSection key={g.title} id={g.title} aria-label={g.title}>
              <Header className="combo-group">{g.title}</Header>
              {g.items.map((i) => (
                <ListBoxItem key={i.value} id={i.value} textValue={i.label} className="combo-item">
                  <span className="bidi">{i.label}</span>
                  {i.code && <code className="ltr faint">{i.code}</code>}
                </ListBoxItem>
              ))}
            </ListBoxSection>
          ))}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}

const Field = ({ placeholder }: { placeholder?: string }) => (
  <div className="combo-box">
    <Input className="input" dir="auto" placeholder={placeholder} />
    <Button className="combo-open">
      <Icon name="down" size={14} />
    </Button>
  </div>
);

/** Words of the store by kind. Answers to earlier letters are dropped. */
export function useStoreWords(kind: string | null, search: string, enabled: boolean) {
  const { api } = useStore();
  const settled = useSettled(search, 160);
  return useQuery<{ items: StoreWord[] }, ApiError>({
    queryKey: ['words', api, kind, settled],
    queryFn: ({ signal }) => call('GET', `${api}/segments/words${query({ kind, search: settled, limit: 30 })}`, undefined, signal),
    enabled: enabled && kind !== null,
    staleTime: 60_000,
    retry: false,
    placeholderData: (old) => old,
  });
}

/** A value of the store: what one types is kept, what the store knows is offered. */
export function StoreValue({ label, kind, value, onChange, placeholder }: { label: string; kind: string | null; value: string; onChange(value: string): void; placeholder?: string }) {
  const say = useWords();
  const format = useFormat();
  const [typed, setTyped] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const [names, setNames] = useState<Record<string, string>>({});
  const words = useStoreWords(kind, typed ?? '', open);
  // A product's number says nothing to a merchant, so its name is asked for once.
  const numbered = kind === 'product' || kind === 'collection' || kind === 'campaign';
  const named = useStoreWords(kind, '', numbered && value !== '' && !names[value]);
  const name = names[value] ?? named.data?.items.find((i) => i.value === value)?.label;
  const items = words.data?.items ?? [];
  const commit = (text: string | null) => {
    setTyped(null);
    if (text !== null && text !== value) onChange(text);
  };
  return (
    <ComboBox
      className="combo"
      aria-label={label}
      inputValue={typed ?? (numbered ? name ?? value : value)}
      items={items.map((i) => ({ ...i, id: i.value }))}
      menuTrigger="input"
      allowsCustomValue
      allowsEmptyCollection={kind !== null}
      onInputChange={setTyped}
      onOpenChange={setOpen}
      onSelectionChange={(key) => {
        if (key === null) return;
        const item = items.find((i) => i.value === key);
        if (item) setNames((all) => ({ ...all, [item.value]: item.label }));
        commit(String(key));
      }}
      onBlur={() => commit(numbered && typed === name ? null : typed)}
    >
      <div className="combo-box">
        <Input className="input" dir="auto" placeholder={placeholder} onKeyDown={(e) => e.key === 'Enter' && !open && commit(typed)} />
        {kind !== null && (
          <Button className="combo-open">
            <Icon name="down" size={14} />
          </Button>
        )}
      </div>
      {kind !== null && (
        <Popover className="combo-list" placement="bottom start">
          <ListBox<StoreWord & { id: string }> renderEmptyState={() => <span className="combo-none">{say(words.isFetching ? 'field.searching' : 'field.nothing')}</span>}>
            {(item) => (
              <ListBoxItem id={item.id} textValue={item.label} className="combo-item">
                <span className="bidi">{item.label}</span>
                <span className="faint small row tight">
                  {item.meaning && item.meaning !== item.label && <span className="bidi">{item.meaning}</span>}
                  {item.count != null && <span className="num">{format.number(item.count)}</span>}
                </span>
              </ListBoxItem>
            )}
          </ListBox>
        </Popover>
      )}
    </ComboBox>
  );
}
