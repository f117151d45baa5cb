/** What goes into the runner pool and what comes out: one attempt of one run, and how it ended. */
import { type EventKind, type LogLine, type RequestInfo, type RunError, type Trigger } from '../schemas/run.ts';
import { type ListenerInfo } from '../schemas/listener.ts';

export interface RunTask {
  readonly runId: string;
  /** Counts from 1. */
  readonly attempt: number;
  readonly listener: ListenerInfo['name'];
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** JSON text of an object. */
  readonly propsJson: string;
  readonly event: { readonly kind: EventKind; readonly body: Uint8Array | null };
  readonly request: RequestInfo | null;
  readonly trigger: Trigger;
  readonly environment: { readonly id: number; readonly name: string };
  readonly user: null | { readonly id: string };
}

export interface RunHooks {
  /**
   * Answers one call a listener makes through its `api`, such as `data.find` or `fetch`, in the server's process.
   * Arguments and results are JSON, Dates and Uint8Arrays. What it throws reaches the listener as an Error with the
   * same name, code and message. Arguments come from foreign code: check them. The environment is the task's, never theirs.
   */
  readonly api: (method: string, args: unknown) => Promise<unknown>;
  /** Aborting it ends the attempt with the code `canceled`. */
  readonly signal?: AbortSignal;
}

export type RunOutcome =
  | {
      readonly status: 'succeeded';
      /** JSON text; null when the listener returned nothing. */
      readonly resultJson: string | null;
      readonly logs: readonly LogLine[];
      readonly durationMs: number;
    }
  | {
      readonly status: 'failed';
      readonly error: RunError;
      readonly isRetriable: boolean;
      readonly logs: readonly LogLine[];
      readonly durationMs: number;
    }
  /** Its process died through somebody else's fault, or the pool stopped: run it again, not charged. */
  | { readonly status: 'innocent'; readonly durationMs: number };

export interface RunnerStats {
  /** Runner processes alive. */
  readonly runners: number;
  /** Given to `execute` and not yet answered. */
  readonly inFlight: number;
  /** Runners that died or were killed, and threads that were replaced, since the start. */
  readonly runnerDeaths: number;
  readonly threadRestarts: number;
  /** Suspects waiting for, or in, a process of their own. */
  readonly quarantined: number;
}

export interface RunnerPool {
  readonly start: () => Promise<void>;
  /** Waits up to `graceMs` for what runs, then kills. What never began, or was killed, ends as `innocent`. */
  readonly stop: (graceMs: number) => Promise<void>;
  /** Never rejects. */
  readonly execute: (task: RunTask, hooks: RunHooks) => Promise<RunOutcome>;
  /** How many more tasks the pool takes now without making them wait long. Not a hard bound: `execute` always accepts. */
  readonly freeSlots: () => number;
  readonly stats: () => RunnerStats;
}
