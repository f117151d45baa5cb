/**
 * Keeps a bounded number of claimed entries at work, whatever the backlog. New work reaches it in two ways: an entry
 * that this process stores while it has room is claimed by that very insert (`reserve`, then `adopt`); everything else
 * waits in the collection and is claimed in batches, oldest first, when room comes free or its time arrives.
 */
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { Lane, QueueEntry, Settlement } from './entry.ts';
import type { Leases } from './leases.ts';

export interface WorkerOptions<Entry extends QueueEntry> {
  readonly leases: Pick<Leases<Entry>, 'owner' | 'findDue' | 'claim' | 'renew' | 'settle' | 'lanes'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** How many claimed entries may be held at a time. */
  readonly capacity: () => number;
  /** The lanes there are now. Entries in others, from before, are found at the start. */
  readonly lanes: () => readonly Lane[];
  /** Does the work. Whatever happens to it is a settlement; a rejection is a bug and leaves the lease to run out. */
  readonly perform: (entry: Entry, signal: AbortSignal) => Promise<Settlement>;
  /** Called when the outcome is stored. */
  readonly onSettled?: (entry: Entry, settlement: Settlement) => void;
  readonly leaseMs?: number;
  readonly pollMs?: number;
}

/** The members of a document that is claimed by the insert that stores it. */
export interface Reservation {
  readonly status: 'running';
  readonly owner: string;
  readonly attempt: 1;
  readonly claimed_at: Date;
  readonly due_at: Date;
}

export interface QueueWorker<Entry extends QueueEntry> {
  readonly start: () => void;
  /** Claims nothing more, waits for what runs, then aborts it and gives it back to the queue. */
  readonly stop: (graceMs: number) => Promise<void>;
  /** Takes room for an entry that is about to be stored; undefined when it must wait its turn. */
  readonly reserve: (lane: string) => Reservation | undefined;
  /** Starts on an entry whose insert carried the reservation. */
  readonly adopt: (entry: Entry) => void;
  /** Gives the room back when that insert failed. */
  readonly unreserve: (lane: string) => void;
  /** Says that an entry was stored for others to claim. */
  readonly notice: (lane: string) => void;
  /** Aborts the entry if it is at work here. */
  readonly abort: (id: string) => boolean;
  readonly held: () => number;
}

