/**
 * Waits for the outcome of a run's attempt: for `respond: "result"`, for runs started by hand with `wait`. Runs that
 * end in this process answer at once; those that another process executes are looked up now and then.
 */
import type { Settlement } from '../queue/entry.ts';
import type { RunDocument } from './document.ts';

/** What a waiter learns: the run as its attempt left it. */
export type RunResult = Pick<RunDocument, '_id' | 'status' | 'result' | 'error'>;

/** The time of the next attempt tells one failed attempt from another. */
type Outcome = RunResult & Pick<RunDocument, 'due_at'>;

export interface RunWaiters {
  /** Undefined when the time is over or the signal aborts first. */
  readonly wait: (
    environmentId: number,
    id: string,
    timeoutMs: number,
    signal?: AbortSignal,
  ) => Promise<RunResult | undefined>;
  /**
   * Tells the outcome of each attempt until the run is finished or the signal aborts. An attempt that is tried again
   * leaves the run `queued` with its error.
   */
  readonly follow: (environmentId: number, id: string, hear: (result: RunResult) => void, signal: AbortSignal) => void;
  /** Says what an attempt came to, once it is stored. */
  readonly tell: (run: Pick<RunDocument, '_id'>, settlement: Settlement) => void;
}

export interface RunWaitersDeps {
  readonly find: (environmentId: number, id: string) => Promise<RunDocument | null>;
  readonly lookUpEveryMs?: number;
}

/** Those who follow look up soon, as the run may have ended before they began to listen, and then ever more rarely. */
const FIRST_LOOK_MS = 100;
const RAREST_LOOK_MS = 10_000;

export function createRunWaiters({ find, lookUpEveryMs = 500 }: RunWaitersDeps): RunWaiters {
  const waiting = new Map<string, Set<(result: Outcome) => void>>();

  function listen(id: string, heard: (result: Outcome) => void): () => void {
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

    follow: (environmentId, id, hear, signal) => {
      let lastDueMs: number | undefined;
      let lookInMs = FIRST_LOOK_MS;
      let timer: NodeJS.Timeout | undefined;
      let isOver = signal.aborted;
      if (isOver) return;
      const unlisten = listen(id, take);
      signal.addEventListener('abort', end, { once: true });
      lookUpLater();

      function take(outcome: Outcome): void {
        if (isOver) return;
        if (outcome.status === 'queued' && outcome.error !== undefined) {
          const dueMs = outcome.due_at?.getTime();
          if (dueMs === lastDueMs) return;
          lastDueMs = dueMs;
          hear(outcome);
        } else if (isFinished(outcome)) {
          end();
          hear(outcome);
        }
      }

      function lookUpLater(): void {
        timer = setTimeout(() => {
          find(environmentId, id)
            .then(
              (run) => take(run ?? { _id: id, status: 'canceled' }), // deleted: nobody will hear more of it
              () => undefined, // a database that is away is no outcome
            )
            .finally(() => {
              if (!isOver) lookUpLater();
            });
        }, lookInMs);
        lookInMs = Math.min(lookInMs * 2, RAREST_LOOK_MS);
      }

      function end(): void {
        isOver = true;
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        unlisten();
      }
    },

    tell: ({ _id }, { set }) => {
      const heard = waiting.get(_id);
      if (heard === undefined) return;
      const result = { _id, ...set } as Outcome;
      heard.forEach((hear) => hear(result));
    },
  };
}

/** A run that waits for its second attempt has had an outcome, too: the first one failed. */
function hasOutcome(run: RunDocument): boolean {
  return run.status !== 'running' && (run.status !== 'queued' || run.error !== undefined);
}

function isFinished({ status }: RunResult): boolean {
  return status !== 'queued' && status !== 'running';
}
