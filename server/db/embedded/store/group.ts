/**
 * Group commit: all writes of one moment share a SQLite transaction, and no reply leaves before its COMMIT.
 *
 * The first write of a batch opens the transaction and asks for a commit at the end of this turn of the event loop;
 * whatever other commands arrive until then joins. Under load requests pile up while the disk syncs, so batches grow by
 * themselves. Replies of readers wait as well while a batch is open, because they may have seen what is not durable yet.
 *
 * A batch is  open → committed  or  open → failed. A failed one is rolled back as a whole, every command that touched it
 * answers with the error, and `onRollback` puts what is held in memory right again.
 */
import { type Sqlite } from '../sqlite.ts';

export interface Batch {
  readonly done: Promise<void>;
  /** Set once the batch has failed. */
  error: Error | undefined;
}

interface OpenBatch extends Batch {
  /** Somebody wrote in it what is to stay. */
  isWritten: boolean;
  readonly resolve: () => void;
}

export interface GroupDeps {
  readonly database: Pick<Sqlite, 'exec'>;
  /** Makes a clear error out of what SQLite reported. */
  readonly explain: (error: unknown) => Error;
  readonly onRollback: () => void;
  /** Called before COMMIT: what must not become durable is taken away. */
  readonly beforeCommit?: () => void;
  readonly schedule?: (commit: () => void) => void;
}

export interface CommitGroup {
  /** Joins the open batch, opening one when there is none. */
  readonly join: () => Batch;
  /**
   * As `join`, for what lays something over the file only to look at it and takes it away again: a batch in which nobody
   * did more is rolled back at its end, which costs no write to the disk.
   */
  readonly look: () => Batch;
  readonly current: () => Batch | undefined;
  /** Commits now what is open. */
  readonly flush: () => void;
  /** Rolls the open batch back because one of its statements failed half-way. */
  readonly poison: (error: unknown) => Error;
  readonly commits: () => number;
}

export function createCommitGroup({
  database,
  explain,
  onRollback,
  beforeCommit,
  schedule = setImmediate,
}: GroupDeps): CommitGroup {
  let open: OpenBatch | undefined;
  let commits = 0;

  function join(): Batch {
    const batch = begin();
    batch.isWritten = true;
    return batch;
  }

  function begin(): OpenBatch {
    if (open !== undefined) return open;
    try {
      database.exec('BEGIN IMMEDIATE');
    } catch (error) {
      throw explain(error);
    }
    open = createBatch();
    const mine = open;
    schedule(() => {
      if (open === mine) flush();
    });
    return open;
  }

  function flush(): void {
    const batch = open;
    if (batch === undefined) return;
    try {
      beforeCommit?.();
      database.exec(batch.isWritten ? 'COMMIT' : 'ROLLBACK');
    } catch (error) {
      poison(error);
      return;
    }
    open = undefined;
    if (batch.isWritten) commits++;
    batch.resolve();
  }

  function poison(error: unknown): Error {
    const clear = explain(error);
    const batch = open;
    open = undefined;
    try {
      database.exec('ROLLBACK');
    } catch {
      // SQLite has already rolled back by itself, as it does when the disk is full.
    }
    onRollback();
    if (batch !== undefined) {
      batch.error = clear;
      batch.resolve();
    }
    return clear;
  }

  return { join, look: begin, flush, poison, current: () => open, commits: () => commits };
}

/** `done` never rejects: whoever waits looks at `error`, and nobody has to. */
function createBatch(): OpenBatch {
  let resolve: () => void = () => undefined;
  const done = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { done, error: undefined, isWritten: false, resolve };
}
