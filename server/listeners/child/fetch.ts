/** `api.fetch`: the web's shape here, the request itself in the server, behind the egress guard. */
import { type ListenerApi } from '../../sdk.ts';
import { type RunContext } from './context.ts';

/** What the server answers to the call `fetch`. */
export interface FetchReply {
  readonly status: number;
  readonly statusText?: string;
  readonly url?: string;
  readonly headers: readonly (readonly [string, string])[] | Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
}

const BODILESS = new Set([101, 204, 205, 304]);

export function createFetch(call: RunContext['call']): ListenerApi['fetch'] {
  return async function fetch(url, init = {}) {
    const { signal, ...rest } = init;
    signal?.throwIfAborted();
    const request = new Request(url, rest);
    const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
    const asked = call('fetch', { url: request.url, method: request.method, headers: [...request.headers], body });
    return toResponse((await (signal ? abortable(asked, signal) : asked)) as FetchReply, request.url);
  };
}

function toResponse(reply: FetchReply, url: string): Response {
  const headers = new Headers(reply.headers as [string, string][] | Record<string, string>);
  const body = BODILESS.has(reply.status) ? null : (reply.body as Uint8Array<ArrayBuffer> | null);
  const response = new Response(body, { status: reply.status, statusText: reply.statusText ?? '', headers });
  Object.defineProperty(response, 'url', { value: reply.url ?? url });
  return response;
}

async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}
