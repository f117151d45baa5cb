/** Decides what becomes of a delivery after an attempt. Pure: time and chance are handed in. */
import { jitter } from '../../lib/backoff.ts';
import type { EgressErrorCode } from '../../lib/egress/errors.ts';
import type { Settlement } from '../../queue/entry.ts';
import type { AttemptError } from '../../schemas/delivery.ts';
import { JITTER } from '../../schemas/rule.ts';
import type { DeliveryDocument, StoredAttempt } from '../document.ts';
import { retryAfterMs } from './retryAfter.ts';

/** What an attempt tells about the endpoint, whoever made it. */
export type EndpointSignal =
  /** It answered, whatever it said. */
  | { readonly type: 'answered' }
  /** It asked for less. */
  | { readonly type: 'throttled'; readonly retryAfterMs?: number }
  /** No connection, or no complete answer on it. */
  | { readonly type: 'unreachable' }
  /** Nothing: the request did not get that far. */
  | { readonly type: 'none' };

export type Verdict =
  | { readonly type: 'succeeded'; readonly signal: EndpointSignal }
  | {
      readonly type: 'failed';
      readonly error: AttemptError;
      readonly signal: EndpointSignal;
      /** No further attempt would end otherwise. */
      readonly isFinal?: boolean;
      readonly retryAfterMs?: number;
      /** Why the whole rule is to be disabled. */
      readonly disableRule?: string;
    };

const THROTTLING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** `Retry-After` is honoured up to the longest delay of the schedule. */
export function verdictOfResponse(
  response: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
  scheduleMs: readonly number[],
  nowMs: number,
): Verdict {
  const { status, headers } = response;
  if (status >= 200 && status < 300) return { type: 'succeeded', signal: { type: 'answered' } };
  const fail = (code: string, message: string) => ({ type: 'failed', error: { code, message } }) as const;
  if (status >= 300 && status < 400) {
    const to = headers.location === undefined ? 'elsewhere' : `to ${headers.location.slice(0, 500)}`;
    return {
      ...fail(
        'redirect',
        `The receiver answered ${status} and points ${to}. Redirects are not followed: give the rule the new URL.`,
      ),
      signal: { type: 'answered' },
    };
  }
  const failed = fail('http_status', `The receiver answered ${status}; only 2xx is a success.`);
  if (status === 410) {
    return {
      ...failed,
      signal: { type: 'answered' },
      isFinal: true,
      disableRule: 'The receiver answered 410 Gone: it wants no more deliveries.',
    };
  }
  const askedMs = retryAfterMs(headers['retry-after'], nowMs);
  const after = askedMs === undefined ? {} : { retryAfterMs: Math.min(askedMs, Math.max(...scheduleMs)) };
  return THROTTLING.has(status)
    ? { ...failed, ...after, signal: { type: 'throttled', ...after } }
    : { ...failed, ...after, signal: { type: 'answered' } };
}

/** Faults of the rule itself, which nothing but a change of the rule can mend. */
const FINAL_CODES: ReadonlySet<EgressErrorCode> = new Set(['invalid_url', 'invalid_header', 'invalid_request']);
/** An address that is blocked today may be another one tomorrow, so that follows the schedule like these. */
const UNREACHABLE_CODES: ReadonlySet<EgressErrorCode> = new Set([
  'dns_failed',
  'timeout',
  'connection_refused',
  'unreachable',
  'connection_closed',
  'tls_failed',
  'invalid_response',
]);

export function verdictOfFault(code: EgressErrorCode, message: string): Verdict {
  return {
    type: 'failed',
    error: { code, message },
    signal: { type: UNREACHABLE_CODES.has(code) ? 'unreachable' : code === 'response_too_large' ? 'answered' : 'none' },
    ...(FINAL_CODES.has(code) && { isFinal: true }),
  };
}

export interface Decision {
  readonly status: 'delivered' | 'queued' | 'dead';
  readonly settlement: Settlement;
}

/** How many attempts a delivery keeps; more than any schedule has, so that only lost ones can push others out. */
const KEPT_ATTEMPTS = 50;

export function decide(input: {
  readonly delivery: DeliveryDocument;
  readonly attempt: StoredAttempt;
  readonly verdict: Verdict;
  /** Milliseconds before each attempt, the first included. */
  readonly scheduleMs: readonly number[];
  readonly nowMs: number;
  readonly random: () => number;
}): Decision {
  const { delivery, attempt, verdict, nowMs } = input;
  const push = { attempts: { $each: [attempt], $slice: -KEPT_ATTEMPTS } };
  const tries = (delivery.tries ?? 0) + 1;
  const finished = { finished_at: new Date(nowMs) };
  if (verdict.type === 'succeeded') {
    return {
      status: 'delivered',
      settlement: {
        set: { status: 'delivered', tries, ...finished },
        push,
        ...(delivery.error && { unset: ['error'] }),
      },
    };
  }
  const { error } = verdict;
  const delayMs = verdict.isFinal === true ? undefined : retryDelayMs({ ...input, tries, verdict });
  return delayMs === undefined
    ? { status: 'dead', settlement: { set: { status: 'dead', tries, error, ...finished }, push } }
    : {
        status: 'queued',
        settlement: { set: { status: 'queued', tries, error, due_at: new Date(nowMs + delayMs) }, push },
      };
}

/** The wait before the next attempt; undefined when the schedule has none left. */
function retryDelayMs(input: {
  readonly scheduleMs: readonly number[];
  readonly tries: number;
  readonly verdict: { readonly retryAfterMs?: number };
  readonly random: () => number;
}): number | undefined {
  const { scheduleMs, tries, verdict, random } = input;
  const delayMs = scheduleMs[tries];
  if (delayMs === undefined) return undefined;
  return Math.max(jitter(delayMs, JITTER, random), verdict.retryAfterMs ?? 0);
}
