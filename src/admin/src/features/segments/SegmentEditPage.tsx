import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent, type KeyboardEvent } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { SegmentView } from '@/api/contract';
import { Button, ButtonLink, Card, Notice, Page } from '@/components/basics';
import { TextField } from '@/components/fields';
import { Loaded, Skeleton } from '@/components/states';
import { useToasts } from '@/components/toast';
import { type ApiError, call, useRead } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { useStore } from '@/lib/store';
import { segmentName } from '@/lib/words';
import { Builder } from './Builder';
import { DefinitionText } from './DefinitionText';
import type { GalleryItem } from './GalleryPage';
import { useLanguage, type Language } from './language';
import { Live, useCheck } from './Live';
import { PlainLanguage } from './PlainLanguage';
import { useWords, type WordKey } from './texts';
import { useDefinition } from './useDefinition';
import './segments.css';

interface Begin {
  name: string;
  definition: string;
}

/** A new segment, a copy, a recipe, or a change: conditions and text side by side, counted while they are written. */
export default function SegmentEditPage({ segment }: { segment?: string }) {
  const t = useT();
  const say = useWords();
  const { api, base } = useStore();
  const [params] = useSearchParams();
  const from = segment ?? params.get('copy');
  const recipe = from ? null : params.get('recipe');
  const source = useRead<SegmentView>(from ? `${api}/segments/${encodeURIComponent(from)}` : null, { staleTime: Infinity });
  const gallery = useRead<GalleryItem[]>(recipe ? `${api}/segments/gallery` : null, { staleTime: Infinity });
  const language = useLanguage();
  const title = segment ? t('edit.changeTitle', { name: source.data ? segmentName(t, source.data) : segment }) : t('edit.newTitle');
  const crumb = from
    ? { to: `${base}/segments/${encodeURIComponent(from)}`, text: source.data ? segmentName(t, source.data) : t('segments.title') }
    : { to: recipe ? `${base}/segments/gallery` : `${base}/segments`, text: recipe ? say('gallery.title') : t('segments.title') };
  const found = recipe ? gallery.data?.find((g) => g.key === recipe) : undefined;
  const begin: Begin = source.data
    ? { name: segment ? source.data.name : t('edit.copyName', { name: segmentName(t, source.data) }), definition: source.data.definition }
    : found
      ? { name: say(`ready.${found.key}` as WordKey), definition: found.definition }
      : { name: '', definition: params.get('definition') ?? '' };
  return (
    <Page title={title} crumb={crumb}>
      <Loaded read={language} skeleton={<div className="card"><Skeleton rows={8} /></div>}>
        {(words) =>
          from ? (
            <Loaded read={source}>{(s) => <Editor language={words} begin={begin} source={s} changing={!!segment} />}</Loaded>
          ) : recipe ? (
            <Loaded read={gallery}>{() => <Editor language={words} begin={begin} changing={false} />}</Loaded>
          ) : (
            <Editor language={words} begin={begin} changing={false} />
          )
        }
      </Loaded>
    </Page>
  );
}

