/**
 * Writers of one document take turns in this process, instead of meeting in the database, where all but one of them
 * would have to begin again. Writers in other processes are met there, and the loser tries again.
 */

export type InTurn = <R>(keys: readonly string[], work: () => Promise<R>) => Promise<R>;

/**
 * `inTurn(keys, work)` runs `work` once everyone who asked earlier for any of the keys is done. All keys are asked for
 * at once and in order of arrival, so nobody waits in a circle. At most `room` are at work at a time.
 */
export function createTurns({ room }: { readonly room: number }): InTurn {
  const lastOf = new Map<string, Promise<void>>();
  const waiting: (() => void)[] = [];
  let free = room;

  async function enter(): Promise<void> {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }

  async function take<R>(before: readonly Promise<void>[], work: () => Promise<R>): Promise<R> {
    if (before.length > 0) await Promise.all(before);
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  return async function inTurn(keys, work) {
    const before = [...new Set(keys.map((key) => lastOf.get(key)))].filter((last) => last !== undefined);
    const result = take(before, work);
    const done = result.then(
      () => undefined,
      () => undefined,
    );
    for (const key of keys) lastOf.set(key, done);
    try {
      return await result;
    } finally {
      for (const key of keys) if (lastOf.get(key) === done) lastOf.delete(key);
    }
  };
}
