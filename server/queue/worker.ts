/**
 * Keeps a bounded number of claimed entries at work, whatever the backlog. New work reaches it in two ways: an entry
 * that this process stores while it has room is claimed by that very insert (`reserve`, then `adopt`); everything else
 * waits in the collection and is claimed in batches, oldest first, when room comes free or its time arrives.
 */
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { createClaimer } from './claimer.ts';
import type { QueueEntry, Settlement } from './entry.ts';
import type { Leases } from './leases.ts';
import { createRoom } from './room.ts';

export interface WorkerOptions<Entry extends QueueEntry> {
  readonly leases: Pick<Leases<Entry>, 'owner' | 'findDue' | 'nextDueAt' | 'claim' | 'renew' | 'settle' | 'lanes'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** How many claimed entries may be held at a time. */
  readonly capacity: () => number;
  /** The lanes to look at with every poll. Others are found at the start, and by `notice`. */
  readonly lanes: () => readonly string[];
  /** Whether there are others; there may be, without it. */
  readonly hasOthers?: boolean;
  /** What waits in a lane of a lower rank is claimed before anything of a higher one; without it all are alike. */
  readonly rankOf?: (lane: string) => number;
  /** How many more entries of the lane may be held when so many are; without it, as many as there is room for. */
  readonly roomIn?: (lane: string, taken: number) => number;
  /** When a lane that had no room may have some again; undefined: when one of its entries has ended, or by `notice`. */
  readonly wakeAt?: (lane: string) => number | undefined;
  /** Does the work. Whatever happens to it is a settlement; a rejection is a bug and leaves the lease to run out. */
  readonly perform: (entry: Entry, signal: AbortSignal) => Promise<Settlement>;
  /** What must be on disk before the outcome is; tried again together with it. */
  readonly beforeSettled?: (entry: Entry, settlement: Settlement) => Promise<void>;
  /** Called when the outcome is stored. */
  readonly onSettled?: (entry: Entry, settlement: Settlement) => void;
  readonly leaseMs?: number;
  readonly pollMs?: number;
  /** How often to look for lanes that another process filled and left; only at the start without it. */
  readonly rescanMs?: number;
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
  /** Says that an entry was stored for others to claim, or that the lane may have room again. */
  readonly notice: (lane: string) => void;
  /** Says that an entry was stored which falls due then. */
  readonly noticeAt: (lane: string, atMs: number) => void;
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
  const {
    leases,
    clock,
    log,
    capacity,
    lanes,
    perform,
    beforeSettled,
    onSettled,
    leaseMs = 30_000,
    pollMs = 500,
    rescanMs,
  } = options;
  const { roomIn = () => Infinity, wakeAt = () => undefined, hasOthers = true, rankOf = () => 0 } = options;
  const held = new Map<string, Held<Entry>>();
  const room = createRoom({ capacity, roomIn });
  const claimer = createClaimer({
    leases,
    room,
    lanes,
    hasOthers,
    rankOf,
    wakeAt,
    begin,
    clock,
    log,
    leaseMs,
    pollMs,
    rescanMs,
  });
  let isStopping = false;
  let isGivingBack = false;
  let renewing: NodeJS.Timeout | undefined;

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
      release(entry.lane ?? '');
    }
  }

  function release(lane: string): void {
    room.take(lane, -1);
    claimer.released(lane);
  }

  /** The outcome is known: it is offered until the database takes it, or another owner may have the lease. */
  async function settle(entry: Entry, settlement: Settlement): Promise<void> {
    for (let delayMs = 100; ; delayMs = Math.min(delayMs * 2, 2_000)) {
      try {
        await beforeSettled?.(entry, settlement);
        await leases.settle(entry, settlement);
        const { status, due_at: dueAt } = settlement.set;
        if (status === 'queued' && dueAt instanceof Date) claimer.noticeAt(entry.lane ?? '', dueAt.getTime());
        onSettled?.(entry, settlement);
        return;
      } catch (error) {
        log.warn({ err: error, entry: entry._id }, 'queue.settle_failed');
        if (isGivingBack) throw error;
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    }
  }

  async function renewAll(): Promise<void> {
    const entries = [...held.values()].map(({ entry }) => entry);
    try {
      await leases.renew(entries, new Date(clock.now() + leaseMs));
    } catch (error) {
      log.warn({ err: error, held: entries.length }, 'queue.renew_failed');
    }
  }

  return {
    start: () => {
      renewing = setInterval(() => void renewAll(), leaseMs / 3);
      claimer.start();
    },

    stop: async (graceMs) => {
      isStopping = true;
      claimer.stop();
      const all = (): Promise<unknown> => Promise.all([...held.values()].map(({ done }) => done));
      await within(graceMs, all());
      clearInterval(renewing);
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
      if (isStopping || claimer.hasBacklog(lane) || room.freeIn(lane) < 1) return undefined;
      room.take(lane, 1);
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
    unreserve: release,
    notice: claimer.notice,
    noticeAt: claimer.noticeAt,
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
