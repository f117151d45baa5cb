/**
 * The keys one document has in one index. A path that meets no array gives one key; an array gives one key an element,
 * and fields that share the array move through it together, so {a: [{b: 1, c: 2}, {b: 3, c: 4}]} has the keys (1, 2) and
 * (3, 4) in an index on a.b and a.c. Two different arrays in one key are refused, as MongoDB does (171).
 */
import { MongoError } from '../errors.ts';
import { type Doc } from '../values/codec.ts';
import { encodeKey, invertKey } from '../values/keys.ts';
import { UNDEFINED } from '../values/legacy.ts';
import { isPlainObject } from '../values/types.ts';
import { UNREAD } from './raw-fields.ts';
import { type Index, type IndexField } from './index-spec.ts';

export interface DocumentKeys {
  readonly keys: readonly Buffer[];
  /** Which fields went through an array. */
  readonly multikey: number;
}

const NO_KEYS: DocumentKeys = { keys: [], multikey: 0 };

/** Keys from values picked out of the raw bytes, one a field; undefined when the document must be decoded instead. */
export function keysOfScalars(index: Index, values: readonly unknown[]): DocumentKeys | undefined {
  if (index.partial !== undefined) return undefined;
  let isPresent = false;
  for (const value of values) {
    if (value === UNREAD) return undefined;
    if (value !== undefined) isPresent = true;
  }
  if (!isPresent && index.isSparse) return NO_KEYS;
  return { keys: [encodeFields(index, values)], multikey: 0 };
}

export function keysOfDocument(index: Index, doc: Doc): DocumentKeys {
  if (index.partial !== undefined && !index.partial.match(doc)) return NO_KEYS;
  const walk: Walk = { index, found: [], multikey: 0, isPresent: false };
  expand(
    walk,
    index.fields.map((field) => ({ field, node: doc, depth: 0, isDone: false })),
  );
  if (index.isSparse && !walk.isPresent) return NO_KEYS;
  return { keys: withoutRepeats(walk.found), multikey: walk.multikey };
}

interface Position {
  readonly field: IndexField;
  readonly node: unknown;
  /** How many parts of the path have been walked. */
  readonly depth: number;
  /** Nothing below this value is opened any more. */
  readonly isDone: boolean;
}

interface Walk {
  readonly index: Index;
  readonly found: Buffer[];
  multikey: number;
  isPresent: boolean;
}

function expand(walk: Walk, positions: readonly Position[]): void {
  const reached = positions.map(descend);
  const [array, second] = new Set(reached.filter(isAtArray).map(({ node }) => node as readonly unknown[]));
  if (array === undefined) {
    emit(walk, reached);
    return;
  }
  if (second !== undefined) throw parallelArrays(reached);
  reached.forEach((position, i) => {
    if (isAtArray(position)) walk.multikey |= 1 << i;
  });
  walk.isPresent ||= array.length === 0 || array.some((element) => element !== undefined);
  const elements = array.length === 0 ? [UNDEFINED] : array;
  for (const element of elements)
    expand(
      walk,
      reached.map((position) => (isAtArray(position) ? stepInto(position, element, array) : position)),
    );
}

const isAtArray = ({ node, isDone }: Position): boolean => !isDone && Array.isArray(node);

/** Walks down until the path ends, a value is missing or an array is met. */
function descend(position: Position): Position {
  const { field } = position;
  let { node, depth } = position;
  while (!position.isDone && depth < field.parts.length && !Array.isArray(node)) {
    const part = field.parts[depth]!;
    if (!isPlainObject(node) || !Object.hasOwn(node, part)) return { field, depth, node: undefined, isDone: true };
    node = node[part];
    depth++;
  }
  return { field, depth, node, isDone: position.isDone };
}

/** An array inside an array is a value, not another level, unless the path counts into it. */
function stepInto({ field, depth }: Position, element: unknown, array: readonly unknown[]): Position {
  const next = field.parts[depth];
  if (next === undefined) return { field, depth, node: element, isDone: true };
  if (isPlainObject(element) && (Object.hasOwn(element, next) || !INDEX_PART.test(next)))
    return { field, depth, node: element, isDone: false };
  if (!INDEX_PART.test(next) || Number(next) >= array.length) return { field, depth, node: undefined, isDone: true };
  return { field, depth: depth + 1, node: array[Number(next)], isDone: false };
}

const INDEX_PART = /^\d+$/;

function emit(walk: Walk, positions: readonly Position[]): void {
  for (const { node } of positions) if (node !== undefined) walk.isPresent = true;
  walk.found.push(
    encodeFields(
      walk.index,
      positions.map(({ node }) => node),
    ),
  );
}

function encodeFields(index: Index, values: readonly unknown[]): Buffer {
  const { fields, collation } = index;
  if (fields.length === 1) return encodeField(fields[0]!, values[0], collation);
  return Buffer.concat(fields.map((field, i) => encodeField(field, values[i], collation)));
}

function encodeField(field: IndexField, value: unknown, collation: Index['collation']): Buffer {
  const key = encodeKey(value, collation);
  return field.isDescending ? invertKey(key) : key;
}

function withoutRepeats(keys: readonly Buffer[]): readonly Buffer[] {
  if (keys.length < 2) return keys;
  const byText = new Map(keys.map((key) => [key.toString('latin1'), key]));
  return [...byText.values()];
}

function parallelArrays(positions: readonly Position[]): MongoError {
  const names = positions.filter(isAtArray).map(({ field }) => `[${field.parts.at(-1) ?? ''}]`);
  return new MongoError(171, 'CannotIndexParallelArrays', `cannot index parallel arrays ${names.join(' ')}`);
}
