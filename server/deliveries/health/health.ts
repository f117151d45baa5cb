/**
 * How rules and URLs fared: counted in memory, added to the database every few seconds, and read back with what is not
 * written yet. A process that is killed loses the count of its last seconds; deliveries themselves lose nothing.
 */
import { hash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { AttemptError } from '../../schemas/delivery.ts';
import type { RuleHealth } from '../../schemas/ruleHealth.ts';
import type { EndpointKey } from '../limits/endpoints.ts';
import { emptyBucket, figuresOf, mergeInto, type MinuteBucket } from './bucket.ts';
import { stepOf } from './histogram.ts';
import type { HealthStore } from './store.ts';

const FLUSH_MS = 5_000;
const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;
const DAY_MINUTES = 1_440;
/** What may wait to be written while the database is away; beyond it the oldest is forgotten. */
const MAX_PENDING = 20_000;

export interface HealthDeps {
  readonly store: Pick<HealthStore, 'add' | 'read'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly flushMs?: number;
}

export interface RecordedAttempt {
  readonly ruleId: string;
  /** Null for a listener. */
  readonly endpoint: EndpointKey | null;
  /** Null where nothing was sent. */
  readonly durationMs: number | null;
  /** Null for a success. */
  readonly error: AttemptError | null;
}

export interface Health {
  /** Costs no more than counting. */
  readonly record: (attempt: RecordedAttempt) => void;
  readonly read: (ruleId: string, endpoint: EndpointKey | null) => Promise<Pick<RuleHealth, 'rule' | 'url'>>;
  readonly flush: () => Promise<void>;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

export function createHealth({ store, clock, log, flushMs = FLUSH_MS }: HealthDeps): Health {
  let pending = new Map<string, MinuteBucket>();
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();

  /** Reading and writing take turns: what is on its way into the database would be seen twice, or not at all. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  }

  function pendingBucket(subject: string, minute: number): MinuteBucket {
    const key = `${subject} ${minute}`;
    let bucket = pending.get(key);
    if (bucket === undefined) {
      bucket = emptyBucket(subject, minute);
      pending.set(key, bucket);
      if (pending.size > MAX_PENDING) pending.delete(pending.keys().next().value!);
    }
    return bucket;
  }

  async function writePending(): Promise<void> {
    if (pending.size === 0) return;
    const written = pending;
    pending = new Map();
    try {
      await store.add([...written.values()]);
    } catch (error) {
      // Part of it may be there already: a count that is a little high tells more than none.
      log.warn({ err: error, minutes: written.size }, 'health.flush_failed');
      for (const bucket of written.values()) mergeInto(pendingBucket(bucket.subject, bucket.minute), bucket);
    }
  }

  async function readSubject(subject: string) {
    const now = minuteOf(clock.now());
    const stored = await store.read(subject, now - DAY_MINUTES + 1);
    const unwritten = [...pending.values()].filter((bucket) => bucket.subject === subject);
    const day = [...stored, ...unwritten].filter(({ minute }) => minute > now - DAY_MINUTES);
    return {
      last_hour: figuresOf(day.filter(({ minute }) => minute > now - HOUR_MINUTES)),
      last_day: figuresOf(day),
    };
  }

  return {
    record: ({ ruleId, endpoint, durationMs, error }) => {
      const at = new Date(clock.now());
      const subjects = endpoint === null ? [ruleId] : [ruleId, subjectOf(endpoint)];
      for (const subject of subjects) {
        const bucket = pendingBucket(subject, minuteOf(at.getTime()));
        bucket.attempts += 1;
        if (error === null) bucket.succeeded += 1;
        else bucket.lastError = { at, code: error.code, message: error.message };
        if (durationMs === null) continue;
        const step = stepOf(durationMs);
        bucket.latency.set(step, (bucket.latency.get(step) ?? 0) + 1);
      }
    },

    read: (ruleId, endpoint) =>
      inTurn(async () => ({
        rule: await readSubject(ruleId),
        url: endpoint === null ? null : await readSubject(subjectOf(endpoint)),
      })),

    flush: () => inTurn(writePending),
    start: () => {
      timer = setInterval(() => void inTurn(writePending), flushMs);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await inTurn(writePending);
    },
  };
}

function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}

/** A URL may be long and may hold a token, so it is stored as its hash; remembered, because it is asked for at each attempt. */
const subjects = new WeakMap<EndpointKey, string>();

function subjectOf(endpoint: EndpointKey): string {
  let subject = subjects.get(endpoint);
  if (subject === undefined) {
    subject = `url_${hash('sha256', `${endpoint.environmentId} ${endpoint.url}`, 'hex').slice(0, 32)}`;
    subjects.set(endpoint, subject);
  }
  return subject;
}
