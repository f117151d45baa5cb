/**
 * Does one page of a recovery and says when the next is due, so that no more than `rate` deliveries are made a second.
 * A page that was cut short is done again: what it made is there and is counted, not made twice.
 */
import type { EventDocument } from '../../events/document.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { Settlement } from '../../queue/entry.ts';
import type { Event } from '../../schemas/event.ts';
import type { Enqueue } from '../enqueue.ts';
import type { FindRule } from '../resend.ts';
import type { RecoveryDocument } from './document.ts';
import type { Look, Step } from './look.ts';

export interface PerformRecoveryDeps {
  readonly look: Look;
  readonly enqueue: Enqueue;
  readonly viewOf: (document: EventDocument) => Event;
  readonly rules: FindRule;
  readonly clock: Clock;
  readonly log: Logger;
}

const PAGE = 100;
/** When a page could not be done, the recovery waits this long. */
const RETRY_MS = 5_000;

export function createPerformRecovery({ look, enqueue, viewOf, rules, clock, log }: PerformRecoveryDeps) {
  return async function performRecovery(recovery: RecoveryDocument, signal: AbortSignal): Promise<Settlement> {
    const startedMs = clock.now();
    try {
      const rule = await rules.find(recovery.environment_id, recovery.rule_id);
      if (rule == null) return endOf('canceled', clock.now());
      if (!rule.isEnabled) return { set: { status: 'paused' } };
      const found = await look(recovery, rule, recovery.after, PAGE);
      const { steps, events, made } = cut(found, mostPerPage(recovery.rate));
      const origin = { recovery: recovery._id, isFirst: recovery.unmatched };
      if (signal.aborted) return { set: { status: 'queued', due_at: new Date(clock.now()) } };
      await Promise.all(events.map((event) => enqueue(event, viewOf(event), [rule], origin)));
      const progress = {
        after: steps.at(-1)?.at ?? recovery.after ?? '',
        looked_at: recovery.looked_at + steps.length,
        made: recovery.made + made,
      };
      if (steps.length === found.length && found.length < PAGE) {
        const end = endOf('finished', clock.now());
        return { ...end, set: { ...progress, ...end.set } };
      }
      const dueMs = Math.max(clock.now(), startedMs + (made * 1_000) / recovery.rate);
      return { set: { ...progress, status: 'queued', due_at: new Date(dueMs) } };
    } catch (error) {
      log.warn({ err: error, recoveryId: recovery._id }, 'recovery.page_failed');
      return { set: { status: 'queued', due_at: new Date(clock.now() + RETRY_MS) } };
    }
  };
}

/** How an end is written; beside it the recovery leaves the queue. */
export function endOf(status: 'finished' | 'canceled', nowMs: number): Settlement {
  return { set: { status, finished_at: new Date(nowMs) }, unset: ['active_of'] };
}

/** A second's worth, so that a slow pace is no burst with a long pause after it. */
function mostPerPage(rate: number): number {
  return Math.max(1, Math.min(PAGE, Math.floor(rate)));
}

/** The steps up to the one that makes as many deliveries as may be made in one go. */
function cut(found: readonly Step[], most: number) {
  const steps: Step[] = [];
  const events: EventDocument[] = [];
  let made = 0;
  for (const step of found) {
    if (made === most) break;
    steps.push(step);
    if (step.event === 'skip') continue;
    made++;
    if (step.event !== 'made') events.push(step.event);
  }
  return { steps, events, made };
}
