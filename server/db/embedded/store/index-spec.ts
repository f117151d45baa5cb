/** What an index is, once its specification has been read: fields and directions, options, and where its keys lie. */
import { compileMatch, type Matcher } from '../match/compile.ts';
import { matchOptions } from '../aggregate/options.ts';
import { createCollation, type Collation } from '../values/collation.ts';
import { type Doc } from '../values/codec.ts';
import { splitPath } from '../values/paths.ts';
import { isPlainObject, toNumber } from '../values/types.ts';

export interface IndexField {
  readonly path: string;
  readonly parts: readonly string[];
  readonly isDescending: boolean;
}

export interface Index {
  readonly id: number;
  readonly name: string;
  /** As listIndexes shows it. Changed by collMod only. */
  spec: Doc;
  readonly fields: readonly IndexField[];
  readonly isUnique: boolean;
  readonly isSparse: boolean;
  readonly partial: { readonly filter: Doc; readonly match: Matcher } | undefined;
  readonly collation: Collation | undefined;
  /** Text, geo and wildcard indexes are remembered, and neither filled nor used. */
  readonly isInert: boolean;
  /** Bit i: some document reached field i through an array, so it has several keys. Never cleared. */
  multikey: number;
  /** False while it is being built: written to, not read. */
  isReady: boolean;
  /** Set by a write that found a duplicate while a unique index is being built. */
  buildConflict: Error | undefined;
  readonly table: string;
}

export interface IndexRow {
  readonly id: number;
  readonly name: string;
  readonly spec: Doc;
  readonly multikey: number;
  readonly isReady: boolean;
}

export function createIndex({ id, name, spec, multikey, isReady }: IndexRow): Index {
  const key = isPlainObject(spec.key) ? spec.key : {};
  const filter = isPlainObject(spec.partialFilterExpression) ? spec.partialFilterExpression : undefined;
  const entries = Object.entries(key);
  return {
    id,
    name,
    spec,
    fields: entries.map(([path, direction]) => ({
      path,
      parts: splitPath(path),
      isDescending: typeof direction !== 'string' && toNumber(direction) < 0,
    })),
    isUnique: isTrue(spec.unique),
    isSparse: isTrue(spec.sparse),
    partial: filter === undefined ? undefined : { filter, match: compileMatch(filter, matchOptions()) },
    collation: isPlainObject(spec.collation) ? createCollation(spec.collation) : undefined,
    isInert: entries.some(
      ([path, direction]) => path.includes('$**') || (typeof direction === 'string' && direction !== 'hashed'),
    ),
    multikey,
    isReady,
    buildConflict: undefined,
    table: `x${id}`,
  };
}

/** Booleans of commands come as booleans or numbers. */
export function isTrue(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (value === undefined || value === null) return false;
  const number = toNumber(value);
  return !Number.isNaN(number) && number !== 0;
}

export function isHidden(index: Index): boolean {
  return isTrue(index.spec.hidden);
}
