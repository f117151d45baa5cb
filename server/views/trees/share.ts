/**
 * Takes a tree that just came out of a view and gives it back with every part that is as it was before replaced by that
 * very part. What follows (checks, codes, measuring, comparing) then costs what changed and not what there is.
 *
 * On the way out goes what no tree may hold: a member named `__proto__`, which a careless copy would take for more than
 * a name, and what JSON has no word for.
 */
import type { Json } from '../../schemas/json.ts';
import { keyOf } from './keys.ts';
import { isList } from './size.ts';

/** Deeper than any page; the stack holds some thousands. */
export const MAX_JSON_DEPTH = 100;

export class TooDeep extends Error {}

/** Throws TooDeep. */
export function share(before: Json | undefined, now: unknown, depthLeft = MAX_JSON_DEPTH): Json {
  if (now instanceof Date) return Number.isNaN(now.getTime()) ? null : now.toISOString();
  switch (typeof now) {
    case 'string':
    case 'boolean':
      return now;
    case 'number':
      return Number.isFinite(now) ? now : null;
    case 'object':
      break;
    default:
      return null;
  }
  if (now === null || now === before) return now as Json;
  if (depthLeft <= 0) throw new TooDeep();
  if (Array.isArray(now)) return shareList(isList(before) ? before : undefined, now, depthLeft - 1);
  const old = typeof before === 'object' && before !== null && !isList(before) ? before : undefined;
  return shareObject(old, now as Readonly<Record<string, unknown>>, depthLeft - 1);
}

function shareObject(
  before: Readonly<Record<string, Json>> | undefined,
  now: Readonly<Record<string, unknown>>,
  depthLeft: number,
): Json {
  const result: Record<string, Json> = {};
  let count = 0;
  let isSame = before !== undefined;
  for (const name of Object.keys(now)) {
    const member = now[name];
    if (name === '__proto__' || member === undefined || typeof member === 'function') continue;
    const old = before !== undefined && Object.hasOwn(before, name) ? before[name] : undefined;
    const shared = share(old, member, depthLeft);
    if (old !== shared) isSame = false;
    result[name] = shared;
    count++;
  }
  return isSame && before !== undefined && Object.keys(before).length === count ? before : result;
}

function shareList(before: readonly Json[] | undefined, now: readonly unknown[], depthLeft: number): Json {
  if (before === undefined) return now.map((item) => share(undefined, item, depthLeft));
  const byKey = new Map<string, Json>();
  for (const item of before) {
    const key = keyOf(item);
    if (key !== undefined) byKey.set(key, item);
  }
  const shared = now.map((item, i) => share(counterpart(item, i, before, byKey), item, depthLeft));
  return shared.length === before.length && shared.every((item, i) => item === before[i]) ? before : shared;
}

function counterpart(
  item: unknown,
  i: number,
  before: readonly Json[],
  byKey: ReadonlyMap<string, Json>,
): Json | undefined {
  const key = typeof item === 'object' && !(item instanceof Date) ? keyOf(item as Json) : undefined;
  return key === undefined ? before[i] : byKey.get(key);
}
