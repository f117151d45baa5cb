/**
 * Changes a document without touching it: whatever lies on a changed path is copied once, the rest is shared with the original.
 * So an update that fails half-way leaves nothing behind.
 */
import { badValue, MongoError } from '../errors.ts';
import { type Doc } from '../values/doc.ts';
import { getOwn, hasOwn, setOwn } from '../values/own.ts';
import { isArrayIndex } from '../values/paths.ts';
import { show } from '../values/show.ts';
import { isPlainObject } from '../values/types.ts';
import { type ElementTest } from './array-filters.ts';
import { type Change, type Place, REMOVE, SAME } from './types.ts';

/** MongoDB's own bound on the nulls it puts in front of a far array index. */
const PADDING_LIMIT = 1_500_000;

export interface DraftOptions {
  readonly filters: ReadonlyMap<string, ElementTest>;
  readonly place: Omit<Place, 'path'>;
  /** Told the concrete path of every change. */
  readonly onChange: ((parts: readonly string[]) => void) | undefined;
}

type Container = Doc | unknown[];

export interface Draft {
  readonly root: () => Doc;
  change(parts: readonly string[], change: Change): void;
}

export function createDraft(doc: Doc, options: DraftOptions): Draft {
  const { now, id } = options.place;
  const copies = new Set<Container>();
  let root = doc;

  /** The container itself if it is a copy already, else its copy. */
  function copyOf(container: Container): Container {
    if (copies.has(container)) return container;
    // Spreading defines own properties, `__proto__` included; it calls no setter.
    const copy: Container = Array.isArray(container) ? [...container] : { ...container };
    copies.add(copy);
    return copy;
  }

  function descend(container: Container, parts: readonly string[], at: number, change: Change): Container {
    const part = parts[at]!;
    if (part.startsWith('$[')) return descendAll(container, parts, at, change);
    if (Array.isArray(container)) {
      if (isArrayIndex(part)) return stepInto(container, part, parts, at, change);
      return blocked(container, parts, at, change);
    }
    return stepInto(container, part, parts, at, change);
  }

  function descendAll(container: Container, parts: readonly string[], at: number, change: Change): Container {
    if (!Array.isArray(container)) {
      throw badValue(`Cannot apply array updates to non-array element ${parts[at - 1]}: ${show(container)}`);
    }
    const identifier = parts[at]!.slice(2, -1);
    const test = identifier === '' ? undefined : options.filters.get(identifier);
    let list: Container = container;
    for (let i = 0; i < container.length; i++) {
      if (test !== undefined && !test(container[i])) continue;
      const index = String(i);
      list = stepInto(list, index, parts.with(at, index), at, change);
    }
    return list;
  }

  function stepInto(
    container: Container,
    key: string,
    parts: readonly string[],
    at: number,
    change: Change,
  ): Container {
    const exists = Array.isArray(container) ? Number(key) < container.length : hasOwn(container, key);
    const old: unknown = Array.isArray(container) ? container[Number(key)] : getOwn(container, key);
    if (!exists) return create(container, key, parts, at, change);
    if (at === parts.length - 1) return store(container, key, applied(old, parts, change));
    if (!Array.isArray(old) && !isPlainObject(old)) return blockedBy(container, old, parts, at + 1, change);
    const next = descend(old, parts, at + 1, change);
    return next === old ? container : store(container, key, next);
  }

  function applied(old: unknown, parts: readonly string[], change: Change): unknown {
    options.onChange?.(parts);
    const path = parts.length === 1 ? parts[0]! : parts.join('.');
    return change.apply(old, { now, id, path });
  }

  /** The value and all the documents that lead to it. */
  function create(container: Container, key: string, parts: readonly string[], at: number, change: Change): Container {
    for (let i = at + 1; i < parts.length; i++) {
      if (parts[i]!.startsWith('$[')) {
        const path = parts.slice(0, i).join('.');
        throw badValue(`The path '${path}' must exist in the document in order to apply array updates.`);
      }
    }
    if (change.ifMissing !== 'creates') return container;
    let value = applied(undefined, parts, change);
    if (value === SAME || value === REMOVE) return container;
    for (let i = parts.length - 1; i > at; i--) {
      const parent: Doc = {};
      setOwn(parent, parts[i]!, value);
      copies.add(parent);
      value = parent;
    }
    return store(container, key, value);
  }

  function store(container: Container, key: string, value: unknown): Container {
    if (value === SAME) return container;
    const copy = copyOf(container);
    if (Array.isArray(copy)) {
      const index = Number(key);
      if (index - copy.length > PADDING_LIMIT) {
        throw new MongoError(157, 'CannotBackfillArray', `can't backfill more than ${PADDING_LIMIT} elements`);
      }
      while (copy.length < index) copy.push(null);
      // An element that is taken out leaves null behind, so that the others keep their places.
      copy[index] = value === REMOVE ? null : value;
    } else if (value === REMOVE) {
      delete copy[key];
    } else {
      setOwn(copy, key, value);
    }
    return copy;
  }

  function blockedBy(
    parent: Container,
    value: unknown,
    parts: readonly string[],
    at: number,
    change: Change,
  ): Container {
    if (parts[at]!.startsWith('$[')) {
      throw badValue(`Cannot apply array updates to non-array element ${parts[at - 1]}: ${show(value)}`);
    }
    blocked(value, parts, at, change);
    return parent;
  }

  /** The path cannot be followed: a scalar is in the way, or an array is asked for a name. */
  function blocked<T>(value: T, parts: readonly string[], at: number, change: Change): T {
    if (change.ifMissing === 'ignores') return value;
    const element = `{${parts[at - 1]}: ${show(value)}}`;
    throw new MongoError(
      28,
      'PathNotViable',
      change.ifMissing === 'creates'
        ? `Cannot create field '${parts[at]}' in element ${element}`
        : `Cannot use the part (${parts[at]}) of (${parts.join('.')}) to traverse the element (${element})`,
    );
  }

  return {
    root: () => root,
    change(parts, change) {
      root = descend(root, parts, 0, change) as Doc;
    },
  };
}
