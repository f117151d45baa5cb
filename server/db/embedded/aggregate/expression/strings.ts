/** String operators. Lengths and positions count bytes of UTF-8 or code points, as each operator's name says. */
import { isPlainObject } from '../../values/types.ts';
import { binary, namedFields, positional, several, unary } from './arguments.ts';
import { compileExpression, type Evaluate, type OperatorCompiler } from './compile.ts';
import { formatDate } from './dateformat.ts';
import { asNumber, int, kindOf, numberText } from './numbers.ts';
import { codePoints, fail, isNullish, nameOfType } from './values.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/** The text of a value where MongoDB takes any simple value for a string; null and missing are empty. */
export function textOf(value: unknown): string {
  if (isNullish(value)) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Date) return formatDate(value, '%Y-%m-%dT%H:%M:%S.%LZ', undefined);
  if (kindOf(value) !== undefined) return numberText(value);
  return fail(16007, `can't convert from BSON type ${nameOfType(value)} to String`);
}

const concat = several(0, Infinity, (values) => {
  let text = '';
  for (const value of values) {
    if (isNullish(value)) return null;
    if (typeof value !== 'string') fail(16702, `$concat only supports strings, not ${nameOfType(value)}`);
    text += value;
    if (text.length > MAX_BYTES) fail(13548, 'BufBuilder attempted to grow() beyond the 16MB limit');
  }
  return text;
});

const lower = (text: string): string => text.replace(/[A-Z]+/g, (part) => part.toLowerCase());
const upper = (text: string): string => text.replace(/[a-z]+/g, (part) => part.toUpperCase());

const split = binary((value, separator) => {
  if (isNullish(value) || isNullish(separator)) return null;
  if (typeof value !== 'string')
    fail(
      40085,
      `$split requires an expression that evaluates to a string as a first argument, found: ${nameOfType(value)}`,
    );
  if (typeof separator !== 'string')
    fail(
      40086,
      `$split requires an expression that evaluates to a string as a second argument, found: ${nameOfType(separator)}`,
    );
  if (separator === '') fail(40087, '$split requires a non-empty separator');
  return value.split(separator);
});

function wholeNumber(value: unknown, code: number, what: string): number {
  if (kindOf(value) === undefined) fail(code, `${what} must be a numeric type (is BSON type ${nameOfType(value)})`);
  return Math.trunc(asNumber(value));
}

const substringOfBytes = several(3, 3, ([value, from, length], name) => {
  const bytes = Buffer.from(textOf(value), 'utf8');
  const start = wholeNumber(from, 16034, `${name}:  starting index`);
  const count = wholeNumber(length, 16035, `${name}:  length`);
  if (start < 0) fail(50752, `${name}:  starting index must be non-negative (got: ${start})`);
  const end = count < 0 ? bytes.length : Math.min(bytes.length, start + count);
  if (isInsideCharacter(bytes, start))
    fail(28656, `${name}:  Invalid range, starting index is a UTF-8 continuation byte.`);
  if (isInsideCharacter(bytes, end))
    fail(28657, `${name}:  Invalid range, ending index is in the middle of a UTF-8 character.`);
  return bytes.subarray(Math.min(start, bytes.length), Math.max(start, end)).toString('utf8');
});

const isInsideCharacter = (bytes: Buffer, at: number): boolean => ((bytes[at] ?? 0) & 0xc0) === 0x80;

const substringOfPoints = several(3, 3, ([value, from, length], name) => {
  const start = wholeNumber(from, 34450, `${name}: starting index`);
  const count = wholeNumber(length, 34452, `${name}: length`);
  if (start < 0) fail(34455, `${name}: the starting index must be nonnegative integer.`);
  if (count < 0) fail(34454, `${name}: length must be a nonnegative integer.`);
  return codePoints(textOf(value))
    .slice(start, start + count)
    .join('');
});

/** `$indexOfBytes` and `$indexOfCP`. */
function indexOf(unit: 'bytes' | 'points'): OperatorCompiler {
  return several(2, 4, (values, name) => {
    const [value, wanted] = values;
    if (isNullish(value)) return null;
    if (typeof value !== 'string')
      fail(40091, `${name} requires a string as the first argument, found: ${nameOfType(value)}`);
    if (typeof wanted !== 'string')
      fail(40092, `${name} requires a string as the second argument, found: ${nameOfType(wanted)}`);
    const [from = 0, to = Infinity] = values.slice(2).map((bound, i) => {
      const n = kindOf(bound) === undefined ? NaN : asNumber(bound);
      if (!Number.isInteger(n))
        fail(
          40096,
          `${name} requires an integral ${i ? 'ending' : 'starting'} index, found a value of type: ${nameOfType(bound)}`,
        );
      if (n < 0) fail(40097, `${name} requires a nonnegative ${i ? 'ending' : 'starting'} index, found: ${n}`);
      return n;
    });
    if (unit === 'bytes') {
      const bytes = Buffer.from(value, 'utf8').subarray(0, to);
      return int(from > bytes.length ? -1 : bytes.indexOf(Buffer.from(wanted, 'utf8'), from));
    }
    const points = codePoints(value).slice(0, to);
    if (from > points.length) return int(-1);
    const head = points.slice(0, from).join('');
    const at = points.join('').indexOf(wanted, head.length);
    return int(at < 0 ? -1 : codePoints(points.join('').slice(0, at)).length);
  });
}

