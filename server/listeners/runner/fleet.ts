/**
 * Several runner processes as one place to have foreign work done. Finds out who is to blame when one dies:
 *
 *   a process dies ──held one job for a while──▶ that job is guilty
 *                  ├─jobs that went on a while─▶ suspects: each again, alone, in the quarantine
 *                  └─the others────────────────▶ given to another process, as if nothing had been
 *   a suspect's quarantine process dies too ───▶ guilty; else its own end counts
 */
import { createBlame } from './blame.ts';
import { type Entry, type JobEnd, type RunnerJob } from './job.ts';
import { createQuarantine } from './quarantine.ts';
import { createRunner, type Runner, type RunnerDeath, type RunnerDeps } from './worker.ts';

/** Jobs a process is given ahead of time, so that it never waits for the next. */
const DEPTH = 64;
const WATCH_MS = 100;
/** What a process in which a thread is stuck may take to finish the rest. */
const STUCK_GRACE_MS = 2_000;
const STOPPED_ANSWER_MS = 100;
const RESTART_DELAY_MS = 1_000;
/** Dying this often in a row before being ready means it cannot start at all here. */
const START_TRIES = 3;

export interface FleetDeps extends Pick<RunnerDeps, 'main' | 'thread' | 'flags' | 'env'> {
  readonly runners: number;
  readonly slotsPerRunner: number;
  /** The limit most jobs have: a fresh process gets a thread of that kind ready. */
  readonly warmMemoryMb: number;
  readonly onTrouble?: (what: string, details: Record<string, unknown>) => void;
}

