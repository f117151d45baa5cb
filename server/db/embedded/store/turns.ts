/**
 * Long work in short turns. A scan, an index build or a sweep calls `breathe` between its pages; once the current turn
 * has lasted `TURN_MS` it goes to the back of a queue, and every turn of the event loop resumes one waiter only. So
 * however many scans run, sockets and commits get their turn after at most one slice.
 */
const TURN_MS = 6;

export interface Turns {
  /** Resolves at once while the turn lasts, later otherwise. */
  readonly breathe: () => Promise<void>;
  /** True when the turn is used up and the next `breathe` will wait: lets loops skip the cost of an await. */
  readonly isOver: () => boolean;
  /** The present turn lasts so much longer. */
  readonly extend: (ms: number) => void;
}

export function createTurns(now: () => number = () => performance.now()): Turns {
  const waiting: (() => void)[] = [];
  let turnStartedAt = now();
  let isScheduled = false;
  // Work that starts from a socket begins in the turn the event loop is in; a clock tick marks where that turn began.
  let isTurnMarked = false;

  function markTurn(): void {
    if (isTurnMarked) return;
    isTurnMarked = true;
    turnStartedAt = now();
    setImmediate(() => {
      isTurnMarked = false;
    });
  }

  function resumeOne(): void {
    isScheduled = false;
    isTurnMarked = true;
    turnStartedAt = now();
    setImmediate(() => {
      isTurnMarked = false;
      if (waiting.length > 0 && !isScheduled) schedule();
    });
    waiting.shift()?.();
  }

  function schedule(): void {
    isScheduled = true;
    setImmediate(resumeOne);
  }

  function isOver(): boolean {
    markTurn();
    return now() - turnStartedAt >= TURN_MS;
  }

  return {
    isOver,
    extend: (ms) => {
      markTurn();
      turnStartedAt += ms;
    },
    breathe: () => {
      if (!isOver()) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.push(resolve);
        if (!isScheduled) schedule();
      });
    },
  };
}
