/**
 * Which lane of the queue a run waits in. Every environment has an open lane, so that a flood in one holds up nobody in
 * the other; a listener with a limit has a lane of its own in each, so that its waiting runs hold up no other listener.
 */
import { environments } from '../schemas/app.ts';
import type { ListenerInfo } from '../schemas/listener.ts';

export interface Lanes {
  readonly of: (environmentId: number, action: string) => string;
  /** All there are now, the open ones first. */
  readonly names: () => readonly string[];
  /** How many more runs of the lane may be held when so many are. */
  readonly roomIn: (lane: string, taken: number) => number;
}

export function createLanes(listeners: {
  readonly get: (name: string) => ListenerInfo | undefined;
  readonly list: () => readonly ListenerInfo[];
}): Lanes {
  return {
    of: (environmentId, action) => openLane(environmentId) + (listeners.get(action)?.concurrency == null ? '' : action),
    names: () => [
      ...environments.map(({ id }) => openLane(id)),
      ...listeners
        .list()
        .filter(({ concurrency }) => concurrency !== null)
        .flatMap(({ name }) => environments.map(({ id }) => openLane(id) + name)),
    ],
    roomIn: (lane, taken) => {
      const limit = listeners.get(lane.slice(lane.indexOf(':') + 1))?.concurrency;
      return limit == null ? Infinity : limit - taken;
    },
  };
}

export function openLane(environmentId: number): string {
  return `${String(environmentId)}:`;
}

/** All lanes of an environment, as a range of the queue's index: `;` is what comes after `:`. */
export function lanesOf(environmentId: number): { readonly $gte: string; readonly $lt: string } {
  return { $gte: openLane(environmentId), $lt: `${String(environmentId)};` };
}
