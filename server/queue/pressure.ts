/**
 * Taking work in goes before working it off: what was not taken in is lost to its sender, what waits in the queue is
 * not. While more callers than usual wait for their run to be stored, fewer runs are at work at a time.
 *
 * The measure is how many wait, not for how long: a slow disk alone makes nobody wait in line.
 */
export interface Pressure {
  /** How many entries may be at work, of those there is room for. */
  readonly capacity: () => number;
  readonly start: () => void;
  readonly stop: () => void;
}

/** Callers waiting, on average over the last quarter of a second, from which on intake goes first. */
const MANY_WAITING = 24;
const SAMPLE_MS = 25;
const WEIGHT = 0.1;

export function createPressure(options: {
  /** Entries that are on their way into the database now. */
  readonly waiting: () => number;
  readonly room: number;
  /** What stays at work whatever comes in. */
  readonly least: number;
}): Pressure {
  const { waiting, room, least } = options;
  let average = 0;
  let timer: NodeJS.Timeout | undefined;

  return {
    capacity: () => (average > MANY_WAITING ? Math.min(least, room) : room),
    start: () => {
      timer = setInterval(() => {
        average += WEIGHT * (waiting() - average);
      }, SAMPLE_MS);
      timer.unref();
    },
    stop: () => clearInterval(timer),
  };
}
