/**
 * One command at work: which batches it wrote in, how long it may take, whether anybody still waits for it. Whatever loops
 * over documents calls `breathe` between pages; whatever writes calls `touch` before each change.
 */
import { MongoError } from '../errors.ts';
import { type Collection } from './catalog.ts';
import { type Batch, type CommitGroup } from './group.ts';
import { type Overlay, type WriteBuffer } from './overlay.ts';
import { type Turns } from './turns.ts';

export interface Work {
  /** Joins the open batch; throws when an earlier batch of this command was rolled back. */
  readonly touch: () => void;
  /** Call at the beginning of each stretch that reads the file without a pause. */
  readonly enter: () => void;
  /** Runs what is not part of the transaction, such as making a collection. */
  readonly outside: <T>(act: () => T) => T;
  /**
   * Call before deciding from a document whether to change it: in a transaction it must not have been changed by others
   * since the transaction began, even when the update turns out to change nothing.
   */
  readonly claim: (collection: Collection, row: number) => void;
  /** Gives others their turn when this one is used up; throws when the time is over or the client is gone. */
  readonly breathe: () => Promise<void>;
  /** True when `breathe` would wait. */
  readonly shouldBreathe: () => boolean;
  /** Waits until all that this command wrote or may have read is on disk; throws when it was rolled back. */
  readonly settle: () => Promise<void>;
  readonly isInTransaction: boolean;
}

export interface WorkDeps {
  readonly group: CommitGroup;
  readonly turns: Turns;
  /** From `maxTimeMS`; undefined for no limit. */
  readonly deadlineMs: number | undefined;
  readonly isCancelled: () => boolean;
  readonly overlay: Pick<Overlay, 'enter' | 'claim'>;
  /** The writes of the transaction this command belongs to. */
  readonly buffer: WriteBuffer | undefined;
}

export function createWork({ group, turns, deadlineMs, isCancelled, overlay, buffer }: WorkDeps): Work {
  const batches = new Set<Batch>();

  function throwIfFailed(): void {
    for (const batch of batches) if (batch.error !== undefined) throw batch.error;
  }

  return {
    isInTransaction: buffer !== undefined,
    touch: () => {
      throwIfFailed();
      overlay.enter(buffer);
      batches.add(buffer === undefined ? group.join() : group.look());
    },
    enter: () => overlay.enter(buffer),
    claim: (collection, row) => {
      if (buffer !== undefined) overlay.claim(buffer, collection, row);
    },
    outside: (act) => {
      overlay.enter(undefined);
      batches.add(group.join());
      return act();
    },
    shouldBreathe: turns.isOver,
    breathe: async () => {
      if (deadlineMs !== undefined && performance.now() > deadlineMs) throw timeIsOver();
      if (isCancelled()) throw new MongoError(11601, 'Interrupted', 'operation was interrupted');
      if (!turns.isOver()) return;
      await turns.breathe();
      throwIfFailed();
    },
    settle: async () => {
      const open = group.current();
      if (open !== undefined) {
        batches.add(open);
        await open.done;
      }
      throwIfFailed();
    },
  };
}

function timeIsOver(): MongoError {
  return new MongoError(50, 'MaxTimeMSExpired', 'operation exceeded time limit');
}
