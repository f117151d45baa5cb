/** $jsonSchema keywords about arrays. */
import { typeMismatch } from '../errors.ts';
import { type Predicate } from './condition.ts';
import { type Rule } from './schema-rule.ts';
import { unorderedKey } from './schema-equal.ts';
import { countOperand } from './schema-value.ts';

const onArrays =
  (test: (items: readonly unknown[]) => boolean): Predicate =>
  (value) =>
    !Array.isArray(value) || test(value);

const items: Rule = (operand, _schema, compile) => {
  if (!Array.isArray(operand)) {
    const test = compile(operand, 'items');
    return onArrays((list) => list.every(test));
  }
  const tests = operand.map((schema) => compile(schema, 'items'));
  return onArrays((list) => tests.every((test, i) => i >= list.length || test(list[i])));
};

/** Speaks about the elements after those that `items`, being a list, has described. */
const additionalItems: Rule = (operand, schema, compile) => {
  const test: Predicate = typeof operand === 'boolean' ? () => operand : compile(operand, 'additionalItems');
  if (!Array.isArray(schema.items)) return null;
  const from = schema.items.length;
  return onArrays((list) => list.slice(from).every(test));
};

const uniqueItems: Rule = (operand) => {
  if (typeof operand !== 'boolean') throw typeMismatch("$jsonSchema keyword 'uniqueItems' must be a boolean");
  if (!operand) return null;
  return onArrays((list) => new Set(list.map(unorderedKey)).size === list.length);
};

function sizeRule(keyword: 'minItems' | 'maxItems', holds: (size: number, limit: number) => boolean): Rule {
  return (operand) => {
    const limit = countOperand(keyword, operand);
    return onArrays((list) => holds(list.length, limit));
  };
}

export const arrayRules: Readonly<Record<string, Rule>> = {
  items,
  additionalItems,
  uniqueItems,
  minItems: sizeRule('minItems', (size, limit) => size >= limit),
  maxItems: sizeRule('maxItems', (size, limit) => size <= limit),
};
