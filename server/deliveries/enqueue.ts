/**
 * Turns one event into one delivery for each rule that takes it. Safe to run twice: a delivery's id is made of event
 * and rule. While its rule has room here, a delivery is claimed by the very insert that stores it and begins at once.
 */
import { createHash } from 'node:crypto';
import { DuplicateKeyError } from '../db/commands.ts';
import type { EventDocument } from '../events/document.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { Expressions } from '../listeners/expressions.ts';
import type { QueueWorker } from '../queue/worker.ts';
import type { ReadyRule } from '../rules/ready.ts';
import type { Event } from '../schemas/event.ts';
import type { DeliveryDocument } from './document.ts';
import { deliveryIdOf, recoveredIdOf } from './id.ts';
import { laneOf } from './lanes.ts';
import type { Order } from './order/order.ts';
import type { DeliveryStore } from './store.ts';

export interface EnqueueDeps {
  readonly store: Pick<DeliveryStore, 'insert'>;
  readonly worker: Pick<QueueWorker<DeliveryDocument>, 'reserve' | 'adopt' | 'unreserve' | 'notice'>;
  readonly order: Pick<Order, 'open' | 'promote'>;
  readonly expressions: Pick<Expressions, 'evaluate'>;
  readonly clock: Clock;
}

/** The recovery that asks, and whether the event never had a delivery of the rule. */
export interface Origin {
  readonly recovery: string;
  readonly isFirst: boolean;
}

/** Answers how many deliveries were not there before. Rejects when some could not be stored: run it again then. */
export type Enqueue = (
  event: EventDocument,
  view: Event,
  rules: readonly ReadyRule[],
  origin?: Origin,
) => Promise<number>;

/** Longer values of an order are told apart by their hash. */
const MAX_VALUE_CHARS = 120;

export function createEnqueue({ store, worker, order, expressions, clock }: EnqueueDeps): Enqueue {
  return async function enqueue(event, view, rules, origin) {
    const now = new Date(clock.now());
    const isAnyOrdered = rules.some(({ orderBy }) => orderBy !== null);
    if (!isAnyOrdered) return settleAll(rules.map((rule) => send(draftOf(event, rule, now, origin), rule)));
    const close = order.open(event.environment_id, event._id);
    try {
      const viewJson = JSON.stringify(view);
      return await settleAll(
        rules.map((rule) => {
          const draft = draftOf(event, rule, now, origin);
          return rule.orderBy === null ? send(draft, rule) : line(draft, rule, rule.orderBy, viewJson);
        }),
      );
    } finally {
      close();
    }
  };

  /** Stores a delivery that nothing has to come before. */
  async function send(draft: Draft, rule: ReadyRule): Promise<boolean> {
    const lane = laneOf(draft.environment_id, draft.rule_id);
    const delayMs = rule.scheduleMs[0] ?? 0;
    const reservation = delayMs > 0 ? undefined : worker.reserve(lane);
    if (reservation === undefined) {
      const due_at = new Date(draft.created_at.getTime() + delayMs);
      const isNew = await insert({ ...draft, status: 'queued', lane, attempt: 0, due_at });
      if (isNew) worker.notice(lane);
      return isNew;
    }
    const delivery: DeliveryDocument = { ...draft, ...reservation, lane };
    let isNew = false;
    try {
      isNew = await insert(delivery);
    } finally {
      if (!isNew) worker.unreserve(lane);
    }
    if (isNew) worker.adopt(delivery);
    return isNew;
  }

  /** Stores a delivery behind those of its key. */
  async function line(draft: Draft, rule: ReadyRule, expression: string, viewJson: string): Promise<boolean> {
    const answer = await expressions.evaluate(expression, viewJson);
    switch (answer.status) {
      case 'unavailable':
        throw new AppError('overloaded', { detail: 'The expression that orders could not be evaluated now.' });
      case 'failed':
        return insert(failed(draft, `The expression that orders failed: ${answer.reason}`));
      case 'nothing':
        return insert(failed(draft, 'The expression that orders gave nothing for this event.'));
      case 'value': {
        const delayMs = rule.scheduleMs[0] ?? 0;
        const orderKey = `${rule.id}:${shortened(answer.json)}`;
        const isNew = await insert({
          ...draft,
          status: 'waiting',
          attempt: 0,
          order_key: orderKey,
          // Without a lane it is in no queue: this only says how early it may be.
          ...(delayMs > 0 && { due_at: new Date(draft.created_at.getTime() + delayMs) }),
        });
        // Also when it was there before: whoever stored it may have died before this.
        void order.promote(orderKey);
        return isNew;
      }
    }
  }

  /** False when the delivery was there already. */
  async function insert(delivery: DeliveryDocument): Promise<boolean> {
    try {
      await store.insert(delivery);
      return true;
    } catch (error) {
      if (error instanceof DuplicateKeyError) return false;
      throw error;
    }
  }
}

type Draft = Omit<DeliveryDocument, 'status' | 'attempt'>;

function draftOf(event: EventDocument, rule: ReadyRule, now: Date, origin: Origin | undefined): Draft {
  const isAgain = origin?.isFirst === false;
  return {
    _id: isAgain ? recoveredIdOf(origin.recovery, event._id, rule.id) : deliveryIdOf(event._id, rule.id),
    environment_id: event.environment_id,
    rule_id: rule.id,
    event_id: event._id,
    event_type: event.type,
    ...(origin && { recovery: origin.recovery }),
    ...(isAgain && { again_of: event._id }),
    created_at: now,
  };
}

function failed(draft: Draft, message: string): DeliveryDocument {
  return {
    ...draft,
    status: 'dead',
    attempt: 0,
    error: { code: 'ordering_failed', message },
    finished_at: draft.created_at,
  };
}

function shortened(json: string): string {
  return json.length <= MAX_VALUE_CHARS ? json : createHash('sha256').update(json).digest('base64url');
}

/** Waits for all, whatever becomes of each: what one of them meets must not leave the others half-done unnoticed. */
async function settleAll(inserts: readonly Promise<boolean>[]): Promise<number> {
  let made = 0;
  let fault: PromiseRejectedResult | undefined;
  for (const result of await Promise.allSettled(inserts)) {
    if (result.status === 'rejected') fault ??= result;
    else if (result.value) made++;
  }
  if (fault !== undefined) throw fault.reason;
  return made;
}
