/**
 * Sorting as MongoDB does. A document's key is what an index on the sort's fields would hold: an array counts by its smallest element
 * (descending: its largest), an empty one as undefined, a missing field as null. Fields of the same array are read from the same
 * element, so { 'a.x': 1, 'a.y': -1 } compares pairs that exist.
 */
import { badValue, location } from '../errors.ts';
import { type Collation } from '../values/collation.ts';
import { type Doc } from '../values/doc.ts';
import { isInheritedName } from '../values/own.ts';
import { splitPath } from '../values/paths.ts';
import { compareValues } from '../values/order.ts';
import { show } from '../values/show.ts';
import { isNumber, isPlainObject, toNumber } from '../values/types.ts';
import { expandPaths, leafValues } from './expand.ts';

export type SortKeys = readonly unknown[];
export interface Sorter {
  keysOf(doc: Doc): SortKeys;
  compare(a: SortKeys, b: SortKeys): number;
}

interface SortField {
  readonly path: string;
  readonly parts: readonly string[];
  readonly direction: 1 | -1;
}

export function createSorter(spec: Doc, collation?: Collation): Sorter {
  const fields = Object.keys(spec).map((path) => parseField(path, spec[path]));
  const directions = fields.map((field) => field.direction);
  const compare = (a: SortKeys, b: SortKeys): number => {
    for (let i = 0; i < directions.length; i++) {
      const order = compareValues(a[i], b[i], collation);
      if (order !== 0) return directions[i] === 1 ? order : -order;
    }
    return 0;
  };
  const least = (rows: readonly SortKeys[]): SortKeys =>
    rows.reduce((best, row) => (compare(row, best) < 0 ? row : best));
  if (fields.every((field) => field.parts.length === 1 && !isInheritedName(field.path))) {
    return { keysOf: (doc) => keysOfNames(doc, fields, least), compare };
  }
  const paths = fields.map((field) => field.parts);
  return { keysOf: (doc) => least(expandPaths(doc, paths)), compare };
}

/** Single names: only a value that is an array needs more than a look. */
function keysOfNames(doc: Doc, fields: readonly SortField[], least: (rows: readonly SortKeys[]) => SortKeys): SortKeys {
  const keys: unknown[] = [];
  let arrayAt = -1;
  for (let i = 0; i < fields.length; i++) {
    const value = doc[fields[i]!.path];
    if (Array.isArray(value)) {
      if (arrayAt >= 0) throw badValue('cannot sort with keys that are parallel arrays');
      arrayAt = i;
    }
    keys.push(value ?? null);
  }
  if (arrayAt < 0) return keys;
  return least(leafValues(keys[arrayAt]).map((value) => keys.with(arrayAt, value)));
}

function parseField(path: string, order: unknown): SortField {
  if (path === '') throw badValue('FieldPath cannot be constructed with empty string');
  if (path.startsWith('$')) throw location(16410, `FieldPath field names may not start with '$'. Given '${path}'.`);
  if (isPlainObject(order))
    throw badValue(`Cannot sort '${path}' by ${show(order)}: the embedded engine has no $meta sorts`);
  if (!isNumber(order)) throw location(15974, `Illegal key in $sort specification: ${path}: ${show(order)}`);
  const direction = toNumber(order);
  if (direction !== 1 && direction !== -1) {
    throw location(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
  }
  return { path, parts: splitPath(path), direction };
}
