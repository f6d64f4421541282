import '@/components/tokens.css';
import '@/components/base.css';
import '@/components/components.css';
import './shell.css';
import '@/components/looks.css';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nProvider as AriaI18n } from 'react-aria-components';
import { Router } from 'wouter';
import { Boundary, Crashed } from '@/components/states';
import { ToastProvider } from '@/components/toast';
import { ApiError } from '@/lib/api';
import { I18nProvider, useI18n } from '@/lib/i18n';
import { applyLook } from '@/lib/look';
import { applyTheme } from '@/lib/theme';
import { App, begin } from './App';
import { signedOut } from './signedOut';

applyLook();
applyTheme();

// Shopify opens the app at its own address; the pages are below /admin wherever they are shown.
if (location.pathname.startsWith('/shopify')) history.replaceState(null, '', '/admin');

const worthAnotherTry = (error: unknown) => error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);

const client = new QueryClient({
  queryCache: new QueryCache({ onError: (error) => error instanceof ApiError && error.status === 401 && signedOut.set(true) }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      gcTime: 10 * 60_000,
      networkMode: 'always',
      retry: (count, error) => count < 2 && worthAnotherTry(error),
      retryDelay: (count, error) => ((error instanceof ApiError && error.retryAfterSeconds) || 2 ** count) * 1000,
    },
    mutations: { networkMode: 'always' },
  },
});

begin(client);

/** Tells the accessible components the language, so that menus and arrow keys follow the reading direction. */
function Directed({ children }: { children: ReactNode }) {
  return <AriaI18n locale={useI18n().locale}>{children}</AriaI18n>;
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <I18nProvider>
        <Directed>
        <ToastProvider>
          <Router base="/admin">
            <Boundary fallback={<Crashed />}>
              <App />
            </Boundary>
          </Router>
        </ToastProvider>
        </Directed>
      </I18nProvider>
    </QueryClientProvider>
  </StrictMode>,
);
