import { useMutation, useQuery, useQueryClient, type QueryClient, type UseQueryOptions } from '@tanstack/react-query';

/** An answer that was not a success. `status` 0 means that nothing answered at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail?: string,
    readonly errors?: Record<string, string[]>,
    readonly retryAfterSeconds?: number,
  ) {
    super(detail ?? title);
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  const retry = Number(response.headers.get('Retry-After')) || undefined;
  try {
    const body = (await response.json()) as { title?: string; detail?: string; errors?: Record<string, string[]> };
    return new ApiError(response.status, body.title ?? response.statusText, body.detail, body.errors, retry);
  } catch {
    return new ApiError(response.status, response.statusText, undefined, undefined, retry);
  }
}

/** Inside Shopify's admin App Bridge says who is calling, anew each minute; elsewhere a cookie of ours does. */
async function bearer(): Promise<Record<string, string>> {
  const bridge = (globalThis as { shopify?: { idToken?: () => Promise<string> } }).shopify;
  return bridge?.idToken ? { Authorization: `Bearer ${await bridge.idToken()}` } : {};
}

/** One call to Comeback's own API; never to another origin. */
export async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const form = body instanceof FormData;
  let response: Response;
  try {
    response = await fetch(`/api${path}`, {
      method,
      signal,
      credentials: 'same-origin',
      headers: { Accept: 'application/json', ...(await bearer()), ...(body !== undefined && !form ? { 'Content-Type': 'application/json' } : {}) },
      body: body === undefined ? undefined : form ? body : JSON.stringify(body),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'offline');
  }
  if (!response.ok) throw await problemOf(response);
  const text = await response.text();
  if (!text) return undefined as T;
  try {
    return JSON.parse(text) as T;
  } catch {
    // HTML with status 200: a proxy or a page in between, not Comeback.
    throw new ApiError(502, 'not-json');
  }
}

export const query = (values: Record<string, string | number | undefined | null>) => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  const text = search.toString();
  return text ? `?${text}` : '';
};

const keyOf = (path: string) => path.split(/[/?]/).concat(path);

/** Asks for a path before the page that reads it is there. */
export const prefetch = (client: QueryClient, path: string) => void client.prefetchQuery({ queryKey: keyOf(path), queryFn: ({ signal }) => call('GET', path, undefined, signal) });

/** Reads a path and keeps it fresh. The path is the key, so that one invalidation by prefix reaches all that hangs below it. */
export function useRead<T>(path: string | null, options?: Partial<UseQueryOptions<T, ApiError>>) {
  return useQuery<T, ApiError>({ queryKey: keyOf(path ?? 'none'), queryFn: ({ signal }) => call<T>('GET', path!, undefined, signal), enabled: path !== null, ...options });
}

/** Writes and then reads again whatever lies under the given paths. */
export function useWrite<TIn, TOut = unknown>(make: (input: TIn) => { method: string; path: string; body?: unknown }, touches: string[] = []) {
  const client = useQueryClient();
  return useMutation<TOut, ApiError, TIn>({
    mutationFn: (input) => {
      const { method, path, body } = make(input);
      return call<TOut>(method, path, body);
    },
    onSuccess: () => Promise.all(touches.map((t) => client.invalidateQueries({ queryKey: t.split('/') }))).then(() => undefined),
  });
}
