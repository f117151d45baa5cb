/**
 * Token buckets, one per rule that has a rate: tokens come in at the rate, a request takes one, and the bucket holds a
 * twentieth of a second's worth, so that no second sees noticeably more requests than the rate says.
 */
import type { Clock } from '../lib/clock.ts';

const HOLDS_S = 0.05;
const SWEEP_ABOVE = 1_000;

export interface Buckets {
  /** Whole tokens there are now. */
  readonly tokens: (id: string, ratePerS: number) => number;
  /** When there will be `count` whole tokens, as milliseconds since the epoch; never more than the bucket holds. */
  readonly fullAt: (id: string, ratePerS: number, count: number) => number;
  readonly take: (id: string, ratePerS: number) => void;
  /** For a token that was not used after all. */
  readonly giveBack: (id: string, ratePerS: number) => void;
  readonly size: () => number;
}

interface Bucket {
  tokens: number;
  atMs: number;
  ratePerS: number;
}

export function createBuckets({ clock }: { readonly clock: Clock }): Buckets {
  const buckets = new Map<string, Bucket>();

  /** A bucket that is not kept is full. */
  function filled(id: string, ratePerS: number): Bucket {
    const nowMs = clock.now();
    let bucket = buckets.get(id);
    if (bucket === undefined) {
      bucket = { tokens: sizeOf(ratePerS), atMs: nowMs, ratePerS };
      buckets.set(id, bucket);
      if (buckets.size > SWEEP_ABOVE && buckets.size % SWEEP_ABOVE === 1) sweep(nowMs);
    }
    refill(bucket, ratePerS, nowMs);
    return bucket;
  }

  function sweep(nowMs: number): void {
    for (const [id, bucket] of buckets) {
      refill(bucket, bucket.ratePerS, nowMs);
      if (bucket.tokens >= sizeOf(bucket.ratePerS)) buckets.delete(id);
    }
  }

  return {
    tokens: (id, ratePerS) => Math.floor(filled(id, ratePerS).tokens + ROUNDING),
    fullAt: (id, ratePerS, count) => {
      const bucket = filled(id, ratePerS);
      const missing = Math.min(count, Math.floor(sizeOf(ratePerS))) - bucket.tokens;
      return bucket.atMs + Math.max(0, Math.ceil((missing / ratePerS) * 1_000));
    },
    take: (id, ratePerS) => {
      filled(id, ratePerS).tokens -= 1;
    },
    giveBack: (id, ratePerS) => {
      const bucket = filled(id, ratePerS);
      bucket.tokens = Math.min(bucket.tokens + 1, sizeOf(ratePerS));
    },
    size: () => buckets.size,
  };
}

/** Sums of fractions fall a hair short of the whole they make up. */
const ROUNDING = 1e-6;

function sizeOf(ratePerS: number): number {
  return Math.max(1, ratePerS * HOLDS_S);
}

function refill(bucket: Bucket, ratePerS: number, nowMs: number): void {
  const elapsedMs = Math.max(0, nowMs - bucket.atMs); // a clock that was set back gives nothing
  bucket.tokens = Math.min(sizeOf(ratePerS), bucket.tokens + (elapsedMs / 1_000) * ratePerS);
  bucket.atMs = nowMs;
  bucket.ratePerS = ratePerS;
}
