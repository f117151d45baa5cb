/** Paths as a tree, and what it means to keep or to leave out the fields it names. Arrays are looked through at any depth. */
import { location } from '../errors.ts';
import { type Doc } from '../values/doc.ts';
import { setOwn } from '../values/own.ts';
import { isPlainObject } from '../values/types.ts';

/** A field that ends a path, or the fields under it. */
export type Tree = Map<string, Tree | 'end'>;

export function createTree(): Tree {
  return new Map();
}

/** Adds a path; one that lies inside of another, or the other way round, is a fault. */
export function plant(tree: Tree, parts: readonly string[], path: string): void {
  let node = tree;
  const last = parts.length - 1;
  for (let i = 0; i < last; i++) {
    let next = node.get(parts[i]!);
    if (next === 'end') {
      throw location(31249, `Path collision at ${path} remaining portion ${parts.slice(i + 1).join('.')}`);
    }
    if (next === undefined) {
      next = createTree();
      node.set(parts[i]!, next);
    }
    node = next;
  }
  if (node.has(parts[last]!)) throw location(31250, `Path collision at ${path}`);
  node.set(parts[last]!, 'end');
}

export function include(doc: Doc, tree: Tree): Doc {
  const kept: Doc = {};
  for (const name of Object.keys(doc)) {
    const rule = tree.get(name);
    if (rule === undefined) continue;
    const value = doc[name];
    if (rule === 'end') setOwn(kept, name, value);
    else if (isPlainObject(value)) setOwn(kept, name, include(value, rule));
    else if (Array.isArray(value)) setOwn(kept, name, includeEach(value, rule));
  }
  return kept;
}

/** Elements that have no fields are left out. */
function includeEach(items: readonly unknown[], tree: Tree): unknown[] {
  const kept: unknown[] = [];
  for (const item of items) {
    if (isPlainObject(item)) kept.push(include(item, tree));
    else if (Array.isArray(item)) kept.push(includeEach(item, tree));
  }
  return kept;
}

export function exclude(doc: Doc, tree: Tree): Doc {
  const kept: Doc = {};
  for (const name of Object.keys(doc)) {
    const rule = tree.get(name);
    if (rule === 'end') continue;
    setOwn(kept, name, rule === undefined ? doc[name] : excludeIn(doc[name], rule));
  }
  return kept;
}

function excludeIn(value: unknown, tree: Tree): unknown {
  if (isPlainObject(value)) return exclude(value, tree);
  return Array.isArray(value) ? value.map((item) => excludeIn(item, tree)) : value;
}
