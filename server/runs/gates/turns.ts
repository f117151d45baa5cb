/** Lets so many pieces of work go on at once, the others in turn. */
export interface Turns {
  readonly take: <T>(work: () => Promise<T>) => Promise<T>;
}

export function createTurns(atOnce: number): Turns {
  let going = 0;
  const waiting: (() => void)[] = [];

  return {
    take: async (work) => {
      if (going >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
      else going += 1;
      try {
        return await work();
      } finally {
        // The next one takes over the place, so that nobody comes in between.
        const next = waiting.shift();
        if (next === undefined) going -= 1;
        else next();
      }
    },
  };
}
