/** The id that ties an answer to its log lines: the caller's own `x-request-id` where it is harmless, else a new one. */
import type { IncomingMessage } from 'node:http';
import type { NewId } from '../lib/ids.ts';

export const REQUEST_ID_HEADER = 'x-request-id';

/** Only what is safe in a header, a log line and a page; anything else is replaced, not repaired. */
const HARMLESS = /^[A-Za-z0-9._-]{1,128}$/;

export function requestIdOf(req: Pick<IncomingMessage, 'headers'>, newId: NewId): string {
  const given = req.headers[REQUEST_ID_HEADER];
  return typeof given === 'string' && HARMLESS.test(given) ? given : newId('req');
}
