export type Look = 'own' | 'shopify' | 'wordpress';

const looks: readonly Look[] = ['own', 'shopify', 'wordpress'];
const kept = 'comeback.look';

/**
 * Whose admin we stand in. The host's page says so in the address of the first page (`?look=`, `?platform=`; Shopify's own `embedded=1`), and the
 * window keeps it while its pages change. Alone it is our own.
 */
export function lookOf(search: string, remembered: string | null): Look {
  const asked = new URLSearchParams(search);
  const named = asked.get('look') ?? asked.get('platform') ?? (asked.get('embedded') === '1' ? 'shopify' : null) ?? remembered;
  return looks.find((l) => l === named) ?? 'own';
}

export function applyLook() {
  let remembered: string | null = null;
  try {
    remembered = sessionStorage.getItem(kept);
  } catch {
    // A frame without storage is told by its address each time.
  }
  const look = lookOf(location.search, remembered);
  document.documentElement.dataset.look = look;
  try {
    sessionStorage.setItem(kept, look);
  } catch {
    // As above.
  }
}
