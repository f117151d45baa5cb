/** The time a sender signed: written plainly, and near enough to ours in both directions. */
import type { VerifyFault } from './config.ts';

/**
 * Unix seconds, nine to eleven digits and nothing else: what a lenient parser would also take (`1e9`, ` 17…`, `0x…`)
 * is no time a sender writes.
 */
const SECONDS = /^[1-9]\d{8,10}$/;

/** The fault of a timestamp, or null when it is good. */
export function timestampFault(text: string | undefined, toleranceS: number, nowMs: number): VerifyFault | null {
  if (text === undefined || text === '') return 'missing_timestamp';
  if (!SECONDS.test(text)) return 'malformed_timestamp';
  const ageS = Math.floor(nowMs / 1_000) - Number(text);
  if (ageS > toleranceS) return 'timestamp_too_old';
  return ageS < -toleranceS ? 'timestamp_too_new' : null;
}
