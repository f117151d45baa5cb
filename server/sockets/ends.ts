/**
 * How a visit's runs ended, for as long as its browser may not know: what ended while it was away, and what was told to
 * a connection that may have been dead already.
 */
import type { RunEnded } from '../schemas/socket.ts';

export interface Ends {
  readonly add: (end: RunEnded, isTold: boolean) => void;
  /** What the browser may not have heard, oldest first. It counts as told now. */
  readonly take: () => readonly RunEnded[];
}

interface Kept {
  readonly end: RunEnded;
  readonly chars: number;
  toldAtMs: number | undefined;
}

/** Somewhat longer than a dead connection goes unnoticed. */
const UNSURE_MS = 30_000;
const MOST = 50;
const MOST_CHARS = 512 * 1024;

export function createEnds(now: () => number = Date.now): Ends {
  let all: readonly Kept[] = [];
  const isDue = ({ toldAtMs }: Kept) => toldAtMs === undefined || now() - toldAtMs < UNSURE_MS;
  return {
    add: (end, isTold) => {
      const chars = end.result === undefined ? 0 : JSON.stringify(end.result).length;
      const next = [...all.filter(isDue), { end, chars, toldAtMs: isTold ? now() : undefined }];
      let sum = next.reduce((total, each) => total + each.chars, 0);
      while (next.length > MOST || (sum > MOST_CHARS && next.length > 1)) sum -= next.shift()!.chars;
      all = next;
    },
    take: () => {
      all = all.filter(isDue);
      for (const kept of all) kept.toldAtMs = now();
      return all.map(({ end }) => end);
    },
  };
}
