import { useSyncExternalStore } from 'react';

let value = false;
const listeners = new Set<() => void>();

/** Raised by any answer 401: the whole admin then shows how to sign in. */
export const signedOut = {
  set(next: boolean) {
    value = next;
    listeners.forEach((l) => l());
  },
};

export const useSignedOut = () =>
  useSyncExternalStore(
    (l) => (listeners.add(l), () => void listeners.delete(l)),
    () => value,
  );
