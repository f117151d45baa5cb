/**
 * Latencies counted in steps that grow by a seventh, so that a percentile read from them is within 7 % of the true one
 * and a minute of any traffic fits into a few numbers.
 */
const GROWTH = 1.15;
const LAST_STEP = 100; // 1.15^100 ms is well over ten minutes

/** Which step a latency belongs to: step n holds what lies between 1.15^n and 1.15^(n+1) ms; step 0 what is less, too. */
export function stepOf(ms: number): number {
  if (!(ms >= 1)) return 0;
  return Math.min(LAST_STEP, Math.floor(Math.log(ms) / Math.log(GROWTH)));
}

/** The latency below which the share of all lies; null of nothing. */
export function percentile(steps: ReadonlyMap<number, number>, share: number): number | null {
  const sorted = [...steps].sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return null;
  let rest = Math.ceil(total * share);
  for (const [step, count] of sorted) {
    rest -= count;
    if (rest <= 0) return middleOf(step);
  }
  return null;
}

function middleOf(step: number): number {
  return Math.round(GROWTH ** (step + 0.5) * 10) / 10;
}
