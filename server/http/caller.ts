/**
 * Whose request it is. Forwarding headers are believed only as far as the operator says there are proxies in front:
 * each of them has appended the address it saw, so with n proxies the n-th entry from the right is the caller.
 */
import type { IncomingMessage } from 'node:http';

export function createCallerAddress(trustProxy: number): (req: IncomingMessage) => string {
  return (req) => {
    const direct = req.socket.remoteAddress ?? '';
    if (trustProxy === 0) return direct;
    const forwarded = (req.headersDistinct['x-forwarded-for'] ?? []).join(',').split(',');
    const addresses = forwarded.map((address) => address.trim()).filter((address) => address !== '');
    return addresses.at(-trustProxy) ?? addresses[0] ?? direct;
  };
}
