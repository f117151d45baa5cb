/**
 * Claims what waits in the collection, in batches, oldest first, from the lanes that are worth a look and have room:
 * with every poll, at the moment something falls due, and when room comes free.
 */
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { QueueEntry } from './entry.ts';
import { createLaneSchedule } from './laneSchedule.ts';
import type { Leases } from './leases.ts';
import type { Room } from './room.ts';

export interface ClaimerOptions<Entry extends QueueEntry> {
  readonly leases: Pick<Leases<Entry>, 'findDue' | 'nextDueAt' | 'claim' | 'lanes'>;
  readonly room: Room;
  /** The lanes to look at with every poll. */
  readonly lanes: () => readonly string[];
  /** Whether others may be filled without a word: then they are looked for at the start, and every `rescanMs`. */
  readonly hasOthers: boolean;
  /** What waits in a lane of a lower rank is claimed before anything of a higher one. */
  readonly rankOf: (lane: string) => number;
  /** When a lane that had no room may have some again; undefined: when one of its entries has ended, or by `notice`. */
  readonly wakeAt: (lane: string) => number | undefined;
  /** Starts on an entry that is ours now; its room is taken. */
  readonly begin: (entry: Entry) => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly leaseMs: number;
  readonly pollMs: number;
  /** How often to look for lanes that another process filled and left; only at the start without it. */
  readonly rescanMs: number | undefined;
}

export interface Claimer {
  readonly start: () => void;
  readonly stop: () => void;
  /** Something was stored in the lane for others to claim, or it may have room again. */
  readonly notice: (lane: string) => void;
  /** Something in the lane falls due then. */
  readonly noticeAt: (lane: string, atMs: number) => void;
  /** Room of the lane was given back. */
  readonly released: (lane: string) => void;
  /** Entries wait in the lane that are older than one stored now. */
  readonly hasBacklog: (lane: string) => boolean;
}

/** Lanes that are looked at together. */
const LOOKS_AT_ONCE = 8;
/** Between two looks at a lane of which nothing is left to claim. */
const REST_MS = 20;

export function createClaimer<Entry extends QueueEntry>(options: ClaimerOptions<Entry>): Claimer {
  const { leases, room, lanes, hasOthers, rankOf, wakeAt, begin, clock, log, leaseMs, pollMs, rescanMs } = options;
  const schedule = createLaneSchedule(lanes);
  let isPumping = false;
  let isStopping = false;
  let timers: NodeJS.Timeout[] = [];
  let alarm: NodeJS.Timeout | undefined;

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
    for (const names of byRank(schedule.ready(clock.now()))) {
      for (let i = 0; i < names.length && room.free() > 0; i += LOOKS_AT_ONCE) {
        const together = names.slice(i, i + LOOKS_AT_ONCE);
        const share = Math.ceil(room.free() / together.length);
        await Promise.all(together.map((lane) => claimFrom(lane, share)));
        if (isStopping) return false;
      }
      if (names.some((lane) => schedule.isReady(lane))) break; // there may be more of this rank
    }
    return schedule.hasReady() && room.free() > 0;
  }

  function byRank(names: readonly string[]): readonly (readonly string[])[] {
    const ranks = new Map<number, string[]>();
    for (const name of names) {
      const rank = rankOf(name);
      ranks.set(rank, [...(ranks.get(rank) ?? []), name]);
    }
    return [...ranks].sort(([a], [b]) => a - b).map(([, lanes]) => lanes);
  }

  async function claimFrom(lane: string, share: number): Promise<void> {
    if (room.free() <= 0) return; // stays ready
    const wanted = Math.min(room.freeIn(lane), share);
    if (wanted <= 0) {
      schedule.blocked(lane, wakeAt(lane));
      return;
    }
    room.take(lane, wanted);
    const now = clock.now();
    const isExpected = schedule.isReady(lane); // something was said of it; else it is just its turn
    schedule.begin(lane, now);
    let claimed: readonly Entry[] = [];
    try {
      const due = await leases.findDue(lane, new Date(now), wanted);
      if (due.length === wanted) schedule.full(lane);
      if (isStopping) return;
      claimed = await leases.claim(due, new Date(now), new Date(now + leaseMs));
    } catch (error) {
      schedule.notice(lane, clock.now() + pollMs);
      throw error;
    } finally {
      room.take(lane, claimed.length - wanted);
      claimed.forEach(begin);
    }
    if (!schedule.isReady(lane)) await rest(lane, isExpected || claimed.length > 0);
  }

  /**
   * Nothing of the lane is left to claim: it is looked at again when its next entry falls due. In a lane that is looked
   * at with every poll anyway that is only asked for while there is something going on.
   */
  async function rest(lane: string, isInUse: boolean): Promise<void> {
    if (!isInUse && lanes().includes(lane)) return;
    try {
      const nextDueAt = await leases.nextDueAt(lane);
      // What is due and was not claimed is somebody else's by now: no reason to look again at once.
      schedule.drained(lane, nextDueAt === null ? null : Math.max(nextDueAt.getTime(), clock.now() + REST_MS));
    } catch (error) {
      schedule.drained(lane, clock.now() + pollMs);
      throw error;
    }
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
        ...(rescanMs === undefined ? [] : [setInterval(() => void findLanes(), rescanMs)]),
      ];
      void (hasOthers ? findLanes() : Promise.resolve()).then(pump);
    },

    stop: () => {
      isStopping = true;
      timers.forEach(clearInterval);
      clearTimeout(alarm);
    },

    notice: (lane) => {
      schedule.notice(lane);
      if (room.takenIn(lane) === 0) void pump();
    },

    noticeAt: (lane, atMs) => {
      schedule.notice(lane, atMs);
      setAlarm();
    },

    /** Claims are made for many at a time: a lane that was full, or all of them, wait until half of it is free. */
    released: (lane) => {
      if (schedule.isBlocked(lane) && room.freeIn(lane) >= Math.max(1, room.takenIn(lane))) schedule.notice(lane);
      if (schedule.hasReady() && room.isHalfFree()) void pump();
    },

    hasBacklog: schedule.hasBacklog,
  };
}
