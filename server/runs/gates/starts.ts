/**
 * When runs began, kept in few numbers and always on the safe side: starts that are close together are counted at the
 * time of the last of them. A start at `t` is in the way until `t + perMs`, so no stretch of time as long as that ever
 * sees more than the limit.
 */
export interface Start {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** How many. */
  readonly n: number;
}

/** Finer than a hundredth of the stretch is not worth the bytes: the gate's document is written with every pass. */
const MOST_BUCKETS = 100;

/** The starts that still count, in order, few enough to be stored. */
export function startsSince(starts: readonly Start[], perMs: number, nowMs: number): readonly Start[] {
  const counting = starts
    // A clock that was set back must not hold runs back for as long.
    .map(({ at, n }) => ({ at: Math.min(at, nowMs), n }))
    .filter(({ at }) => at + perMs > nowMs)
    .sort((a, b) => a.at - b.at);
  const exact = merge(counting, (at) => at);
  if (exact.length <= MOST_BUCKETS) return exact;
  const widthMs = Math.ceil(perMs / (MOST_BUCKETS - 1));
  return merge(exact, (at) => Math.floor(at / widthMs));
}

/** How many there are. */
export function countOf(starts: readonly Start[]): number {
  return starts.reduce((sum, { n }) => sum + n, 0);
}

/**
 * The first moment at which another run may begin. `unbegun` were let through and begin at some time that is not
 * known yet, so the answer is the earliest possible; a look at that moment knows more.
 */
export function freeAtMs(input: {
  readonly starts: readonly Start[];
  readonly unbegun: number;
  readonly limit: number;
  readonly perMs: number;
  readonly nowMs: number;
}): number {
  const { starts, unbegun, limit, perMs, nowMs } = input;
  let inTheWay = countOf(starts) + unbegun;
  if (inTheWay < limit) return nowMs;
  for (const { at, n } of starts) {
    inTheWay -= n;
    if (inTheWay < limit) return at + perMs;
  }
  return nowMs + perMs;
}

/** Of starts in order: those with the same key become one, at the time of the last. */
function merge(starts: readonly Start[], keyOf: (at: number) => number): readonly Start[] {
  const merged: Start[] = [];
  for (const start of starts) {
    const last = merged.at(-1);
    if (last !== undefined && keyOf(last.at) === keyOf(start.at)) {
      merged[merged.length - 1] = { at: start.at, n: last.n + start.n };
    } else merged.push(start);
  }
  return merged;
}
