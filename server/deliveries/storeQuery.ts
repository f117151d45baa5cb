/** What a list of deliveries asks the database, shaped for the indexes there are. */
import { firstIdAt } from '../lib/ids.ts';
import type { DeliveryStatus } from '../schemas/delivery.ts';
import { laneOf, lanesOf } from './lanes.ts';

export interface DeliveryFilter {
  readonly status?: DeliveryStatus;
  readonly rule?: string;
  readonly event?: string;
  readonly event_type?: string;
  readonly since?: Date;
  readonly until?: Date;
}

/** What a list shows; of the attempts it only counts how many there were. */
export const SUMMARY_FIELDS = {
  status: 1,
  environment_id: 1,
  rule_id: 1,
  event_id: 1,
  event_type: 1,
  due_at: 1,
  error: 1,
  resend_of: 1,
  recovery: 1,
  created_at: 1,
  finished_at: 1,
  'attempts.attempt': 1,
} as const;

/** All but the event, which `store.ts` finds in a way of its own. */
export function listQuery(environmentId: number, filter: DeliveryFilter, after: string | undefined): object {
  const { status, rule } = filter;
  const parts: object[] = [];
  if (after !== undefined) parts.push({ _id: { $lt: after } });
  if (filter.since !== undefined) parts.push({ _id: { $gte: firstIdAt('dlv', filter.since.getTime()) } });
  if (filter.until !== undefined) parts.push({ _id: { $lt: firstIdAt('dlv', filter.until.getTime()) } });
  return {
    environment_id: environmentId,
    ...(status !== undefined && { status }),
    // Only what is queued or running has a place in a lane.
    ...((status === 'queued' || status === 'running') && {
      lane: rule === undefined ? lanesOf(environmentId) : laneOf(environmentId, rule),
    }),
    ...(status === 'waiting' && { order_key: rule === undefined ? { $gt: '' } : orderKeysOf(rule) }),
    ...(rule !== undefined && { rule_id: rule }),
    ...(filter.event_type !== undefined && { event_type: filter.event_type }),
    ...(parts.length > 0 && { $and: parts }),
  };
}

/** All order keys of a rule as a range: `;` is what comes after `:`. */
export function orderKeysOf(ruleId: string): { readonly $gte: string; readonly $lt: string } {
  return { $gte: `${ruleId}:`, $lt: `${ruleId};` };
}
