/**
 * Which lane of the queue a run waits in. Every environment has an open lane, so that a flood in one holds up nobody in
 * the other; a listener with a limit has a lane of its own in each, so that its waiting runs hold up no other listener.
 */
import type { Lane } from '../queue/entry.ts';
import { environments } from '../schemas/app.ts';
import type { ListenerInfo } from '../schemas/listener.ts';

export interface Lanes {
  readonly of: (environmentId: number, action: string) => string;
  /** All there are now, the open ones first. */
  readonly all: () => readonly Lane[];
}

export function createLanes(listeners: {
  readonly get: (name: string) => ListenerInfo | undefined;
  readonly list: () => readonly ListenerInfo[];
}): Lanes {
  return {
    of: (environmentId, action) => openLane(environmentId) + (listeners.get(action)?.concurrency == null ? '' : action),
    all: () => [
      ...environments.map(({ id }) => ({ name: openLane(id), limit: null })),
      ...listeners
        .list()
        .filter(({ concurrency }) => concurrency !== null)
        .flatMap(({ name, concurrency }) =>
          environments.map(({ id }) => ({ name: openLane(id) + name, limit: concurrency })),
        ),
    ],
  };
}

export function openLane(environmentId: number): string {
  return `${String(environmentId)}:`;
}

/** All lanes of an environment, as a range of the queue's index: `;` is what comes after `:`. */
export function lanesOf(environmentId: number): { readonly $gte: string; readonly $lt: string } {
  return { $gte: openLane(environmentId), $lt: `${String(environmentId)};` };
}
