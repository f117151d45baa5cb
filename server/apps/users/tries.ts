/**
 * How often one may try to sign in. Five failures of an account, then a pause that doubles up to a quarter of an hour;
 * twenty of an address (of a /64 with IPv6, which one household has whole) in ten minutes. A try is counted before its
 * password is looked at and given back afterwards, so that tries sent at the same moment all count. Unknown accounts
 * are counted like known ones: the answers tell nobody which exist.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { AttemptDocument, AttemptStore } from './storeAttempts.ts';

export interface TryFrom {
  readonly environmentId: number;
  readonly emailKey: string;
  readonly address: string;
}

export interface Try {
  /** The password was right: the account begins anew, the address gets this try back. */
  readonly succeeded: () => Promise<void>;
  /** No password was looked at: all as before. */
  readonly undone: () => Promise<void>;
}

export interface Tries {
  /** Counts a try, or throws `rate_limited` with the time to wait. */
  readonly begin: (from: TryFrom) => Promise<Try>;
  /** Gives an account all its tries back. */
  readonly forgive: (account: Omit<TryFrom, 'address'>) => Promise<void>;
}

export const TRIES_OF_ACCOUNT = 5;
export const TRIES_OF_ADDRESS = 20;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 15 * 60_000;
const ADDRESS_WINDOW_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

type Change = (read: AttemptDocument | null, nowMs: number) => Omit<AttemptDocument, '_id'>;

export function createTries({
  store,
  clock,
}: {
  readonly store: Omit<AttemptStore, 'ensureIndexes' | 'deleteFinishedBefore'>;
  readonly clock: Clock;
}): Tries {
  async function change(id: string, next: Change): Promise<void> {
    for (;;) {
      const read = await store.find(id);
      const nowMs = clock.now();
      // What was to be forgotten is still there until it is cleared away; its place is taken over.
      const known = read !== null && read.expires_at.getTime() > nowMs ? read : null;
      if (await store.replace(read, { _id: id, ...next(known, nowMs) })) return;
    }
  }

  return {
    async begin({ environmentId, emailKey, address }) {
      const account = accountId(environmentId, emailKey);
      const place = `address:${addressKey(address)}`;
      await change(place, takeOfAddress);
      try {
        await change(account, takeOfAccount);
      } catch (error) {
        await change(place, giveBack);
        throw error;
      }
      return {
        succeeded: async () => {
          await Promise.all([store.remove(account), change(place, giveBack)]);
        },
        undone: async () => {
          await Promise.all([change(account, giveBack), change(place, giveBack)]);
        },
      };
    },
    forgive: ({ environmentId, emailKey }) => store.remove(accountId(environmentId, emailKey)),
  };
}

function takeOfAccount(read: AttemptDocument | null, nowMs: number): ReturnType<Change> {
  const blockedMs = read?.blocked_until?.getTime() ?? 0;
  if (blockedMs > nowMs) throw refused('This account', blockedMs - nowMs);
  const count = (read?.count ?? 0) + 1;
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (count - TRIES_OF_ACCOUNT), LONGEST_PAUSE_MS);
  return {
    count,
    blocked_until: count < TRIES_OF_ACCOUNT ? null : new Date(nowMs + pauseMs),
    expires_at: new Date(nowMs + DAY_MS),
  };
}

function takeOfAddress(read: AttemptDocument | null, nowMs: number): ReturnType<Change> {
  const endMs = read?.expires_at.getTime() ?? nowMs + ADDRESS_WINDOW_MS;
  const count = (read?.count ?? 0) + 1;
  if (count > TRIES_OF_ADDRESS) throw refused('This address', endMs - nowMs);
  return { count, blocked_until: null, expires_at: new Date(endMs) };
}

function giveBack(read: AttemptDocument | null, nowMs: number): ReturnType<Change> {
  return {
    count: Math.max(0, (read?.count ?? 0) - 1),
    blocked_until: null,
    expires_at: read?.expires_at ?? new Date(nowMs),
  };
}

function refused(who: string, waitMs: number): AppError {
  return new AppError('rate_limited', {
    detail: `${who} has failed to sign in too often; try again later.`,
    retryAfterS: waitMs / 1_000,
  });
}

/** Hashed: what people type into the wrong field does not belong into a database. */
function accountId(environmentId: number, emailKey: string): string {
  return `account:${environmentId}:${createHash('sha256').update(emailKey).digest('base64url')}`;
}

/** The address, or the first 64 bits of one of IPv6. */
export function addressKey(address: string): string {
  const plain = address.replace(/%.*$/, '').toLowerCase();
  const mapped = /^::ffff:([\d.]+)$/.exec(plain)?.[1];
  if (mapped !== undefined && isIPv4(mapped)) return mapped;
  if (!isIPv6(plain)) return isIPv4(plain) ? plain : 'unknown';
  const [head = '', tail] = plain.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const first = groups(head);
  const last = groups(tail ?? '');
  // A dotted end stands for two groups.
  const lastCount = last.length + (last.at(-1)?.includes('.') === true ? 1 : 0);
  const middle = tail === undefined ? [] : Array<string>(Math.max(0, 8 - first.length - lastCount)).fill('0');
  const all = [...first, ...middle, ...last].slice(0, 4);
  return `${all.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
