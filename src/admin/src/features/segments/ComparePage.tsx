import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { SegmentList } from '@/api/contract';
import type { components } from '@/api/types';
import { Card, Notice, Page } from '@/components/basics';
import { Empty } from '@/components/states';
import { type ApiError, call, useRead } from '@/lib/api';
import { useAddressPart, useSettled } from '@/lib/hooks';
import { useT } from '@/lib/i18n';
import { useFormat, useStore } from '@/lib/store';
import { segmentName } from '@/lib/words';
import { DefinitionText } from './DefinitionText';
import { People } from './Live';
import { Pick } from './Suggest';
import { Tabs } from './Tabs';
import { useWords } from './texts';
import { useDefinition } from './useDefinition';
import './segments.css';

type Diff = components['schemas']['DiffAnswer'];

/** Two definitions on the people of today: only the first, only the second, both. */
export default function ComparePage() {
  const t = useT();
  const say = useWords();
  const format = useFormat();
  const { api, base } = useStore();
  const list = useRead<SegmentList>(`${api}/segments`, { staleTime: 30_000 });
  const [a, setA] = useAddressPart('a', 'loyal');
  const [b, setB] = useAddressPart('b', 'lapsed');
  const first = useSide(a, list.data);
  const second = useSide(b, list.data);
  const asked = useSettled(`${first.text}\u0000${second.text}`, 250);
  const [textA = '', textB = ''] = asked.split('\u0000');
  const ready = textA.trim() !== '' && textB.trim() !== '' && first.readable && second.readable;
  const diff = useQuery<Diff, ApiError>({
    queryKey: ['diff', api, textA, textB],
    queryFn: ({ signal }) => call('POST', `${api}/segments/diff`, { a: textA, b: textB }, signal),
    enabled: ready,
    placeholderData: (old) => old,
    retry: false,
  });
  const total = diff.data ? diff.data.onlyA.customers + diff.data.both.customers + diff.data.onlyB.customers : 0;
  return (
    <Page title={say('compare.title')} sub={say('compare.text')} crumb={{ to: `${base}/segments`, text: t('segments.title') }}>
      <Tabs at="compare" />
      <div className="grid-2">
        <Side title={say('compare.a')} chosen={a} onChoose={setA} list={list.data} side={first} />
        <Side title={say('compare.b')} chosen={b} onChoose={setB} list={list.data} side={second} />
      </div>
      {!ready ? (
        <div className="card"><Empty icon="segments">{say('compare.waiting')}</Empty></div>
      ) : diff.error && !diff.isFetching ? (
        <Notice tone="bad"><span className="bidi">{diff.error.message}</span></Notice>
      ) : diff.data ? (
        <Card>
          <div className="stack" aria-busy={diff.isFetching || undefined}>
            {total > 0 && (
              <div className="venn" aria-hidden="true">
                {(['onlyA', 'both', 'onlyB'] as const).map((part) => <span key={part} data-part={part} style={{ flexGrow: diff.data[part].customers }} />)}
              </div>
            )}
            <div className="thirds">
              {(['onlyA', 'both', 'onlyB'] as const).map((part) => (
                <section key={part} aria-label={say(`compare.${part}`)} data-diff={part}>
                  <p className="row tight"><i className="dot" data-part={part} /><strong>{say(`compare.${part}`)}</strong></p>
                  <p className="big num">{format.number(diff.data[part].customers)}</p>
                  {diff.data[part].sample.length > 0 && <People people={diff.data[part].sample} />}
                </section>
              ))}
            </div>
          </div>
        </Card>
      ) : null}
    </Page>
  );
}

function useSide(key: string, list: SegmentList | undefined) {
  const { api } = useStore();
  const definition = useDefinition(api, '');
  const [taken, setTaken] = useState('');
  const found = list?.items.find((s) => s.key === key)?.definition;
  const { setText } = definition;
  useEffect(() => {
    if (!found || taken === key) return;
    setTaken(key);
    setText(found, { step: true });
  }, [found, key, taken, setText]);
  return { ...definition, readable: definition.inStep && definition.mistakes.length === 0 };
}

function Side({ title, chosen, onChoose, list, side }: { title: string; chosen: string; onChoose(key: string): void; list: SegmentList | undefined; side: ReturnType<typeof useSide> }) {
  const t = useT();
  const say = useWords();
  return (
    <Card title={title}>
      <div className="stack" role="group" aria-label={title}>
        <div className="field">
          <span className="label">{say('compare.start')}</span>
          <Pick wide label={`${title}: ${say('compare.start')}`} value={chosen} groups={[{ title: t('segments.title'), items: (list?.items ?? []).map((s) => ({ value: s.key, label: segmentName(t, s), code: s.key })) }]} onChange={onChoose} />
        </div>
        <DefinitionText value={side.text} mistakes={side.mistakes} onChange={side.setText} rows={5} />
      </div>
    </Card>
  );
}
