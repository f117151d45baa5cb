/**
 * Which of the open queries of one collection a change may touch. Queries that compare a field with given values are
 * found by the values the document has there, so ten thousand detail pages cost a change only those it touches; all
 * others are tried one by one.
 */
import { isRecord } from '../../db/query/values.ts';
import type { DataChange, Doc } from '../ports.ts';
import { equalityOf, isScalar, type Equality } from './touches.ts';

/** Tries that one commit may cost. Beyond it the rest is asked again: that is bounded too, by its pace. */
const MAX_TRIES = 20_000;

export interface Marked {
  readonly filter: Readonly<Record<string, unknown>>;
  readonly touches: (change: DataChange) => boolean;
  /** Whether it is to be asked again anyway. */
  readonly isMarked: () => boolean;
  readonly mark: () => void;
}

type ByValue = Map<string, Set<Marked>>;

export interface CollectionIndex {
  readonly add: (query: Marked) => void;
  readonly remove: (query: Marked) => void;
  readonly isEmpty: () => boolean;
  readonly markTouched: (changes: readonly DataChange[]) => void;
}

export function createCollectionIndex(): CollectionIndex {
  const byField = new Map<string, ByValue>();
  const others = new Set<Marked>();
  const equalities = new Map<Marked, Equality | undefined>();

  function add(query: Marked): void {
    const equality = equalityOf(query.filter);
    equalities.set(query, equality);
    if (equality === undefined) {
      others.add(query);
      return;
    }
    const byValue = byField.get(equality.field) ?? new Map<string, Set<Marked>>();
    byField.set(equality.field, byValue);
    for (const value of equality.values) {
      const key = keyOf(value);
      const queries = byValue.get(key) ?? new Set();
      byValue.set(key, queries.add(query));
    }
  }

  function remove(query: Marked): void {
    const equality = equalities.get(query);
    equalities.delete(query);
    others.delete(query);
    if (equality === undefined) return;
    const byValue = byField.get(equality.field);
    for (const key of equality.values.map(keyOf)) {
      const queries = byValue?.get(key);
      queries?.delete(query);
      if (queries?.size === 0) byValue?.delete(key);
    }
    if (byValue?.size === 0) byField.delete(equality.field);
  }

  /** Those that may be touched, each once for each of its documents. */
  function* candidates({ before, after }: DataChange): Iterable<Marked> {
    yield* others;
    for (const [field, byValue] of byField) {
      for (const doc of [before, after]) {
        const keys = doc === undefined ? [] : keysIn(doc, field);
        if (keys === undefined) for (const queries of byValue.values()) yield* queries;
        else for (const key of keys) yield* byValue.get(key) ?? [];
      }
    }
  }

  function markAll(): void {
    for (const query of equalities.keys()) query.mark();
  }

  return {
    add,
    remove,
    isEmpty: () => equalities.size === 0,
    markTouched(changes) {
      let tries = 0;
      for (const change of changes) {
        if (change.before === undefined && change.after === undefined) {
          markAll();
          return;
        }
        for (const query of candidates(change)) {
          if (query.isMarked()) continue;
          if (++tries > MAX_TRIES || query.touches(change)) query.mark();
        }
      }
    },
  };
}

/** The keys of what a document has in a field; undefined where something is there whose equals are not known here. */
function keysIn(doc: Doc, field: string): readonly string[] | undefined {
  const value = Object.hasOwn(doc, field) ? doc[field] : undefined;
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const keys: string[] = [];
  for (const item of items) {
    if (isScalar(item)) keys.push(keyOf(item));
    // A number of the database's own kind may equal one of ours; none of these can.
    else if (!isEmpty(item) && !isRecord(item) && !Array.isArray(item) && !(item instanceof Date)) return undefined;
  }
  return keys;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null;
}

function keyOf(value: string | number | boolean): string {
  // 0 and -0 are equal.
  return typeof value === 'string' ? `"${value}` : String(value);
}