export function createFleet(deps: FleetDeps) {
  const { onTrouble = () => undefined } = deps;
  const runners = new Set<Runner>();
  const draining = new Set<Runner>();
  let pending: Entry[] = [];
  let nextId = 1;
  let inFlight = 0;
  let deaths = 0;
  let restarts = 0;
  let failedStarts = 0;
  let state: 'new' | 'running' | 'stopping' = 'new';
  let watching: NodeJS.Timeout | undefined;
  let whenEmpty: (() => void) | undefined;
  let whenReady: { resolve: () => void; reject: (error: Error) => void } | undefined;

  const quarantine = createQuarantine({
    spawn: (callbacks) => createRunner({ ...deps, ...callbacks, slots: 1 }),
    settle,
    onRestart: () => restarts++,
    onDeath: (death) => {
      deaths++;
      onTrouble('runner.died', { ...tell(death), quarantine: true });
    },
  });
  const blame = createBlame();

  function spawn(): void {
    let wasReady = false;
    const runner: Runner = createRunner({
      ...deps,
      slots: deps.slotsPerRunner,
      onReady: () => {
        wasReady = true;
        failedStarts = 0;
        runner.warm(deps.warmMemoryMb);
        if ([...runners].every((one) => one.isReady)) whenReady?.resolve();
        pump();
      },
      onDone: (entry, end) => {
        settle(entry, end);
        pump();
        if (draining.has(runner) && runner.heldCount === 0) runner.kill('stuck');
      },
      onRestart: () => restarts++,
      onStuck: () => {
        drain(runner);
      },
      onDeath: (death, held) => {
        const wasDraining = draining.delete(runner);
        runners.delete(runner);
        deaths++;
        if (state !== 'stopping') onTrouble('runner.died', { ...tell(death), held: held.length });
        sortOut(death, held);
        if (!wasDraining) replace(wasReady, death);
      },
    });
    runners.add(runner);
  }

  function replace(wasReady: boolean, death: RunnerDeath): void {
    if (state !== 'running') return;
    if (wasReady) {
      spawn();
      return;
    }
    if (++failedStarts >= START_TRIES)
      whenReady?.reject(new Error(`A runner process cannot start: ${JSON.stringify(tell(death))}`));
    setTimeout(() => {
      if (state === 'running') spawn();
    }, RESTART_DELAY_MS).unref();
  }

  function drain(runner: Runner): void {
    if (!runners.delete(runner)) return;
    draining.add(runner);
    if (state === 'running') spawn();
    if (runner.heldCount === 0) runner.kill('stuck');
    else setTimeout(() => runner.kill('stuck'), STUCK_GRACE_MS).unref();
  }

  function sortOut(death: RunnerDeath, held: readonly Entry[]): void {
    if (state === 'stopping') {
      for (const entry of held) settle(entry, innocent(entry));
      return;
    }
    const { guilty, suspects, innocents, again } = blame.judge(death, held);
    for (const { entry, end } of guilty) settle(entry, end);
    for (const entry of suspects) quarantine.add(entry);
    for (const entry of innocents) settle(entry, innocent(entry));
    pending = [...again, ...pending];
    pump();
  }

  function pump(): void {
    while (pending.length > 0) {
      const runner = freest();
      if (!runner) return;
      runner.give(pending.shift()!);
    }
  }

  function freest(): Runner | undefined {
    let best: Runner | undefined;
    for (const runner of runners) {
      if (!runner.isReady || runner.heldCount >= roomOf(runner)) continue;
      if (!best || runner.heldCount < best.heldCount) best = runner;
    }
    return best;
  }

  function settle(entry: Entry, end: JobEnd): void {
    if (entry.onAbort) entry.job.signal?.removeEventListener('abort', entry.onAbort);
    inFlight--;
    entry.resolve(end);
    if (inFlight === 0) whenEmpty?.();
  }

  function cancel(entry: Entry): void {
    const at = pending.indexOf(entry);
    if (at !== -1) {
      pending.splice(at, 1);
      settle(entry, blame.canceled(entry));
      return;
    }
    if (quarantine.cancel(entry)) return;
    for (const runner of [...runners, ...draining]) runner.cancel(entry);
  }

  return {
    async start(): Promise<void> {
      state = 'running';
      watching = setInterval(() => {
        const nowMs = performance.now();
        for (const runner of runners) runner.watch(nowMs);
        for (const runner of draining) runner.watch(nowMs);
        quarantine.watch(nowMs);
      }, WATCH_MS);
      watching.unref();
      const ready = new Promise<void>((resolve, reject) => (whenReady = { resolve, reject }));
      for (let i = 0; i < deps.runners; i++) spawn();
      await ready;
    },

    async stop(graceMs: number): Promise<void> {
      if (state === 'stopping') return;
      state = 'stopping';
      for (const entry of pending.splice(0)) settle(entry, innocent(entry));
      quarantine.stop(innocent);
      if (inFlight > 0 && graceMs > 0) {
        let timer: NodeJS.Timeout | undefined;
        await Promise.race([
          new Promise<void>((resolve) => (whenEmpty = resolve)),
          new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs))),
        ]);
        clearTimeout(timer);
      }
      clearInterval(watching);
      quarantine.kill();
      const gone = [...runners, ...draining];
      for (const runner of gone) runner.kill('stuck');
      await Promise.all(gone.map((runner) => runner.gone));
    },

    submit(job: RunnerJob): Promise<JobEnd> {
      return new Promise((resolve) => {
        const entry: Entry = {
          id: nextId,
          job,
          resolve,
          takenAtMs: performance.now(),
          deaths: 0,
          callsWaiting: 0,
          longSinceMs: undefined,
          onAbort: undefined,
        };
        nextId = (nextId % 0xffff_fffe) + 1;
        inFlight++;
        if (state === 'stopping') {
          // Not at once: who asks again and again until it is done must not spin.
          setTimeout(settle, STOPPED_ANSWER_MS, entry, innocent(entry));
          return;
        }
        if (job.signal?.aborted === true) {
          settle(entry, blame.canceled(entry));
          return;
        }
        if (job.signal) {
          entry.onAbort = () => {
            cancel(entry);
          };
          job.signal.addEventListener('abort', entry.onAbort, { once: true });
        }
        if (pending.length > 0) pending.push(entry);
        else {
          const runner = freest();
          if (runner) runner.give(entry);
          else pending.push(entry);
        }
      });
    },

    freeSlots(): number {
      let free = -pending.length;
      for (const runner of runners) if (runner.isReady && !runner.isFull) free += Math.max(0, DEPTH - runner.heldCount);
      return Math.max(0, free);
    },

    stats: () => ({
      runners: runners.size + draining.size,
      inFlight,
      runnerDeaths: deaths,
      threadRestarts: restarts,
      quarantined: quarantine.size(),
    }),
  };
}

/** A process whose threads are all taken up gets no more than a few to go on with: others may be free sooner. */
function roomOf(runner: Runner): number {
  return runner.isFull ? runner.slots + 2 : DEPTH;
}

function innocent(entry: Entry): JobEnd {
  return { status: 'innocent', durationMs: performance.now() - (entry.longSinceMs ?? performance.now()) };
}

function tell(death: RunnerDeath): Record<string, unknown> {
  return death.cause === 'exit'
    ? { cause: 'exit', code: death.exit.code, signal: death.exit.signal, lastWords: death.exit.lastWords.slice(-500) }
    : { cause: death.cause };
}
