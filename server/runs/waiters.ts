/**
 * Waits for the outcome of a run's attempt: for `respond: "result"`, for runs started by hand with `wait`. Runs that
 * end in this process answer at once; those that another process executes are looked up now and then.
 */
import type { Settlement } from '../queue/entry.ts';
import type { RunDocument } from './document.ts';

/** What a waiter learns: the run as its attempt left it. */
export type RunResult = Pick<RunDocument, '_id' | 'status' | 'result' | 'error'>;

export interface RunWaiters {
  /** Undefined when the time is over or the signal aborts first. */
  readonly wait: (
    environmentId: number,
    id: string,
    timeoutMs: number,
    signal?: AbortSignal,
  ) => Promise<RunResult | undefined>;
  /** Says what an attempt came to, once it is stored. */
  readonly tell: (run: Pick<RunDocument, '_id'>, settlement: Settlement) => void;
}

export interface RunWaitersDeps {
  readonly find: (environmentId: number, id: string) => Promise<RunDocument | null>;
  readonly lookUpEveryMs?: number;
}

export function createRunWaiters({ find, lookUpEveryMs = 500 }: RunWaitersDeps): RunWaiters {
  const waiting = new Map<string, Set<(result: RunResult) => void>>();

  function listen(id: string, heard: (result: RunResult) => void): () => void {
    const set = waiting.get(id) ?? new Set();
    waiting.set(id, set.add(heard));
    return () => {
      set.delete(heard);
      if (set.size === 0) waiting.delete(id);
    };
  }

  return {
    wait: (environmentId, id, timeoutMs, signal) =>
      new Promise((resolve) => {
        const lookUp = setInterval(() => {
          find(environmentId, id).then(
            (run) => {
              if (run !== null && hasOutcome(run)) end(run);
            },
            () => undefined, // a database that is away is no outcome; the deadline is near
          );
        }, lookUpEveryMs);
        const deadline = setTimeout(() => end(undefined), timeoutMs);
        const onAbort = (): void => end(undefined);
        const unlisten = listen(id, (result) => end(result));
        signal?.addEventListener('abort', onAbort, { once: true });

        function end(result: RunResult | undefined): void {
          clearInterval(lookUp);
          clearTimeout(deadline);
          signal?.removeEventListener('abort', onAbort);
          unlisten();
          resolve(result);
        }
      }),

    tell: ({ _id }, { set }) => {
      const heard = waiting.get(_id);
      if (heard === undefined) return;
      const result = { _id, ...set } as RunResult;
      heard.forEach((hear) => hear(result));
    },
  };
}

/** A run that waits for its second attempt has had an outcome, too: the first one failed. */
function hasOutcome(run: RunDocument): boolean {
  return run.status !== 'running' && (run.status !== 'queued' || run.error !== undefined);
}
