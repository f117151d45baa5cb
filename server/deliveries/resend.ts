/**
 * Sends a delivery's event to its rule once more, because a person asked: a new delivery with a budget of its own, that
 * neither takes anything from the old one nor ends it. The event is the same, hence the `webhook-id`. It goes at once,
 * also where the rule keeps an order: the order of the event's first sending is history.
 */
import type { EventDocument } from '../events/document.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { NewId } from '../lib/ids.ts';
import type { QueueWorker } from '../queue/worker.ts';
import type { ReadyRule } from '../rules/ready.ts';
import type { DeliveryDocument } from './document.ts';
import { laneOf } from './lanes.ts';
import type { DeliveryStore } from './store.ts';

export interface ResendDeps {
  readonly store: Pick<DeliveryStore, 'get' | 'insert'>;
  readonly worker: Pick<QueueWorker<DeliveryDocument>, 'reserve' | 'adopt' | 'unreserve' | 'notice'>;
  readonly rules: FindRule;
  readonly events: { readonly get: (environmentId: number, id: string) => Promise<EventDocument | null> };
  readonly newId: NewId;
  readonly clock: Clock;
}

export interface FindRule {
  /** Disabled ones too; null when there is none. */
  readonly find: (environmentId: number, ruleId: string) => Promise<ReadyRule | null | undefined>;
}

export function createResend({ store, worker, rules, events, newId, clock }: ResendDeps) {
  return async function resend(environmentId: number, id: string): Promise<DeliveryDocument> {
    const old = await store.get(environmentId, id);
    if (old === null) throw deliveryNotFound(id);
    await mustBeSendable(old);
    const lane = laneOf(environmentId, old.rule_id);
    const now = new Date(clock.now());
    const reservation = worker.reserve(lane);
    const delivery: DeliveryDocument = {
      _id: newId('dlv'),
      ...(reservation ?? { status: 'queued', attempt: 0, due_at: now }),
      lane,
      environment_id: environmentId,
      rule_id: old.rule_id,
      event_id: old.event_id,
      event_type: old.event_type,
      resend_of: old._id,
      again_of: old.event_id,
      created_at: now,
    };
    try {
      await store.insert(delivery);
    } catch (error) {
      if (reservation !== undefined) worker.unreserve(lane);
      throw error;
    }
    if (reservation === undefined) worker.notice(lane);
    else worker.adopt(delivery);
    return delivery;
  };

  async function mustBeSendable({ _id, environment_id, rule_id, event_id }: DeliveryDocument): Promise<void> {
    const [rule, event] = await Promise.all([
      rules.find(environment_id, rule_id),
      events.get(environment_id, event_id),
    ]);
    if (rule == null) {
      throw new AppError('conflict', {
        detail: `Delivery '${_id}' cannot be sent again: its rule '${rule_id}' has been deleted.`,
      });
    }
    if (!rule.isEnabled) {
      throw new AppError('conflict', {
        detail: `Delivery '${_id}' cannot be sent again while its rule '${rule_id}' is disabled; enable the rule first.`,
      });
    }
    if (event === null) {
      throw new AppError('gone', {
        detail: `Delivery '${_id}' cannot be sent again: its event '${event_id}' is past the retention time.`,
      });
    }
  }
}

export function deliveryNotFound(id: string): AppError {
  return new AppError('not_found', { detail: `There is no delivery '${id}' in this environment.` });
}
