/**
 * Writes of one moment travel together. Every call made in one turn of the event loop joins one command, and while
 * commands are under way the next one grows, so the cost of a write falls as load rises and nothing waits on a timer.
 */
export interface BatcherOptions<Item, Result> {
  /** Sends one batch; the n-th result answers the n-th item. A rejection fails the whole batch. */
  readonly send: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>;
  /** The most items one command carries. */
  readonly maxItems: number;
  /** The most commands under way at a time. Two keep this side busy while the database commits. */
  readonly maxInFlight: number;
}

export interface Batcher<Item, Result> {
  readonly add: (item: Item) => Promise<Result>;
  /** Items that were added and not answered yet. */
  readonly pending: () => number;
}

interface Waiter<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export function createBatcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const { send, maxItems, maxInFlight } = options;
  let waiting: Waiter<Item, Result>[] = [];
  let inFlight = 0;
  let itemsInFlight = 0;
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled || waiting.length === 0 || inFlight >= maxInFlight) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      if (waiting.length === 0 || inFlight >= maxInFlight) return;
      const batch = waiting.length <= maxItems ? waiting : waiting.slice(0, maxItems);
      waiting = waiting.length <= maxItems ? [] : waiting.slice(maxItems);
      void dispatch(batch);
      schedule();
    });
  }

  async function dispatch(batch: readonly Waiter<Item, Result>[]): Promise<void> {
    inFlight++;
    itemsInFlight += batch.length;
    try {
      const results = await send(batch.map((waiter) => waiter.item));
      batch.forEach((waiter, i) => {
        const result = results[i];
        if (result instanceof Error) waiter.reject(result);
        else waiter.resolve(result as Result);
      });
    } catch (error) {
      for (const waiter of batch) waiter.reject(error);
    } finally {
      inFlight--;
      itemsInFlight -= batch.length;
      schedule();
    }
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        schedule();
      }),
    pending: () => waiting.length + itemsInFlight,
  };
}
