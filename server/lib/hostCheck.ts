/**
 * Which `Host` names this server answers for. A web page may point its own name at a visitor's 127.0.0.1 (DNS
 * rebinding) and then read `http://its.name:4000` like its own site; it cannot do so with a name it does not own, so
 * an unknown name is refused. Address literals cannot be rebound: any is fine where the server listens on any address.
 */
import { isIP } from 'node:net';

export interface HostCheckOptions {
  /** The address the server listens on, as in HOST. */
  readonly host: string;
  readonly publicUrl: string | undefined;
  /** `name` allows any port, `name:port` that port only. */
  readonly allowedHosts: readonly string[];
}

export interface HostCheck {
  /** True when the server answers for this value of the Host header. */
  readonly isAllowed: (hostHeader: string | undefined) => boolean;
}

export function createHostCheck({ host, publicUrl, allowedHosts }: HostCheckOptions): HostCheck {
  const listensAnywhere = host === '0.0.0.0' || host === '::' || host === '';
  const names = new Set([host, ...allowedHosts].map((name) => canonical(name)));
  if (publicUrl !== undefined) names.add(canonical(new URL(publicUrl).hostname));

  return {
    isAllowed(hostHeader) {
      const parsed = hostHeader === undefined ? undefined : parseHost(hostHeader);
      if (parsed === undefined) return false;
      const { name, port } = parsed;
      if (isLoopbackName(name)) return true;
      if (listensAnywhere && isIP(name) !== 0) return true;
      return names.has(name) || names.has(`${name}:${port}`);
    },
  };
}

/** `localhost` and its subdomains, which browsers never look up, 127.0.0.0/8 and ::1. */
export function isLoopbackHost(hostHeader: string | undefined): boolean {
  const parsed = hostHeader === undefined ? undefined : parseHost(hostHeader);
  return parsed !== undefined && isLoopbackName(parsed.name);
}

export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(name);
}

function parseHost(header: string): { readonly name: string; readonly port: string } | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i.exec(header);
  if (match?.[1] === undefined) return undefined;
  return { name: canonical(match[1]), port: match[2] ?? '' };
}

/** Lower case, no brackets around IPv6, no dot at the end. */
function canonical(name: string): string {
  return name
    .toLowerCase()
    .replace(/^\[(.+)\]/, '$1')
    .replace(/\.$/, '');
}
