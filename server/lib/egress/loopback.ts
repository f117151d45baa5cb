/**
 * Loopback is open only on a developer's own machine. Listening on loopback alone does not prove that: it is also how
 * a server stands behind a reverse proxy or a tunnel. So the first sign of an outside caller closes it until restart.
 */
import { isIP } from 'node:net';
import { isLoopbackAddress } from './addresses.ts';
import { bareHostname, isLoopbackName } from './target.ts';

export interface LoopbackRule {
  readonly isOpen: () => boolean;
  /** To be called when a request came with a forwarded or foreign Host header: see isForeignRequest. */
  readonly sawForeignRequest: () => void;
}

export interface LoopbackRuleDeps {
  readonly host: string;
  readonly publicUrl: string | undefined;
}

export function createLoopbackRule({ host, publicUrl }: LoopbackRuleDeps): LoopbackRule {
  let isOpen = isLoopbackHost(host) && (publicUrl === undefined || isLoopbackUrl(publicUrl));
  return {
    isOpen: () => isOpen,
    sawForeignRequest: () => void (isOpen = false),
  };
}

const FORWARDING = new Set([
  'forwarded',
  'via',
  'x-real-ip',
  'x-original-host',
  'x-client-ip',
  'true-client-ip',
  'ngrok-trace-id',
]);
/** Asked at every request, so the usual spellings are told apart without reading a URL. */
const USUAL_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

/** Whether a request came through somebody else: a proxy, a tunnel, or a name that is not this machine's. */
export function isForeignRequest(headers: Readonly<Record<string, unknown>>): boolean {
  for (const name in headers) {
    if (FORWARDING.has(name) || name.startsWith('x-forwarded-') || name.startsWith('cf-')) return true;
  }
  const { host } = headers;
  if (typeof host !== 'string') return true; // the health check of a load balancer comes without one
  return !USUAL_HOST.test(host) && !isLoopbackUrl(`http://${host}`);
}

function isLoopbackUrl(text: string): boolean {
  return URL.canParse(text) && isLoopbackHost(new URL(text).hostname);
}

function isLoopbackHost(host: string): boolean {
  const bare = bareHostname(host);
  return isLoopbackName(bare) || (isIP(bare) !== 0 && isLoopbackAddress(bare));
}
