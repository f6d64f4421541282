import { useT } from '@/lib/i18n';
import { Button } from '@/components/basics';

/** What a visitor without a session sees: how to ask for a link. The link itself is only ever printed on the machine. */
export function SignIn() {
  const t = useT();
  return (
    <main className="lonely">
      <div className="card">
        <img src="/admin/mark.svg" alt="" width={40} height={40} />
        <h1>{t('signIn.title')}</h1>
        <p className="quiet">{t('signIn.text')}</p>
        <pre className="definition">dotnet run --project src/Comeback -- sign-in</pre>
        <p className="quiet">{t('signIn.then')}</p>
        <div>
          <Button onClick={() => location.reload()}>{t('do.retry')}</Button>
        </div>
      </div>
    </main>
  );
}
