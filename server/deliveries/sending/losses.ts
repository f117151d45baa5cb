/**
 * What a delivery is to do when the process died under its attempts. Most such deliveries are innocent, claimed and not
 * even begun, so a lost attempt does not count against the schedule; but one that brings the server down must leave it
 * time for everything else.
 */
import { doublingMs } from '../../lib/backoff.ts';
import type { Settlement } from '../../queue/entry.ts';
import type { DeliveryDocument, StoredAttempt } from '../document.ts';

const SUSPECT_AFTER_LOST = 5;
const MAX_LOST_ATTEMPTS = 20;
const FIRST_REST_MS = 1_000;
const MAX_REST_MS = 600_000;

export const NO_TIMINGS = { dns_ms: null, connect_ms: null, tls_ms: null, first_byte_ms: null, total_ms: 0 } as const;

/** What a claim adds to a delivery whose last owner never reported back; nothing for one that simply fell due. */
export function lostAttemptOf(delivery: DeliveryDocument, now: Date): Partial<Settlement> {
  if (delivery.status !== 'running') return {};
  const at = delivery.claimed_at ?? delivery.created_at;
  const lost: StoredAttempt = {
    attempt: delivery.attempt,
    status: 'lost',
    at,
    timings: { ...NO_TIMINGS, total_ms: Math.max(0, now.getTime() - at.getTime()) },
    request: null,
    response: null,
    error: {
      code: 'lost',
      message:
        'The process that made this attempt ended before it could report the outcome; the receiver may have got it.',
    },
    rule_revision: delivery.attempts?.at(-1)?.rule_revision ?? 0,
  };
  return { push: { attempts: lost } };
}

export type AfterLosses =
  { readonly what: 'attempt' } | { readonly what: 'rest'; readonly until: Date } | { readonly what: 'give up' };

/** Only losses in a row count: an attempt that ended, however it did, clears the delivery. */
export function afterLosses(delivery: DeliveryDocument, nowMs: number): AfterLosses {
  const attempts = delivery.attempts ?? [];
  const lostCount = attempts.length - 1 - attempts.findLastIndex(({ status }) => status !== 'lost');
  const last = attempts.at(-1);
  if (lostCount >= MAX_LOST_ATTEMPTS) return { what: 'give up' };
  if (lostCount < SUSPECT_AFTER_LOST || last === undefined) return { what: 'attempt' };
  const restMs = doublingMs(FIRST_REST_MS, lostCount - SUSPECT_AFTER_LOST, MAX_REST_MS);
  const untilMs = last.at.getTime() + last.timings.total_ms + restMs;
  return untilMs <= nowMs ? { what: 'attempt' } : { what: 'rest', until: new Date(untilMs) };
}
