/** One piece of foreign work for a runner, whatever it is, and how it can end. */
import { type LogLine } from '../../schemas/run.ts';
import { type Failure } from '../child/protocol.ts';

export interface RunnerJob {
  /** JSON text of a JobHead. */
  readonly head: string;
  readonly body: Uint8Array | null;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** Which state of the author's code it belongs to: threads serve one only. */
  readonly codeVersion: number;
  readonly onCall: (method: string, args: unknown) => Promise<unknown>;
  readonly signal?: AbortSignal;
}

export interface DoneEnd {
  readonly status: 'done';
  readonly failure: Failure | null;
  readonly resultJson: string | null;
  readonly logs: readonly LogLine[];
  readonly durationMs: number;
}

export type JobEnd = DoneEnd | { readonly status: 'innocent'; readonly durationMs: number };

/** A job under way, with what is known of it. */
export interface Entry {
  readonly id: number;
  readonly job: RunnerJob;
  readonly resolve: (end: JobEnd) => void;
  readonly takenAtMs: number;
  /** How many processes have died while they held it. */
  deaths: number;
  callsWaiting: number;
  /** Since when its runner has told that it goes on; undefined for what is quick or has not begun. */
  longSinceMs: number | undefined;
  onAbort: (() => void) | undefined;
}

export function endOf(entry: Entry, failure: Failure, nowMs: number): JobEnd {
  const durationMs = nowMs - (entry.longSinceMs ?? nowMs);
  return { status: 'done', failure, resultJson: null, logs: [], durationMs };
}
