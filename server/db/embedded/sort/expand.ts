/** The combinations of values that an index on several paths would hold for one document. */
import { badValue } from '../errors.ts';
import { type Doc } from '../values/doc.ts';
import { UNDEFINED } from '../values/legacy.ts';
import { getOwn } from '../values/own.ts';
import { isArrayIndex } from '../values/paths.ts';
import { isPlainObject } from '../values/types.ts';

type Row = readonly unknown[];

/** Where a path has got to: a value at its end, or an array with some of the path left. */
interface Reached {
  readonly value: unknown;
  readonly rest: readonly string[];
  /** The path so far, to tell whether two paths reached the same array. */
  readonly array: readonly unknown[] | undefined;
}

/** One row for each combination, a value for each path. There is always at least one row. */
export function expandPaths(doc: Doc, paths: readonly (readonly string[])[]): readonly Row[] {
  return expand(paths.map((parts) => follow(doc, parts)));
}

/** What an index holds for one value at the end of a path. */
export function leafValues(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) return [value ?? null];
  return value.length === 0 ? [UNDEFINED] : value;
}

function follow(start: unknown, parts: readonly string[]): Reached {
  let value = start;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (Array.isArray(value)) {
      if (!isArrayIndex(part)) return { value: undefined, rest: parts.slice(i), array: value };
      value = (value as unknown[])[Number(part)];
    } else if (isPlainObject(value)) {
      value = getOwn(value, part);
    } else {
      return { value: null, rest: [], array: undefined };
    }
  }
  if (Array.isArray(value)) return { value: undefined, rest: [], array: value };
  return { value: value ?? null, rest: [], array: undefined };
}

function expand(reached: readonly Reached[]): readonly Row[] {
  const array = reached.find((one) => one.array !== undefined)?.array;
  if (array === undefined) return [reached.map((one) => one.value)];
  if (reached.some((one) => one.array !== undefined && one.array !== array)) {
    throw badValue('cannot sort with keys that are parallel arrays');
  }
  if (array.length === 0) {
    return [reached.map((one) => (one.array === undefined ? one.value : one.rest.length === 0 ? UNDEFINED : null))];
  }
  return array.flatMap((item) => expand(reached.map((one) => (one.array === undefined ? one : enter(item, one.rest)))));
}

/** One element of the array: at the end of a path it is the value, even if it is an array again. */
function enter(item: unknown, rest: readonly string[]): Reached {
  if (rest.length === 0) return { value: item, rest, array: undefined };
  return isPlainObject(item) ? follow(item, rest) : { value: null, rest: [], array: undefined };
}
