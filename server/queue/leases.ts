/**
 * Claims, renews and settles queue entries of one collection. Every write carries its own condition, so it may run
 * twice and two processes may race: at most one of them matches.
 */
import type mongoose from 'mongoose';
import { createBatcher } from '../db/batch.ts';
import { updateEach, type UpdateOp } from '../db/commands.ts';
import { QUEUE_PLACE, type QueueEntry, type Settlement } from './entry.ts';

/** Nobody holds an entry for longer without renewing it. */
const LONGEST_LEASE_MS = 600_000;

export interface LeasesOptions<Entry extends QueueEntry> {
  readonly connection: mongoose.Connection;
  readonly collection: string;
  /** Names this process, and no other one ever. */
  readonly owner: string;
  /** What else a claim writes, seen from the entry as it was: for example that an earlier attempt was lost. */
  readonly onClaim?: (entry: Entry, now: Date) => Partial<Settlement>;
}

export interface Leases<Entry extends QueueEntry> {
  readonly owner: string;
  /** The index that keeps claims from scanning. */
  readonly ensureIndexes: () => Promise<void>;
  readonly findDue: (lane: string, now: Date, limit: number) => Promise<readonly Entry[]>;
  /** Those of the given entries that are now ours, as they are after the claim. */
  readonly claim: (entries: readonly Entry[], now: Date, until: Date) => Promise<readonly Entry[]>;
  readonly renew: (entries: readonly Entry[], until: Date) => Promise<void>;
  /** Writes the settlement if the claim still holds; a late owner's is discarded. */
  readonly settle: (entry: Entry, settlement: Settlement) => Promise<void>;
  /**
   * Makes every running entry of other owners due now: only for a database that no other process can be using. Looks at
   * what is due soon, in the given lanes or all there are: what is due later is no lease, but waits.
   */
  readonly expireOthers: (now: Date, lanes?: readonly string[]) => Promise<void>;
  /** When the next entry of the lane falls due; null when it is empty. */
  readonly nextDueAt: (lane: string) => Promise<Date | null>;
  /** The lanes that hold entries. One short look per lane, whatever they hold. */
  readonly lanes: () => Promise<readonly string[]>;
}

export function createLeases<Entry extends QueueEntry>(options: LeasesOptions<Entry>): Leases<Entry> {
  const { connection, collection, owner, onClaim } = options;
  const entries = connection.collection<Entry & { _id: string }>(collection);
  const settlements = createBatcher<UpdateOp, undefined>({
    maxItems: 500,
    maxInFlight: 2,
    send: async (ops) => {
      await updateEach(connection, collection, ops);
      return ops.map(() => undefined);
    },
  });

  function claimOp(entry: Entry, now: Date, until: Date): UpdateOp {
    const more = onClaim?.(entry, now) ?? {};
    return {
      q: { _id: entry._id, due_at: entry.due_at, attempt: entry.attempt },
      u: toUpdate({
        ...more,
        set: { ...more.set, status: 'running', owner, attempt: entry.attempt + 1, claimed_at: now, due_at: until },
      }),
    };
  }

  async function findLanes(): Promise<readonly string[]> {
    const names: string[] = [];
    for (let last = ''; ; last = names.at(-1) ?? '') {
      const next = await entries.findOne({ lane: names.length === 0 ? { $gte: last } : { $gt: last } } as object, {
        sort: { lane: 1, due_at: 1 },
        projection: { lane: 1 },
      });
      if (next?.lane === undefined) return names;
      names.push(next.lane);
    }
  }

  return {
    owner,

    ensureIndexes: async () => {
      await entries.createIndexes([{ key: { lane: 1, due_at: 1 }, sparse: true, name: 'queue' }]);
    },

    findDue: async (lane, now, limit) =>
      (await entries
        .find({ lane, due_at: { $lte: now } } as object)
        .sort({ due_at: 1 })
        .limit(limit)
        .toArray()) as unknown as Entry[],

    claim: async (candidates, now, until) => {
      if (candidates.length === 0) return [];
      const matched = await updateEach(
        connection,
        collection,
        candidates.map((entry) => claimOp(entry, now, until)),
      );
      const isAllOurs = matched === candidates.length;
      const hasExtras =
        onClaim !== undefined && candidates.some((entry) => Object.keys(onClaim(entry, now)).length > 0);
      if (isAllOurs && !hasExtras) {
        return candidates.map((entry) => ({
          ...entry,
          status: 'running',
          owner,
          attempt: entry.attempt + 1,
          claimed_at: now,
          due_at: until,
        }));
      }
      const ids = candidates.map((entry) => entry._id);
      return (await entries
        .find({ _id: { $in: ids }, owner, claimed_at: now } as object)
        .toArray()) as unknown as Entry[];
    },

    renew: async (held, until) => {
      if (held.length === 0) return;
      await updateEach(
        connection,
        collection,
        held.map((entry) => ({ q: fence(entry), u: { $set: { due_at: until } } })),
      );
    },

    settle: async (entry, settlement) => {
      await settlements.add({ q: fence(entry), u: toUpdate(settlement) });
    },

    expireOthers: async (now, lanes) => {
      const soon = { $gt: now, $lte: new Date(now.getTime() + LONGEST_LEASE_MS) };
      for (const lane of lanes ?? (await findLanes())) {
        await entries.updateMany(
          { lane, due_at: soon, status: 'running', owner: { $ne: owner } } as object,
          { $set: { due_at: now } } as object,
        );
      }
    },

    nextDueAt: async (lane) => {
      const next = await entries.findOne({ lane } as object, { sort: { due_at: 1 }, projection: { due_at: 1 } });
      return next?.due_at ?? null;
    },

    lanes: findLanes,
  };
}

function fence(entry: QueueEntry): object {
  return { _id: entry._id, owner: entry.owner, attempt: entry.attempt };
}

/** A settlement whose status is no longer queued or running also gives up the entry's place in the queue. */
function toUpdate({ set = {}, unset = [], push = {} }: Partial<Settlement>): object {
  const isFinished = set.status !== undefined && set.status !== 'queued' && set.status !== 'running';
  const gone: readonly string[] = isFinished
    ? [...unset, ...QUEUE_PLACE]
    : set.status === 'queued'
      ? [...unset, 'owner', 'claimed_at']
      : unset;
  return {
    ...(Object.keys(set).length > 0 && { $set: set }),
    ...(gone.length > 0 && { $unset: Object.fromEntries(gone.map((name) => [name, ''])) }),
    ...(Object.keys(push).length > 0 && { $push: push }),
  };
}
