/**
 * Changes of documents and the events that tell of them, in one transaction: after a crash at any moment both are there
 * or neither. A transaction that met another one is begun again, a bounded number of times.
 */
import type mongoose from 'mongoose';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../lib/errors.ts';
import type { StoredDoc } from './args.ts';
import { eventsOf, type Change } from './changeEvent.ts';
import type { Committed } from './committed.ts';
import { checkAgainst, type SchemaOf } from './schemas.ts';
import type { DataEvents, DataScope, EventDraft, OpenTransaction } from './scope.ts';
import { hasLabel, storeFault } from './storeFault.ts';
import { keyOf } from './storeValues.ts';
import { createTurns } from './turns.ts';

export interface TransactDeps {
  readonly databaseOf: (environmentId: number) => mongoose.mongo.Db;
  readonly events: DataEvents;
  readonly schemaOf: SchemaOf;
  /** After each commit, once for every piece of work in it. */
  readonly tell: (committed: Committed) => void;
  /** Whether other processes follow the changes by their events. */
  readonly isShared: boolean;
  readonly random: () => number;
}

export interface Within {
  readonly collection: mongoose.mongo.Collection<StoredDoc>;
  readonly session: mongoose.mongo.ClientSession;
}

/** What a piece of work answers, and what it changed. */
export interface Changed<R> {
  readonly result: R;
  readonly changes: readonly Change[];
}

/** `ids` are the documents the work may change. The work may be done more than once; it must not keep anything. */
export type Transact = <R>(
  scope: DataScope,
  coll: string,
  ids: readonly unknown[],
  work: (within: Within) => Promise<Changed<R>>,
) => Promise<R>;

/** A scope whose calls all belong to one transaction. */
export type ScopeWithin = DataScope & { readonly transaction: OpenTransaction };

/**
 * Runs work whose calls, made with the scope it is given and one after the other, all happen or none. It may be run
 * more than once and must not keep anything; what it throws undoes everything. Work within a transaction joins it.
 */
export type InTransaction = <R>(scope: DataScope, work: (within: ScopeWithin) => Promise<R>) => Promise<R>;

/** Each open transaction costs every write a look; more than these do not make more writes a second. */
const MAX_OPEN = 32;
const MAX_ATTEMPTS = 30;
const FIRST_PAUSE_MS = 2;
const MAX_PAUSE_MS = 200;
const MAX_COMMIT_MS = 5_000;
const MAX_COMMIT_ATTEMPTS = 3;

export function createTransactions({ databaseOf, events, schemaOf, tell, isShared, random }: TransactDeps) {
  const inTurn = createTurns({ room: MAX_OPEN });

  /** Begins a transaction, does the work within, commits, and puts the events to work; or undoes all of it. */
  async function attempt<R>(environmentId: number, work: (transaction: OpenTransaction) => Promise<R>): Promise<R> {
    const session = databaseOf(environmentId).client.startSession();
    const drafts: EventDraft[] = [];
    try {
      session.startTransaction({ readConcern: { level: 'snapshot' }, maxCommitTimeMS: MAX_COMMIT_MS });
      const result = await work({ session, drafts });
      await commit(session);
      for (const draft of drafts) draft.accept();
      return result;
    } catch (error) {
      for (const draft of drafts) draft.abandon();
      if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
      throw error;
    } finally {
      await session.endSession();
    }
  }

  function attempts<R>(keys: readonly string[], what: string, make: () => Promise<R>): Promise<R> {
    return inTurn(keys, async () => {
      for (let made = 1; ; made++) {
        try {
          return await make();
        } catch (error) {
          if (!hasLabel(error, 'TransientTransactionError')) throw error;
          if (made === MAX_ATTEMPTS) throw stillInConflict(what, error);
          await pause(Math.min(FIRST_PAUSE_MS * 2 ** (made - 1), MAX_PAUSE_MS) * (0.5 + random()));
        }
      }
    });
  }

  /** Does the work and writes down what it changed, for the owner of the transaction to commit. */
  async function apply<R>(
    scope: DataScope,
    coll: string,
    { session, drafts }: OpenTransaction,
    work: (within: Within) => Promise<Changed<R>>,
  ): Promise<R> {
    const collection = databaseOf(scope.environmentId).collection<StoredDoc>(coll);
    const { result, changes } = await work({ collection, session });
    const schema = schemaOf(coll);
    for (const { after } of changes) if (schema !== undefined && after !== undefined) checkAgainst(schema, coll, after);
    if (changes.length === 0) return result;
    const told = eventsOf(scope, coll, changes, { isShared });
    const draft = told.length === 0 ? undefined : await events.draft(told);
    const { environmentId } = scope;
    drafts.push(followed({ environmentId, collection: coll, changes, events: draft?.ids ?? [] }));
    if (draft !== undefined) {
      drafts.push(draft);
      await draft.insert(session);
    }
    return result;
  }

  /** A draft of what nobody stores: it is told once the transaction has been committed. */
  function followed(committed: Committed): EventDraft {
    return { insert: () => Promise.resolve(), accept: () => tell(committed), abandon: () => undefined };
  }

  const transact: Transact = (scope, coll, ids, work) => {
    const { environmentId, transaction } = scope;
    if (transaction !== undefined) return apply(scope, coll, transaction, work);
    const keys = ids.map((id) => `${environmentId}:${coll}:${keyOf(id)}`);
    return attempts(keys, `documents of ${coll}`, () => attempt(environmentId, (own) => apply(scope, coll, own, work)));
  };

  const inTransaction: InTransaction = async (scope, work) => {
    const { environmentId, transaction } = scope;
    if (transaction !== undefined) return work({ ...scope, transaction });
    try {
      return await attempts([], 'documents', () =>
        attempt(environmentId, (own) => work({ ...scope, transaction: own })),
      );
    } catch (error) {
      throw storeFault(error);
    }
  };

  return { transact, inTransaction };
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
function stillInConflict(what: string, cause: unknown): AppError {
  return new AppError('storage_unavailable', {
    detail: `Others keep changing the same ${what}; nothing was changed. Try again.`,
    retryAfterS: 1,
    cause,
  });
}
