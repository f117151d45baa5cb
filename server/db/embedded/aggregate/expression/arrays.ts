/** Array operators. */
import { isPlainObject } from '../../values/types.ts';
import { compareValues } from '../../values/order.ts';
import { createSorter } from '../../sort/sorter.ts';
import { binary, named, namedFields, positional, several, unary, unaryOrNull } from './arguments.ts';
import { compileExpression, type OperatorCompiler } from './compile.ts';
import { compareWithMissing } from './logic.ts';
import { asNumber, int, isInt32, kindOf } from './numbers.ts';
import { fail, isNullish, nameOfType } from './values.ts';

/** No operator makes an array longer than a document could hold. */
const MAX_ITEMS = 2_000_000;

export function checkLength(items: number): void {
  if (items > MAX_ITEMS) fail(146, `an array of ${items} elements would use too much memory`, 'ExceededMemoryLimit');
}

/** `Array.isArray` that leaves the elements unknown. */
const isList = (value: unknown): value is unknown[] => Array.isArray(value);

const asInt = (value: unknown): number | undefined => {
  const n = kindOf(value) === undefined ? NaN : asNumber(value);
  return isInt32(n) || Object.is(n, -0) ? n : undefined;
};

const elementAt = binary((items, at) => {
  if (isNullish(items) || isNullish(at)) return null;
  if (!isList(items)) fail(28689, `$arrayElemAt's first argument must be an array, but is ${nameOfType(items)}`);
  if (kindOf(at) === undefined)
    fail(28690, `$arrayElemAt's second argument must be a numeric value, but is ${nameOfType(at)}`);
  const index = asInt(at);
  if (index === undefined)
    fail(28691, `$arrayElemAt's second argument must be representable as a 32-bit integer: ${asNumber(at)}`);
  return items.at(index);
});

const end = (index: 0 | -1) =>
  unary((items, name) => {
    if (isNullish(items)) return null;
    if (!isList(items)) fail(28689, `${name}'s argument must be an array, but is ${nameOfType(items)}`);
    return items.at(index);
  });

const concatArrays = several(0, Infinity, (values) => {
  let length = 0;
  for (const value of values) {
    if (isNullish(value)) return null;
    if (!Array.isArray(value)) fail(28664, `$concatArrays only supports arrays, not ${nameOfType(value)}`);
    checkLength((length += value.length));
  }
  return values.flat(1);
});

const slice = several(2, 3, (values) => {
  const [items] = values;
  if (values.some(isNullish)) return null;
  if (!isList(items)) fail(28724, `First argument to $slice must be an array, but is of type: ${nameOfType(items)}`);
  const second = asInt(values[1]);
  if (second === undefined)
    fail(
      28725,
      `Second argument to $slice must be a numeric value representable as a 32-bit integer, but is of type: ${nameOfType(values[1])}`,
    );
  if (values.length === 2) return second >= 0 ? items.slice(0, second) : items.slice(second);
  const count = asInt(values[2]);
  if (count === undefined)
    fail(28727, `Third argument to $slice must be numeric, but is of type: ${nameOfType(values[2])}`);
  if (count <= 0) fail(28729, `Third argument to $slice must be positive: ${count}`);
  const from = second >= 0 ? second : Math.max(0, items.length + second);
  return items.slice(from, from + count);
});

const isIn = binary((value, items, _name, { env }) => {
  if (!isList(items)) fail(40081, `$in requires an array as a second argument, found: ${nameOfType(items)}`);
  return items.some((item) => compareWithMissing(item, value, env.collation) === 0);
});

const indexOf = several(2, 4, (values, _name, { env }) => {
  const [items, wanted] = values;
  if (isNullish(items)) return null;
  if (!isList(items)) fail(40090, `$indexOfArray requires an array as a first argument, found: ${nameOfType(items)}`);
  const from = values.length > 2 ? boundOf(values[2], 'starting') : 0;
  const to = values.length > 3 ? boundOf(values[3], 'ending') : items.length;
  for (let i = from; i < Math.min(to, items.length); i++)
    if (compareWithMissing(items[i], wanted, env.collation) === 0) return int(i);
  return int(-1);
});

function boundOf(value: unknown, which: string): number {
  const n = asInt(value);
  if (n === undefined)
    fail(40096, `$indexOfArray requires an integral ${which} index, found a value of type: ${nameOfType(value)}`);
  if (n < 0) fail(40097, `$indexOfArray requires a nonnegative ${which} index, found: ${n}`);
  return n;
}

const range = several(2, 3, (values) => {
  const names = ['starting', 'ending', 'step'];
  const [from = 0, to = 0, by = 1] = values.map((value, i) => {
    if (kindOf(value) === undefined)
      fail(
        34443 + 2 * i,
        `$range requires a numeric ${names[i] ?? ''} value, found value of type: ${nameOfType(value)}`,
      );
    return (
      asInt(value) ??
      fail(34444 + 2 * i, `$range requires a ${names[i] ?? ''} value that can be represented as a 32-bit integer`)
    );
  });
  if (by === 0) fail(34449, '$range requires a non-zero step value');
  checkLength((to - from) / by);
  const made: unknown[] = [];
  for (let i = from; by > 0 ? i < to : i > to; i += by) made.push(int(i));
  return made;
});

