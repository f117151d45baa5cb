/**
 * Which lane of the queue a run waits in. Every environment has three open lanes, one for each priority, so that a
 * flood in one environment holds up nobody in the other. A run that must pass a gate first waits in the gate's lane,
 * which nothing is claimed from: the gate lets it go on into the next gate's, or an open one (see `gates/`).
 */
import { environments } from '../schemas/app.ts';
import { priorities, type Priority } from '../schemas/job.ts';

const SUFFIX: Readonly<Record<Priority, string>> = { high: 'high', normal: '', low: 'low' };

/** The lanes that are claimed from, the urgent ones first. */
export const openLanes: readonly string[] = priorities.flatMap((priority) =>
  environments.map(({ id }) => openLane(id, priority)),
);

export function openLane(environmentId: number, priority: Priority = 'normal'): string {
  return `${String(environmentId)}:${SUFFIX[priority]}`;
}

export function openLanesOf(environmentId: number): readonly string[] {
  return priorities.map((priority) => openLane(environmentId, priority));
}

/** Lanes of a lower rank are claimed from first. */
export function rankOf(lane: string): number {
  return priorities.findIndex((priority) => lane.endsWith(`:${SUFFIX[priority]}`));
}

export function gateLane(environmentId: number, gate: string): string {
  return `${gateLanesOf(environmentId).$gte}${gate}`;
}

/** The lanes of all gates of an environment, as a range of the queue's index: `;` is what comes after `:`. */
export function gateLanesOf(environmentId: number): { readonly $gte: string; readonly $lt: string } {
  return { $gte: `${String(environmentId)}:~`, $lt: `${String(environmentId)};` };
}

/** All lanes of an environment, as a range of the queue's index. */
export function lanesOf(environmentId: number): { readonly $gte: string; readonly $lt: string } {
  return { $gte: `${String(environmentId)}:`, $lt: `${String(environmentId)};` };
}