const WHITESPACE = '\0\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a';

function trim(isLeft: boolean, isRight: boolean): OperatorCompiler {
  return (argument, scope, name) => {
    const fields = namedFields(argument, name, {
      required: ['input'],
      optional: ['chars'],
      codes: { unknown: 50694, missing: 50695, shape: 50696 },
    });
    const input = compileExpression(fields.input, scope);
    const chars = Object.hasOwn(fields, 'chars') ? compileExpression(fields.chars, scope) : undefined;
    return (frame) => {
      const value = input(frame);
      if (isNullish(value)) return null;
      if (typeof value !== 'string')
        fail(50699, `${name} requires its input to be a string, got ${nameOfType(value)} instead.`);
      const given = chars ? chars(frame) : WHITESPACE;
      if (isNullish(given)) return null;
      if (typeof given !== 'string')
        fail(50700, `${name} requires 'chars' to be a string, got ${nameOfType(given)} instead.`);
      const unwanted = new Set(given);
      const points = codePoints(value);
      let start = 0;
      let end = points.length;
      while (isLeft && start < end && unwanted.has(points[start] ?? '')) start++;
      while (isRight && end > start && unwanted.has(points[end - 1] ?? '')) end--;
      return points.slice(start, end).join('');
    };
  };
}

function replace(isAll: boolean): OperatorCompiler {
  return (argument, scope, name) => {
    const shape = {
      required: ['input', 'find', 'replacement'],
      codes: { unknown: 51750, missing: 51749, shape: 51751 },
    };
    const fields = namedFields(argument, name, shape);
    const parts = shape.required.map((key) => ({ key, evaluate: compileExpression(fields[key], scope) }));
    return (frame) => {
      const values = parts.map(({ key, evaluate }) => {
        const value = evaluate(frame);
        if (!isNullish(value) && typeof value !== 'string')
          fail(51746, `${name} requires that '${key}' be a string, found: ${nameOfType(value)}`);
        return value;
      });
      if (values.some(isNullish)) return null;
      const [input = '', find = '', replacement = ''] = values as string[];
      const pieces = isAll ? input.split(find) : splitOnce(input, find);
      if ((pieces.length - 1) * replacement.length + input.length > MAX_BYTES)
        fail(13548, 'BufBuilder attempted to grow() beyond the 16MB limit');
      if (find === '' && isAll) return replacement + pieces.map((piece) => piece + replacement).join('');
      return pieces.join(replacement);
    };
  };
}

function splitOnce(input: string, find: string): string[] {
  const at = input.indexOf(find);
  return at < 0 ? [input] : [input.slice(0, at), input.slice(at + find.length)];
}

const lengthOf = (name: string, code: number, measure: (text: string) => number): OperatorCompiler =>
  unary((value) => {
    if (typeof value !== 'string') fail(code, `${name} requires a string argument, found: ${nameOfType(value)}`);
    return int(measure(value));
  });

const substring: OperatorCompiler = (argument, scope) => substringOfBytes(argument, scope, '$substrBytes');

const compareCaseless: OperatorCompiler = (argument, scope, name) => {
  const [first, second] = positional(argument, scope, name, 2) as [Evaluate, Evaluate];
  return (frame) => {
    const a = upper(textOf(first(frame)));
    const b = upper(textOf(second(frame)));
    return int(a < b ? -1 : a > b ? 1 : 0);
  };
};

export const strings: Readonly<Record<string, OperatorCompiler>> = {
  $concat: concat,
  $toLower: unary((value) => lower(textOf(value))),
  $toUpper: unary((value) => upper(textOf(value))),
  $strcasecmp: compareCaseless,
  $split: split,
  $substr: substring,
  $substrBytes: substringOfBytes,
  $substrCP: substringOfPoints,
  $strLenBytes: lengthOf('$strLenBytes', 34473, (text) => Buffer.byteLength(text)),
  $strLenCP: lengthOf('$strLenCP', 34471, (text) => codePoints(text).length),
  $indexOfBytes: indexOf('bytes'),
  $indexOfCP: indexOf('points'),
  $trim: trim(true, true),
  $ltrim: trim(true, false),
  $rtrim: trim(false, true),
  $replaceOne: replace(false),
  $replaceAll: replace(true),
  $binarySize: unary((value) => {
    if (isNullish(value)) return null;
    if (typeof value === 'string') return int(Buffer.byteLength(value));
    const length = binaryLength(value);
    if (length === undefined)
      fail(51276, `$binarySize requires a string or BinData argument, found: ${nameOfType(value)}`);
    return int(length);
  }),
};

function binaryLength(value: unknown): number | undefined {
  if (value instanceof Uint8Array) return value.length;
  if (isPlainObject(value) || typeof value !== 'object' || value === null || !('_bsontype' in value)) return undefined;
  return value._bsontype === 'Binary' && 'position' in value ? Number(value.position) : undefined;
}
