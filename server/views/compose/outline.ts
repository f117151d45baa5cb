/**
 * What a view returned, looked through once: listeners are codes in it, what cannot be shown is a problem in its own
 * place, and where other views stand there are holes, to be filled with what those are for the one who looks.
 */
import type { Json } from '../../schemas/json.ts';
import type { ViewNode } from '../../schemas/view.ts';
import type { Coded } from './codes.ts';

/** The place of a nested view, by its number among the views of the outline. */
export class Hole {
  readonly index: number;
  constructor(index: number) {
    this.index = index;
  }
}

export interface Outline {
  /** Json but for the holes. */
  readonly template: unknown;
  readonly views: readonly ViewNode[];
  readonly codes: readonly Coded[];
  /** Components and views. */
  readonly nodes: number;
}

/** What is gathered on the way through one tree. */
export interface Walk {
  readonly views: ViewNode[];
  readonly codes: Coded[];
  nodes: number;
  /** Problems put into the tree; what holds one is looked through again each time, as its path is part of it. */
  problems: number;
}

/** Containers in which there is a hole, at any depth. */
const holed = new WeakSet();

export function hasHole(value: unknown): boolean {
  return value instanceof Hole || (typeof value === 'object' && value !== null && holed.has(value));
}

/** The same list, or one with what `change` made of its items. */
export function mapItems(list: readonly unknown[], change: (item: unknown, i: number) => unknown): readonly unknown[] {
  const items = list.map(change);
  if (items.every((item, i) => item === list[i])) return list;
  if (items.some(hasHole)) holed.add(items);
  return items;
}

type Members = Readonly<Record<string, unknown>>;

/** The same object, or one with what `change` made of its members. */
export function mapMembers(object: Members, change: (value: unknown, name: string) => unknown): Members {
  const entries = Object.entries(object).map(([name, value]) => [name, change(value, name)] as const);
  if (entries.every(([name, value]) => value === object[name])) return object;
  const result = Object.fromEntries(entries);
  if (entries.some(([, value]) => hasHole(value))) holed.add(result);
  return result;
}

/** The outline with its holes filled; the parts without holes are the outline's own. */
export function fill(template: unknown, parts: readonly Json[]): Json {
  if (template instanceof Hole) return parts[template.index] ?? null;
  if (!hasHole(template)) return template as Json;
  if (Array.isArray(template)) return template.map((item) => fill(item, parts));
  const entries = Object.entries(template as Members).map(([name, value]) => [name, fill(value, parts)] as const);
  return Object.fromEntries(entries);
}
