/**
 * What leads from one tree to another, as JSON Patch (RFC 6902). Both share what did not change, so equal parts are
 * mostly one and the same object and are skipped at once. Lists are compared by `key` or `_id` where every item has one.
 *
 * No path leads through a member named `__proto__`, `constructor` or `prototype`: what holds such a member is replaced
 * whole, so that a client may refuse all such paths.
 */
import type { Json } from '../../schemas/json.ts';
import type { PatchOp } from '../../schemas/socket.ts';
import { diffLists } from './diffLists.ts';
import { OP_BYTES, push, type Ops } from './ops.ts';
import { isList, sizeOf } from './size.ts';

/** Beyond this part of the new tree the tree itself is sent. */
const MAX_SHARE = 0.6;
/** Up to here a patch is small however small the tree: what did not change keeps its place in the browser. */
const SMALL_BYTES = 512;
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

type Members = Readonly<Record<string, Json>>;

/** Undefined where the ops would be nearly as large as the tree. */
export function diff(before: Json, now: Json): readonly PatchOp[] | undefined {
  const ops: Ops = { list: [], size: 0 };
  compare(before, now, '', ops);
  return ops.size > Math.max(SMALL_BYTES, MAX_SHARE * sizeOf(now)) ? undefined : ops.list;
}

function compare(before: Json, now: Json, path: string, ops: Ops): void {
  if (before === now) return;
  const start = ops.list.length;
  const sizeBefore = ops.size;
  if (!compareInside(before, now, path, ops)) {
    push(ops, { op: 'replace', path, value: now });
    return;
  }
  const whole = path.length + sizeOf(now) + OP_BYTES;
  if (ops.list.length > start + 1 && ops.size - sizeBefore > whole) {
    ops.list.length = start;
    ops.size = sizeBefore;
    push(ops, { op: 'replace', path, value: now });
  }
}

/** False where one cannot be led to the other but by replacing it. */
function compareInside(before: Json, now: Json, path: string, ops: Ops): boolean {
  if (typeof before !== 'object' || typeof now !== 'object' || before === null || now === null) return false;
  if (isList(before)) {
    if (!isList(now)) return false;
    diffLists(before, now, { path, ops, compare });
    return true;
  }
  return !isList(now) && compareMembers(before, now, path, ops);
}

function compareMembers(before: Members, now: Members, path: string, ops: Ops): boolean {
  if (before._type !== now._type) return false;
  const start = ops.list.length;
  const sizeBefore = ops.size;
  const giveUp = (): false => {
    ops.list.length = start;
    ops.size = sizeBefore;
    return false;
  };
  for (const name of Object.keys(before)) {
    if (Object.hasOwn(now, name)) continue;
    if (RESERVED.has(name)) return giveUp();
    push(ops, { op: 'remove', path: `${path}/${escape(name)}` });
  }
  for (const name of Object.keys(now)) {
    const value = now[name]!;
    const isNew = !Object.hasOwn(before, name);
    const count = ops.list.length;
    if (isNew) push(ops, { op: 'add', path: `${path}/${escape(name)}`, value });
    else compare(before[name]!, value, `${path}/${escape(name)}`, ops);
    if (RESERVED.has(name) && ops.list.length > count) return giveUp();
  }
  return true;
}

/** RFC 6901, section 3. */
function escape(name: string): string {
  return name.includes('~') || name.includes('/') ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name;
}
