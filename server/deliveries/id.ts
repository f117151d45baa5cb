/**
 * Ids of deliveries. They are made of what the delivery is about, so that routing an event twice, or going through a
 * page of a recovery twice after a crash, makes each delivery once.
 */
import { deriveId, idsOfSameMs } from '../lib/ids.ts';

/** The one first delivery of the event to the rule; sorts by the time of the event. */
export function deliveryIdOf(eventId: string, ruleId: string): string {
  return deriveId('dlv', eventId, `${eventId}|${ruleId}`);
}

/** The delivery that a recovery makes of the event for the rule; sorts by the time of the recovery. */
export function recoveredIdOf(recoveryId: string, eventId: string, ruleId: string): string {
  return deriveId('dlv', recoveryId, `${recoveryId}|${eventId}|${ruleId}`);
}

/** Where the first deliveries of an event lie among all deliveries: within the millisecond of the event. */
export function firstIdsOf(eventId: string): { readonly $gte: string; readonly $lt: string } {
  return idsOfSameMs('dlv', eventId);
}
