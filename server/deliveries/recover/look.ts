/**
 * What a recovery finds next: the events that its rule is to get, in the order in which it goes through them. Looking
 * changes nothing, so the preview counts with it too.
 */
import type { EventDocument } from '../../events/document.ts';
import type { EventStore } from '../../events/store.ts';
import { firstIdAt } from '../../lib/ids.ts';
import type { ReadyRule } from '../../rules/ready.ts';
import type { Event } from '../../schemas/event.ts';
import { deliveryIdOf } from '../id.ts';
import type { DeliveryHead, DeliveryStore } from '../store.ts';
import type { RecoveryDocument } from './document.ts';

export interface LookDeps {
  readonly deliveries: Pick<DeliveryStore, 'ofRule' | 'ofRuleAndEvents'>;
  readonly events: Pick<EventStore, 'walk' | 'getMany'>;
  readonly viewOf: (document: EventDocument) => Event;
  /** Whether the rule takes the event as it is now: its patterns and its filter. */
  readonly matches: (rule: ReadyRule, event: Event) => boolean;
}

/** Of a recovery, what says where to look. */
export type Scope = Pick<
  RecoveryDocument,
  '_id' | 'environment_id' | 'since' | 'until' | 'unmatched' | 'of_status' | 'created_at'
>;

export interface Step {
  /** Where it stands: to go on after it. */
  readonly at: string;
  /** `skip`: nothing to do; `made`: this recovery made its delivery before; else the event to deliver. */
  readonly event: EventDocument | 'skip' | 'made';
}

/** The next steps after the given place; fewer than `limit` are the last. */
export type Look = (
  scope: Scope,
  rule: ReadyRule,
  after: string | undefined,
  limit: number,
) => Promise<readonly Step[]>;

export function createLook({ deliveries, events, viewOf, matches }: LookDeps): Look {
  return (scope, rule, after, limit) =>
    scope.unmatched ? lookAtEvents(scope, rule, after, limit) : lookAtDeliveries(scope, rule, after, limit);

  /** Events that the rule takes and has no delivery of. */
  async function lookAtEvents(...[scope, rule, after, limit]: Parameters<Look>): Promise<Step[]> {
    const { since, until } = scope;
    const found = await events.walk(scope.environment_id, {
      since,
      until,
      limit,
      ...(after !== undefined && { after }),
    });
    const wanted = found.filter((event) => matches(rule, viewOf(event)));
    const known = await knownByEvent(
      rule,
      wanted.map(({ _id }) => _id),
    );
    const isWanted = new Set(wanted);
    return found.map((event) => {
      const has = known.get(event._id) ?? [];
      if (has.some(({ recovery }) => recovery === scope._id)) return { at: event._id, event: 'made' };
      return { at: event._id, event: isWanted.has(event) && has.length === 0 ? event : 'skip' };
    });
  }

  /** Events whose last delivery in the wanted state has nothing better beside it. */
  async function lookAtDeliveries(...[scope, rule, after, limit]: Parameters<Look>): Promise<Step[]> {
    const status = scope.of_status ?? 'dead';
    // What this recovery makes is not looked at: its ids are from its own beginning on.
    const before = firstIdAt('dlv', scope.created_at.getTime());
    const found = await deliveries.ofRule(
      rule.id,
      {
        status,
        fromEvent: firstIdAt('evt', scope.since.getTime()),
        beforeEvent: firstIdAt('evt', scope.until.getTime()),
        // No delivery is older than its event.
        after: after ?? firstIdAt('dlv', scope.since.getTime()),
        before,
      },
      limit,
    );
    const eventIds = [...new Set(found.map(({ event_id }) => event_id))];
    const [known, documents] = await Promise.all([knownByEvent(rule, eventIds), events.getMany(eventIds)]);
    const byId = new Map(documents.map((event) => [event._id, event]));
    return found.map((delivery) => {
      const others = (known.get(delivery.event_id) ?? []).filter(({ _id }) => _id !== delivery._id);
      const isLast = !others.some((other) => other.status === status && other._id > delivery._id && other._id < before);
      if (!isLast) return { at: delivery._id, event: 'skip' };
      if (others.some(({ recovery }) => recovery === scope._id)) return { at: delivery._id, event: 'made' };
      const isHelped = others.some((other) => isUnderWay(other) || other.status === 'delivered');
      return {
        at: delivery._id,
        event: isHelped && status !== 'delivered' ? 'skip' : (byId.get(delivery.event_id) ?? 'skip'),
      };
    });
  }

  async function knownByEvent(rule: ReadyRule, eventIds: readonly string[]): Promise<Map<string, DeliveryHead[]>> {
    const byEvent = new Map<string, DeliveryHead[]>();
    if (eventIds.length === 0) return byEvent;
    const firstIds = eventIds.map((eventId) => deliveryIdOf(eventId, rule.id));
    for (const delivery of await deliveries.ofRuleAndEvents(rule.id, eventIds, firstIds)) {
      const list = byEvent.get(delivery.event_id);
      if (list === undefined) byEvent.set(delivery.event_id, [delivery]);
      else list.push(delivery);
    }
    return byEvent;
  }
}

function isUnderWay({ status }: DeliveryHead): boolean {
  return status === 'waiting' || status === 'queued' || status === 'running';
}
