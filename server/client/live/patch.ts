/**
 * Applies a JSON Patch (RFC 6902: add, replace, remove) to a tree that is never changed in place: what no operation
 * touches is the same object afterwards, so that what did not change is not drawn again. All or nothing: an operation
 * that does not fit throws PatchMisfit, and the caller asks for the whole tree.
 */
import type { Json } from '../../schemas/json.ts';
import type { PatchOp } from '../../schemas/socket.ts';

export class PatchMisfit extends Error {
  override readonly name = 'PatchMisfit';
}

type Container = Json[] | Record<string, Json>;
/** What this patch has copied already may be changed in place. */
type Owned = WeakSet<object>;

/** Members of these names would reach what all objects share. */
const REFUSED = new Set(['__proto__', 'constructor', 'prototype']);

export function applyPatch(tree: Json, ops: readonly PatchOp[]): Json {
  const owned: Owned = new WeakSet();
  return ops.reduce<Json>((root, op) => applyOne(root, op, owned), tree);
}

function applyOne(root: Json, op: PatchOp, owned: Owned): Json {
  const segments = segmentsOf(op.path);
  const last = segments.pop();
  if (last === undefined) {
    if (op.op === 'remove') throw new PatchMisfit('The whole tree cannot be removed.');
    return op.value;
  }
  const top = ownCopy(root, owned);
  let at = top;
  for (const segment of segments) {
    const child = ownCopy(memberOf(at, segment), owned);
    put(at, segment, child);
    at = child;
  }
  change(at, last, op);
  return top;
}

function change(at: Container, name: string, op: PatchOp): void {
  if (!Array.isArray(at)) {
    if (op.op !== 'add') memberOf(at, name);
    if (op.op === 'remove') delete at[name];
    else at[name] = op.value;
    return;
  }
  if (op.op === 'add') at.splice(name === '-' ? at.length : indexOf(name, at.length), 0, op.value);
  else if (op.op === 'replace') at[indexOf(name, at.length - 1)] = op.value;
  else at.splice(indexOf(name, at.length - 1), 1);
}

function memberOf(at: Container, name: string): Json {
  if (Array.isArray(at)) return at[indexOf(name, at.length - 1)]!;
  if (!Object.hasOwn(at, name)) throw new PatchMisfit(`There is no member ${JSON.stringify(name)}.`);
  return at[name]!;
}

function put(at: Container, name: string, value: Json): void {
  if (Array.isArray(at)) at[Number(name)] = value;
  else at[name] = value;
}

function indexOf(name: string, highest: number): number {
  const index = /^(0|[1-9]\d*)$/.test(name) ? Number(name) : -1;
  if (index < 0 || index > highest) throw new PatchMisfit(`There is no place ${JSON.stringify(name)} in a list.`);
  return index;
}

function ownCopy(value: Json, owned: Owned): Container {
  if (typeof value !== 'object' || value === null) throw new PatchMisfit('A path leads through a plain value.');
  if (owned.has(value)) return value as Container;
  const copy: Container = Array.isArray(value) ? [...(value as Json[])] : { ...(value as Record<string, Json>) };
  owned.add(copy);
  return copy;
}

/** RFC 6901. */
function segmentsOf(path: string): string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) throw new PatchMisfit(`Not a JSON Pointer: ${JSON.stringify(path)}.`);
  const segments = path
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (segments.some((segment) => REFUSED.has(segment))) throw new PatchMisfit(`Refused: ${JSON.stringify(path)}.`);
  return segments;
}
