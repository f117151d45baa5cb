/**
 * Things filed by what they demand of an event, as a tree: each level asks for the value at one path and goes on with
 * those that want this value. Finding costs a step for each path that things ask about, however many values they want.
 */
import { splitPath, walkPath } from '../db/embedded/values/paths.ts';
import type { Event } from '../schemas/event.ts';
import type { Equality, Plain } from './equalities.ts';

export interface ValueTree<T> {
  readonly add: (thing: T, equalities: readonly Equality[]) => void;
  /** With the same equalities as it was added. */
  readonly remove: (thing: T, equalities: readonly Equality[]) => void;
  /** Calls `visit` with everything whose demands the event meets; with the same thing again where several values fit. */
  readonly find: (read: ReadValues, visit: (thing: T) => void) => void;
  readonly isEmpty: () => boolean;
}

/** The plain values that a filter's path reaches. */
export type ReadValues = (path: string) => ReadonlySet<Plain>;

interface Node<T> {
  readonly things: Set<T>;
  /** By path, then by value. A Map tells 1 from '1', and takes 0 for -0, as the filter does. */
  readonly next: Map<string, Map<Plain, Node<T>>>;
}

export function createValueTree<T>(): ValueTree<T> {
  const root = newNode<T>();
  return {
    add: (thing, equalities) => put(root, thing, equalities, 0),
    remove: (thing, equalities) => take(root, thing, equalities, 0),
    find: (read, visit) => look(root, read, visit),
    isEmpty: () => isBare(root),
  };
}

/** Reads each path once. */
export function valuesReader(event: Event): ReadValues {
  const known = new Map<string, ReadonlySet<Plain>>();
  return (path) => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const values = new Set<Plain>();
    walkPath(event, splitPath(path), true, (value) => {
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') values.add(value);
      return false;
    });
    known.set(path, values);
    return values;
  };
}

function newNode<T>(): Node<T> {
  return { things: new Set(), next: new Map() };
}

function isBare<T>({ things, next }: Node<T>): boolean {
  return things.size === 0 && next.size === 0;
}

function put<T>(node: Node<T>, thing: T, equalities: readonly Equality[], level: number): void {
  const equality = equalities[level];
  if (equality === undefined) {
    node.things.add(thing);
    return;
  }
  let byValue = node.next.get(equality.path);
  if (byValue === undefined) node.next.set(equality.path, (byValue = new Map<Plain, Node<T>>()));
  for (const value of equality.values) {
    let child = byValue.get(value);
    if (child === undefined) byValue.set(value, (child = newNode<T>()));
    put(child, thing, equalities, level + 1);
  }
}

/** Leaves no empty nodes behind, or rules that come and go would fill the memory. */
function take<T>(node: Node<T>, thing: T, equalities: readonly Equality[], level: number): void {
  const equality = equalities[level];
  if (equality === undefined) {
    node.things.delete(thing);
    return;
  }
  const byValue = node.next.get(equality.path);
  if (byValue === undefined) return;
  for (const value of equality.values) {
    const child = byValue.get(value);
    if (child === undefined) continue;
    take(child, thing, equalities, level + 1);
    if (isBare(child)) byValue.delete(value);
  }
  if (byValue.size === 0) node.next.delete(equality.path);
}

function look<T>(node: Node<T>, read: ReadValues, visit: (thing: T) => void): void {
  for (const thing of node.things) visit(thing);
  for (const [path, byValue] of node.next) {
    for (const value of read(path)) {
      const child = byValue.get(value);
      if (child !== undefined) look(child, read, visit);
    }
  }
}
