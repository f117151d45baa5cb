/** A trigger as it came off the wire, and what a run remembers of it: everything but the secrets that proved who called. */
import type { RequestInfo } from '../schemas/run.ts';

export interface InboundRequest {
  readonly appUuid: string;
  readonly webhookUuid: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** `headersDistinct`: a header that came twice is seen to have come twice. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
  readonly body: Buffer;
  readonly remoteAddress: string;
}

const NEVER_KEPT = new Set(['authorization', 'cookie', 'proxy-authorization']);

export function requestInfoOf(request: InboundRequest, secretHeaders: readonly string[]): RequestInfo {
  const headers = Object.create(null) as Record<string, string>;
  for (const name in request.headers) {
    if (NEVER_KEPT.has(name) || secretHeaders.includes(name)) continue;
    const values = request.headers[name];
    if (values !== undefined) headers[name] = values.length === 1 ? (values[0] ?? '') : values.join(', ');
  }
  return {
    method: request.method,
    path: request.path,
    headers,
    query: request.query === '' ? {} : queryOf(request.query),
    content_type: headers['content-type'] ?? null,
    remote_address: request.remoteAddress,
  };
}

function queryOf(text: string): RequestInfo['query'] {
  const query = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of new URLSearchParams(text)) {
    const present = query[name];
    if (present === undefined) query[name] = value;
    else if (typeof present === 'string') query[name] = [present, value];
    else present.push(value);
  }
  return query;
}
