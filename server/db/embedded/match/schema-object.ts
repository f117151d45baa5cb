/** $jsonSchema keywords about documents. */
import { failedToParse, typeMismatch } from '../errors.ts';
import { type Doc } from '../values/doc.ts';
import { getOwn, hasOwn } from '../values/own.ts';
import { isPlainObject } from '../values/types.ts';
import { type Predicate } from './condition.ts';
import { type CompileSchema, type Rule } from './schema-rule.ts';
import { compileRegex } from './regex.ts';
import { countOperand, listOperand } from './schema-value.ts';

const onDocs =
  (test: (doc: Doc) => boolean): Predicate =>
  (value) =>
    !isPlainObject(value) || test(value);

function docOperand(name: string, operand: unknown): Doc {
  if (!isPlainObject(operand)) throw typeMismatch(`$jsonSchema keyword '${name}' must be an object`);
  return operand;
}

function namesOperand(name: string, operand: unknown): readonly string[] {
  const names = listOperand(name, operand).map((item) => {
    if (typeof item !== 'string') throw typeMismatch(`$jsonSchema keyword '${name}' must be an array of strings`);
    return item;
  });
  if (new Set(names).size !== names.length) {
    throw failedToParse(`$jsonSchema keyword '${name}' array cannot contain duplicate values`);
  }
  return names;
}

const required: Rule = (operand) => {
  const names = namesOperand('required', operand);
  return onDocs((doc) => names.every((name) => getOwn(doc, name) !== undefined));
};

const properties: Rule = (operand, _schema, compile) => {
  const schemas = docOperand('properties', operand);
  const tests = Object.keys(schemas).map((name) => [name, compile(schemas[name], name)] as const);
  return onDocs((doc) =>
    tests.every(([name, test]) => {
      const value = getOwn(doc, name);
      return value === undefined || test(value);
    }),
  );
};

function patternTests(schema: Doc, compile: CompileSchema): (readonly [(name: string) => boolean, Predicate])[] {
  if (schema.patternProperties === undefined) return [];
  const patterns = docOperand('patternProperties', schema.patternProperties);
  return Object.keys(patterns).map(
    (pattern) => [compileRegex(pattern, ''), compile(patterns[pattern], pattern)] as const,
  );
}

const patternProperties: Rule = (_operand, schema, compile) => {
  const tests = patternTests(schema, compile);
  return onDocs((doc) =>
    Object.keys(doc).every((name) => tests.every(([isNamed, test]) => !isNamed(name) || test(doc[name]))),
  );
};

/** Speaks about fields that neither `properties` names nor a pattern fits. */
const additionalProperties: Rule = (operand, schema, compile) => {
  if (operand === true) return null;
  const test: Predicate = operand === false ? () => false : compile(operand, 'additionalProperties');
  const named = isPlainObject(schema.properties) ? schema.properties : {};
  const patterns = patternTests(schema, compile);
  return onDocs((doc) =>
    Object.keys(doc).every(
      (name) => hasOwn(named, name) || patterns.some(([isNamed]) => isNamed(name)) || test(doc[name]),
    ),
  );
};

const dependencies: Rule = (operand, _schema, compile) => {
  const rules = docOperand('dependencies', operand);
  const tests = Object.keys(rules).map((name) => {
    const rule = rules[name];
    if (!Array.isArray(rule)) return [name, compile(rule, 'dependencies')] as const;
    const names = namesOperand('dependencies', rule);
    return [name, onDocs((doc) => names.every((other) => getOwn(doc, other) !== undefined))] as const;
  });
  return onDocs((doc) => tests.every(([name, test]) => getOwn(doc, name) === undefined || test(doc)));
};

function countRule(keyword: 'minProperties' | 'maxProperties', holds: (count: number, limit: number) => boolean): Rule {
  return (operand) => {
    const limit = countOperand(keyword, operand);
    return onDocs((doc) => holds(Object.keys(doc).length, limit));
  };
}

export const objectRules: Readonly<Record<string, Rule>> = {
  required,
  properties,
  patternProperties,
  additionalProperties,
  dependencies,
  minProperties: countRule('minProperties', (count, limit) => count >= limit),
  maxProperties: countRule('maxProperties', (count, limit) => count <= limit),
};
