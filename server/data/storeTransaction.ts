/**
 * Changes of documents and the events that tell of them, in one transaction: after a crash at any moment both are there
 * or neither. A transaction that met another one is begun again, a bounded number of times.
 */
import type mongoose from 'mongoose';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../lib/errors.ts';
import type { StoredDoc } from './args.ts';
import { eventsOf, type Change } from './changeEvent.ts';
import type { DataEvents, DataScope, EventDraft } from './scope.ts';
import { hasLabel } from './storeFault.ts';
import { keyOf } from './storeValues.ts';
import { createTurns } from './turns.ts';

export interface TransactDeps {
  readonly databaseOf: (environmentId: number) => mongoose.mongo.Db;
  readonly events: DataEvents;
  readonly random: () => number;
}

export interface InTransaction {
  readonly collection: mongoose.mongo.Collection<StoredDoc>;
  readonly session: mongoose.mongo.ClientSession;
}

/** What a piece of work answers, and what it changed. */
export interface Changed<R> {
  readonly result: R;
  readonly changes: readonly Change[];
}

export type Transact = <R>(
  scope: DataScope,
  coll: string,
  ids: readonly unknown[],
  work: (within: InTransaction) => Promise<Changed<R>>,
) => Promise<R>;

/** Each open transaction costs every write a look; more than these do not make more writes a second. */
const MAX_OPEN = 32;
const MAX_ATTEMPTS = 30;
const FIRST_PAUSE_MS = 2;
const MAX_PAUSE_MS = 200;
const MAX_COMMIT_MS = 5_000;
const MAX_COMMIT_ATTEMPTS = 3;

/** `ids` are the documents the work may change. The work may be done more than once; it must not keep anything. */
export function createTransact({ databaseOf, events, random }: TransactDeps): Transact {
  const inTurn = createTurns({ room: MAX_OPEN });

  async function attempt<R>(
    scope: DataScope,
    coll: string,
    work: (within: InTransaction) => Promise<Changed<R>>,
  ): Promise<R> {
    const db = databaseOf(scope.environmentId);
    const session = db.client.startSession();
    let draft: EventDraft | undefined;
    try {
      session.startTransaction({ readConcern: { level: 'snapshot' }, maxCommitTimeMS: MAX_COMMIT_MS });
      const { result, changes } = await work({ collection: db.collection<StoredDoc>(coll), session });
      const told = eventsOf(scope, coll, changes);
      if (told.length > 0) {
        draft = await events.draft(told);
        await draft.insert(session);
      }
      await commit(session);
      draft?.accept();
      return result;
    } catch (error) {
      draft?.abandon();
      if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
      throw error;
    } finally {
      await session.endSession();
    }
  }

  return (scope, coll, ids, work) => {
    const keys = ids.map((id) => `${scope.environmentId}:${coll}:${keyOf(id)}`);
    return inTurn(keys, async () => {
      for (let made = 1; ; made++) {
        try {
          return await attempt(scope, coll, work);
        } catch (error) {
          if (!hasLabel(error, 'TransientTransactionError')) throw error;
          if (made === MAX_ATTEMPTS) throw stillInConflict(coll, error);
          await pause(Math.min(FIRST_PAUSE_MS * 2 ** (made - 1), MAX_PAUSE_MS) * (0.5 + random()));
        }
      }
    });
  };
}

/** A commit whose answer was lost is asked for again: the second is told what became of the first. */
async function commit(session: mongoose.mongo.ClientSession): Promise<void> {
  for (let made = 1; ; made++) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!hasLabel(error, 'UnknownTransactionCommitResult') || made === MAX_COMMIT_ATTEMPTS) throw error;
    }
  }
}

/** Not `conflict`: to a listener that word says that a document is there already. */
function stillInConflict(coll: string, cause: unknown): AppError {
  return new AppError('storage_unavailable', {
    detail: `Others keep changing the same documents of ${coll}; nothing was changed. Try again.`,
    retryAfterS: 1,
    cause,
  });
}
