/** Which lane of the queue a delivery waits in: one for each rule, so that what waits for one holds up no other. */

export function laneOf(environmentId: number, ruleId: string): string {
  return `${String(environmentId)}:${ruleId}`;
}

export function ruleIdOf(lane: string): string {
  return lane.slice(lane.indexOf(':') + 1);
}

/** All lanes of an environment, as a range of the queue's index: `;` is what comes after `:`. */
export function lanesOf(environmentId: number): { readonly $gte: string; readonly $lt: string } {
  return { $gte: `${String(environmentId)}:`, $lt: `${String(environmentId)};` };
}
