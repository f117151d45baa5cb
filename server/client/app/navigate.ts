/** Going somewhere, on behalf of a link, an action or the server: only to addresses that are allowed. */
import { targetOf } from '../render/target.ts';
import { step } from './history.ts';
import type { Place } from './place.ts';

export function navigateTo(to: string, { base }: Place, replace = false): void {
  const target = targetOf(to, base, ownPath(base));
  if (target === undefined) return;
  if (target.type === 'page') step(target.href, replace);
  else if (target.type === 'elsewhere') open(target.href, '_blank', 'noopener,noreferrer');
  else location.assign(target.href);
}

/** Merges members into the query; null takes one away. What is the same already is no step. */
export function mergeQuery(changes: Readonly<Record<string, string | null>>, replace = false): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  if (search !== location.search) step(`${location.pathname}${search}${location.hash}`, replace);
}

/** The path of the page, without the base of the environment. */
export function ownPath(base: string): string {
  return location.pathname.slice(base.length) || '/';
}
