/**
 * Turns a stored event into one delivery per matching rule. Safe to run twice: deliveries are keyed by event and rule.
 * The queue calls this with a lease in hand; the settlement takes the event out of the queue.
 */
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { Settlement } from '../queue/entry.ts';
import type { ReadyRule } from '../rules/ready.ts';
import type { Event } from '../schemas/event.ts';
import { viewOf, type EventDocument } from './document.ts';

export interface RouteDeps {
  readonly rules: { readonly match: (event: Event) => readonly ReadyRule[] };
  /** Stores the deliveries that are not there yet, and puts them to work. */
  readonly enqueue: (document: EventDocument, event: Event, rules: readonly ReadyRule[]) => Promise<unknown>;
  readonly recent: { readonly add: (event: EventDocument) => void };
  readonly clock: Clock;
  readonly log: Logger;
}

/** When deliveries could not be stored, the event waits this long. */
const RETRY_MS = 1_000;

export function createRouteEvent({ rules, enqueue, recent, clock, log }: RouteDeps) {
  return async function routeEvent(document: EventDocument): Promise<Settlement> {
    try {
      const event = viewOf(document);
      recent.add(document);
      await enqueue(document, event, rules.match(event));
      return { set: { status: 'routed' } };
    } catch (error) {
      log.error({ err: error, eventId: document._id }, 'event.routing_failed');
      return { set: { status: 'queued', due_at: new Date(clock.now() + RETRY_MS) } };
    }
  };
}
