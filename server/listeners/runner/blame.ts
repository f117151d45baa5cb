/** Decides, when a runner process has died, what becomes of the jobs it held. Pure but for counting deaths. */
import { type Failure } from '../child/protocol.ts';
import { endOf, type Entry, type JobEnd } from './job.ts';
import { type RunnerDeath } from './worker.ts';

export interface Verdict {
  readonly guilty: readonly { readonly entry: Entry; readonly end: JobEnd }[];
  readonly suspects: readonly Entry[];
  /** Cut off through somebody else's fault. */
  readonly innocents: readonly Entry[];
  /** Had not begun, as far as is known. */
  readonly again: readonly Entry[];
}

export function createBlame(now: () => number = () => performance.now()) {
  const guiltyOf = (entry: Entry, death: RunnerDeath) => ({ entry, end: endOf(entry, failureOf(entry, death), now()) });

  return {
    canceled: (entry: Entry): JobEnd =>
      endOf(
        entry,
        { error: { code: 'canceled', message: 'The run was cancelled before it began' }, isRetriable: false },
        now(),
      ),

    guiltyOf,

    judge(death: RunnerDeath, held: readonly Entry[]): Verdict {
      const long = held.filter(({ longSinceMs }) => longSinceMs !== undefined);
      const rest = held.filter(({ longSinceMs }) => longSinceMs === undefined);
      switch (death.cause) {
        case 'stuck':
          return { guilty: [], suspects: [], innocents: long, again: rest };
        case 'silent': {
          const nowMs = now();
          const late = long.filter((entry) => nowMs - entry.longSinceMs! > entry.job.timeoutMs);
          const innocents = long.filter((entry) => !late.includes(entry));
          return { guilty: late.map((entry) => guiltyOf(entry, death)), suspects: [], innocents, again: rest };
        }
        case 'memory':
        case 'exit': {
          for (const entry of held) entry.deaths++;
          // Memory held from outside may have piled up before: only a process of its own shows whose it is.
          if (death.cause === 'exit' && held.length === 1 && long.length === 1) {
            return { guilty: [guiltyOf(long[0]!, death)], suspects: [], innocents: [], again: [] };
          }
          // Who was there at two deaths is looked at too: it may be too quick ever to be seen at work.
          const suspects = held.filter((entry) => long.includes(entry) || entry.deaths >= 2);
          return { guilty: [], suspects, innocents: [], again: held.filter((entry) => !suspects.includes(entry)) };
        }
      }
    },
  };
}

function failureOf(entry: Entry, death: RunnerDeath): Failure {
  const { memoryMb, timeoutMs } = entry.job;
  if (death.cause === 'silent') {
    return {
      error: { code: 'timeout', message: `The deadline of ${timeoutMs} ms passed, and its process no longer answered` },
      isRetriable: true,
    };
  }
  if (death.cause === 'memory' || (death.cause === 'exit' && death.exit.isOutOfMemory)) {
    return {
      error: { code: 'out_of_memory', message: `The listener needed more than its ${memoryMb} MB of memory` },
      isRetriable: true,
    };
  }
  const how = death.cause === 'exit' ? (death.exit.signal ?? `exit code ${String(death.exit.code)}`) : death.cause;
  return {
    error: { code: 'exited', message: `The listener ended its process (${how}) before it returned` },
    isRetriable: true,
  };
}
