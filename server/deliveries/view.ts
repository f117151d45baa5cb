/** A stored delivery as the API shows it. */
import type { Delivery, DeliverySummary } from '../schemas/delivery.ts';
import type { DeliveryDocument } from './document.ts';
import type { DeliveryHead } from './store.ts';

export function toSummary(delivery: DeliveryHead): DeliverySummary {
  return {
    id: delivery._id,
    status: delivery.status,
    event: delivery.event_id,
    event_type: delivery.event_type,
    rule: delivery.rule_id,
    attempts_made: delivery.attempts?.length ?? 0,
    next_attempt_at: delivery.status === 'queued' ? isoOrNull(delivery.due_at) : null,
    error: delivery.error ?? null,
    ...(delivery.resend_of !== undefined && { resend_of: delivery.resend_of }),
    ...(delivery.recovery !== undefined && { recovery: delivery.recovery }),
    created_at: delivery.created_at.toISOString(),
    finished_at: isoOrNull(delivery.finished_at),
  };
}

export function toDelivery(delivery: DeliveryDocument): Delivery {
  return {
    ...toSummary(delivery),
    attempts: (delivery.attempts ?? []).map((attempt) => ({ ...attempt, at: attempt.at.toISOString() })),
  };
}

function isoOrNull(time: Date | undefined): string | null {
  return time?.toISOString() ?? null;
}
