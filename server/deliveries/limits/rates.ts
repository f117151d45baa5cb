/**
 * Rates, kept exactly: of n requests and the time t they may take together (the rate of n per t), no stretch as long
 * as t ever sees more than n. What a token bucket holds for a burst would come on top of the rate in the first second;
 * here the burst is the rate itself, so a queue that is slow to look loses none of it either.
 */
import type { Clock } from '../../lib/clock.ts';

const SWEEP_EVERY = 1_000;

export interface Rates {
  /** How many requests may begin now. */
  readonly free: (id: string, ratePerS: number) => number;
  /** When the next one may, as milliseconds since the epoch; now where one may already. */
  readonly freeAt: (id: string, ratePerS: number) => number;
  readonly take: (id: string, ratePerS: number) => void;
  /** For the last one taken, which was not used after all. */
  readonly giveBack: (id: string) => void;
  readonly size: () => number;
}

/** When requests began, oldest first, from `from` on. */
interface Begun {
  times: number[];
  from: number;
  windowMs: number;
}

export function createRates({ clock }: { readonly clock: Clock }): Rates {
  const kept = new Map<string, Begun>();
  let sinceSweep = 0;

  function begunOf(id: string, ratePerS: number): Begun {
    let begun = kept.get(id);
    if (begun === undefined) {
      begun = { times: [], from: 0, windowMs: 0 };
      kept.set(id, begun);
      if (++sinceSweep >= SWEEP_EVERY) sweep();
    }
    begun.windowMs = (atOnce(ratePerS) / ratePerS) * 1_000;
    forgetPast(begun, clock.now());
    return begun;
  }

  function sweep(): void {
    sinceSweep = 0;
    for (const [id, begun] of kept) {
      forgetPast(begun, clock.now());
      if (begun.times.length === 0) kept.delete(id);
    }
  }

  return {
    free: (id, ratePerS) => {
      const { times, from } = begunOf(id, ratePerS);
      return Math.max(0, atOnce(ratePerS) - (times.length - from));
    },
    freeAt: (id, ratePerS) => {
      const { times, from, windowMs } = begunOf(id, ratePerS);
      const inTheWay = times[Math.max(from, times.length - atOnce(ratePerS))];
      const isFree = times.length - from < atOnce(ratePerS);
      return isFree || inTheWay === undefined ? clock.now() : Math.ceil(inTheWay + windowMs);
    },
    take: (id, ratePerS) => {
      begunOf(id, ratePerS).times.push(clock.now());
    },
    giveBack: (id) => {
      const begun = kept.get(id);
      if (begun !== undefined && begun.times.length > begun.from) begun.times.pop();
    },
    size: () => kept.size,
  };
}

/** Of 2.5 a second, 2 in 0.8 s; of one in 3 s, just that. */
function atOnce(ratePerS: number): number {
  return Math.max(1, Math.floor(ratePerS));
}

function forgetPast(begun: Begun, nowMs: number): void {
  const { times, windowMs } = begun;
  // A clock that was set back must not hold requests back for as long.
  if ((times.at(-1) ?? 0) > nowMs) begun.times = times.map((at) => Math.min(at, nowMs));
  while (begun.from < begun.times.length && begun.times[begun.from]! + windowMs <= nowMs) begun.from += 1;
  if (begun.from === begun.times.length) {
    begun.times = [];
    begun.from = 0;
  } else if (begun.from > 1_024 && begun.from * 2 > begun.times.length) {
    begun.times = begun.times.slice(begun.from);
    begun.from = 0;
  }
}
