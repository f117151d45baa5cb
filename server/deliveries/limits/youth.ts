/**
 * How many deliveries may be under way. What an endpoint takes long to answer costs nothing but a socket, so there may be
 * many of those; but of deliveries that have only just begun there should be few: more would not be faster on a busy
 * processor, and all of them would be sent again after a crash.
 */
export interface YouthOptions {
  /** Under way at most. */
  readonly most: number;
  /** Of these, begun lately at most. */
  readonly young: number;
  readonly youngMs: number;
  readonly now: () => number;
}

export function createYouth({ most, young, youngMs, now }: YouthOptions) {
  /** When each one began, the oldest first. */
  const begun = new Map<symbol, number>();
  let old = 0;
  let countedAtMs = -Infinity;

  /** Counted again at most every tenth of a youth: the answer need not be exact. */
  function oldOnes(): number {
    const nowMs = now();
    if (nowMs - countedAtMs >= youngMs / 10) {
      countedAtMs = nowMs;
      old = 0;
      for (const beganAtMs of begun.values()) {
        if (nowMs - beganAtMs < youngMs) break;
        old++;
      }
    }
    return Math.min(old, begun.size);
  }

  return {
    capacity: (): number => Math.min(most, young + oldOnes()),

    /** The same work, counted while it goes on. */
    watch:
      <Args extends readonly unknown[], R>(work: (...args: Args) => Promise<R>) =>
      async (...args: Args): Promise<R> => {
        const mine = Symbol('delivery');
        begun.set(mine, now());
        try {
          return await work(...args);
        } finally {
          begun.delete(mine);
        }
      },
  };
}
