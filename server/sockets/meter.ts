/** Counts what somebody does against what is reasonable, without keeping a list of it. */

export interface MeterOptions {
  readonly perSecond: number;
  /** How much may come at once after a quiet time. */
  readonly burst: number;
  /** How much more is refused before it is `hopeless`. */
  readonly debt: number;
  readonly now: () => number;
}

export type Verdict = 'fine' | 'refused' | 'hopeless';

/** A bucket that fills by itself. What is refused is taken from it too, so whoever does not slow down is found out. */
export function createMeter({ perSecond, burst, debt, now }: MeterOptions): () => Verdict {
  let level = burst;
  let lastMs = now();
  return () => {
    const nowMs = now();
    level = Math.min(burst, level + (Math.max(0, nowMs - lastMs) / 1_000) * perSecond);
    lastMs = nowMs;
    level = Math.max(level - 1, -debt - 1);
    return level >= 0 ? 'fine' : level >= -debt ? 'refused' : 'hopeless';
  };
}
