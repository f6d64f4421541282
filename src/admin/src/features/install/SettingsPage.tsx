import { lazy, Suspense, useState, type ReactNode } from 'react';
import type { SettingsView, StoreSettings } from '@/api/contract';
import { Button, Card, Notice, Page } from '@/components/basics';
import { TextArea, TextField } from '@/components/fields';
import { Loaded, Skeleton } from '@/components/states';
import { useToasts } from '@/components/toast';
import { type ApiError, call, useRead } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { useStore } from '@/lib/store';
import { sentence } from '@/lib/words';
import { ChannelTest } from './ChannelTest';
import { Keys } from './Keys';

const Switch = lazy(() => import('@/components/Switch'));

export default function SettingsPage() {
  const t = useT();
  const { api, store } = useStore();
  const read = useRead<SettingsView>(`${api}/settings`, { staleTime: Infinity, refetchOnWindowFocus: false });
  return (
    <Page title={t('nav.settings')} sub={<span className="bidi">{`${store.name} · ${store.currency} · ${store.timeZone}`}</span>}>
      <Loaded read={read} skeleton={<div className="card"><Skeleton rows={8} height={30} /></div>}>
        {(view) => <Form key={view.version} view={view} reload={() => void read.refetch()} />}
      </Loaded>
      <Keys />
    </Page>
  );
}

const list = (text: string) => text.split(/[,،\s]+/).filter(Boolean);

