/**
 * How many entries wait or run. Counted now and then, and kept by addition in between, so that asking costs nothing.
 */
import type { Logger } from '../lib/log.ts';

export interface QueueDepth {
  readonly current: () => number;
  readonly add: (count: number) => void;
  readonly start: () => Promise<void>;
  readonly stop: () => void;
}

export function createQueueDepth(deps: {
  readonly count: () => Promise<number>;
  readonly log: Logger;
  readonly everyMs?: number;
}): QueueDepth {
  const { count, log, everyMs = 15_000 } = deps;
  let depth = 0;
  let timer: NodeJS.Timeout | undefined;

  async function recount(): Promise<void> {
    try {
      depth = await count();
    } catch (error) {
      log.warn({ err: error }, 'queue.count_failed');
    }
  }

  return {
    current: () => depth,
    add: (more) => {
      depth = Math.max(0, depth + more);
    },
    start: async () => {
      await recount();
      timer = setInterval(() => void recount(), everyMs);
      timer.unref();
    },
    stop: () => clearInterval(timer),
  };
}
