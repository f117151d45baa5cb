/**
 * Looks at gates when their time comes: a run falls due, a rate allows the next one. And, without haste, at gates where
 * a process that died may have left something undone. What is to be looked at is in the database; here are two timers.
 */
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { GateStore } from './store.ts';

export interface Watch {
  /** A gate is due then. */
  readonly noticeAt: (atMs: number) => void;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

export interface WatchDeps {
  readonly store: Pick<GateStore, 'due' | 'toCheck' | 'wakeFuture'>;
  /** Opens the gate if it is due still. Never rejects. */
  readonly look: (gate: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly pollMs: number;
}

/** Gates looked at together, and kept in memory meanwhile. */
const DUE_BATCH = 100;
const CHECK_BATCH = 16;
/** Checks take at most a fifth of the time, so that a hundred thousand gates in use leave the rest to what is due. */
const CHECK_REST = 4;
/** A clock that went back by more than this was set. */
const SET_BACK_MS = 1_000;

export function createWatch({ store, look, clock, log, pollMs }: WatchDeps): Watch {
  let isRunning = false;
  let looking: Promise<void> | undefined;
  let checking: Promise<void> = Promise.resolve();
  let interval: NodeJS.Timeout | undefined;
  let alarm: NodeJS.Timeout | undefined;
  let alarmAtMs = Infinity;
  let rest: NodeJS.Timeout | undefined;
  let lastMs = -Infinity;

  function poll(): void {
    looking ??= lookAtDue().finally(() => {
      looking = undefined;
    });
  }

  async function lookAtDue(): Promise<void> {
    try {
      for (let seen = new Map<string, number>(); isRunning;) {
        const found = await store.due(new Date(clock.now() + pollMs), DUE_BATCH);
        // A gate that is due as before: its pass failed, and the next poll tries again.
        const due = found.filter(({ _id, due_at }) => due_at.getTime() <= clock.now() && seen.get(_id) !== +due_at);
        const later = found.find(({ due_at }) => due_at.getTime() > clock.now());
        if (later !== undefined) noticeAt(later.due_at.getTime());
        if (due.length === 0) return;
        await Promise.all(due.map(({ _id }) => look(_id)));
        seen = new Map(due.map(({ _id, due_at }) => [_id, due_at.getTime()]));
      }
    } catch (error) {
      log.warn({ err: error }, 'gates.look_failed');
    }
  }

  async function check(): Promise<void> {
    const began = performance.now();
    let isMore = false;
    try {
      const nowMs = clock.now();
      if (nowMs < lastMs - SET_BACK_MS || lastMs === -Infinity) await store.wakeFuture(new Date(nowMs));
      lastMs = nowMs;
      const found = await store.toCheck(new Date(nowMs), CHECK_BATCH);
      await Promise.all(found.map(look));
      isMore = found.length === CHECK_BATCH;
    } catch (error) {
      log.warn({ err: error }, 'gates.check_failed');
    }
    const restMs = (performance.now() - began) * CHECK_REST;
    checkAfter(isMore ? restMs : Math.max(pollMs, restMs));
  }

  function checkAfter(ms: number): void {
    if (!isRunning) return;
    rest = setTimeout(() => {
      checking = check();
    }, ms);
  }

  function noticeAt(atMs: number): void {
    const inMs = Math.max(1, atMs - clock.now());
    if (!isRunning || inMs >= pollMs || atMs >= alarmAtMs) return;
    clearTimeout(alarm);
    alarmAtMs = atMs;
    alarm = setTimeout(() => {
      alarmAtMs = Infinity;
      poll();
    }, inMs);
  }

  return {
    noticeAt,
    start: () => {
      isRunning = true;
      interval = setInterval(poll, pollMs);
      poll();
      checking = check();
    },
    stop: async () => {
      isRunning = false;
      clearInterval(interval);
      clearTimeout(alarm);
      clearTimeout(rest);
      await Promise.all([looking, checking]);
    },
  };
}
