/**
 * Gates: what limits how many runs of a listener go on at once, or begin within a stretch of time, across all
 * processes. What waits at a gate waits in the database, found by its lane; here is only what is being looked at.
 *
 * A gate is opened when a run comes to it and when one gives its place up; beside that the watch looks at gates whose
 * time has come, and at those where a process that died may have left something undone.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { createLru } from '../../lib/lru.ts';
import type { ListenerInfo } from '../../schemas/listener.ts';
import { createPass } from './pass.ts';
import type { GateStore } from './store.ts';
import { createTurns } from './turns.ts';
import { createWatch } from './watch.ts';

export interface GatesDeps {
  readonly store: GateStore;
  readonly listeners: { get(name: string): Pick<ListenerInfo, 'concurrency' | 'rate'> | undefined };
  /** Something was let through into the open lane. */
  readonly notice: (lane: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random?: () => number;
  readonly pollMs?: number;
}

export interface Gates {
  /** Before a run is stored: says durably that something will wait at the gate from `dueAt` on. */
  readonly expect: (gate: string, dueAt: Date) => Promise<void>;
  /** Lets through what may pass now. Calls for one gate in one moment are one pass, followed by another. Never rejects. */
  readonly open: (gate: string) => Promise<void>;
  /** Places were given up: their gates are opened. */
  readonly left: (holds: readonly string[]) => void;
  /** Gates that are being looked at or about to be, here: never more than a fixed number. */
  readonly size: () => number;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** What is said of a gate holds for 30 s; a run is stored well within what is left of it. */
const EXPECT_AGAIN_MS = 5_000;
const MOST_REMEMBERED = 1_000;
const PASSES_AT_ONCE = 16;
/** Gates that may wait for their pass here. What is more is left to the database, and looked at by the watch. */
const MOST_OPEN = 1_000;
const FIRST_RETRY_MS = 2;
const LONGEST_RETRY_MS = 100;

interface Opening {
  /** `look`: only if it is due; `pass`: in any case. */
  next: 'nothing' | 'look' | 'pass';
  done: Promise<void>;
}

export function createGates(deps: GatesDeps): Gates {
  const { store, listeners, notice, clock, log, random = Math.random, pollMs = 500 } = deps;
  const opening = new Map<string, Opening>();
  const expectedAt = createLru<string, number>(MOST_REMEMBERED);
  const turns = createTurns(PASSES_AT_ONCE);
  const waking = new Set<Promise<void>>();
  let isStopping = false;
  const pass = createPass({ store, listeners, notice, clock, expect, arrived: (gate) => void open(gate) });
  const watch = createWatch({ store, look: (gate) => openNext(gate, 'look'), clock, log, pollMs });
  const open = (gate: string): Promise<void> => openNext(gate, 'pass');

  async function expect(gate: string, dueAt: Date): Promise<void> {
    const nowMs = clock.now();
    if (dueAt.getTime() > nowMs) return store.expect({ gate, now: new Date(nowMs), dueAt });
    const agoMs = nowMs - (expectedAt.get(gate) ?? -Infinity);
    if (agoMs >= 0 && agoMs < EXPECT_AGAIN_MS) return;
    await store.expect({ gate, now: new Date(nowMs) });
    expectedAt.set(gate, nowMs);
  }

  function openNext(gate: string, next: 'look' | 'pass'): Promise<void> {
    const current = opening.get(gate);
    if (current !== undefined) {
      if (current.next !== 'pass') current.next = next;
      return current.done;
    }
    if (isStopping) return Promise.resolve();
    if (opening.size >= MOST_OPEN) return next === 'look' ? Promise.resolve() : leave(gate);
    const state: Opening = { next, done: Promise.resolve() };
    opening.set(gate, state);
    state.done = passWhileAsked(gate, state);
    return state.done;
  }

  async function passWhileAsked(gate: string, state: Opening): Promise<void> {
    try {
      for (let retryMs = FIRST_RETRY_MS; state.next !== 'nothing';) {
        const result = await turns.take(async () => {
          const isAsked = state.next === 'pass';
          state.next = 'nothing';
          return isStopping ? undefined : pass(gate, isAsked);
        });
        if (result === undefined) return;
        if (result.dueAtMs !== undefined) watch.noticeAt(result.dueAtMs);
        if (result.what !== 'done') state.next = 'pass';
        if (result.what === 'conflict') await delay(retryMs * (0.5 + random()));
        retryMs = result.what === 'conflict' ? Math.min(retryMs * 2, LONGEST_RETRY_MS) : FIRST_RETRY_MS;
      }
    } catch (error) {
      log.warn({ err: error, gate }, 'gates.pass_failed');
    } finally {
      opening.delete(gate);
    }
  }

  function leave(gate: string): Promise<void> {
    const done = (async () => {
      try {
        await store.wake(gate, new Date(clock.now()));
      } catch (error) {
        log.warn({ err: error, gate }, 'gates.wake_failed');
      }
    })();
    waking.add(done);
    return done.finally(() => waking.delete(done));
  }

  return {
    expect,
    open,
    left: (holds) => {
      for (const gate of holds) void open(gate);
    },
    size: () => opening.size + expectedAt.size(),
    start: watch.start,
    stop: async () => {
      isStopping = true;
      await watch.stop();
      await Promise.all([...[...opening.values()].map(({ done }) => done), ...waking]);
    },
  };
}
