/** `$derivative`, `$integral` and the covariances. */
import { namedFields } from '../expression/arguments.ts';
import { compileExpression, frameOf, type Scope } from '../expression/compile.ts';
import { type DateUnit, unitOf } from '../expression/dateunits.ts';
import { asNumber, double, isNumeric } from '../expression/numbers.ts';
import { fail } from '../expression/values.ts';
import { type Bounds } from './bounds.ts';
import { type WindowFunction } from './partition.ts';

const UNIT_MS: Readonly<Partial<Record<DateUnit, number>>> = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
};

export function rateOrArea(name: string, argument: unknown, scope: Scope, bounds: Bounds): WindowFunction {
  const fields = namedFields(argument, name, { required: ['input'], optional: ['unit'] });
  const unitMs =
    fields.unit === undefined
      ? undefined
      : (UNIT_MS[unitOf(fields.unit)] ?? fail(5490704, `unit must be 'week' or smaller`));
  const input = compileExpression(fields.input, scope);
  return async (partition, pace) => {
    const y = partition.docs.map((doc) => {
      const value = input(frameOf(doc));
      return isNumeric(value) ? asNumber(value) : value instanceof Date ? value.getTime() : undefined;
    });
    const x = partition.sortValues.map((value) => {
      if (value instanceof Date)
        return value.getTime() / (unitMs ?? fail(5624901, `${name} where the sortBy is a Date requires a 'unit'`));
      return isNumeric(value)
        ? asNumber(value)
        : fail(5624902, `${name} requires the sortBy field to be numeric or a date`);
    });
    const answers: unknown[] = [];
    for (let i = 0; i < y.length; i++) {
      const [first, last] = bounds.of(i, partition);
      answers.push(name === '$derivative' ? slope(x, y, first, last) : area(x, y, first, last));
      const rest = pace.due();
      if (rest) await rest;
    }
    return answers;
  };
}

function slope(x: readonly number[], y: readonly (number | undefined)[], first: number, last: number): unknown {
  const [from, to] = [y[first], y[last]];
  if (first >= last || from === undefined || to === undefined || x[first] === x[last]) return null;
  return double((to - from) / (x[last]! - x[first]!));
}

function area(x: readonly number[], y: readonly (number | undefined)[], first: number, last: number): unknown {
  if (first > last) return null;
  let sum = 0;
  for (let i = first + 1; i <= last; i++) sum += (((y[i] ?? 0) + (y[i - 1] ?? 0)) / 2) * (x[i]! - x[i - 1]!);
  return double(sum);
}

export function covariance(isSample: boolean, argument: unknown, scope: Scope, bounds: Bounds): WindowFunction {
  const parts = (Array.isArray(argument) ? (argument as unknown[]) : []).map((part) => compileExpression(part, scope));
  if (parts.length !== 2) fail(5624903, '$covariance needs an array of two expressions');
  return async (partition, pace) => {
    const pairs = partition.docs.map((doc) => parts.map((part) => part(frameOf(doc))));
    const answers: unknown[] = [];
    for (let i = 0; i < pairs.length; i++) {
      const [first, last] = bounds.of(i, partition);
      const inside = pairs
        .slice(first, last + 1)
        .filter((pair) => pair.every(isNumeric))
        .map((pair) => pair.map(asNumber));
      answers.push(covarianceOf(inside, isSample));
      const rest = pace.due();
      if (rest) await rest;
    }
    return answers;
  };
}

function covarianceOf(pairs: readonly (readonly number[])[], isSample: boolean): unknown {
  const n = pairs.length;
  if (n < (isSample ? 2 : 1)) return null;
  const mean = (at: number): number => pairs.reduce((sum, pair) => sum + (pair[at] ?? 0), 0) / n;
  const [mx, my] = [mean(0), mean(1)];
  const sum = pairs.reduce((total, [px = 0, py = 0]) => total + (px - mx) * (py - my), 0);
  return double(sum / (isSample ? n - 1 : n));
}
