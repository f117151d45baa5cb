/** A minute of attempts at one rule or URL, added up. */
import type { HealthFigures } from '../../schemas/ruleHealth.ts';
import { percentile } from './histogram.ts';

export interface HealthError {
  readonly at: Date;
  readonly code: string;
  readonly message: string;
}

export interface MinuteBucket {
  /** A rule or a URL. */
  readonly subject: string;
  /** Minutes since the epoch. */
  readonly minute: number;
  attempts: number;
  succeeded: number;
  /** Attempts by step of the histogram. */
  readonly latency: Map<number, number>;
  lastError: HealthError | null;
}

export function emptyBucket(subject: string, minute: number): MinuteBucket {
  return { subject, minute, attempts: 0, succeeded: 0, latency: new Map(), lastError: null };
}

/** Adds the second to the first. */
export function mergeInto(bucket: MinuteBucket, more: MinuteBucket): void {
  bucket.attempts += more.attempts;
  bucket.succeeded += more.succeeded;
  for (const [step, count] of more.latency) bucket.latency.set(step, (bucket.latency.get(step) ?? 0) + count);
  bucket.lastError = laterOf(bucket.lastError, more.lastError);
}

export function figuresOf(buckets: readonly MinuteBucket[]): HealthFigures {
  const sum = emptyBucket('', 0);
  for (const bucket of buckets) mergeInto(sum, bucket);
  const { attempts, succeeded, latency, lastError } = sum;
  return {
    attempts,
    succeeded,
    success_rate: attempts === 0 ? null : succeeded / attempts,
    p50_ms: percentile(latency, 0.5),
    p95_ms: percentile(latency, 0.95),
    last_error: lastError && { ...lastError, at: lastError.at.toISOString() },
  };
}

function laterOf(a: HealthError | null, b: HealthError | null): HealthError | null {
  if (a === null || b === null) return a ?? b;
  return a.at.getTime() > b.at.getTime() ? a : b;
}
