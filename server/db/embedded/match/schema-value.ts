/** $jsonSchema keywords about types, numbers and strings, and those that combine schemas. */
import { failedToParse, typeMismatch } from '../errors.ts';
import { type Doc } from '../values/doc.ts';
import { compareNumbers } from '../values/numbers.ts';
import { isNumber, toBigInt, toNumber, typeName, wrapperOf } from '../values/types.ts';
import { type Predicate } from './condition.ts';
import { type CompileSchema, type Rule } from './schema-rule.ts';
import { compileRegex } from './regex.ts';
import { equalsUnordered } from './schema-equal.ts';
import { isOfType } from './type-test.ts';

/** JSON Schema's names of types, by MongoDB's. */
const JSON_TYPES: ReadonlyMap<string, string> = new Map([
  ['object', 'object'],
  ['array', 'array'],
  ['number', 'number'],
  ['boolean', 'bool'],
  ['string', 'string'],
  ['null', 'null'],
]);

export function textOperand(name: string, operand: unknown): string {
  if (typeof operand !== 'string') throw typeMismatch(`$jsonSchema keyword '${name}' must be a string`);
  return operand;
}

/** A count such as minLength: a non-negative integer. */
export function countOperand(name: string, operand: unknown): number {
  if (!isNumber(operand)) throw typeMismatch(`$jsonSchema keyword '${name}' must be a number`);
  const count = toBigInt(operand);
  if (count === undefined || count < 0n) {
    throw failedToParse(`$jsonSchema keyword '${name}' must be a non-negative integer`);
  }
  return Number(count);
}

export function listOperand(name: string, operand: unknown): readonly unknown[] {
  if (!Array.isArray(operand)) throw typeMismatch(`$jsonSchema keyword '${name}' must be an array`);
  if (operand.length === 0) throw failedToParse(`$jsonSchema keyword '${name}' must be a non-empty array`);
  return operand as unknown[];
}

function typeRule(keyword: 'type' | 'bsonType', nameOf: (alias: string) => string): Rule {
  return (operand, schema) => {
    if (keyword === 'type' && schema.bsonType !== undefined) {
      throw failedToParse('Cannot specify both $jsonSchema keywords type and bsonType');
    }
    const aliases = Array.isArray(operand) ? listOperand(keyword, operand) : [operand];
    const names = aliases.map((alias) => {
      if (typeof alias !== 'string')
        throw typeMismatch(`$jsonSchema keyword '${keyword}' must name types with strings`);
      return nameOf(alias);
    });
    const test = isOfType(names);
    return (value) => value === undefined || test(value);
  };
}

function jsonTypeName(alias: string): string {
  if (alias === 'integer') throw failedToParse("$jsonSchema type 'integer' is not currently supported.");
  const name = JSON_TYPES.get(alias);
  if (name === undefined) throw failedToParse(`Unknown type name alias: ${alias}`);
  return name;
}

function boundRule(
  keyword: 'minimum' | 'maximum',
  exclusive: 'exclusiveMinimum' | 'exclusiveMaximum',
  sign: 1 | -1,
): Rule {
  return (operand, schema) => {
    if (!isNumber(operand)) throw typeMismatch(`$jsonSchema keyword '${keyword}' must be a number`);
    const isExclusive = schema[exclusive] === true;
    return onNumbers((value) => {
      if (Number.isNaN(toNumber(value))) return false;
      const order = compareNumbers(value, operand) * sign;
      return isExclusive ? order > 0 : order >= 0;
    });
  };
}

function exclusiveRule(keyword: string, bound: string): Rule {
  return (operand, schema) => {
    if (typeof operand !== 'boolean') throw typeMismatch(`$jsonSchema keyword '${keyword}' must be a boolean`);
    if (schema[bound] === undefined) {
      throw failedToParse(`$jsonSchema keyword '${bound}' must be a present if ${keyword} is present`);
    }
    return null;
  };
}

const multipleOf: Rule = (operand) => {
  if (!isNumber(operand)) throw typeMismatch("$jsonSchema keyword 'multipleOf' must be a number");
  const factor = toNumber(operand);
  if (!(factor > 0)) throw failedToParse("$jsonSchema keyword 'multipleOf' must have a positive value");
  return onNumbers((value) => {
    const [a, b] = [toBigInt(value), toBigInt(operand)];
    if (a !== undefined && b !== undefined) return a % b === 0n;
    if (wrapperOf(value) === 'Decimal128' || wrapperOf(operand) === 'Decimal128') {
      const ratio = toNumber(value) / factor;
      return Math.abs(ratio - Math.round(ratio)) < 1e-9;
    }
    return toNumber(value) % factor === 0;
  });
};

function lengthRule(keyword: 'minLength' | 'maxLength', holds: (length: number, limit: number) => boolean): Rule {
  return (operand) => {
    const limit = countOperand(keyword, operand);
    return onStrings((text) => holds(text.length === 0 ? 0 : codePoints(text), limit));
  };
}

function codePoints(text: string): number {
  let count = 0;
  for (const _character of text) count += 1;
  return count;
}

const pattern: Rule = (operand) => onStrings(compileRegex(textOperand('pattern', operand), ''));

const enumeration: Rule = (operand) => {
  const items = listOperand('enum', operand);
  return (value) => value === undefined || items.some((item) => equalsUnordered(item, value));
};

function combination(
  keyword: 'allOf' | 'anyOf' | 'oneOf',
  holds: (tests: readonly Predicate[], value: unknown) => boolean,
): Rule {
  return (operand, _schema: Doc, compile: CompileSchema) => {
    const tests = listOperand(keyword, operand).map((schema) => compile(schema, keyword));
    return (value) => holds(tests, value);
  };
}

function onNumbers(test: Predicate): Predicate {
  return (value) => !isNumber(value) || test(value);
}

function onStrings(test: (text: string) => boolean): Predicate {
  return (value) => typeName(value) !== 'string' || test(value as string);
}

export const valueRules: Readonly<Record<string, Rule>> = {
  type: typeRule('type', jsonTypeName),
  bsonType: typeRule('bsonType', (alias) => alias),
  enum: enumeration,
  minimum: boundRule('minimum', 'exclusiveMinimum', 1),
  maximum: boundRule('maximum', 'exclusiveMaximum', -1),
  exclusiveMinimum: exclusiveRule('exclusiveMinimum', 'minimum'),
  exclusiveMaximum: exclusiveRule('exclusiveMaximum', 'maximum'),
  multipleOf,
  minLength: lengthRule('minLength', (length, limit) => length >= limit),
  maxLength: lengthRule('maxLength', (length, limit) => length <= limit),
  pattern,
  allOf: combination('allOf', (tests, value) => tests.every((test) => test(value))),
  anyOf: combination('anyOf', (tests, value) => tests.some((test) => test(value))),
  oneOf: combination('oneOf', (tests, value) => tests.filter((test) => test(value)).length === 1),
  not: (operand, _schema, compile) => {
    const test = compile(operand, 'not');
    return (value) => !test(value);
  },
};
