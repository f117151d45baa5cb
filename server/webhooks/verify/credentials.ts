/** Callers that show a shared secret itself: HTTP Basic (RFC 7617) and a key in a header. Never in the query. */
import { safeEqual, safeEqualAny } from '../../lib/safeCompare.ts';
import { refuse, type ConfigOf, type SignedRequest, type Verdict } from './config.ts';
import { headerOf } from './headers.ts';

const BASIC = /^basic +([A-Za-z0-9+/]{1,4000}={0,2})$/i;

export function verifyBasic(config: ConfigOf<'basic'>, request: SignedRequest): Verdict {
  const header = headerOf(request, 'authorization');
  if (header === undefined) return refuse('missing_signature');
  const encoded = BASIC.exec(header)?.[1];
  if (encoded === undefined) return refuse('malformed_signature');
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colonAt = text.indexOf(':');
  if (colonAt === -1) return refuse('malformed_signature');
  const isUser = safeEqual(text.slice(0, colonAt), config.username);
  const isPassword = safeEqualAny(config.keys, text.slice(colonAt + 1));
  return isUser && isPassword ? { ok: true } : refuse('signature_mismatch');
}

export function verifyApiKey(config: ConfigOf<'api-key'>, request: SignedRequest): Verdict {
  const header = headerOf(request, config.header);
  if (header === undefined) return refuse('missing_signature');
  if (!header.startsWith(config.prefix)) return refuse('malformed_signature');
  // node:http reads header bytes as Latin-1; the key is compared by the bytes that were sent.
  const given = Buffer.from(header.slice(config.prefix.length), 'latin1');
  return safeEqualAny(config.keys, given) ? { ok: true } : refuse('signature_mismatch');
}
