/**
 * Dotted paths. `walkPath` reaches values as a MongoDB filter does: an array in the middle of a path stands for each of its
 * documents; a number in the path also selects the element at that place; at the end of the path an array stands for its elements
 * and for itself. `readPath` has no such magic.
 */
import { badValue } from '../errors.ts';
import { type Doc } from './doc.ts';
import { getOwn } from './own.ts';
import { isPlainObject } from './types.ts';

/** No sensible document is addressed deeper, and a longer path costs every document that is looked at. */
export const PATH_PARTS_LIMIT = 100;

const PROTOTYPE_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const ARRAY_INDEX = /^(?:0|[1-9]\d*)$/;

/** Returns true to end the walk. arrayIndex: which element of the outermost array that was expanded on the way. */
export type PathVisitor = (value: unknown, arrayIndex: number | undefined) => boolean;

export function isArrayIndex(part: string): boolean {
  return ARRAY_INDEX.test(part);
}

export function splitPath(path: string): string[] {
  const parts = path.split('.');
  if (parts.length > PATH_PARTS_LIMIT) {
    throw badValue(
      `The path '${path.slice(0, 80)}…' has ${parts.length} parts; at most ${PATH_PARTS_LIMIT} are allowed`,
    );
  }
  return parts;
}

/** For paths that something is written to: names that lead to a prototype are refused. */
export function splitWritePath(path: string): string[] {
  const parts = splitPath(path);
  for (const part of parts) {
    if (PROTOTYPE_NAMES.has(part)) throw badValue(`The path '${path}' contains '${part}', which cannot be written to`);
  }
  return parts;
}

/** Follows own keys and array indexes; undefined where the path leads nowhere. */
export function readPath(doc: unknown, parts: readonly string[]): unknown {
  let value = doc;
  for (const part of parts) {
    if (Array.isArray(value)) value = isArrayIndex(part) ? (value as unknown[])[Number(part)] : undefined;
    else if (isPlainObject(value)) value = getOwn(value, part);
    else return undefined;
  }
  return value;
}

/** Calls visit with each value, undefined standing for "nothing there"; true when a visit returned true. */
export function walkPath(doc: Doc, parts: readonly string[], expandLeaf: boolean, visit: PathVisitor): boolean {
  return walkDoc(doc, { parts, expandLeaf, visit }, 0, undefined);
}

interface Walk {
  readonly parts: readonly string[];
  readonly expandLeaf: boolean;
  readonly visit: PathVisitor;
}

function walkDoc(doc: Doc, walk: Walk, from: number, arrayIndex: number | undefined): boolean {
  const { parts, visit } = walk;
  const last = parts.length - 1;
  let value: unknown = doc;
  for (let i = from; i <= last; i++) {
    value = getOwn(value as Doc, parts[i]!);
    if (Array.isArray(value)) {
      return i === last ? visitLeaf(value, walk, arrayIndex) : walkArray(value, walk, i + 1, arrayIndex);
    }
    if (i < last && !isPlainObject(value)) return visit(undefined, arrayIndex);
  }
  return visit(value, arrayIndex);
}

function visitLeaf(items: readonly unknown[], walk: Walk, arrayIndex: number | undefined): boolean {
  if (walk.expandLeaf) {
    for (let i = 0; i < items.length; i++) if (walk.visit(items[i], arrayIndex ?? i)) return true;
  }
  return walk.visit(items, arrayIndex);
}

/** `from` is the part that is looked for inside of the elements, or that names one of them. */
function walkArray(items: readonly unknown[], walk: Walk, from: number, arrayIndex: number | undefined): boolean {
  const { parts, visit } = walk;
  const part = parts[from]!;
  const chosen = isArrayIndex(part) ? Number(part) : -1;
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    const isDoc = isPlainObject(item);
    if (isDoc && walkDoc(item, walk, from, arrayIndex ?? i)) return true;
    if (i !== chosen) continue;
    if (from === parts.length - 1) {
      if (visit(item, arrayIndex)) return true;
    } else if (isDoc) {
      if (walkDoc(item, walk, from + 1, arrayIndex)) return true;
    } else if (Array.isArray(item) && walkArray(item, walk, from + 1, arrayIndex)) {
      return true;
    }
  }
  return false;
}
