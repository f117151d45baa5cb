/**
 * Transactions of many documents. One is  open → committed  or  open → aborted  (by the client, by an error of one of its
 * commands, by a conflict, or after a time without commands). A session has at most one.
 */
import { MongoError } from '../errors.ts';
import { type Overlay, type WriteBuffer } from '../store/overlay.ts';
import { type Cursors } from './cursors.ts';

export interface Transaction {
  readonly session: string;
  readonly number: bigint;
  readonly buffer: WriteBuffer;
  state: 'open' | 'committed' | 'aborted';
  usedAt: number;
  isBusy: boolean;
}

export interface TransactionsDeps {
  readonly overlay: Overlay;
  readonly cursors: Pick<Cursors, 'killOwned'>;
  readonly now: () => number;
  readonly idleMs: number;
}

export type Transactions = ReturnType<typeof createTransactions>;

const MAX_OPEN = 1000;

export function createTransactions({ overlay, cursors, now, idleMs }: TransactionsDeps) {
  const bySession = new Map<string, Transaction>();

  function finish(transaction: Transaction, state: 'committed' | 'aborted'): void {
    if (transaction.state !== 'open') return;
    transaction.state = state;
    overlay.end(transaction.buffer);
    cursors.killOwned(transaction);
  }

  return {
    /** The transaction a command belongs to; begins it when the command says so. */
    of: (session: string, number: bigint, isStart: boolean): Transaction => {
      const known = bySession.get(session);
      if (isStart) {
        if (known !== undefined && known.number >= number) throw cannotRestart(number);
        if (known !== undefined) finish(known, 'aborted');
        bySession.delete(session);
        if (bySession.size >= MAX_OPEN) forgetFinished();
        if (bySession.size >= MAX_OPEN) throw new MongoError(46, 'LockBusy', `${MAX_OPEN} transactions are open`);
        const begun: Transaction = {
          session,
          number,
          buffer: overlay.begin(),
          state: 'open',
          usedAt: now(),
          isBusy: false,
        };
        bySession.set(session, begun);
        return begun;
      }
      if (known?.number !== number) throw noSuchTransaction(number);
      return known;
    },
    requireOpen: (transaction: Transaction): void => {
      if (transaction.state === 'aborted') throw noSuchTransaction(transaction.number);
      if (transaction.state === 'committed')
        throw new MongoError(
          256,
          'TransactionCommitted',
          `Transaction with { txnNumber: ${transaction.number} } has been committed.`,
        );
    },
    commit: (transaction: Transaction): void => {
      if (transaction.state === 'committed') return;
      if (transaction.state === 'aborted') throw noSuchTransaction(transaction.number);
      try {
        overlay.commit(transaction.buffer);
      } catch (error) {
        finish(transaction, 'aborted');
        throw error;
      }
      finish(transaction, 'committed');
    },
    abort: (transaction: Transaction): void => finish(transaction, 'aborted'),
    endSession: (session: string): void => {
      const known = bySession.get(session);
      if (known !== undefined) finish(known, 'aborted');
      bySession.delete(session);
    },
    /** Aborts what nobody has used for too long. */
    sweep: (): void => {
      const oldest = now() - idleMs;
      for (const transaction of bySession.values())
        if (!transaction.isBusy && transaction.usedAt < oldest) finish(transaction, 'aborted');
    },
    openCount: (): number => [...bySession.values()].filter(({ state }) => state === 'open').length,
  };

  function forgetFinished(): void {
    for (const [session, { state }] of bySession) if (state !== 'open') bySession.delete(session);
  }
}

function noSuchTransaction(number: bigint): MongoError {
  return new MongoError(
    251,
    'NoSuchTransaction',
    `Given transaction number ${number} does not match any in-progress transactions.`,
    {
      errorLabels: ['TransientTransactionError'],
    },
  );
}

function cannotRestart(number: bigint): MongoError {
  return new MongoError(
    50911,
    'ConflictingOperationInProgress',
    `Cannot start transaction ${number} on session: a newer one was started`,
  );
}
