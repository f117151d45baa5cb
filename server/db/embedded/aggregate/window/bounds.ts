/** Which documents of a partition a window covers: by position, or by the value of the field the partition is sorted by. */
import { isPlainObject } from '../../values/types.ts';
import { addUnits, type DateUnit, unitOf } from '../expression/dateunits.ts';
import { asNumber, isNumeric } from '../expression/numbers.ts';
import { fail, show } from '../expression/values.ts';

/** First and last index (inclusive; empty when first > last) of the window of the i-th document. */
export interface Bounds {
  readonly of: (i: number, partition: Partition) => readonly [first: number, last: number];
  /** The window only ever grows to the right: its accumulators can run along. */
  readonly isGrowing: boolean;
  readonly unit: DateUnit | undefined;
}

export interface Partition {
  readonly length: number;
  /** The values of the (only) field it is sorted by. */
  readonly sortValues: readonly unknown[];
}

type Bound = 'unbounded' | 'current' | number;

export const WHOLE: Bounds = { of: (_i, { length }) => [0, length - 1], isGrowing: true, unit: undefined };

export function compileBounds(window: unknown): Bounds {
  if (window === undefined) return WHOLE;
  if (!isPlainObject(window)) fail(9, "'window' field must be an object", 'FailedToParse');
  const { documents, range, unit } = window;
  for (const key of Object.keys(window))
    if (!['documents', 'range', 'unit'].includes(key))
      fail(
        9,
        `'window' field can only contain 'documents' as the only argument or 'range' with an optional 'unit' field`,
        'FailedToParse',
      );
  if (documents !== undefined && (range !== undefined || unit !== undefined))
    fail(
      9,
      "'window' field can only contain 'documents' as the only argument or 'range' with an optional 'unit' field",
      'FailedToParse',
    );
  if (documents !== undefined) {
    const [low, high] = pairOf(documents, 'documents');
    return {
      of: (i, { length }) => [
        Math.max(0, positionOf(low, i, 0)),
        Math.min(length - 1, positionOf(high, i, length - 1)),
      ],
      isGrowing: low === 'unbounded',
      unit: undefined,
    };
  }
  if (range === undefined) return { ...WHOLE, unit: unit === undefined ? undefined : unitOf(unit) };
  const [low, high] = pairOf(range, 'range');
  const unitName = unit === undefined ? undefined : unitOf(unit);
  return {
    of: (i, partition) => [lowIndex(partition, i, low, unitName), highIndex(partition, i, high, unitName)],
    isGrowing: low === 'unbounded',
    unit: unitName,
  };
}

function pairOf(value: unknown, name: string): readonly [Bound, Bound] {
  if (!Array.isArray(value) || value.length !== 2)
    fail(5339902, `Window bounds must be a 2-element array: ${name}: ${show(value)}`);
  const [low, high] = (value as unknown[]).map((bound): Bound => {
    if (bound === 'unbounded' || bound === 'current') return bound;
    if (!isNumeric(bound))
      fail(9, `Window bounds must be 'unbounded', 'current', or a number: ${show(bound)}`, 'FailedToParse');
    if (name === 'documents' && !Number.isInteger(asNumber(bound)))
      fail(9, 'Numeric document-based bounds must be an integer', 'FailedToParse');
    return asNumber(bound);
  });
  const rank = (bound: Bound | undefined, side: number): number =>
    bound === 'unbounded' ? side * Infinity : bound === 'current' ? 0 : (bound ?? 0);
  if (rank(low, -1) > rank(high, 1)) fail(5339900, `Lower bound must not exceed upper bound: ${show(value)}`);
  return [low ?? 'unbounded', high ?? 'unbounded'];
}

const positionOf = (bound: Bound, i: number, end: number): number =>
  bound === 'unbounded' ? end : bound === 'current' ? i : i + bound;

function shifted(value: unknown, by: Bound, unit: DateUnit | undefined): number {
  const offset = by === 'current' || by === 'unbounded' ? 0 : by;
  if (value instanceof Date) {
    if (unit === undefined)
      return fail(5429513, 'For windows that involve date or time ranges, a unit must be provided.');
    return addUnits(value, unit, offset, () => 0).getTime();
  }
  if (unit !== undefined) return fail(5429513, `Expected the sortBy field to be a Date, but it was ${show(value)}`);
  if (!isNumeric(value))
    return fail(5429413, 'For windows that involve numeric ranges, the sortBy field must be numeric');
  return asNumber(value) + offset;
}

const plain = (value: unknown): number => (value instanceof Date ? value.getTime() : asNumber(value));

function lowIndex({ sortValues }: Partition, i: number, bound: Bound, unit: DateUnit | undefined): number {
  if (bound === 'unbounded') return 0;
  const least = shifted(sortValues[i], bound, unit);
  return search(sortValues, (value) => plain(value) >= least);
}

function highIndex({ sortValues }: Partition, i: number, bound: Bound, unit: DateUnit | undefined): number {
  if (bound === 'unbounded') return sortValues.length - 1;
  const most = shifted(sortValues[i], bound, unit);
  return search(sortValues, (value) => plain(value) > most) - 1;
}

/** The first index for which the claim holds; it holds for all after it, too. */
function search(values: readonly unknown[], holds: (value: unknown) => boolean): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(values[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}
