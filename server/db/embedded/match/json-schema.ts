/**
 * $jsonSchema as MongoDB understands it: draft 4 with bsonType, without $ref, format, default and the type 'integer'.
 * A keyword applies only to values of its kind: `minimum` says nothing about a string. Needs documents read exactly (codec.ts).
 */
import { failedToParse, typeMismatch } from '../errors.ts';
import { isPlainObject } from '../values/types.ts';
import { type Predicate } from './condition.ts';
import { arrayRules } from './schema-array.ts';
import { objectRules } from './schema-object.ts';
import { type CompileSchema, type Rule } from './schema-rule.ts';
import { valueRules } from './schema-value.ts';
import { type Matcher } from './types.ts';

const SCHEMA_DEPTH_LIMIT = 100;
const UNSUPPORTED: ReadonlySet<string> = new Set(['$ref', '$schema', 'default', 'definitions', 'format', 'id']);

const text: Rule = (operand) => {
  if (typeof operand !== 'string') throw typeMismatch("$jsonSchema keywords 'title' and 'description' must be strings");
  return null;
};
const RULES: ReadonlyMap<string, Rule> = new Map([
  ...Object.entries({ ...valueRules, ...arrayRules, ...objectRules }),
  ['title', text],
  ['description', text],
]);

export function compileJsonSchema(schema: unknown): Matcher {
  if (!isPlainObject(schema)) throw typeMismatch('$jsonSchema must be an object');
  return compileSchema(schema, '$jsonSchema', 0);
}

function compileSchema(schema: unknown, where: string, depth: number): Predicate {
  if (!isPlainObject(schema)) throw typeMismatch(`$jsonSchema keyword '${where}' must be an object`);
  if (depth > SCHEMA_DEPTH_LIMIT) throw failedToParse('$jsonSchema is nested too deeply');
  const compile: CompileSchema = (inner, place) => compileSchema(inner, place, depth + 1);
  const tests: Predicate[] = [];
  for (const keyword of Object.keys(schema)) {
    const rule = RULES.get(keyword);
    if (rule === undefined) throw unknownKeyword(keyword);
    const test = rule(schema[keyword], schema, compile);
    if (test !== null) tests.push(test);
  }
  return (value) => {
    for (const test of tests) if (!test(value)) return false;
    return true;
  };
}

function unknownKeyword(keyword: string): Error {
  return UNSUPPORTED.has(keyword)
    ? failedToParse(`$jsonSchema keyword '${keyword}' is not currently supported`)
    : failedToParse(`Unknown $jsonSchema keyword: ${keyword}`);
}
