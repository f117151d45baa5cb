/** Decides what becomes of a run after an attempt. Pure: time and chance are handed in. */
import type { Settlement } from '../queue/entry.ts';
import type { LogLine, RunError } from '../schemas/run.ts';
import type { RunDocument, StoredAttempt } from './document.ts';
import { gateLane } from './lanes.ts';

export type AttemptOutcome =
  | { readonly status: 'succeeded'; readonly resultJson: string | null }
  | { readonly status: 'failed'; readonly error: RunError; readonly isRetriable: boolean }
  | { readonly status: 'canceled' };

export interface Decision {
  readonly status: 'succeeded' | 'queued' | 'dead' | 'canceled';
  readonly settlement: Settlement;
}

/**
 * How often the server may die under a run before the run itself is a suspect. Most are innocent: they were claimed and
 * had not even begun. So a suspect is not given up, but rests longer and longer between its attempts, and one that
 * brings the server down leaves it time for everything else.
 */
const SUSPECT_AFTER_LOST = 5;
const MAX_LOST_ATTEMPTS = 20;
const FIRST_REST_MS = 1_000;
const MAX_REST_MS = 600_000;

/** A thousand callers that failed together do not come back together: each wait varies by a fifth. */
const JITTER = 0.2;

/** Log lines of earlier attempts are kept up to this many in all. */
const MAX_LOG_LINES = 2_000;

export function decide(input: {
  readonly run: RunDocument;
  readonly outcome: AttemptOutcome;
  readonly logs: readonly LogLine[];
  readonly durationMs: number;
  /** Milliseconds before the second attempt, the third, and so on. */
  readonly retries: readonly number[];
  readonly nowMs: number;
  readonly random: () => number;
}): Decision {
  const { run, outcome, logs, durationMs, nowMs } = input;
  const attempt: StoredAttempt = {
    attempt: run.attempt,
    status: outcome.status,
    started_at: run.claimed_at ?? new Date(nowMs - durationMs),
    duration_ms: Math.round(durationMs),
    ...(outcome.status === 'failed' && { error: outcome.error }),
  };
  const push = {
    attempts: attempt,
    ...(logs.length > 0 && {
      logs: { $each: logs.map((line) => ({ ...line, attempt: run.attempt })), $slice: -MAX_LOG_LINES },
    }),
  };
  const finished = { finished_at: new Date(nowMs) };
  const unset = [...placesOf(run), ...(outcome.status === 'succeeded' && run.error ? ['error'] : [])];

  switch (outcome.status) {
    case 'succeeded':
      return {
        status: 'succeeded',
        settlement: {
          set: { status: 'succeeded', ...finished, result: outcome.resultJson },
          push,
          unset,
        },
      };
    case 'canceled':
      return { status: 'canceled', settlement: { set: { status: 'canceled', ...finished }, push, unset } };
    case 'failed': {
      const { error } = outcome;
      const delayMs = outcome.isRetriable ? retryDelayMs(input) : undefined;
      return delayMs === undefined
        ? { status: 'dead', settlement: { set: { status: 'dead', ...finished, error }, push, unset } }
        : {
            status: 'queued',
            settlement: { ...backInLine(run, { due_at: new Date(nowMs + delayMs), error }), push },
          };
    }
  }
}

/** The run waits for its next attempt, and for its turn at its gates as if it had just come. */
export function backInLine(run: RunDocument, set: Readonly<Record<string, unknown>> & { due_at: Date }): Settlement {
  const [gate] = run.gates ?? [];
  const lane = gate === undefined ? {} : { lane: gateLane(run.environment_id, gate) };
  return { set: { ...set, ...lane, status: 'queued' }, unset: placesOf(run) };
}

function placesOf(run: RunDocument): readonly string[] {
  return run.holds === undefined ? [] : ['holds'];
}

/** The wait before the next attempt; undefined when the schedule has none left. */
function retryDelayMs(input: {
  readonly run: RunDocument;
  readonly retries: readonly number[];
  readonly random: () => number;
}): number | undefined {
  const { run, retries, random } = input;
  const used = (run.attempts ?? []).slice(run.budget_from ?? 0).filter(({ status }) => status === 'failed').length;
  const delayMs = retries[used];
  return delayMs === undefined ? undefined : Math.round(delayMs * (1 - JITTER + 2 * JITTER * random()));
}

/** What a claim adds: the run waits no more, and a last owner that never reported back has lost its attempt. */
export function onClaim(run: RunDocument, now: Date): Partial<Settlement> {
  const unset = run.waiting_key === undefined ? [] : ['waiting_key', 'latest_due_at'];
  if (run.status !== 'running') return unset.length > 0 ? { unset } : {};
  const startedAt = run.claimed_at ?? run.created_at;
  const lost: StoredAttempt = {
    attempt: run.attempt,
    status: 'lost',
    started_at: startedAt,
    duration_ms: Math.max(0, now.getTime() - startedAt.getTime()),
    error: { code: 'lost', message: 'The process that ran this attempt ended before it could report the outcome.' },
  };
  return { push: { attempts: lost }, unset };
}

/** What is to be done with a claimed run, seen from how often the server died under it. */
export type AfterLosses =
  { readonly what: 'attempt' } | { readonly what: 'rest'; readonly until: Date } | { readonly what: 'give up' };

export function afterLosses(run: RunDocument, nowMs: number): AfterLosses {
  const recent = (run.attempts ?? []).slice(run.budget_from ?? 0);
  const lostCount = recent.filter(({ status }) => status === 'lost').length;
  const last = recent.at(-1);
  if (lostCount >= MAX_LOST_ATTEMPTS) return { what: 'give up' };
  if (lostCount < SUSPECT_AFTER_LOST || last?.status !== 'lost') return { what: 'attempt' };
  const restMs = Math.min(FIRST_REST_MS * 2 ** (lostCount - SUSPECT_AFTER_LOST), MAX_REST_MS);
  const untilMs = last.started_at.getTime() + last.duration_ms + restMs;
  return untilMs <= nowMs ? { what: 'attempt' } : { what: 'rest', until: new Date(untilMs) };
}