function Form({ view, reload }: { view: SettingsView; reload(): void }) {
  const t = useT();
  const { api } = useStore();
  const toasts = useToasts();
  const [s, setS] = useState<StoreSettings>(view.settings);
  const [countries, setCountries] = useState(view.settings.existingCustomerBasis.countries.join(', '));
  const [languages, setLanguages] = useState(view.settings.languages.join(', '));
  const [password, setPassword] = useState('');
  const [errors, setErrors] = useState<Record<string, string[]>>({});
  const [problem, setProblem] = useState<{ text: string; conflict?: boolean } | null>(null);
  const [busy, setBusy] = useState(false);
  const [dirty, setDirty] = useState(false);
  const set = (patch: Partial<StoreSettings>) => (setDirty(true), setS((old) => ({ ...old, ...patch })));
  const error = (name: string) => {
    const said = errors[name]?.[0];
    const own = said && sentence(t, 'wrong', name);
    return own === name ? said : own;
  };
  const sender = (name: keyof StoreSettings['sender']) => ({
    value: (s.sender[name] as string | null) ?? '',
    error: error(`sender.${name}`),
    onChange: (v: string) => set({ sender: { ...s.sender, [name]: v.trim() === '' ? null : v } }),
  });
  const number = (text: string) => Number.parseInt(text, 10) || 0;

  const save = async () => {
    setBusy(true);
    setProblem(null);
    setErrors({});
    try {
      await call<SettingsView>('PUT', `${api}/settings`, {
        settings: { ...s, languages: list(languages), existingCustomerBasis: { ...s.existingCustomerBasis, countries: list(countries).map((c) => c.toUpperCase()) }, smtp: s.smtp?.host ? s.smtp : null },
        version: view.version,
        smtpPassword: password || null,
      });
      toasts.say(t('do.saved'));
      reload();
    } catch (e) {
      const failed = e as ApiError;
      if (failed.status === 409) setProblem({ text: t('state.conflict'), conflict: true });
      else if (failed.errors) {
        setErrors(failed.errors);
        setProblem({ text: t('settings.invalid') });
      } else setProblem({ text: t('state.notSaved', { reason: failed.status === 0 ? t('state.offline.title') : failed.message }) });
    } finally {
      setBusy(false);
    }
  };

  const section = (title: string, text: string | null, children: ReactNode) => (
    <Card title={title}>
      <div className="stack">
        {text && <p className="quiet" style={{ maxInlineSize: '70ch' }}>{text}</p>}
        {children}
      </div>
    </Card>
  );

  return (
    <form
      className="stack"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        void save();
      }}
    >
      {section(t('settings.sender'), t('settings.sender.text'), (
        <div className="fields">
          <TextField label={t('settings.legalName')} autoComplete="organization" {...sender('legalName')} />
          <TextField label={t('settings.registration')} {...sender('registrationNumber')} />
          <TextField label={t('settings.address')} autoComplete="street-address" {...sender('address')} />
          <TextField label={t('settings.fromName')} {...sender('fromName')} />
          <TextField label={t('settings.fromEmail')} type="email" dir="ltr" {...sender('fromEmail')} />
          <TextField label={t('settings.replyTo')} type="email" dir="ltr" {...sender('replyTo')} />
        </div>
      ))}
      {section(t('settings.sending'), null, (
        <div className="fields">
          <TextField type="time" label={t('settings.quietStart')} value={s.quietHours.start} error={error('quietHours.start')} onChange={(start) => set({ quietHours: { ...s.quietHours, start } })} />
          <TextField type="time" label={t('settings.quietEnd')} value={s.quietHours.end} error={error('quietHours.end')} onChange={(end) => set({ quietHours: { ...s.quietHours, end } })} />
          <TextField type="number" min={0} max={10} label={t('settings.perDay')} value={s.pressure.perDay} error={error('pressure.perDay')} onChange={(v) => set({ pressure: { ...s.pressure, perDay: number(v) } })} />
          <TextField type="number" min={0} max={21} label={t('settings.perWeek')} value={s.pressure.perWeek} error={error('pressure.perWeek')} onChange={(v) => set({ pressure: { ...s.pressure, perWeek: number(v) } })} />
        </div>
      ))}
      {section(t('settings.counting'), t('settings.policy'), (
        <>
          <div className="fields">
            <TextField type="number" min={10} max={20} label={t('settings.vip')} hint={t('settings.vip.hint')} value={s.vipSharePercent} error={error('vipSharePercent')} onChange={(v) => set({ vipSharePercent: number(v) })} />
          </div>
          <TextArea code label={t('settings.notAShopper')} hint={t('settings.notAShopper.hint')} value={s.notAShopper ?? ''} error={error('notAShopper')} onChange={(v) => set({ notAShopper: v.trim() === '' ? null : v })} />
          <Suspense fallback={<span style={{ blockSize: 22 }} />}>
            <Switch selected={s.existingCustomerBasis.enabled} onChange={(enabled) => set({ existingCustomerBasis: { ...s.existingCustomerBasis, enabled } })}>
              {t('settings.existing')}
            </Switch>
          </Suspense>
          {s.existingCustomerBasis.enabled && (
            <TextField label={t('settings.existing.countries')} hint={t('settings.existing.hint')} dir="ltr" value={countries} error={error('existingCustomerBasis.countries')} onChange={(v) => (setDirty(true), setCountries(v))} />
          )}
        </>
      ))}
      {section(t('settings.channels'), t('settings.channels.text'), (
        <>
          <div className="fields">
            <TextField label={t('settings.smtpHost')} dir="ltr" value={s.smtp?.host ?? ''} error={error('smtp.host')} onChange={(host) => set({ smtp: { ...(s.smtp ?? { port: 587, user: null, perSecond: 0 }), host } })} />
            <TextField type="number" label={t('settings.smtpPort')} value={s.smtp?.port ?? 587} error={error('smtp.port')} onChange={(v) => set({ smtp: { ...(s.smtp ?? { host: '', user: null, perSecond: 0 }), port: number(v) } })} />
            <TextField label={t('settings.smtpUser')} dir="ltr" autoComplete="off" value={s.smtp?.user ?? ''} error={error('smtp.user')} onChange={(v) => set({ smtp: { ...(s.smtp ?? { host: '', port: 587, perSecond: 0 }), user: v || null } })} />
            <TextField type="password" label={t('settings.smtpPassword')} hint={t('settings.smtpPassword.hint')} autoComplete="new-password" placeholder={view.hasSmtpPassword ? '••••••••' : ''} value={password} onChange={(v) => (setDirty(true), setPassword(v))} />
          </div>
          <ChannelTest unsaved={dirty} />
          <p className="faint small">{t('settings.channels.others')}</p>
        </>
      ))}
      {section(t('settings.languages.title'), null, (
        <div className="fields">
          <TextField label={t('settings.languages')} hint={t('settings.languages.hint')} dir="ltr" value={languages} error={error('languages')} onChange={(v) => (setDirty(true), setLanguages(v))} />
        </div>
      ))}
      <div className="save-bar">
        {problem && (
          <Notice tone="bad">
            {problem.text} {problem.conflict && <Button small onClick={reload}>{t('do.reload')}</Button>}
          </Notice>
        )}
        <div className="row">
          <Button type="submit" variant="primary" busy={busy} disabled={!dirty}>{busy ? t('do.saving') : t('do.save')}</Button>
          {dirty && <span className="faint small">{t('settings.changed')}</span>}
        </div>
      </div>
    </form>
  );
}
