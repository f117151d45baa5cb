/** Counts what is held, in all and in each lane, against what may be. */
export interface RoomOptions {
  /** How many entries may be held at a time. */
  readonly capacity: () => number;
  /** How many more entries of the lane may be held when so many are. */
  readonly roomIn: (lane: string, taken: number) => number;
}

export interface Room {
  /** Entries that may be held beside those that are. */
  readonly free: () => number;
  readonly freeIn: (lane: string) => number;
  readonly takenIn: (lane: string) => number;
  readonly isHalfFree: () => boolean;
  /** A negative count gives back. */
  readonly take: (lane: string, count: number) => void;
}

export function createRoom({ capacity, roomIn }: RoomOptions): Room {
  const taken = new Map<string, number>();
  let takenInAll = 0;
  const takenIn = (lane: string): number => taken.get(lane) ?? 0;
  const free = (): number => capacity() - takenInAll;

  return {
    free,
    freeIn: (lane) => Math.min(free(), Math.floor(roomIn(lane, takenIn(lane)))),
    takenIn,
    isHalfFree: () => free() >= capacity() / 2,
    take(lane, count) {
      takenInAll += count;
      const now = takenIn(lane) + count;
      if (now === 0) taken.delete(lane);
      else taken.set(lane, now);
    },
  };
}
