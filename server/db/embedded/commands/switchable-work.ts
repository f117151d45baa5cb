/** A query lives longer than the command that opened it: each getMore lends it its own deadline and its own client. */
import { type Work } from '../store/work.ts';

export interface SwitchableWork {
  readonly work: Work;
  readonly use: (work: Work) => void;
}

export function switchableWork(first: Work): SwitchableWork {
  let current = first;
  return {
    use: (work) => {
      current = work;
    },
    work: {
      touch: () => current.touch(),
      claim: (collection, row) => current.claim(collection, row),
      enter: () => current.enter(),
      outside: (act) => current.outside(act),
      breathe: () => current.breathe(),
      shouldBreathe: () => current.shouldBreathe(),
      settle: () => current.settle(),
      isInTransaction: first.isInTransaction,
    },
  };
}
