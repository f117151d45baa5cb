/** `$sum`, `$avg`, `$count`, the standard deviations, `$median` and `$percentile`. Values that are no numbers are passed over. */
import { Double, Int32 } from 'bson';
import { isZero } from '../expression/decimal.ts';
import * as decimal from '../expression/decimal.ts';
import {
  addNumbers,
  asBigInt,
  asDecimal,
  asNumber,
  double,
  fromBigInt,
  kindOf,
  type NumberKind,
  widest,
} from '../expression/numbers.ts';
import { type Accumulator } from './accumulator.ts';

/** A sum that loses nothing to the order of its doubles: whole numbers are exact, doubles are compensated (Neumaier). */
function createTotal() {
  let kind: NumberKind = 'int';
  let whole = 0n;
  let small = 0; // whole numbers while they are safe: a bigint for each would cost
  let sum = 0;
  let compensation = 0;
  let decimals: decimal.Decimal = decimal.fromBigInt(0n);

  function addDouble(n: number): void {
    const next = sum + n;
    if (Number.isFinite(next)) compensation += Math.abs(sum) >= Math.abs(n) ? sum - next + n : n - next + sum;
    sum = next;
  }
  const settle = (): void => {
    whole += BigInt(small);
    small = 0;
  };
  return {
    add(value: unknown): boolean {
      const its = kindOf(value);
      if (its === undefined) return false;
      kind = widest(kind, its);
      if (its === 'int') {
        small += asNumber(value);
        if (!Number.isSafeInteger(small * 2)) settle();
      } else if (its === 'long') whole += asBigInt(value);
      else if (its === 'double') addDouble(asNumber(value));
      else decimals = decimal.add(decimals, asDecimal(value));
      return true;
    },
    total(): unknown {
      settle();
      if (kind === 'decimal') {
        const doubles = sum === 0 ? decimal.fromBigInt(0n) : decimal.fromDouble(sum + compensation);
        return decimal.toDecimal128(decimal.add(decimal.add(decimals, decimal.fromBigInt(whole)), doubles));
      }
      if (kind === 'double') return double((Number.isFinite(sum) ? sum + compensation : sum) + Number(whole));
      return fromBigInt(whole, kind);
    },
    save(): Record<string, unknown> {
      settle();
      return {
        kind,
        whole: whole.toString(),
        sum: new Double(sum),
        compensation: new Double(compensation),
        decimals: decimal.toDecimal128(decimals),
      };
    },
    merge(state: Record<string, unknown>): void {
      kind = widest(kind, state.kind as NumberKind);
      whole += BigInt(state.whole as string);
      addDouble(asNumber(state.sum));
      addDouble(asNumber(state.compensation));
      const theirs = asDecimal(state.decimals);
      if (!isZero(theirs)) decimals = decimal.add(decimals, theirs);
    },
  };
}

export function createSum(): Accumulator {
  const total = createTotal();
  return {
    add: (value) => (total.add(value), 0),
    answer: () => total.total(),
    save: () => total.save(),
    merge: (state) => {
      total.merge(state);
    },
  };
}

export function createAvg(): Accumulator {
  const total = createTotal();
  let n = 0;
  return {
    add: (value) => (total.add(value) && n++, 0),
    answer() {
      if (n === 0) return null;
      const sum = total.total();
      if (kindOf(sum) === 'decimal')
        return decimal.toDecimal128(decimal.divide(asDecimal(sum), decimal.fromBigInt(BigInt(n))));
      return double(asNumber(sum) / n);
    },
    save: () => ({ n: new Double(n), total: total.save() }),
    merge(state) {
      n += asNumber(state.n);
      total.merge(state.total as Record<string, unknown>);
    },
  };
}

export function createCount(): Accumulator {
  let n = 0;
  return {
    add: () => (n++, 0),
    answer: () => fromBigInt(BigInt(n), 'int'),
    save: () => ({ n: new Double(n) }),
    merge: (state) => void (n += asNumber(state.n)),
  };
}

/** Welford's running variance. */
export function createStdDev(isSample: boolean): Accumulator {
  let n = 0;
  let mean = 0;
  let squares = 0;
  return {
    add(value) {
      if (kindOf(value) === undefined) return 0;
      n++;
      const delta = asNumber(value) - mean;
      mean += delta / n;
      squares += delta * (asNumber(value) - mean);
      return 0;
    },
    answer: () => (n < (isSample ? 2 : 1) ? null : double(Math.sqrt(squares / (isSample ? n - 1 : n)))),
    save: () => ({ n: new Double(n), mean: new Double(mean), squares: new Double(squares) }),
    merge(state) {
      const theirs = asNumber(state.n);
      if (theirs === 0) return;
      const delta = asNumber(state.mean) - mean;
      const both = n + theirs;
      squares += asNumber(state.squares) + (delta * delta * n * theirs) / both;
      mean += (delta * theirs) / both;
      n = both;
    },
  };
}

/** Discrete percentiles: the smallest value at or above the rank. */
export function createPercentiles(ranks: readonly number[], isSingle: boolean): Accumulator {
  const values: number[] = [];
  return {
    add(value) {
      if (kindOf(value) === undefined) return 0;
      values.push(asNumber(value));
      return 8;
    },
    answer() {
      const sorted = values.toSorted((a, b) => a - b);
      const found = ranks.map((rank) => {
        if (sorted.length === 0) return null;
        return double(sorted[Math.max(0, Math.ceil(rank * sorted.length) - 1)] ?? 0);
      });
      return isSingle ? (found[0] ?? null) : found;
    },
    save: () => ({ values: values.map((n) => new Double(n)) }),
    merge(state) {
      for (const value of state.values as unknown[]) values.push(asNumber(value));
    },
  };
}

/** `$sum` of values at hand, as the expression uses it. */
export const sumOf = (values: readonly unknown[]): unknown =>
  values.reduce<unknown>((sum, value) => (kindOf(value) === undefined ? sum : addNumbers(sum, value)), new Int32(0));