function Editor({ language, begin, source, changing }: { language: Language; begin: Begin; source?: SegmentView; changing: boolean }) {
  const t = useT();
  const say = useWords();
  const { api, base } = useStore();
  const client = useQueryClient();
  const toasts = useToasts();
  const [, go] = useLocation();
  const [name, setName] = useState(begin.name);
  const definition = useDefinition(api, begin.definition);
  const { text, mistakes, inStep, stale, undo, redo } = definition;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const readable = inStep && mistakes.length === 0 && text.trim() !== '';
  const check = useCheck(text, readable);
  const changed = text !== begin.definition && definition.canUndo;

  // A tab that is closed by mistake asks first.
  useEffect(() => {
    if (!changed) return;
    const ask = (e: BeforeUnloadEvent) => e.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [changed]);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || !readable) return;
    setBusy(true);
    setProblem(null);
    try {
      const saved = changing
        ? await call<SegmentView>('PUT', `${api}/segments/${encodeURIComponent(source!.key)}`, { name, definition: text, version: source!.version })
        : await call<SegmentView>('POST', `${api}/segments`, { name, definition: text });
      await client.invalidateQueries({ queryKey: `${api}/segments`.split('/') });
      toasts.say(t('edit.created', { name }));
      go(`${base}/segments/${encodeURIComponent(saved?.key ?? source?.key ?? '')}`);
    } catch (error) {
      const e = error as ApiError;
      setProblem(e.status === 409 ? t('state.conflict') : t('state.notSaved', { reason: e.errors ? Object.values(e.errors).flat().join(' ') : e.status === 0 ? t('state.offline.title') : e.message }));
    } finally {
      setBusy(false);
    }
  };

  const onKeyDown = (e: KeyboardEvent<HTMLElement>) => {
    if (!(e.ctrlKey || e.metaKey) || e.altKey) return;
    const key = e.key.toLowerCase();
    const again = key === 'y' || (key === 'z' && e.shiftKey);
    // The name has letters of its own to take back.
    if ((key !== 'z' && key !== 'y') || (e.target as HTMLElement).closest('.own-undo')) return;
    e.preventDefault();
    (again ? redo : undo)();
  };

  return (
    <form onSubmit={(e) => void save(e)} onKeyDown={onKeyDown} className="stack">
      {problem && <Notice tone="bad">{problem}</Notice>}
      <Card>
        <div className="edit-head">
          <div className="own-undo"><TextField label={t('edit.name')} value={name} required maxLength={100} onChange={setName} /></div>
          <details className="own-undo plain-box" open={!begin.definition || undefined}>
            <summary>{say('plain.title')}</summary>
            <PlainLanguage onUse={(wanted) => definition.setText(wanted, { step: true })} />
          </details>
        </div>
      </Card>
      <div className="workbench">
        <Card
          title={say('build.title')}
          actions={
            <>
              <Button small variant="plain" icon="undo" disabled={!definition.canUndo} onClick={undo} label={say('build.undo')} />
              <Button small variant="plain" icon="redo" disabled={!definition.canRedo} onClick={redo} label={say('build.redo')} />
            </>
          }
        >
          <div className="stack close">
            {stale && definition.tree && (
              <Notice tone="warn">
                <div className="stack close">
                  <span>{say('build.stale')}</span>
                  <span><Button small onClick={() => definition.setTree(definition.tree)}>{say('build.backToTree')}</Button></span>
                </div>
              </Notice>
            )}
            <Builder definition={definition} language={language} gallery={`${base}/segments/gallery`} />
            <details className="keys">
              <summary>{say('build.keys')}</summary>
              <p className="small quiet">{say('build.keys.text')}</p>
            </details>
          </div>
        </Card>
        <div className="stack side">
          <Card title={say('build.textTitle')} actions={<StepState inStep={inStep} wrong={mistakes.length > 0} empty={!text.trim()} />}>
            <DefinitionText value={text} mistakes={mistakes} onChange={definition.setText} />
            {definition.trouble && <Notice tone="bad">{definition.trouble.status === 0 ? t('state.offline.title') : definition.trouble.message}</Notice>}
          </Card>
          <Card title={say('live.title')}>
            <Live text={text} readable={mistakes.length === 0} check={check} saved={changing ? source : undefined} />
          </Card>
        </div>
      </div>
      <div className="save-bar">
        <div className="row">
          <Button type="submit" variant="primary" busy={busy} disabled={!name.trim() || !readable || check.result?.ok === false}>{busy ? t('do.saving') : t('do.save')}</Button>
          <ButtonLink to={source ? `${base}/segments/${encodeURIComponent(source.key)}` : `${base}/segments`} variant="plain">{t('do.cancel')}</ButtonLink>
        </div>
      </div>
    </form>
  );
}

function StepState({ inStep, wrong, empty }: { inStep: boolean; wrong: boolean; empty: boolean }) {
  const say = useWords();
  if (empty || wrong) return null;
  return <span className={inStep ? 'fresh small' : 'fresh late small'} data-step={inStep ? 'yes' : 'no'}><i className="dot" aria-hidden="true" />{say(inStep ? 'build.inStep' : 'build.waiting')}</span>;
}
