/** Small questions that every operator asks of a value. `undefined` is a missing value. */
import { EJSON } from 'bson';
import { type Doc } from '../../values/codec.ts';
import { MongoError } from '../../errors.ts';
import { BsonUndefined } from '../../values/legacy.ts';
import { isPlainObject, typeName } from '../../values/types.ts';
import { asNumber, kindOf } from './numbers.ts';

export const isNullish = (value: unknown): value is null | undefined =>
  value === null || value === undefined || value instanceof BsonUndefined;

/** What `$cond`, `$and`, `$expr` take for true: everything but false, null, missing and zero. */
export function isTruthy(value: unknown): boolean {
  if (value === false || isNullish(value)) return false;
  if (value === true || typeof value === 'string') return true;
  return kindOf(value) === undefined || asNumber(value) !== 0;
}

/** A field path over a value: objects are entered, arrays give the array of what their objects hold, others nothing. */
export function readFieldPath(value: unknown, parts: readonly string[], from = 0): unknown {
  let current = value;
  for (let i = from; i < parts.length; i++) {
    if (Array.isArray(current)) {
      const found: unknown[] = [];
      for (const item of current) {
        const inner = isPlainObject(item) ? readFieldPath(item, parts, i) : undefined;
        if (inner !== undefined) found.push(inner);
      }
      return found;
    }
    const part = parts[i] ?? '';
    if (!isPlainObject(current) || !Object.hasOwn(current, part)) return undefined;
    current = current[part];
  }
  return current;
}

/** A date from milliseconds; JavaScript's range ends at 8.64e15, and with it that of date arithmetic. */
export function dateFrom(ms: number): Date {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? fail(15, 'date overflow', 'Overflow') : date;
}

/** Assigns a field as data, whatever its name is: `__proto__` must not change the prototype. */
export function setField(target: Doc, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

/** The type's name for an error message; a missing value has one, too. */
export const nameOfType = (value: unknown): string => (value === undefined ? 'missing' : typeName(value));

export function fail(code: number, message: string, codeName?: string): never {
  throw new MongoError(code, codeName ?? `Location${code}`, message);
}

/** A value for an error message, shortened. */
export function show(value: unknown): string {
  const text =
    typeof value === 'string'
      ? `"${value}"`
      : value === undefined
        ? 'missing'
        : EJSON.stringify(value, { relaxed: true });
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}

/** Code points, which MongoDB counts; not what a reader takes for one character. */
export const codePoints = (text: string): string[] => Array.from(text);
