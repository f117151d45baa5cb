/** Runs suspects one at a time, each in a process that holds nothing else, so that a death names the one to blame. */
import { createBlame } from './blame.ts';
import { type Entry, type JobEnd } from './job.ts';
import { type Runner, type RunnerDeath, type RunnerDeps } from './worker.ts';

/** Suspects looked at side by side. */
const CELLS = 2;
/** An unused process is kept this long for the next suspect. */
const KEEP_MS = 2_000;

type Callbacks = Pick<RunnerDeps, 'onReady' | 'onDone' | 'onRestart' | 'onStuck' | 'onDeath'>;

export interface QuarantineDeps {
  readonly spawn: (callbacks: Callbacks) => Runner;
  readonly settle: (entry: Entry, end: JobEnd) => void;
  readonly onRestart: () => void;
  readonly onDeath: (death: RunnerDeath) => void;
}

interface Cell {
  readonly runner: Runner;
  entry: Entry | undefined;
  keep: NodeJS.Timeout | undefined;
}

export function createQuarantine({ spawn, settle, onRestart, onDeath }: QuarantineDeps) {
  const cells = new Set<Cell>();
  const waiting: Entry[] = [];
  const { guiltyOf, canceled } = createBlame();

  function pump(): void {
    while (waiting.length > 0) {
      const cell = [...cells].find((one) => one.entry === undefined) ?? (cells.size < CELLS ? open() : undefined);
      if (!cell) return;
      clearTimeout(cell.keep);
      cell.entry = waiting.shift()!;
      cell.entry.longSinceMs = undefined;
      cell.runner.give(cell.entry);
    }
  }

  function open(): Cell {
    const cell: Cell = {
      entry: undefined,
      keep: undefined,
      runner: spawn({
        onReady: () => undefined,
        onRestart,
        onStuck: () => {
          cell.runner.kill('stuck');
        },
        onDone: (entry, end) => {
          cell.entry = undefined;
          settle(entry, end);
          cell.keep = setTimeout(() => {
            cell.runner.kill('stuck');
          }, KEEP_MS);
          cell.keep.unref();
          pump();
        },
        onDeath: (death, held) => {
          cells.delete(cell);
          clearTimeout(cell.keep);
          if (death.cause !== 'stuck') onDeath(death);
          for (const entry of held) settle(entry, guiltyOf(entry, death).end);
          pump();
        },
      }),
    };
    cells.add(cell);
    return cell;
  }

  return {
    add(entry: Entry): void {
      waiting.push(entry);
      pump();
    },
    /** Whether the entry was here. */
    cancel(entry: Entry): boolean {
      const at = waiting.indexOf(entry);
      if (at !== -1) {
        waiting.splice(at, 1);
        settle(entry, canceled(entry));
        return true;
      }
      const cell = [...cells].find((one) => one.entry === entry);
      cell?.runner.cancel(entry);
      return cell !== undefined;
    },
    watch(nowMs: number): void {
      for (const { runner } of cells) runner.watch(nowMs);
    },
    /** Lets go of those that wait. */
    stop(endOf: (entry: Entry) => JobEnd): void {
      for (const entry of waiting.splice(0)) settle(entry, endOf(entry));
    },
    kill(): void {
      for (const { runner } of cells) runner.kill('stuck');
    },
    size: () => waiting.length + [...cells].filter(({ entry }) => entry !== undefined).length,
  };
}
