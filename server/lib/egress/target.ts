/**
 * Reads a URL once, by the WHATWG rules that the connection will follow too: what is checked is what is dialled,
 * however the host was spelled (`127.1`, `2130706433`, `0x7f.1`, full-width digits, percent signs).
 */
import { isIP } from 'node:net';
import { EgressError } from './errors.ts';

export interface Target {
  readonly url: URL;
  /** Lower case, without brackets and without a trailing dot. */
  readonly hostname: string;
  readonly isLiteral: boolean;
  readonly port: number;
}

export interface TargetRules {
  readonly httpsOnly: boolean;
  /** Ports that are open although they are known for something that is not HTTP. */
  readonly allowPorts: readonly number[];
}

/** Services that would read an HTTP request as commands of their own, and port 0. */
const REFUSED_PORTS = new Set([
  0, 22, 23, 25, 53, 110, 143, 389, 445, 465, 587, 2375, 2376, 3306, 5432, 6379, 9200, 11211, 27017,
]);
const MAX_URL_CHARS = 8192;

export function parseTarget(text: string, { httpsOnly, allowPorts }: TargetRules): Target {
  const url = text.length <= MAX_URL_CHARS && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new EgressError('invalid_url', 'The URL cannot be read');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new EgressError('invalid_url', `The URL must begin with https:// or http://, found ${url.protocol}`);
  }
  if (httpsOnly && url.protocol !== 'https:') {
    throw new EgressError('egress_blocked', 'The URL must begin with https://: this server sends nothing unencrypted');
  }
  if (url.username !== '' || url.password !== '') {
    throw new EgressError('invalid_url', 'The URL carries a user name or password: send them in a header instead');
  }
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  if (port === 0 || (REFUSED_PORTS.has(port) && !allowPorts.includes(port))) {
    throw new EgressError('egress_blocked', `Port ${port} is not for webhooks`);
  }
  const hostname = bareHostname(url.hostname);
  if (hostname === '') throw new EgressError('invalid_url', 'The URL names no host');
  return { url, hostname, isLiteral: isIP(hostname) !== 0, port };
}

/** Without the brackets of an IPv6 address and without one trailing dot. */
export function bareHostname(hostname: string): string {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname.replace(/\.$/, '');
  return bare.toLowerCase();
}

/** Names that mean something only inside a machine or a network. They are decided by their addresses alone. */
export function isInsideName(hostname: string): boolean {
  if (isIP(hostname) !== 0) return false;
  return !hostname.includes('.') || isLoopbackName(hostname) || /\.(?:internal|local)$/.test(hostname);
}

export function isLoopbackName(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost');
}
