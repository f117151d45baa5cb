/**
 * Transactions that a caller holds open over several requests. While the caller thinks, the database knows nothing of
 * them: what was asked is kept here, in memory, so nobody is held up and a crash leaves nothing half.
 *
 * Each request makes the writes so far again in a transaction of the database, then its own call, and undoes all of it;
 * its answer is what the documents would be. The commit makes all calls again, reads too, and keeps them if each one
 * answers what it answered before: then all of it is as if done in that moment. If one does not, somebody else has
 * changed what the transaction saw, and it ends as a conflict. What this costs grows with the square of the calls, which
 * are few. Its states are told in register.ts.
 */
import { AppError } from '../../lib/errors.ts';
import type { Access } from '../../schemas/token.ts';
import type { DataScope } from '../scope.ts';
import { hasLabel } from '../storeFault.ts';
import type { InTransaction } from '../storeTransaction.ts';
import { createTurns } from '../turns.ts';
import { createRegister, type Held, type RegisterDeps } from './register.ts';
import { printOf, repeatIds, type DoneStep, type Step } from './step.ts';

export interface HeldTransactionsDeps extends RegisterDeps {
  readonly inTransaction: InTransaction;
  readonly newDocId: () => string;
  /** Whether the API token that began a transaction still opens its environment. */
  readonly isTokenValid: (environmentId: number, tokenId: string) => Promise<boolean>;
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

export const MAX_STEPS = 100;
const MAX_BYTES = 8 * 1024 * 1024;
/** Requests at once in one transaction, which wait for each other. */
const MAX_USERS = 20;

export function createHeldTransactions(deps: HeldTransactionsDeps): HeldTransactions {
  const { inTransaction, newDocId, isTokenValid, clock } = deps;
  const register = createRegister(deps);
  /** Two commits at once could each overlook what the other changes. */
  const oneAtATime = createTurns({ room: 1 });

  /** Requests of one transaction come one after the other. */
  async function inTurn<R>(held: Held, work: () => Promise<R>): Promise<R> {
    if (held.users >= MAX_USERS) {
      throw new AppError('rate_limited', {
        detail: `${MAX_USERS} requests of this transaction are under way: wait for their answers.`,
        retryAfterS: 1,
      });
    }
    held.users++;
    const mine = held.turn.then(work);
    held.turn = mine.catch(() => undefined);
    try {
      return await mine;
    } catch (error) {
      if (!(error instanceof Changed)) throw error;
      register.end(held, 'conflicted');
      throw new AppError('conflict', {
        detail: `Somebody else changed what this transaction read or wrote (${error.message}). Nothing of it was kept: begin another one and try again.`,
        cause: error,
      });
    } finally {
      held.users--;
      held.usedMs = clock.now();
    }
  }

  /** Makes a call that was made before, and throws where it answers something else now. */
  async function repeat(step: DoneStep, scope: DataScope): Promise<void> {
    const ids = repeatIds(step.newIds, newDocId);
    let print: string;
    try {
      print = printOf(await step.perform({ ...scope, newDocId: ids.newDocId }));
    } catch (error) {
      const isRefused = error instanceof AppError && error.code !== 'storage_unavailable';
      if (!isRefused || hasLabel(error, 'TransientTransactionError')) throw error;
      throw new Changed(step);
    }
    if (step.isRepeatable && print !== step.print) throw new Changed(step);
  }

  /** The call's answer after the writes so far, none of which stays. */
  async function tryOut({ access, steps }: Held, step: Step): Promise<Tried> {
    try {
      return await inTransaction({ environmentId: access.environmentId }, async (within) => {
        for (const done of steps) if (done.isWrite) await repeat(done, within);
        const ids = repeatIds([], newDocId);
        const answer = await step.perform({ ...within, newDocId: ids.newDocId });
        throw new Undo({ answer, done: { ...step, newIds: ids.given, print: printOf(answer) } });
      });
    } catch (error) {
      if (error instanceof Undo) return error.tried;
      throw error;
    }
  }

  return {
    begin: (access) => register.begin(access),

    async run(access, id, step) {
      const held = register.find(access, id);
      return inTurn(held, async () => {
        register.checkOpen(held);
        throwIfFull(held, step);
        const { answer, done } = await tryOut(held, step);
        register.checkOpen(held);
        held.steps = [...held.steps, done];
        held.bytes += step.bytes;
        return answer;
      });
    },

    async commit(access, id) {
      const held = register.find(access, id);
      return inTurn(held, async () => {
        if (held.state === 'committed') return;
        register.checkOpen(held);
        const { steps } = held;
        await oneAtATime([], () =>
          inTransaction({ environmentId: access.environmentId }, async (within) => {
            for (const step of steps) await repeat(step, within);
          }),
        );
        register.end(held, 'committed');
      });
    },

    async abort(access, id) {
      const held = register.find(access, id);
      return inTurn(held, () => {
        if (held.state === 'aborted') return Promise.resolve();
        register.checkOpen(held);
        register.end(held, 'aborted');
        return Promise.resolve();
      });
    },

    async authenticate(token) {
      const owner = register.ownerOf(token);
      if (owner === undefined || !(await isTokenValid(owner.environmentId, owner.tokenId))) return undefined;
      return { ...owner, scopes: ['write'], transaction: token };
    },
  };
}

interface Tried {
  readonly answer: unknown;
  readonly done: DoneStep;
}

/** Thrown to undo what was only tried. */
class Undo extends Error {
  readonly tried: Tried;
  constructor(tried: Tried) {
    super('Only tried.');
    this.tried = tried;
  }
}

/** A call answers something else than before. */
class Changed extends Error {
  constructor({ name }: Step) {
    super(name);
  }
}

function throwIfFull({ steps, bytes }: Held, step: Step): void {
  if (steps.length < MAX_STEPS && bytes + step.bytes <= MAX_BYTES) return;
  throw new AppError('invalid_input', {
    detail: `A transaction holds at most ${MAX_STEPS} calls of ${MAX_BYTES} bytes in all: commit this one and begin another.`,
  });
}
