/**
 * What of a part of the page is not there yet, or could not be drawn: for whoever must not act on half of it, as a form
 * that would be sent without some of its inputs.
 */
import { createContext, use, useEffect, useLayoutEffect, useRef } from 'react';

export interface Holds {
  /** Gives the function that lets go again. */
  readonly hold: (why: 'loading' | 'broken') => () => void;
  readonly isBroken: () => boolean;
  readonly isLoading: () => boolean;
  /** At once where everything is there. */
  readonly whenLoaded: () => Promise<void>;
}

export function createHolds(): Holds {
  const held = { loading: 0, broken: 0 };
  let waiting: (() => void)[] = [];
  const settle = () => {
    if (held.loading > 0) return;
    const all = waiting;
    waiting = [];
    for (const go of all) go();
  };
  return {
    hold: (why) => {
      held[why] += 1;
      return () => {
        held[why] -= 1;
        // What takes the place of this one is about to say that it is there, or holds in its turn.
        queueMicrotask(settle);
      };
    },
    isBroken: () => held.broken > 0,
    isLoading: () => held.loading > 0,
    whenLoaded: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        settle();
      }),
  };
}

/** null where nobody minds. */
export const HoldsContext = createContext<Holds | null>(null);

/** For what stands in the place of something: holds from the moment it is seen until its successor has had its effects. */
export function useHold(why: 'loading' | 'broken'): void {
  const holds = use(HoldsContext);
  const release = useRef<() => void>(undefined);
  useLayoutEffect(() => {
    release.current = holds?.hold(why);
  }, [holds, why]);
  useEffect(() => () => release.current?.(), [holds, why]);
}
