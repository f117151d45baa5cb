/**
 * A fleet for work without effects: it starts with the first job that needs it, and a job that was cut off through no
 * fault of its own is done again.
 */
import { type createFleet } from './fleet.ts';
import { type DoneEnd, type RunnerJob } from './job.ts';

/** How often a job that was cut off through somebody else's fault is done again. */
const TRIES = 3;

type Fleet = ReturnType<typeof createFleet>;

export interface SteadyFleetDeps {
  readonly make: () => Promise<Fleet>;
  /** Its process cannot start; the next job tries again. */
  readonly onUnavailable?: (error: unknown) => void;
}

export function createSteadyFleet({ make, onUnavailable }: SteadyFleetDeps) {
  let state: 'new' | 'started' | 'stopped' = 'new';
  let starting: Promise<Fleet> | undefined;
  const isStarted = (): boolean => state === 'started';

  async function launch(): Promise<Fleet> {
    try {
      const fleet = await make();
      try {
        await fleet.start();
      } catch (error) {
        await fleet.stop(0);
        throw error;
      }
      return fleet;
    } catch (error) {
      starting = undefined;
      onUnavailable?.(error);
      throw error;
    }
  }

  return {
    isStarted,

    start(): void {
      state = 'started';
    },

    /** Undefined where nothing can be said of the job itself: the process does not start, kept dying, or is stopping. */
    async submit(job: RunnerJob): Promise<DoneEnd | undefined> {
      let wasStarved = false; // it ran out of time without having had the processor: once more, and no more
      for (let tries = 1; tries <= TRIES && isStarted(); tries++) {
        const fleet = await (starting ??= launch()).catch(() => undefined);
        if (fleet === undefined) return undefined;
        const end = await fleet.submit(job);
        if (end.status === 'innocent') continue;
        if (end.failure?.error.code === 'lost' && !wasStarved) wasStarved = true;
        else return end;
      }
      return undefined;
    },

    async stop(): Promise<void> {
      state = 'stopped';
      const fleet = await starting?.catch(() => undefined);
      starting = undefined;
      await fleet?.stop(0);
    },
  };
}
