/** How long to wait before trying again. Pure: chance is handed in. */

/** The delay, varied by up to `share` of it either way: callers that failed together do not come back together. */
export function jitter(delayMs: number, share: number, random: () => number): number {
  return Math.round(delayMs * (1 - share + 2 * share * random()));
}

/** `firstMs`, then twice that, four times that …, and never more than `maxMs`; `step` counts from 0. */
export function doublingMs(firstMs: number, step: number, maxMs: number): number {
  return Math.min(firstMs * 2 ** Math.min(step, 60), maxMs);
}
