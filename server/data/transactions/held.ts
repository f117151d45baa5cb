/**
 * Transactions that a caller holds open over several requests. While the caller thinks, the database knows nothing of
 * them: what was asked is kept here, in memory, so nobody is held up and a crash leaves nothing half.
 *
 * Each request makes the writes so far again in a transaction of the database, then its own call, and undoes all of it;
 * its answer is what the documents would be. The commit makes all calls again, reads too, and keeps them, if each one
 * answers what it answered before: then all of it is as if done in that moment. If one does not, somebody else has
 * changed what the transaction saw, and it ends as a conflict.
 *
 *     open → committed
 *          → aborted      by the caller
 *          → conflicted   others changed what it read or wrote
 *          → expired      nobody used it for 10 s, or it is 30 s old
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { Access } from '../../schemas/token.ts';
import type { DataScope } from '../scope.ts';
import { hasLabel } from '../storeFault.ts';
import type { InTransaction } from '../storeTransaction.ts';
import { printOf, repeatIds, type DoneStep, type Step } from './step.ts';

export interface HeldTransactionsDeps {
  readonly inTransaction: InTransaction;
  readonly newDocId: () => string;
  /** 256 bits of chance, as text. */
  readonly newSecret: () => string;
  /** Whether the API token that began a transaction still opens its environment. */
  readonly isTokenValid: (environmentId: number, tokenId: string) => Promise<boolean>;
  readonly clock: Clock;
}

export interface HeldTransactions {
  /** The id is its token too. `rate_limited` where too many are open. */
  readonly begin: (access: Access) => { readonly id: string; readonly expiresAt: Date };
  /**
   * Makes one call within it. Rejects as the call does, which then is no part of the transaction; `not_found` for one
   * that is another token's or nobody's, `gone` for one that has ended, `conflict` where it cannot be committed any more.
   */
  readonly run: (access: Access, id: string, step: Step) => Promise<unknown>;
  /** Keeps what it did. Once committed it may be asked for again. `conflict` where nothing was kept. */
  readonly commit: (access: Access, id: string) => Promise<void>;
  readonly abort: (access: Access, id: string) => Promise<void>;
  /** What its token opens in place of the API token; undefined for any other text. */
  readonly authenticate: (token: string) => Promise<Access | undefined>;
}

interface Held {
  readonly key: string;
  readonly access: Access;
  readonly beganMs: number;
  state: 'open' | 'committed' | 'aborted' | 'conflicted' | 'expired';
  usedMs: number;
  /** Requests that are at work in it or wait for their turn. */
  users: number;
  turn: Promise<unknown>;
  steps: readonly DoneStep[];
  bytes: number;
}

export const IDLE_MS = 10_000;
export const TOTAL_MS = 30_000;
export const MAX_OPEN = 5;
export const MAX_STEPS = 100;
const MAX_BYTES = 8 * 1024 * 1024;
/** Requests at once in one transaction, which wait for each other. */
const MAX_USERS = 20;
/** How long it is known how one ended. */
const REMEMBER_MS = 600_000;
const MAX_REMEMBERED = 10_000;
const PREFIX = 'txn_';

