/** Accumulators that keep values: `$first`, `$last`, `$min`, `$max`, `$push`, `$addToSet`, `$mergeObjects` and the N forms. */
import { type Doc } from '../../values/codec.ts';
import { type Collation } from '../../values/collation.ts';
import { compareValues } from '../../values/order.ts';
import { mergeInto } from '../expression/objects.ts';
import { isNullish } from '../expression/values.ts';
import { valueKey } from '../valuekey.ts';
import { type Accumulator } from './accumulator.ts';
import { sizeOf } from './size.ts';

/** A value in a saved state; `none` marks a missing one. */
const pack = (value: unknown): Doc => (value === undefined ? { none: true } : { value });
const unpack = (state: unknown): unknown => (state as Doc).value;

export function createFirst(): Accumulator {
  let value: unknown;
  let has = false;
  return {
    add(next) {
      if (has) return 0;
      has = true;
      value = next;
      return sizeOf(next);
    },
    answer: () => value ?? null,
    save: () => ({ has, ...pack(value) }),
    merge(state) {
      if (!has && state.has === true) {
        has = true;
        value = unpack(state);
      }
    },
  };
}

export function createLast(): Accumulator {
  let value: unknown;
  let bytes = 0;
  return {
    add(next) {
      const before = bytes;
      bytes = sizeOf(next);
      value = next;
      return bytes - before;
    },
    answer: () => value ?? null,
    save: () => pack(value),
    merge: (state) => void (value = unpack(state)),
  };
}

/** `$min` (sign 1) and `$max` (sign -1); null and missing do not take part. */
export function createExtreme(sign: 1 | -1, collation: Collation | undefined): Accumulator {
  let best: unknown;
  const take = (value: unknown): number => {
    if (isNullish(value) || (best !== undefined && sign * compareValues(value, best, collation) >= 0)) return 0;
    const grown = sizeOf(value) - (best === undefined ? 0 : sizeOf(best));
    best = value;
    return grown;
  };
  return { add: take, answer: () => best ?? null, save: () => pack(best), merge: (state) => void take(unpack(state)) };
}

export function createPush(): Accumulator {
  const values: unknown[] = [];
  return {
    add(value) {
      if (value === undefined) return 0;
      values.push(value);
      return 8 + sizeOf(value);
    },
    answer: () => values,
    save: () => ({ values }),
    merge: (state) => void values.push(...(state.values as unknown[])),
  };
}

export function createAddToSet(collation: Collation | undefined): Accumulator {
  const values = new Map<string, unknown>();
  const take = (value: unknown): number => {
    if (value === undefined) return 0;
    const key = valueKey(value, collation);
    if (values.has(key)) return 0;
    values.set(key, value);
    return 80 + key.length + sizeOf(value);
  };
  return {
    add: take,
    answer: () => [...values.values()],
    save: () => ({ values: [...values.values()] }),
    merge(state) {
      for (const value of state.values as unknown[]) take(value);
    },
  };
}

export function createMergeObjects(): Accumulator {
  const made: Doc = {};
  return {
    add(value) {
      mergeInto(made, value);
      return isNullish(value) ? 0 : sizeOf(value);
    },
    answer: () => made,
    save: () => ({ made }),
    merge: (state) => mergeInto(made, state.made),
  };
}

export function createConcatArrays(isUnion: boolean, collation: Collation | undefined): Accumulator {
  const inner = isUnion ? createAddToSet(collation) : createPush();
  return {
    ...inner,
    add: (value) =>
      Array.isArray(value) ? (value as unknown[]).reduce((bytes: number, item) => bytes + inner.add(item), 0) : 0,
  };
}

/** `$firstN` and `$lastN`. */
export function createEnds(n: number, isFirst: boolean): Accumulator {
  let values: unknown[] = [];
  const take = (value: unknown): number => {
    if (isFirst && values.length >= n) return 0;
    values.push(value ?? null);
    if (values.length > 2 * n + 16) values = values.slice(-n);
    return values.length <= n ? 8 + sizeOf(value) : 0;
  };
  const kept = (): unknown[] => (isFirst ? values : values.slice(-n));
  return {
    add: take,
    answer: kept,
    save: () => ({ values: kept() }),
    merge: (state) => (state.values as unknown[]).forEach(take),
  };
}

export interface Ranked {
  readonly keys: readonly unknown[];
  readonly output: unknown;
}

/** `$topN`, `$bottomN`, `$minN`, `$maxN`: the first n in an order; `add` takes a Ranked. Ties keep their order of arrival. */
export function createTopN(
  n: number,
  compare: (a: readonly unknown[], b: readonly unknown[]) => number,
  isSingle: boolean,
  isBottom: boolean,
): Accumulator {
  let held: (Ranked & { readonly at: number })[] = [];
  let arrived = 0;
  const order = (a: Ranked & { at: number }, b: Ranked & { at: number }): number =>
    (isBottom ? -1 : 1) * compare(a.keys, b.keys) || (isBottom ? b.at - a.at : a.at - b.at);
  const prune = (): void => {
    held = held.toSorted(order).slice(0, n);
  };
  return {
    add(value) {
      const { keys, output } = value as Ranked;
      held.push({ keys, output: output ?? null, at: arrived++ });
      if (held.length > 2 * n + 16) prune();
      return held.length <= n ? 64 + sizeOf(output) : 0;
    },
    answer() {
      prune();
      if (isSingle) return held[0]?.output ?? null;
      return (isBottom ? held.toReversed() : held).map(({ output }) => output);
    },
    save() {
      prune();
      return { held: held.map(({ keys, output, at }) => ({ keys: keys.map(pack), output, at })) };
    },
    merge(state) {
      const later = (state.held as Doc[]).map(({ keys, output }) => ({
        keys: (keys as unknown[]).map(unpack),
        output,
      }));
      for (const { keys, output } of later) held.push({ keys, output, at: arrived++ });
      prune();
    },
  };
}