interface Held<Entry> {
  readonly entry: Entry;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

export function createQueueWorker<Entry extends QueueEntry>(options: WorkerOptions<Entry>): QueueWorker<Entry> {
  const { leases, clock, log, capacity, lanes, perform, onSettled, leaseMs = 30_000, pollMs = 500 } = options;
  const held = new Map<string, Held<Entry>>();
  const taken = new Map<string, number>();
  const backlog = new Set<string>();
  const strayLanes = new Set<string>();
  let takenInAll = 0;
  let isPumping = false;
  let isStopping = false;
  let isGivingBack = false;
  let timers: NodeJS.Timeout[] = [];

  const laneOf = (name: string): Lane => lanes().find((lane) => lane.name === name) ?? { name, limit: null };
  const roomIn = (lane: Lane): number =>
    Math.min(capacity() - takenInAll, lane.limit === null ? Infinity : lane.limit - (taken.get(lane.name) ?? 0));
  const take = (lane: string, count: number): void => {
    takenInAll += count;
    taken.set(lane, (taken.get(lane) ?? 0) + count);
  };

  function begin(entry: Entry): void {
    const abort = new AbortController();
    const done = attend(entry, abort.signal);
    held.set(entry._id, { entry, abort, done });
  }

  async function attend(entry: Entry, signal: AbortSignal): Promise<void> {
    try {
      const settlement = await perform(entry, signal);
      if (!isGivingBack) await settle(entry, settlement);
    } catch (error) {
      log.error({ err: error, entry: entry._id, attempt: entry.attempt }, 'queue.perform_failed');
    } finally {
      held.delete(entry._id);
      take(entry.lane ?? '', -1);
      if (backlog.size > 0 && capacity() - takenInAll >= capacity() / 2) void pump();
    }
  }

  /** The outcome is known: it is offered until the database takes it, or another owner may have the lease. */
  async function settle(entry: Entry, settlement: Settlement): Promise<void> {
    for (let delayMs = 100; ; delayMs = Math.min(delayMs * 2, 2_000)) {
      try {
        await leases.settle(entry, settlement);
        onSettled?.(entry, settlement);
        return;
      } catch (error) {
        log.warn({ err: error, entry: entry._id }, 'queue.settle_failed');
        if (isGivingBack) throw error;
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    }
  }

  async function pump(): Promise<void> {
    if (isPumping || isStopping) return;
    isPumping = true;
    try {
      while (await claimRound());
    } catch (error) {
      log.warn({ err: error }, 'queue.claim_failed');
    } finally {
      isPumping = false;
    }
  }

  /** One batch from every lane; true when there may be more and room for it. */
  async function claimRound(): Promise<boolean> {
    let isMore = false;
    const names = new Set([...lanes().map((lane) => lane.name), ...strayLanes]);
    for (const lane of [...names].map(laneOf)) {
      const room = roomIn(lane);
      if (room <= 0) continue;
      take(lane.name, room);
      let claimed: readonly Entry[] = [];
      try {
        const now = clock.now();
        const due = await leases.findDue(lane.name, new Date(now), room);
        if (due.length < room) backlog.delete(lane.name);
        else backlog.add(lane.name);
        if (isStopping) return false;
        claimed = await leases.claim(due, new Date(now), new Date(now + leaseMs));
      } finally {
        take(lane.name, claimed.length - room);
      }
      claimed.forEach(begin);
      if (backlog.has(lane.name) && roomIn(lane) > 0) isMore = true;
    }
    return isMore;
  }

  async function renewAll(): Promise<void> {
    const entries = [...held.values()].map(({ entry }) => entry);
    try {
      await leases.renew(entries, new Date(clock.now() + leaseMs));
    } catch (error) {
      log.warn({ err: error, held: entries.length }, 'queue.renew_failed');
    }
  }

  /** Lanes whose limit is gone may still hold entries from before. */
  async function findStrayLanes(): Promise<void> {
    try {
      for (const lane of await leases.lanes()) strayLanes.add(lane);
    } catch (error) {
      log.warn({ err: error }, 'queue.lanes_failed');
    }
  }

  return {
    start: () => {
      timers = [setInterval(() => void pump(), pollMs), setInterval(() => void renewAll(), leaseMs / 3)];
      void findStrayLanes().then(pump);
    },

    stop: async (graceMs) => {
      isStopping = true;
      const all = (): Promise<unknown> => Promise.all([...held.values()].map(({ done }) => done));
      await within(graceMs, all());
      timers.forEach(clearInterval);
      isGivingBack = true;
      const left = [...held.values()];
      for (const { abort } of left) abort.abort(new Error('the server is stopping'));
      await Promise.all(
        left.map(({ entry }) =>
          leases.settle(entry, {
            set: { status: 'queued', due_at: new Date(clock.now()), attempt: entry.attempt - 1 },
          }),
        ),
      );
      await within(2_000, all());
    },

    reserve: (lane) => {
      if (isStopping || backlog.has(lane) || roomIn(laneOf(lane)) <= 0) return undefined;
      take(lane, 1);
      const now = clock.now();
      return {
        status: 'running',
        owner: leases.owner,
        attempt: 1,
        claimed_at: new Date(now),
        due_at: new Date(now + leaseMs),
      };
    },

    adopt: begin,
    unreserve: (lane) => {
      take(lane, -1);
    },
    notice: (lane) => {
      backlog.add(lane);
      strayLanes.add(lane);
      if (takenInAll === 0) void pump();
    },
    abort: (id) => {
      const found = held.get(id);
      found?.abort.abort(new Error('canceled'));
      return found !== undefined;
    },
    held: () => held.size,
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
