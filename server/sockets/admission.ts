/**
 * Which handshakes are let in at all, before anything is known of the caller. A browser sends a person's cookie along
 * with whatever page makes it connect, so the page's origin has to be this server's own or one that the operator named.
 * No origin means no browser, or a same-origin request of one: the former needs a token, which no page can borrow.
 */
import type { IncomingMessage } from 'node:http';
import { AppError } from '../lib/errors.ts';
import type { SocketsDeps } from './ports.ts';

export type AdmissionDeps = Pick<SocketsDeps, 'isKnownHost' | 'isOwnOrigin' | 'allowedOrigins'>;

/** Why a handshake is refused; undefined where it is not. */
export function refusalOf(req: Pick<IncomingMessage, 'headers'>, deps: AdmissionDeps): string | undefined {
  const { origin, host } = req.headers;
  if (!deps.isKnownHost(host)) return 'This server does not answer for that Host.';
  if (origin === undefined || deps.isOwnOrigin(origin, host) || deps.allowedOrigins.includes(origin)) return undefined;
  return 'Pages of that origin may not connect. The operator can name it in ALLOWED_ORIGINS.';
}

/** Throws where the handshake named no origin and brings no token. */
export function requireOriginOrToken(headers: IncomingMessage['headers'], token: string | undefined): void {
  // Long polling of a browser's own page sends no Origin with its first GET, but says where it comes from.
  if (headers.origin !== undefined || headers['sec-fetch-site'] === 'same-origin' || token !== undefined) return;
  throw new AppError('forbidden', {
    detail: 'Without an Origin a token is needed: send { auth: { token: "ear_…" } }.',
  });
}

/**
 * The address that limits are counted by: a household is given 2^64 addresses of IPv6, so the network's half counts.
 */
export function networkOf(address: string): string {
  const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('%')[0]!.split('::');
  const before = head.split(':').filter((part) => part !== '');
  const after = (tail ?? '').split(':').filter((part) => part !== '');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':');
}
