/**
 * Which lanes are worth a look now, and which later. A few fixed lanes are looked at with every poll. All others are
 * known only while something waits in them, so that ten thousand rules cost nothing until their queues are in use.
 *
 *   ready    something may be due: look as soon as there is room
 *   later    nothing is due before a time that is known
 *   blocked  something is due, but the lane has no room: until an entry of it ends, or a time that its owner names
 *   (none)   empty
 */
export interface LaneSchedule {
  /** The lanes to look at now, those that waited longest first. */
  readonly ready: (nowMs: number) => readonly string[];
  /** When the first of the others is to be looked at; undefined when none has a time. */
  readonly nextAtMs: () => number | undefined;
  readonly hasReady: () => boolean;
  readonly isReady: (lane: string) => boolean;
  /** Something was stored in the lane for others to claim, or will fall due then. */
  readonly notice: (lane: string, atMs?: number) => void;
  /** A look at what is due now begins: what `notice` says from now on counts, and what it said of later times. */
  readonly begin: (lane: string, nowMs: number) => void;
  /** The look found less than it had room for; the lane's next entry falls due then, or there is none. */
  readonly drained: (lane: string, nextDueMs: number | null) => void;
  /** The look found all it had room for: there may be more. */
  readonly full: (lane: string) => void;
  readonly blocked: (lane: string, untilMs: number | undefined) => void;
  readonly isBlocked: (lane: string) => boolean;
  /** Entries wait in the lane that are older than one stored now. */
  readonly hasBacklog: (lane: string) => boolean;
}

export function createLaneSchedule(fixed: () => readonly string[]): LaneSchedule {
  const ready = new Set<string>();
  const later = new Map<string, number>();
  const blocked = new Set<string>();
  const backlog = new Set<string>();
  /** No later than the earliest of `later`. */
  let nextAtMs = Infinity;

  function setLater(lane: string, atMs: number): void {
    later.set(lane, atMs);
    nextAtMs = Math.min(nextAtMs, atMs);
  }

  function wake(nowMs: number): void {
    if (nowMs < nextAtMs) return;
    nextAtMs = Infinity;
    for (const [lane, atMs] of later) {
      if (atMs > nowMs) nextAtMs = Math.min(nextAtMs, atMs);
      else {
        later.delete(lane);
        blocked.delete(lane);
        ready.add(lane);
      }
    }
  }

  return {
    ready: (nowMs) => {
      wake(nowMs);
      return [...ready, ...fixed().filter((lane) => !ready.has(lane))];
    },
    nextAtMs: () => (nextAtMs === Infinity ? undefined : nextAtMs),
    hasReady: () => ready.size > 0,
    isReady: (lane) => ready.has(lane),

    notice(lane, atMs) {
      if (atMs === undefined) {
        later.delete(lane);
        blocked.delete(lane);
        backlog.add(lane);
        ready.add(lane);
      } else if (!ready.has(lane) && atMs < (later.get(lane) ?? Infinity)) setLater(lane, atMs);
    },

    begin(lane, nowMs) {
      ready.delete(lane);
      if ((later.get(lane) ?? Infinity) <= nowMs) later.delete(lane);
      blocked.delete(lane);
      backlog.delete(lane);
    },

    drained(lane, nextDueMs) {
      if (nextDueMs !== null && !ready.has(lane)) setLater(lane, Math.min(nextDueMs, later.get(lane) ?? Infinity));
    },

    full(lane) {
      backlog.add(lane);
      ready.add(lane);
    },

    blocked(lane, untilMs) {
      ready.delete(lane);
      backlog.add(lane);
      blocked.add(lane);
      if (untilMs === undefined) later.delete(lane);
      else setLater(lane, untilMs);
    },

    isBlocked: (lane) => blocked.has(lane),
    hasBacklog: (lane) => backlog.has(lane),
  };
}
