/**
 * Codes of trees that somebody saw a moment ago: a press on a row that changed under the finger still means what it
 * meant. A code is good only for those who could have seen it.
 */
import type { ContextKey } from '../../schemas/view.ts';
import type { Coded } from '../compose/codes.ts';
import { textOf, type Looking } from '../compose/seenMemo.ts';

interface Gone {
  readonly coded: Coded;
  readonly used: readonly ContextKey[];
  readonly text: string;
  readonly untilMs: number;
}

export interface GoneCodes {
  /** `looking`, and who agrees with it in `used`, saw them until now. */
  readonly add: (codes: readonly Coded[], used: readonly ContextKey[], looking: Looking) => void;
  readonly find: (code: string, lookings: readonly Looking[]) => Coded | undefined;
}

export const GRACE_MS = 10_000;
const MAX_KEPT = 20_000;

export function createGoneCodes(now: () => number): GoneCodes {
  /** In the order they went. */
  const byPlace = new Map<string, Gone>();

  function prune(): void {
    for (const [place, { untilMs }] of byPlace) {
      if (untilMs > now() && byPlace.size <= MAX_KEPT) return;
      byPlace.delete(place);
    }
  }

  return {
    add(codes, used, looking) {
      const text = textOf(looking, used);
      for (const coded of codes) {
        const place = `${coded.code}|${used.join()}|${text}`;
        byPlace.delete(place);
        byPlace.set(place, { coded, used, text, untilMs: now() + GRACE_MS });
      }
      prune();
    },
    find(code, lookings) {
      prune();
      for (const { coded, used, text } of byPlace.values()) {
        if (coded.code === code && lookings.some((looking) => textOf(looking, used) === text)) return coded;
      }
      return undefined;
    },
  };
}
