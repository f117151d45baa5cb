/**
 * From bounds to stretches of an index table. A stretch is `low ≤ key < high` in bytes. An edge stands before or behind
 * all keys that begin with some bytes; for a descending field the bytes are inverted and the edges change sides.
 */
import { type Collation } from '../values/collation.ts';
import { encodeKey, invertKey, keyPrefixOfType, successor } from '../values/keys.ts';
import { UNDEFINED } from '../values/legacy.ts';
import { RANK, typeRank } from '../values/types.ts';
import { EMPTY_ARRAY, type FieldBounds } from './bounds.ts';

export interface Interval {
  readonly low: Buffer;
  /** null: to the end. */
  readonly high: Buffer | null;
}

interface Edge {
  readonly bytes: Buffer;
  readonly isBehind: boolean;
}

/** undefined stands for the end of everything. */
interface Stretch {
  readonly low: Edge | undefined;
  readonly high: Edge | undefined;
  readonly isPoint: boolean;
}

export interface FieldStretches {
  readonly stretches: readonly Stretch[];
  readonly arePoints: boolean;
}

export const WHOLE: Interval = { low: Buffer.alloc(0), high: null };

export interface FieldOptions {
  readonly isDescending: boolean;
  readonly collation: Collation | undefined;
  /** Some document has several keys for this field: limits may hold for different elements, so only one is used. */
  readonly isMultikey: boolean;
}

export function stretchesOf(bounds: FieldBounds, options: FieldOptions): FieldStretches | undefined {
  const found = ascending(bounds, options);
  if (found === undefined || !options.isDescending) return found;
  return { arePoints: found.arePoints, stretches: found.stretches.map(inverted).reverse() };
}

function ascending(bounds: FieldBounds, { collation, isMultikey }: FieldOptions): FieldStretches | undefined {
  if (bounds.points !== undefined) return { stretches: pointsOf(bounds.points, collation), arePoints: true };
  if (bounds.prefix !== undefined) return collation === undefined ? prefixStretches(bounds.prefix) : undefined;
  const { low, high } = isMultikey && bounds.low !== undefined ? { low: bounds.low, high: undefined } : bounds;
  if (low !== undefined || high !== undefined) {
    const rank = typeRank((low ?? high)!.value);
    if (low !== undefined && high !== undefined && typeRank(high.value) !== rank) return undefined;
    const bracket = keyPrefixOfType(rank);
    const key = (value: unknown): Buffer => encodeKey(value, collation);
    const bottom: Edge =
      low !== undefined
        ? { bytes: key(low.value), isBehind: !low.isInclusive }
        : rank === RANK.number
          ? { bytes: encodeKey(NaN), isBehind: true }
          : { bytes: bracket, isBehind: false };
    const top: Edge =
      high !== undefined ? { bytes: key(high.value), isBehind: high.isInclusive } : { bytes: bracket, isBehind: true };
    return { stretches: [{ low: bottom, high: top, isPoint: false }], arePoints: false };
  }
  if (bounds.except !== undefined) return { stretches: gapsBetween(bounds.except, collation), arePoints: false };
  if (bounds.isPresent === true)
    return { stretches: [{ low: undefined, high: undefined, isPoint: false }], arePoints: false };
  return undefined;
}

function pointsOf(values: readonly unknown[], collation: Collation | undefined): readonly Stretch[] {
  const keys = new Map<string, Buffer>();
  for (const value of values) {
    const key = encodeKey(value === EMPTY_ARRAY ? UNDEFINED : value, collation);
    keys.set(key.toString('latin1'), key);
  }
  return [...keys.values()].sort((a, b) => Buffer.compare(a, b)).map((bytes) => point(bytes));
}

const point = (bytes: Buffer): Stretch => ({
  low: { bytes, isBehind: false },
  high: { bytes, isBehind: true },
  isPoint: true,
});

/** Strings that begin with the prefix, and regular expressions that are stored as values. */
function prefixStretches(prefix: string): FieldStretches {
  const start = stringStart(prefix);
  const regexes = keyPrefixOfType(RANK.regex);
  return {
    arePoints: false,
    stretches: [
      { low: { bytes: start, isBehind: false }, high: { bytes: start, isBehind: true }, isPoint: false },
      { low: { bytes: regexes, isBehind: false }, high: { bytes: regexes, isBehind: true }, isPoint: false },
    ],
  };
}

/** What the keys of all strings that begin so have in common: two such strings tell how long the end mark is. */
function stringStart(prefix: string): Buffer {
  const whole = encodeKey(prefix);
  const longer = encodeKey(`${prefix}\u0001`);
  let length = 0;
  while (length < whole.length && whole[length] === longer[length]) length++;
  return whole.subarray(0, length);
}

function gapsBetween(values: readonly unknown[], collation: Collation | undefined): readonly Stretch[] {
  const gaps: Stretch[] = [];
  let low: Edge | undefined;
  for (const { low: before, high: behind } of pointsOf(values, collation)) {
    gaps.push({ low, high: before, isPoint: false });
    low = behind;
  }
  gaps.push({ low, high: undefined, isPoint: false });
  return gaps;
}

function inverted({ low, high, isPoint }: Stretch): Stretch {
  const flip = (edge: Edge | undefined): Edge | undefined =>
    edge === undefined ? undefined : { bytes: invertKey(edge.bytes), isBehind: !edge.isBehind };
  return { low: flip(high), high: flip(low), isPoint };
}

/** Puts one more field behind the prefixes found so far. Only points may stand before another field. */
export function extend(prefixes: readonly Buffer[], stretches: readonly Stretch[]): readonly Interval[] {
  return prefixes.flatMap((prefix) =>
    stretches.map(({ low, high }) => ({
      low: low === undefined ? prefix : (edgeBytes(prefix, low) ?? prefix),
      high: high === undefined ? successor(prefix) : edgeBytes(prefix, high),
    })),
  );
}

export function extendPoints(prefixes: readonly Buffer[], stretches: readonly Stretch[]): readonly Buffer[] {
  return prefixes.flatMap((prefix) => stretches.map(({ low }) => Buffer.concat([prefix, low!.bytes])));
}

function edgeBytes(prefix: Buffer, edge: Edge): Buffer | null {
  const bytes = Buffer.concat([prefix, edge.bytes]);
  return edge.isBehind ? successor(bytes) : bytes;
}
