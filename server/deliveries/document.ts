/** A delivery as it is stored: the queue entry of its own sending, with every attempt in it. See schemas/delivery.ts. */
import type { QueueEntry } from '../queue/entry.ts';
import type { Attempt, AttemptError, DeliveryStatus } from '../schemas/delivery.ts';

export interface DeliveryDocument extends QueueEntry {
  /** `dlv_…`; made of event and rule, so that routing an event twice makes it once. */
  readonly _id: string;
  readonly status: DeliveryStatus;
  readonly environment_id: number;
  readonly rule_id: string;
  readonly event_id: string;
  readonly event_type: string;
  /** The rule and the value its order goes by, while the delivery is waiting. */
  readonly order_key?: string;
  /** The same from its promotion to its end. No two deliveries share one: a key has one head. */
  readonly order_head?: string;
  /** Attempts that count against the schedule; `attempt` also counts those that were given back. */
  readonly tries?: number;
  readonly attempts?: readonly StoredAttempt[];
  readonly error?: AttemptError;
  readonly resend_of?: string;
  /** The event once more, where the delivery is not the first of its event and rule: those have ids that nobody can work out. */
  readonly again_of?: string;
  readonly recovery?: string;
  readonly created_at: Date;
  readonly finished_at?: Date;
}

/** As the API shows it, but for the time. */
export type StoredAttempt = Omit<Attempt, 'at'> & { readonly at: Date };
