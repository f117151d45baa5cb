/**
 * Lists as JSON Patch. What both have at their beginnings and ends is set aside; the rest is compared item by item, by
 * key where every item has one of its own: then an item that moved is taken out and put in, and all others stay.
 */
import type { Json } from '../../schemas/json.ts';
import { keyOf, keysOf, longestGrowing } from './keys.ts';
import { push, type Ops } from './ops.ts';
import { isList } from './size.ts';

/** Where the lists stand, and how one item is led to another. */
export interface ListPlace {
  readonly path: string;
  readonly ops: Ops;
  readonly compare: (before: Json, now: Json, path: string, ops: Ops) => void;
}

export function diffLists(before: readonly Json[], now: readonly Json[], place: ListPlace): void {
  const shorter = Math.min(before.length, now.length);
  let start = 0;
  while (start < shorter && isEqual(before[start]!, now[start]!)) start++;
  let end = 0;
  while (end < shorter - start && isEqual(before[before.length - 1 - end]!, now[now.length - 1 - end]!)) end++;

  const old = before.slice(start, before.length - end);
  const next = now.slice(start, now.length - end);
  const oldKeys = keysOf(old);
  const nextKeys = keysOf(next);
  if (oldKeys !== undefined && nextKeys !== undefined) diffKeyed({ old, oldKeys, next, nextKeys, start }, place);
  else diffByPlace(old, next, start, place);
}

function diffByPlace(
  old: readonly Json[],
  next: readonly Json[],
  start: number,
  { path, ops, compare }: ListPlace,
): void {
  const shorter = Math.min(old.length, next.length);
  for (let i = 0; i < shorter; i++) compare(old[i]!, next[i]!, `${path}/${String(start + i)}`, ops);
  for (let i = old.length - 1; i >= shorter; i--) push(ops, { op: 'remove', path: `${path}/${String(start + i)}` });
  for (let i = shorter; i < next.length; i++) {
    push(ops, { op: 'add', path: `${path}/${String(start + i)}`, value: next[i]! });
  }
}

interface Keyed {
  readonly old: readonly Json[];
  readonly oldKeys: readonly string[];
  readonly next: readonly Json[];
  readonly nextKeys: readonly string[];
  readonly start: number;
}

function diffKeyed({ old, oldKeys, next, nextKeys, start }: Keyed, { path, ops, compare }: ListPlace): void {
  const placeInNext = new Map(nextKeys.map((key, i) => [key, i]));
  const kept = oldKeys.flatMap((key, i) => (placeInNext.has(key) ? [i] : []));
  const staying = new Set(
    longestGrowing(kept.map((i) => placeInNext.get(oldKeys[i]!)!)).map((at) => oldKeys[kept[at]!]!),
  );

  for (let i = old.length - 1; i >= 0; i--) {
    if (!staying.has(oldKeys[i]!)) push(ops, { op: 'remove', path: `${path}/${String(start + i)}` });
  }
  const byKey = new Map(oldKeys.map((key, i) => [key, old[i]!]));
  next.forEach((item, i) => {
    const key = nextKeys[i]!;
    const here = `${path}/${String(start + i)}`;
    if (staying.has(key)) compare(byKey.get(key)!, item, here, ops);
    else push(ops, { op: 'add', path: here, value: item });
  });
}

/** Cheap where items differ, as a key tells it at once, and where they are one object. */
function isEqual(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, i) => isEqual(item, b[i]!));
  if (isList(b) || keyOf(a) !== keyOf(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && isEqual(a[name]!, b[name]!));
}
