/**
 * A recovery as it is stored. It is durable work like any other: a queue entry of which one page is done at a time, so
 * that it goes on where it was after a crash.
 *
 *   queued ⇄ running ──all gone through──▶ finished
 *     │ ▲       │      ──its rule deleted, or a person──▶ canceled
 *     ▼ │       ▼
 *    paused ◀── its rule disabled, or a person
 */
import type { QueueEntry } from '../../queue/entry.ts';

export interface RecoveryDocument extends QueueEntry {
  /** `rcv_…` */
  readonly _id: string;
  readonly status: 'queued' | 'running' | 'paused' | 'finished' | 'canceled';
  readonly environment_id: number;
  readonly rule_id: string;
  /** The rule, until the end: no two recoveries share one. */
  readonly active_of?: string;
  readonly since: Date;
  readonly until: Date;
  readonly unmatched: boolean;
  /** Which deliveries are sent again; none for `unmatched`. */
  readonly of_status?: 'dead' | 'canceled' | 'dropped' | 'delivered';
  /** Deliveries made per second. */
  readonly rate: number;
  /** The delivery, or for `unmatched` the event, that was gone through last. */
  readonly after?: string;
  readonly looked_at: number;
  readonly made: number;
  readonly created_at: Date;
  readonly finished_at?: Date;
}

/** All recoveries wait in one lane: there are few. */
export const RECOVERY_LANE = 'recoveries';
