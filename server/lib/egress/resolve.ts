/** The system's own lookup, hosts file included. Questions for one name that overlap are asked once. */
import { lookup } from 'node:dns/promises';
import type { Resolve, ResolvedAddress } from './guard.ts';

export function createResolver(): Resolve {
  // Lookups occupy the few threads that file access uses too, so a burst to one endpoint must not take them all.
  const asked = new Map<string, Promise<readonly ResolvedAddress[]>>();

  return function resolve(hostname) {
    const pending = asked.get(hostname);
    if (pending !== undefined) return pending;
    const answer = lookup(hostname, { all: true }).finally(() => asked.delete(hostname));
    asked.set(hostname, answer);
    return answer;
  };
}
