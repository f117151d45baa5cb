/** Set operators: arrays whose order and repetitions do not count. */
import { binary, several, unary } from './arguments.ts';
import { type OperatorCompiler } from './compile.ts';
import { fail, isNullish, isTruthy, nameOfType } from './values.ts';
import { valueKey } from '../valuekey.ts';
import { type Collation } from '../../values/collation.ts';

/** The distinct items by key, in the order in which they first appear. */
function distinct(items: readonly unknown[], collation: Collation | undefined): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const item of items) {
    const key = valueKey(item, collation);
    if (!found.has(key)) found.set(key, item);
  }
  return found;
}

function need(value: unknown, name: string, code: number): readonly unknown[] {
  if (!Array.isArray(value))
    fail(code, `All operands of ${name} must be arrays. One argument is of type: ${nameOfType(value)}`);
  return value as unknown[];
}

const union = several(0, Infinity, (values, name, { env }) => {
  if (values.some(isNullish)) return null;
  return [
    ...distinct(
      values.flatMap((value) => need(value, name, 17043)),
      env.collation,
    ).values(),
  ];
});

const intersection = several(0, Infinity, (values, name, { env }) => {
  if (values.some(isNullish)) return null;
  const [first, ...others] = values.map((value) => distinct(need(value, name, 17047), env.collation));
  return [...(first ?? new Map<string, unknown>())]
    .filter(([key]) => others.every((other) => other.has(key)))
    .map(([, item]) => item);
});

const difference = binary((a, b, name, { env }) => {
  if (isNullish(a) || isNullish(b)) return null;
  const without = distinct(need(b, name, 17049), env.collation);
  return [...distinct(need(a, name, 17048), env.collation)]
    .filter(([key]) => !without.has(key))
    .map(([, item]) => item);
});

const equals = several(2, Infinity, (values, name, { env }) => {
  const [first, ...others] = values.map((value) => distinct(need(value, name, 17044), env.collation));
  return others.every((other) => other.size === first?.size && [...other.keys()].every((key) => first.has(key)));
});

const isSubset = binary((a, b, name, { env }) => {
  const whole = distinct(need(b, name, 17042), env.collation);
  return [...distinct(need(a, name, 17046), env.collation).keys()].every((key) => whole.has(key));
});

export const sets: Readonly<Record<string, OperatorCompiler>> = {
  $setUnion: union,
  $setIntersection: intersection,
  $setDifference: difference,
  $setEquals: equals,
  $setIsSubset: isSubset,
  $allElementsTrue: unary((items, name) => need(items, name, 17040).every(isTruthy)),
  $anyElementTrue: unary((items, name) => need(items, name, 17041).some(isTruthy)),
};
