import { Button as AriaButton, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import type { Session } from '@/api/contract';
import { Button, Segmented } from '@/components/basics';
import { Select } from '@/components/fields';
import { Icon } from '@/components/Icon';
import { call, useRead } from '@/lib/api';
import { languages, useI18n, type Language } from '@/lib/i18n';
import { useTheme } from '@/lib/theme';
import { signedOut } from './signedOut';

/** Language, digits, light or dark, and the way out. */
export default function Preferences() {
  const { t, language, setLanguage, digits, setDigits } = useI18n();
  const [theme, setTheme] = useTheme();
  const session = useRead<Session>('/session', { staleTime: Infinity, retry: false });
  return (
    <DialogTrigger>
      <AriaButton className="button plain" aria-label={`${languages[language]}. ${t('app.preferences')}`}>
        <Icon name="language" size={17} />
        <span className="only-wide">{languages[language]}</span>
      </AriaButton>
      <Popover placement="top start" offset={6} className="menu-popover">
        <Dialog className="menu-panel" aria-label={t('app.preferences')}>
          <Select label={t('app.language')} value={language} options={Object.entries(languages)} onChange={(l) => setLanguage(l as Language)} />
          {language === 'ar' && (
            <div className="field">
              <span className="label">{t('app.digits')}</span>
              <Segmented label={t('app.digits')} value={digits} options={[['own', t('app.digits.own')], ['western', t('app.digits.western')]] as const} onChange={setDigits} />
            </div>
          )}
          <div className="field">
            <span className="label">{t('app.theme')}</span>
            <Segmented label={t('app.theme')} value={theme} options={[['system', t('app.theme.system')], ['light', t('app.theme.light')], ['dark', t('app.theme.dark')]] as const} onChange={setTheme} />
          </div>
          {session.data?.mode === 'operator' && <Button onClick={() => void call('POST', '/session/sign-out').finally(() => signedOut.set(true))}>{t('app.signOut')}</Button>}
          {session.data && (
            <p className="faint small">
              {session.data.mode === 'local' && <>{t('app.local')}. </>}
              {t('app.version', { version: session.data.version })}
            </p>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
