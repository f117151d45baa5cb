/**
 * Keeps a bounded number of claimed entries at work, whatever the backlog. New work reaches it in two ways: an entry
 * that this process stores while it has room is claimed by that very insert (`reserve`, then `adopt`); everything else
 * waits in the collection and is claimed in batches, oldest first, when room comes free or its time arrives.
 */
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { QueueEntry, Settlement } from './entry.ts';
import { createLaneSchedule } from './laneSchedule.ts';
import type { Leases } from './leases.ts';

export interface WorkerOptions<Entry extends QueueEntry> {
  readonly leases: Pick<Leases<Entry>, 'owner' | 'findDue' | 'nextDueAt' | 'claim' | 'renew' | 'settle' | 'lanes'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** How many claimed entries may be held at a time. */
  readonly capacity: () => number;
  /** The lanes to look at with every poll. Others are found at the start, and by `notice`. */
  readonly lanes: () => readonly string[];
  /** How many more entries of the lane may be held when so many are; without it, as many as there is room for. */
  readonly roomIn?: (lane: string, taken: number) => number;
  /** When a lane that had no room may have some again; undefined: when one of its entries has ended, or by `notice`. */
  readonly wakeAt?: (lane: string) => number | undefined;
  /** Does the work. Whatever happens to it is a settlement; a rejection is a bug and leaves the lease to run out. */
  readonly perform: (entry: Entry, signal: AbortSignal) => Promise<Settlement>;
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
  /** Aborts the entry if it is at work here. */
  readonly abort: (id: string) => boolean;
  readonly held: () => number;
}

interface Held<Entry> {
  readonly entry: Entry;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** Lanes that are looked at together. */
const LOOKS_AT_ONCE = 8;
/** Between two looks at a lane of which nothing is left to claim. */
const REST_MS = 20;

export function createQueueWorker<Entry extends QueueEntry>(options: WorkerOptions<Entry>): QueueWorker<Entry> {
  const { leases, clock, log, capacity, perform, onSettled, leaseMs = 30_000, pollMs = 500, rescanMs } = options;
  const { roomIn = () => Infinity, wakeAt = () => undefined } = options;
  const held = new Map<string, Held<Entry>>();
  const taken = new Map<string, number>();
  const schedule = createLaneSchedule(options.lanes);
  let takenInAll = 0;
  let isPumping = false;
  let isStopping = false;
  let isGivingBack = false;
  let timers: NodeJS.Timeout[] = [];
  let alarm: NodeJS.Timeout | undefined;

  const takenIn = (lane: string): number => taken.get(lane) ?? 0;
  const freeRoom = (): number => capacity() - takenInAll;
  const take = (lane: string, count: number): void => {
    takenInAll += count;
    const now = takenIn(lane) + count;
    if (now === 0) taken.delete(lane);
    else taken.set(lane, now);
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
      release(entry.lane ?? '');
    }
  }

  /** Claims are made for many at a time: a lane that was full, or a worker that was, waits until half of it is free. */
  function release(lane: string): void {
    take(lane, -1);
    if (schedule.isBlocked(lane) && roomIn(lane, takenIn(lane)) >= Math.max(1, takenIn(lane))) schedule.notice(lane);
    if (schedule.hasReady() && freeRoom() >= capacity() / 2) void pump();
  }

  /** The outcome is known: it is offered until the database takes it, or another owner may have the lease. */
  async function settle(entry: Entry, settlement: Settlement): Promise<void> {
    for (let delayMs = 100; ; delayMs = Math.min(delayMs * 2, 2_000)) {
      try {
        await leases.settle(entry, settlement);
        const { status, due_at: dueAt } = settlement.set;
        if (status === 'queued' && dueAt instanceof Date) noticeLater(entry.lane ?? '', dueAt.getTime());
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
      setAlarm();
    }
  }

  /** One batch from every lane that is worth a look; true when there may be more and room for it. */
  async function claimRound(): Promise<boolean> {
    const names = schedule.ready(clock.now());
    for (let i = 0; i < names.length && freeRoom() > 0; i += LOOKS_AT_ONCE) {
      const together = names.slice(i, i + LOOKS_AT_ONCE);
      const share = Math.ceil(freeRoom() / together.length);
      await Promise.all(together.map((lane) => claimFrom(lane, share)));
      if (isStopping) return false;
    }
    return schedule.hasReady() && freeRoom() > 0;
  }

  async function claimFrom(lane: string, share: number): Promise<void> {
    const laneRoom = Math.floor(roomIn(lane, takenIn(lane)));
    if (laneRoom <= 0) {
      schedule.blocked(lane, wakeAt(lane));
      return;
    }
    const room = Math.min(laneRoom, share, freeRoom());
    if (room <= 0) return; // stays ready
    take(lane, room);
    let claimed: readonly Entry[] = [];
    try {
      schedule.begin(lane);
      const now = clock.now();
      const due = await leases.findDue(lane, new Date(now), room);
      if (due.length === room) schedule.full(lane);
      if (isStopping) return;
      claimed = await leases.claim(due, new Date(now), new Date(now + leaseMs));
      if (due.length < room) await rest(lane);
    } catch (error) {
      schedule.notice(lane, clock.now() + pollMs);
      throw error;
    } finally {
      take(lane, claimed.length - room);
    }
    claimed.forEach(begin);
  }

  async function rest(lane: string): Promise<void> {
    if (options.lanes().includes(lane)) return;
    const nextDueAt = await leases.nextDueAt(lane);
    // What is due and was not claimed is somebody else's by now: no reason to look again at once.
    schedule.drained(lane, nextDueAt === null ? null : Math.max(nextDueAt.getTime(), clock.now() + REST_MS));
  }

  function noticeLater(lane: string, atMs: number): void {
    schedule.notice(lane, atMs);
    setAlarm();
  }

  /** Between two polls, for what falls due earlier. */
  function setAlarm(): void {
    const atMs = schedule.nextAtMs();
    if (isStopping || atMs === undefined) return;
    const inMs = atMs - clock.now();
    if (inMs >= pollMs) return;
    clearTimeout(alarm);
    alarm = setTimeout(() => void pump(), Math.max(1, inMs));
  }

  async function renewAll(): Promise<void> {
    const entries = [...held.values()].map(({ entry }) => entry);
    try {
      await leases.renew(entries, new Date(clock.now() + leaseMs));
    } catch (error) {
      log.warn({ err: error, held: entries.length }, 'queue.renew_failed');
    }
  }

  /** Lanes that were filled before this process began, or by one that is gone. */
  async function findLanes(): Promise<void> {
    try {
      for (const lane of await leases.lanes()) schedule.notice(lane);
    } catch (error) {
      log.warn({ err: error }, 'queue.lanes_failed');
    }
  }

  return {
    start: () => {
      timers = [
        setInterval(() => void pump(), pollMs),
        setInterval(() => void renewAll(), leaseMs / 3),
        ...(rescanMs === undefined ? [] : [setInterval(() => void findLanes(), rescanMs)]),
      ];
      void findLanes().then(pump);
    },

    stop: async (graceMs) => {
      isStopping = true;
      const all = (): Promise<unknown> => Promise.all([...held.values()].map(({ done }) => done));
      await within(graceMs, all());
      timers.forEach(clearInterval);
      clearTimeout(alarm);
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
      if (isStopping || freeRoom() <= 0 || schedule.hasBacklog(lane)) return undefined;
      if (roomIn(lane, takenIn(lane)) < 1) return undefined;
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
    unreserve: release,
    notice: (lane) => {
      schedule.notice(lane);
      if (takenIn(lane) === 0) void pump();
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
