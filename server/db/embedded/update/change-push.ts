/** $push with $each, $position, $sort and $slice, which are carried out in this order. */
import { badValue } from '../errors.ts';
import { type Collation } from '../values/collation.ts';
import { isIdentical } from '../values/identical.ts';
import { compareValues } from '../values/order.ts';
import { readPath, splitPath } from '../values/paths.ts';
import { show } from '../values/show.ts';
import { isNumber, isPlainObject, toBigInt, toNumber, typeName } from '../values/types.ts';
import { hasEach } from './change-array.ts';
import { type ParseChange, SAME } from './types.ts';

const MODIFIERS: ReadonlySet<string> = new Set(['$each', '$position', '$sort', '$slice']);

type Compare = (a: unknown, b: unknown) => number;

export const parsePush: ParseChange = (operand, _path, { collation }) => {
  const modifiers = hasEach(operand) ? operand : { $each: [operand] };
  for (const name of Object.keys(modifiers)) {
    if (!MODIFIERS.has(name)) throw badValue(`Unrecognized clause in $push: ${name}`);
  }
  const { $each: items } = modifiers;
  if (!Array.isArray(items)) {
    throw badValue(`The argument to $each in $push must be an array but it was of type: ${typeName(items)}`);
  }
  const position = integerOf(modifiers.$position, '$position', (type) => `not of type: ${type}`);
  const slice = integerOf(modifiers.$slice, '$slice', (type) => `but was given type: ${type}`);
  const compare = modifiers.$sort === undefined ? undefined : sortOrder(modifiers.$sort, collation);
  return {
    ifMissing: 'creates',
    apply: (old, place) => {
      if (old !== undefined && !Array.isArray(old)) {
        throw badValue(
          `The field '${place.path}' must be an array but is of type ${typeName(old)} in document {_id: ${show(place.id)}}`,
        );
      }
      let list: unknown[] = [...((old as unknown[] | undefined) ?? [])];
      if (position === undefined) list.push(...(items as unknown[]));
      else list.splice(position, 0, ...(items as unknown[]));
      if (compare !== undefined) list.sort(compare);
      if (slice !== undefined) list = slice >= 0 ? list.slice(0, slice) : list.slice(slice);
      return old !== undefined && isIdentical(old, list) ? SAME : list;
    },
  };
};

function integerOf(value: unknown, name: string, complaint: (type: string) => string): number | undefined {
  if (value === undefined) return undefined;
  const integer = isNumber(value) ? toBigInt(value) : undefined;
  if (integer === undefined)
    throw badValue(`The value for ${name} must be an integer value ${complaint(typeName(value))}`);
  return Number(integer);
}

function direction(value: unknown): 1 | -1 {
  const order = isNumber(value) ? toNumber(value) : 0;
  if (order !== 1 && order !== -1) throw badValue('The $sort element value must be either 1 or -1');
  return order;
}

/** By the whole element, or by fields of it; what is no document has none. Arrays inside are compared whole. */
function sortOrder(spec: unknown, collation: Collation | undefined): Compare {
  if (isNumber(spec)) {
    const sign = direction(spec);
    return (a, b) => sign * compareValues(a, b, collation);
  }
  if (!isPlainObject(spec)) {
    throw badValue('The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields');
  }
  const fields = Object.keys(spec).map((path) => ({ parts: sortParts(path), sign: direction(spec[path]) }));
  if (fields.length === 0) throw badValue('The $sort pattern is empty when it should be a set of fields.');
  return (a, b) => {
    for (const { parts, sign } of fields) {
      const order = compareValues(readPath(a, parts), readPath(b, parts), collation);
      if (order !== 0) return sign * order;
    }
    return 0;
  };
}

function sortParts(path: string): readonly string[] {
  if (path === '') throw badValue('The $sort field cannot be empty');
  const parts = splitPath(path);
  if (parts.includes('')) throw badValue(`The $sort field is a dotted field but has an empty part: ${path}`);
  return parts;
}
