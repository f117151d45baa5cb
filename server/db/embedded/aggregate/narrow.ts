/**
 * `$expr` says nothing to an index. Where it compares a field with a known value, the same is said once more as a plain
 * condition: everything `$expr` lets through passes it, so the answer stays and the index can be used.
 */
import { type Doc } from '../values/codec.ts';
import { isPlainObject } from '../values/types.ts';
import { kindOf } from './expression/numbers.ts';
import { isNullish, readFieldPath } from './expression/values.ts';

export function narrowFilter(filter: Doc, variables: Doc = {}): Doc {
  const found: Doc[] = [];
  collect(filter, variables, found);
  return found.length === 0 ? filter : { $and: [...found, filter] };
}

function collect(filter: Doc, variables: Doc, found: Doc[]): void {
  const { $expr: expression, $and: parts } = filter;
  if (Array.isArray(parts)) for (const part of parts) if (isPlainObject(part)) collect(part, variables, found);
  if (isPlainObject(expression)) collectEqualities(expression, variables, found);
}

function collectEqualities(expression: Doc, variables: Doc, found: Doc[]): void {
  const keys = Object.keys(expression);
  if (keys.length !== 1) return;
  const operands = expression[keys[0] ?? ''];
  if (keys[0] === '$and' && Array.isArray(operands)) {
    for (const part of operands) if (isPlainObject(part)) collectEqualities(part, variables, found);
    return;
  }
  if (keys[0] !== '$eq' || !Array.isArray(operands) || operands.length !== 2) return;
  const [a, b] = operands as readonly unknown[];
  const condition = equality(a, b, variables) ?? equality(b, a, variables);
  if (condition) found.push(condition);
}

function equality(field: unknown, other: unknown, variables: Doc): Doc | undefined {
  if (typeof field !== 'string' || !/^\$[^$]/.test(field)) return undefined;
  const value = knownValue(other, variables);
  return value === undefined ? undefined : { [field.slice(1)]: { $eq: value } };
}

/** Undefined for what is not known now, and for what plain conditions compare in another way (null, arrays, patterns). */
function knownValue(other: unknown, variables: Doc): unknown {
  let value = other;
  if (typeof other === 'string' && other.startsWith('$')) {
    const [name = '', ...path] = other.slice(2).split('.');
    if (!other.startsWith('$$') || !Object.hasOwn(variables, name)) return undefined;
    value = path.length === 0 ? variables[name] : readFieldPath(variables[name], path);
  } else if (isPlainObject(other) || Array.isArray(other)) return undefined;
  if (isNullish(value) || Array.isArray(value) || isPlainObject(value)) return undefined;
  const isSimple = typeof value !== 'object' || value instanceof Date || kindOf(value) !== undefined;
  return isSimple || (value as { _bsontype?: string } | null)?._bsontype === 'ObjectId' ? value : undefined;
}