const zip: OperatorCompiler = (argument, scope, name) => {
  if (!isPlainObject(argument))
    fail(34460, `$zip only supports an object as an argument, found ${nameOfType(argument)}`);
  const fields = namedFields(argument, name, {
    required: ['inputs'],
    optional: ['useLongestLength', 'defaults'],
    codes: { unknown: 34464, missing: 34465 },
  });
  const { inputs: listed, defaults: spare, useLongestLength: longest = false } = fields;
  if (!Array.isArray(listed)) fail(34461, `inputs must be an array of expressions, found ${nameOfType(listed)}`);
  if (typeof longest !== 'boolean') fail(34463, `useLongestLength must be a bool, found ${nameOfType(longest)}`);
  if (spare !== undefined && !Array.isArray(spare))
    fail(34462, `defaults must be an array of expressions, found ${nameOfType(spare)}`);
  if (spare !== undefined && !longest) fail(34466, 'cannot specify defaults unless useLongestLength is true');
  if (listed.length === 0) fail(34465, '$zip requires at least one input array');
  if (spare !== undefined && spare.length !== listed.length)
    fail(34467, 'defaults and inputs must have the same length');
  const inputs = (listed as unknown[]).map((item) => compileExpression(item, scope));
  const defaults = ((spare ?? []) as unknown[]).map((item) => compileExpression(item, scope));
  return (frame) => {
    const columns: unknown[][] = [];
    for (const evaluate of inputs) {
      const column = evaluate(frame);
      if (isNullish(column)) return null;
      if (!Array.isArray(column)) fail(34468, `$zip found a non-array expression in input: ${nameOfType(column)}`);
      columns.push(column);
    }
    const spares = defaults.map((evaluate) => evaluate(frame));
    const lengths = columns.map((column) => column.length);
    const length = longest ? Math.max(...lengths) : Math.min(...lengths);
    return Array.from({ length }, (_, i) =>
      columns.map((column, c) => (i < column.length ? column[i] : (spares[c] ?? null))),
    );
  };
};

/** `$firstN`, `$lastN`, `$minN`, `$maxN` of an array. */
function takeN(take: (items: unknown[], n: number) => unknown[]): OperatorCompiler {
  return named({ required: ['input', 'n'], codes: { unknown: 5787901, missing: 5787906 } }, ({ input, n }, name) => {
    const count = countOf(n, name);
    if (!Array.isArray(input)) fail(5788200, `Input must be an array for ${name}`);
    return take(input, count);
  });
}

export function countOf(n: unknown, name: string): number {
  const count = kindOf(n) === undefined ? NaN : asNumber(n);
  if (!Number.isInteger(count)) fail(5787902, `Value for 'n' must be of integral type for ${name}`);
  if (count <= 0) fail(5787908, `'n' must be greater than 0, found ${count} for ${name}`);
  return count;
}

const sortArray: OperatorCompiler = (argument, scope, name) => {
  if (!isPlainObject(argument))
    fail(2942500, `$sortArray requires an object as an argument, found: ${nameOfType(argument)}`);
  const fields = namedFields(argument, name, {
    required: ['input', 'sortBy'],
    codes: { unknown: 2942501, missing: 2942502 },
  });
  const input = compileExpression(fields.input, scope);
  const { sortBy } = fields;
  const { collation } = scope.env;
  let order: (a: unknown, b: unknown) => number;
  if (isPlainObject(sortBy)) {
    const sorter = createSorter(sortBy, collation);
    order = (a, b) =>
      sorter.compare(sorter.keysOf(isPlainObject(a) ? a : {}), sorter.keysOf(isPlainObject(b) ? b : {}));
  } else {
    const direction = kindOf(sortBy) === undefined ? 0 : asNumber(sortBy);
    if (direction !== 1 && direction !== -1) fail(2942507, 'Invalid sort specification: must be 1, -1 or an object');
    order = (a, b) => direction * compareValues(a, b, collation);
  }
  return (frame) => {
    const items = input(frame);
    if (isNullish(items)) return null;
    if (!isList(items))
      fail(2942504, `The input argument to $sortArray must be an array, but was of type: ${nameOfType(items)}`);
    return items.slice().sort(order);
  };
};

const isArrayOperator: OperatorCompiler = (argument, scope, name) => {
  const [evaluate] = positional(argument, scope, name, 1);
  return (frame) => Array.isArray(evaluate?.(frame));
};

export const arrays: Readonly<Record<string, OperatorCompiler>> = {
  $arrayElemAt: elementAt,
  $first: end(0),
  $last: end(-1),
  $concatArrays: concatArrays,
  $slice: slice,
  $in: isIn,
  $indexOfArray: indexOf,
  $isArray: isArrayOperator,
  $range: range,
  $reverseArray: unaryOrNull((items) => {
    if (!isList(items))
      fail(34435, `The argument to $reverseArray must be an array, but was of type: ${nameOfType(items)}`);
    return items.toReversed();
  }),
  $size: unary((items) => {
    if (!isList(items)) fail(17124, `The argument to $size must be an array, but was of type: ${nameOfType(items)}`);
    return int(items.length);
  }),
  $zip: zip,
  $firstN: takeN((items, n) => items.slice(0, n)),
  $lastN: takeN((items, n) => items.slice(-n)),
  $minN: takeN((items, n) =>
    items
      .filter((item) => !isNullish(item))
      .sort((a, b) => compareValues(a, b))
      .slice(0, n),
  ),
  $maxN: takeN((items, n) =>
    items
      .filter((item) => !isNullish(item))
      .sort((a, b) => compareValues(b, a))
      .slice(0, n),
  ),
  $sortArray: sortArray,
};
