/** $type: by alias or number, several at once, 'number' for all numeric types. Needs documents read exactly (codec.ts). */
import { badValue, failedToParse, typeMismatch } from '../errors.ts';
import { isNumber, toNumber, TYPE_CODES, typeCode } from '../values/types.ts';
import { type Predicate } from './condition.ts';

const NUMERIC_CODES = [1, 16, 18, 19];
const KNOWN_CODES: ReadonlySet<number> = new Set(TYPE_CODES.values());

export function isOfType(operand: unknown): Predicate {
  const items: unknown[] = Array.isArray(operand) ? operand : [operand];
  if (items.length === 0) throw failedToParse('$type must match at least one type');
  const codes = new Set(items.flatMap(codesOf));
  return (value) => {
    const code = typeCode(value);
    return code !== undefined && codes.has(code);
  };
}

function codesOf(item: unknown): readonly number[] {
  if (typeof item === 'string') {
    if (item === 'number') return NUMERIC_CODES;
    const code = TYPE_CODES.get(item);
    if (code === undefined) throw badValue(`Unknown type name alias: ${item}`);
    return [code];
  }
  if (!isNumber(item)) throw typeMismatch('type must be represented as a number or a string');
  const code = toNumber(item);
  if (!KNOWN_CODES.has(code)) throw badValue(`Invalid numerical type code: ${code}`);
  return [code];
}
