/** Command lines that work when pasted into a POSIX shell. */
import { shellQuote } from '../../lib/shell.ts';

export interface CurlRequest {
  readonly method: string;
  readonly url: string;
  /** The name of the shell variable that holds the token; undefined where none is needed. */
  readonly tokenVariable?: string;
  /** The page that asks, where only pages may. */
  readonly origin?: string;
  /** The name of the shell variable that holds the session’s cookie. */
  readonly cookieVariable?: string;
  readonly body?: unknown;
}

export function curlLine({ method, url, tokenVariable, origin, cookieVariable, body }: CurlRequest): string {
  const parts = [method === 'GET' ? 'curl' : `curl -X ${method}`, shellQuote(url)];
  if (tokenVariable !== undefined) parts.push(`-H "authorization: Bearer $${tokenVariable}"`);
  if (cookieVariable !== undefined) parts.push(`-H "cookie: earshot=$${cookieVariable}"`);
  if (origin !== undefined) parts.push(`-H ${shellQuote(`origin: ${origin}`)}`);
  if (body !== undefined) parts.push("-H 'content-type: application/json'", `-d ${shellQuote(JSON.stringify(body))}`);
  return parts.join(' \\\n  ');
}
