import { useStore } from '@/lib/store';

/** A calendar day some days later, as text. */
export function addDays(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** The day that it is in an IANA zone at an instant. */
export const dayIn = (zone: string, at: number): string => {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(new Date(at));
  const part = (type: string) => parts.find((p) => p.type === type)!.value;
  return `${part('year')}-${part('month')}-${part('day')}`;
};

/** The store's own today; a demo's clock is not the wall's. */
export function useToday(): string {
  const { store, ahead } = useStore();
  return dayIn(store.timeZone, Date.now() + ahead);
}
