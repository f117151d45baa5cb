/** Preferred numbers (ISO 3 Renard series, IEC 60063 E series, 1-2-5, powers of two) for `$bucketAuto`. */
import { fail } from '../expression/values.ts';

const renard = (steps: number): number[] => {
  const exact: Readonly<Record<number, number[]>> = {
    5: [1, 1.6, 2.5, 4, 6.3],
    10: [1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8],
    20: [1, 1.12, 1.25, 1.4, 1.6, 1.8, 2, 2.24, 2.5, 2.8, 3.15, 3.55, 4, 4.5, 5, 5.6, 6.3, 7.1, 8, 9],
  };
  return exact[steps] ?? Array.from({ length: steps }, (_, i) => Math.round(10 ** (i / steps) * 100) / 100);
};
const E12 = [1, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 3.9, 4.7, 5.6, 6.8, 8.2];
const E24 = [
  1, 1.1, 1.2, 1.3, 1.5, 1.6, 1.8, 2, 2.2, 2.4, 2.7, 3, 3.3, 3.6, 3.9, 4.3, 4.7, 5.1, 5.6, 6.2, 6.8, 7.5, 8.2, 9.1,
];

const SERIES: Readonly<Record<string, readonly number[]>> = {
  R5: renard(5),
  R10: renard(10),
  R20: renard(20),
  R40: renard(40),
  R80: renard(80),
  '1-2-5': [1, 2, 5],
  E6: [1, 1.5, 2.2, 3.3, 4.7, 6.8],
  E12,
  E24,
  E48: Array.from({ length: 48 }, (_, i) => Math.round(10 ** (i / 48) * 100) / 100),
  E96: Array.from({ length: 96 }, (_, i) => Math.round(10 ** (i / 96) * 100) / 100),
  E192: Array.from({ length: 192 }, (_, i) => Math.round(10 ** (i / 192) * 100) / 100),
};

/** The next number of the series above `n` (below it with `isDown`). */
export function roundUp(n: number, granularity: string, isDown = false): number {
  if (n === 0) return 0;
  if (granularity === 'POWERSOF2')
    return isDown ? 2 ** (Math.ceil(Math.log2(n)) - 1) : 2 ** (Math.floor(Math.log2(n)) + 1);
  const series = SERIES[granularity] ?? fail(40257, `Unknown rounding granularity '${granularity}'`);
  const power = Math.floor(Math.log10(n));
  const candidates = [power - 1, power, power + 1].flatMap((p) =>
    series.map((step) => Number((step * 10 ** p).toPrecision(12))),
  );
  return (
    (isDown ? candidates.findLast((candidate) => candidate < n) : candidates.find((candidate) => candidate > n)) ?? n
  );
}
