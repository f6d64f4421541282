import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from 'react';
import { useT } from '@/lib/i18n';

interface Toast {
  id: number;
  text: string;
  tone?: 'bad';
  undo?(): void;
}

interface Toasts {
  say(text: string, options?: { tone?: 'bad'; undo?(): void }): void;
  /** Undo in place of "are you sure": the deed is done when the time for a change of mind is over. */
  soon(text: string, deed: () => void, undone?: () => void): void;
}

const Context = createContext<Toasts | null>(null);
const READING_MS = 10_000;

export function ToastProvider({ children }: { children: ReactNode }) {
  const t = useT();
  const [toasts, setToasts] = useState<Toast[]>([]);
  const next = useRef(1);
  const drop = useCallback((id: number) => setToasts((all) => all.filter((x) => x.id !== id)), []);
  const show = useCallback(
    (toast: Omit<Toast, 'id'>) => {
      const id = next.current++;
      setToasts((all) => [...all.slice(-2), { ...toast, id }]);
      setTimeout(() => drop(id), READING_MS);
    },
    [drop],
  );
  const value = useMemo<Toasts>(
    () => ({
      say: (text, options) => show({ text, ...options }),
      soon: (text, deed, undone) => {
        let over = false;
        const act = () => {
          if (over) return;
          over = true;
          deed();
        };
        const timer = setTimeout(act, READING_MS);
        // Leaving the page is no change of mind.
        window.addEventListener('pagehide', act, { once: true });
        show({
          text,
          undo: () => {
            if (over) return;
            over = true;
            clearTimeout(timer);
            undone?.();
          },
        });
      },
    }),
    [show],
  );
  return (
    <Context.Provider value={value}>
      {children}
      <div className="toasts" role="region" aria-live="polite" aria-label={t('do.undo')}>
        {toasts.map((toast) => (
          <div key={toast.id} className={toast.tone ? `toast ${toast.tone}` : 'toast'}>
            <span>{toast.text}</span>
            {toast.undo && (
              <button
                type="button"
                onClick={() => {
                  toast.undo?.();
                  drop(toast.id);
                }}
              >
                {t('do.undo')}
              </button>
            )}
          </div>
        ))}
      </div>
    </Context.Provider>
  );
}

export function useToasts(): Toasts {
  const value = useContext(Context);
  if (!value) throw new Error('useToasts outside ToastProvider');
  return value;
}
