import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Badge, Button, DownloadLink, Notice } from '@/components/basics';
import Dialog from '@/components/Dialog';
import { TextArea } from '@/components/fields';
import { useToasts } from '@/components/toast';
import { type ApiError, call } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { useStore } from '@/lib/store';
import { useWords, type WordKey } from './texts';

interface Item {
  key: string;
  name: string;
  definition: string | null;
  outcome: 'created' | 'changed' | 'unchanged' | 'refused';
  problem: string | null;
  notCarried: string[];
}
interface Answer {
  items: Item[];
  undo: unknown;
}

/** Definitions out as a file, and in from text, JSON or Klaviyo: looked at before anything is made, and undone afterwards. */
export default function CarryDialog({ onClose }: { onClose(): void }) {
  const t = useT();
  const say = useWords();
  const { api } = useStore();
  const client = useQueryClient();
  const toasts = useToasts();
  const [content, setContent] = useState('');
  const [partial, setPartial] = useState(false);
  const [overwrite, setOverwrite] = useState(false);
  const [seen, setSeen] = useState<Item[] | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const path = `${api}/segments/import`;
  const again = () => client.invalidateQueries({ queryKey: `${api}/segments`.split('/') });

  const ask = async (dryRun: boolean, options: { partial: boolean; overwrite: boolean } = { partial, overwrite }) => {
    setBusy(true);
    setProblem(null);
    try {
      const answer = await call<Answer>('POST', path, { content, dryRun, ...options });
      if (dryRun) return setSeen(answer.items);
      await again();
      const made = answer.items.filter((i) => i.outcome === 'created' || i.outcome === 'changed').length;
      toasts.say(say('carry.made', { count: made }), answer.undo ? { undo: () => void call('POST', `${path}/undo`, answer.undo).then(again, (e: ApiError) => toasts.say(e.message, { tone: 'bad' })) } : undefined);
      onClose();
    } catch (error) {
      setProblem((error as ApiError).status === 0 ? t('state.offline.title') : (error as ApiError).message);
    } finally {
      setBusy(false);
    }
  };
  const can = seen?.filter((i) => i.outcome === 'created' || i.outcome === 'changed') ?? [];
  const option = (label: WordKey, value: boolean, set: (on: boolean) => void, next: (on: boolean) => { partial: boolean; overwrite: boolean }) => (
    <label className="check">
      <input type="checkbox" checked={value} onChange={(e) => { set(e.target.checked); if (seen) void ask(true, next(e.target.checked)); }} />
      {say(label)}
    </label>
  );
  return (
    <Dialog
      title={say('carry.title')} width={640} onClose={onClose}
      foot={seen ? (
        <>
          <Button variant="plain" onClick={() => setSeen(null)}>{t('do.back')}</Button>
          <Button variant="primary" busy={busy} disabled={can.length === 0} onClick={() => void ask(false)}>{say('carry.make')}</Button>
        </>
      ) : undefined}
    >
      {problem && <Notice tone="bad"><span className="bidi">{problem}</span></Notice>}
      {!seen ? (
        <>
          <div className="row"><DownloadLink href={`/api${api}/segments/definitions/text`}>{say('carry.export')}</DownloadLink></div>
          <p className="quiet">{say('carry.text')}</p>
          <TextArea label={say('carry.paste')} code rows={8} value={content} onChange={setContent} />
          <div className="row">
            <label className="button">
              <input type="file" className="hidden-label" accept=".txt,.json,text/plain,application/json" onChange={(e) => { const file = e.target.files?.[0]; if (file) void file.text().then(setContent); }} />
              {say('carry.file')}
            </label>
            <Button variant="primary" busy={busy} disabled={!content.trim()} onClick={() => void ask(true)}>{say(busy ? 'carry.reading' : 'carry.look')}</Button>
          </div>
        </>
      ) : seen.length === 0 ? (
        <p className="quiet">{say('carry.none')}</p>
      ) : (
        <>
          <p className="strong">{say('carry.found', { count: can.length })}</p>
          <div className="stack close">
            {option('carry.partial', partial, setPartial, (on) => ({ partial: on, overwrite }))}
            {option('carry.overwrite', overwrite, setOverwrite, (on) => ({ partial, overwrite: on }))}
          </div>
          <ul className="carried">
            {seen.map((i) => (
              <li key={`${i.key}-${i.name}`} className="stack close">
                <p className="row" style={{ justifyContent: 'space-between' }}>
                  <strong className="bidi">{i.name}</strong>
                  <Badge tone={i.outcome === 'refused' ? 'bad' : i.outcome === 'unchanged' ? 'plain' : 'good'}>{say(`carry.${i.outcome}`)}</Badge>
                </p>
                {i.definition && <pre className="definition small" tabIndex={0} aria-label={i.name}><code>{i.definition}</code></pre>}
                {i.problem && <p className="small error-text bidi">{i.problem}</p>}
                {i.notCarried.length > 0 && (
                  <div className="small">
                    <strong>{say('carry.lost')}</strong>
                    <ul className="lost">{i.notCarried.map((l, n) => <li key={n} className="bidi">{l}</li>)}</ul>
                  </div>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}