export function createHeldTransactions(deps: HeldTransactionsDeps): HeldTransactions {
  const { inTransaction, newDocId, newSecret, isTokenValid, clock } = deps;
  /** By the hash of the id, oldest first. */
  const held = new Map<string, Held>();

  function end(transaction: Held, state: Exclude<Held['state'], 'open'>): void {
    Object.assign(transaction, { state, steps: [], bytes: 0 });
  }

  /** Lets go of what nobody may use any more. */
  function sweep(): void {
    const nowMs = clock.now();
    for (const transaction of held.values()) {
      const { state, users, usedMs, beganMs, key } = transaction;
      const isIdle = users === 0 && nowMs - usedMs > IDLE_MS;
      if (state === 'open' && (isIdle || nowMs - beganMs > TOTAL_MS)) end(transaction, 'expired');
      if (nowMs - beganMs > REMEMBER_MS || (held.size > MAX_REMEMBERED && state !== 'open')) held.delete(key);
    }
  }

  function find({ environmentId, tokenId }: Access, id: string): Held {
    sweep();
    const transaction = held.get(keyOf(id));
    const isTheirs = transaction?.access.environmentId === environmentId && transaction.access.tokenId === tokenId;
    if (transaction === undefined || !isTheirs) throw new AppError('not_found', { detail: 'No such transaction.' });
    return transaction;
  }

  /** Requests of one transaction come one after the other. */
  async function inTurn<R>(transaction: Held, work: () => Promise<R>): Promise<R> {
    if (transaction.users >= MAX_USERS) {
      throw new AppError('rate_limited', {
        detail: `${MAX_USERS} requests of this transaction are under way; wait for their answers.`,
        retryAfterS: 1,
      });
    }
    transaction.users++;
    const mine = transaction.turn.then(work);
    transaction.turn = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      transaction.users--;
      transaction.usedMs = clock.now();
    }
  }

  /** Makes a call that was made before, and throws where it answers something else now. */
  async function repeat(step: DoneStep, scope: DataScope): Promise<void> {
    const ids = repeatIds(step.newIds, newDocId);
    let print: string;
    try {
      print = printOf(await step.perform({ ...scope, newDocId: ids.newDocId }));
    } catch (error) {
      const isPassing = error instanceof AppError && error.code === 'storage_unavailable';
      if (isPassing || !(error instanceof AppError) || hasLabel(error, 'TransientTransactionError')) throw error;
      throw new Changed(step);
    }
    if (step.isRepeatable && print !== step.print) throw new Changed(step);
  }

  /** The call's answer after the writes so far, none of which stays. */
  async function trial({ access, steps }: Held, step: Step): Promise<DoneStep & { readonly answer: unknown }> {
    try {
      return await inTransaction({ environmentId: access.environmentId }, async (within) => {
        for (const write of steps) if (write.isWrite) await repeat(write, within);
        const ids = repeatIds([], newDocId);
        const answer = await step.perform({ ...within, newDocId: ids.newDocId });
        throw new Undo({ ...step, answer, newIds: ids.given, print: printOf(answer) });
      });
    } catch (error) {
      if (error instanceof Undo) return error.done;
      throw error;
    }
  }

  /** Ends the transaction where others changed what it saw. */
  async function endOnConflict<R>(transaction: Held, work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Changed)) throw error;
      end(transaction, 'conflicted');
      throw new AppError('conflict', {
        detail: `Somebody else changed what this transaction read or wrote (${error.message}). Nothing of it was kept; begin another one and try again.`,
        cause: error,
      });
    }
  }

  return {
    begin(access) {
      sweep();
      const { environmentId } = access;
      const open = [...held.values()].filter(
        (one) => one.state === 'open' && one.access.environmentId === environmentId,
      );
      if (open.length >= MAX_OPEN) {
        throw new AppError('rate_limited', {
          detail: `${MAX_OPEN} transactions are open in this environment; commit or abort one. Each ends by itself after ${TOTAL_MS / 1000} s.`,
          retryAfterS: 1,
        });
      }
      const id = PREFIX + newSecret();
      const key = keyOf(id);
      const nowMs = clock.now();
      const state = 'open';
      const turn = Promise.resolve();
      held.set(key, { key, access, state, beganMs: nowMs, usedMs: nowMs, users: 0, turn, steps: [], bytes: 0 });
      return { id, expiresAt: new Date(nowMs + TOTAL_MS) };
    },

    async run(access, id, step) {
      const transaction = find(access, id);
      return inTurn(transaction, () =>
        endOnConflict(transaction, async () => {
          throwUnlessOpen(find(access, id));
          throwIfFull(transaction, step);
          const { answer, ...done } = await trial(transaction, step);
          throwUnlessOpen(transaction);
          transaction.steps = [...transaction.steps, done];
          transaction.bytes += step.bytes;
          return answer;
        }),
      );
    },

    async commit(access, id) {
      const transaction = find(access, id);
      return inTurn(transaction, () =>
        endOnConflict(transaction, async () => {
          if (transaction.state === 'committed') return;
          throwUnlessOpen(find(access, id));
          const { steps } = transaction;
          await inTransaction({ environmentId: access.environmentId }, async (within) => {
            for (const step of steps) await repeat(step, within);
          });
          end(transaction, 'committed');
        }),
      );
    },

    async abort(access, id) {
      const transaction = find(access, id);
      return inTurn(transaction, () => {
        if (transaction.state !== 'aborted') {
          throwUnlessOpen(find(access, id));
          end(transaction, 'aborted');
        }
        return Promise.resolve();
      });
    },

    async authenticate(token) {
      const transaction = token.startsWith(PREFIX) ? held.get(keyOf(token)) : undefined;
      if (transaction === undefined) return undefined;
      const { environmentId, tokenId } = transaction.access;
      if (!(await isTokenValid(environmentId, tokenId))) return undefined;
      return { ...transaction.access, scopes: ['write'], transaction: token };
    },
  };
}

/** Thrown to undo what was only tried. */
class Undo extends Error {
  readonly done: DoneStep & { readonly answer: unknown };
  constructor(done: DoneStep & { readonly answer: unknown }) {
    super('Only tried.');
    this.done = done;
  }
}

/** A call answers something else than before. */
class Changed extends Error {
  constructor({ name }: Step) {
    super(name);
  }
}

function throwUnlessOpen({ state }: Held): void {
  switch (state) {
    case 'open':
      return;
    case 'committed':
    case 'aborted':
      throw new AppError('gone', { detail: `This transaction was ${state}; begin another one.` });
    case 'conflicted':
      throw new AppError('gone', { detail: 'This transaction ended in a conflict; begin another one.' });
    case 'expired':
      throw new AppError('gone', {
        detail: `This transaction has expired: it may pause for ${IDLE_MS / 1000} s and last for ${TOTAL_MS / 1000} s. Nothing of it was kept.`,
      });
  }
}

function throwIfFull({ steps, bytes }: Held, step: Step): void {
  if (steps.length < MAX_STEPS && bytes + step.bytes <= MAX_BYTES) return;
  throw new AppError('invalid_input', {
    detail: `A transaction holds at most ${MAX_STEPS} calls of ${MAX_BYTES} bytes in all; commit this one and begin another.`,
  });
}

function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('base64');
}
