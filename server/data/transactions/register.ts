/**
 * Which transactions are held open, by whom, and how those that are over ended. All of it is in the memory of this
 * process: whoever comes back after it ended is told that there is no such transaction.
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
import type { DoneStep } from './step.ts';

export interface Held {
  /** Whose it is: nobody else finds it. */
  readonly access: Access;
  readonly beganMs: number;
  state: 'open' | End;
  usedMs: number;
  /** Requests that are at work in it or wait for their turn. */
  users: number;
  /** Settles when the last of them is done. */
  turn: Promise<unknown>;
  steps: readonly DoneStep[];
  bytes: number;
}

export type End = 'committed' | 'aborted' | 'conflicted' | 'expired';

export interface RegisterDeps {
  /** 256 bits of chance, as text. */
  readonly newSecret: () => string;
  readonly clock: Clock;
}

export const IDLE_MS = 10_000;
export const TOTAL_MS = 30_000;
/** In one environment. */
export const MAX_OPEN = 5;
/** How long it is known how one ended, and of how many. */
const REMEMBER_MS = 600_000;
const MAX_REMEMBERED = 10_000;
const PREFIX = 'txn_';

export function createRegister({ newSecret, clock }: RegisterDeps) {
  /** By the hash of the id, oldest first. */
  const known = new Map<string, Held>();
  const open = new Set<Held>();

  function end(held: Held, state: End): void {
    Object.assign(held, { state, steps: [], bytes: 0 });
    open.delete(held);
  }

  /** Lets go of what nobody may use any more. */
  function sweep(): void {
    const nowMs = clock.now();
    for (const held of open) {
      const isIdle = held.users === 0 && nowMs - held.usedMs > IDLE_MS;
      if (isIdle || nowMs - held.beganMs > TOTAL_MS) end(held, 'expired');
    }
    for (const [key, { beganMs }] of known) {
      if (nowMs - beganMs <= REMEMBER_MS && known.size <= MAX_REMEMBERED) break;
      known.delete(key);
    }
  }

  return {
    end,

    begin(access: Access): { readonly id: string; readonly expiresAt: Date } {
      sweep();
      const here = [...open].filter((held) => held.access.environmentId === access.environmentId);
      if (here.length >= MAX_OPEN) {
        throw new AppError('rate_limited', {
          detail: `${MAX_OPEN} transactions are open in this environment: commit or abort one. Each ends by itself after ${TOTAL_MS / 1000} s at most.`,
          retryAfterS: 1,
        });
      }
      const id = PREFIX + newSecret();
      const nowMs = clock.now();
      const times = { beganMs: nowMs, usedMs: nowMs };
      const held: Held = { access, ...times, state: 'open', users: 0, turn: Promise.resolve(), steps: [], bytes: 0 };
      known.set(keyOf(id), held);
      open.add(held);
      return { id, expiresAt: new Date(nowMs + TOTAL_MS) };
    },

    /** Throws `not_found` for one that is another token's or nobody's. */
    find({ environmentId, tokenId }: Access, id: string): Held {
      sweep();
      const held = known.get(keyOf(id));
      if (held?.access.environmentId !== environmentId || held.access.tokenId !== tokenId) {
        throw new AppError('not_found', { detail: 'There is no such transaction.' });
      }
      return held;
    },

    /** Whose transaction it is, for its token alone. */
    ownerOf: (token: string): Access | undefined =>
      token.startsWith(PREFIX) ? known.get(keyOf(token))?.access : undefined,

    /** Throws `gone` for one that has ended. */
    checkOpen(held: Held): void {
      sweep();
      throwUnlessOpen(held);
    },
  };
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

function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('base64');
}
