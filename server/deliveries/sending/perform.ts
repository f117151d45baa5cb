/**
 * Performs a claimed delivery: one attempt, and what becomes of the delivery after it. The queue calls this with a
 * lease in hand and stores the answer; what else an attempt teaches goes to the endpoint, the health figures and the rule.
 */
import type { EventDocument } from '../../events/document.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { Settlement } from '../../queue/entry.ts';
import type { ReadyRule } from '../../rules/ready.ts';
import { environmentName, type EnvironmentName } from '../../schemas/app.ts';
import { MAX_HOPS, type Event } from '../../schemas/event.ts';
import { attemptOf, type Attempted, finalFault, type MakeAttempt } from './attempt.ts';
import type { DeliveryDocument, StoredAttempt } from '../document.ts';
import { endpointOf } from '../limits/endpoints.ts';
import type { Gate } from '../limits/gate.ts';
import type { FailingWatch } from '../health/failing.ts';
import type { Health } from '../health/health.ts';
import { afterLosses } from './losses.ts';
import { decide, type Verdict } from './outcome.ts';

export interface PerformDeps {
  readonly rules: {
    /** From memory; undefined where there is none of that id as far as this process knows. */
    readonly get: (id: string) => ReadyRule | undefined;
    /** Asks the database, before a delivery is canceled for want of a rule that another process just made. */
    readonly load: (environmentId: number, id: string) => Promise<ReadyRule | undefined>;
  };
  readonly events: { readonly get: (id: string) => Promise<EventDocument | null> };
  readonly viewOf: (document: EventDocument) => Event;
  readonly makeAttempt: MakeAttempt;
  readonly gate: Pick<Gate, 'enter'>;
  readonly health: Pick<Health, 'record'>;
  readonly failing: FailingWatch;
  /** Whether a request to this URL would come back to this Earshot. */
  readonly isOwnUrl: (url: string) => boolean;
  readonly observe?: (attempt: {
    readonly environment: EnvironmentName;
    readonly status: PerformedStatus;
    readonly durationMs: number;
  }) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

export type PerformedStatus = 'delivered' | 'queued' | 'dead' | 'dropped' | 'canceled';

/** When to try again where the fault was nobody's. */
const SOON_MS = 1_000;

export function createPerform(deps: PerformDeps) {
  const { rules, events, viewOf, makeAttempt, gate, health, failing, isOwnUrl, observe, clock, random, log } = deps;

  return async function perform(delivery: DeliveryDocument, signal: AbortSignal): Promise<Settlement> {
    const { rule_id, environment_id, event_id } = delivery;
    const rest = afterLosses(delivery, clock.now());
    if (rest.what === 'rest') {
      log.warn({ deliveryId: delivery._id, ruleId: rule_id, until: rest.until }, 'delivery.rests');
      return giveBack(delivery, rest.until.getTime());
    }
    if (rest.what === 'give up') {
      return end('dead', 'lost', 'Its process died too often; it is not tried again by itself.');
    }
    const rule = rules.get(rule_id) ?? (await rules.load(environment_id, rule_id));
    if (rule === undefined) return end('canceled', 'rule_deleted', 'Its rule was deleted.');
    if (!rule.isEnabled) return giveBack(delivery, clock.now()); // its lane has no room until it is enabled
    const document = await events.get(event_id);
    if (document === null) return end('dead', 'event_gone', 'Its event is no longer stored.');

    const hops = document.hops ?? 0;
    if (hops >= MAX_HOPS && comesBack(rule)) return stopLoop(delivery, rule, hops);

    const entered = gate.enter(rule);
    if (entered.status === 'closed') return giveBack(delivery, entered.wakeAtMs);
    let attempted: Attempted | undefined;
    try {
      const event = viewOf(document);
      attempted = await makeAttempt({
        rule,
        event,
        hops,
        deliveryId: delivery._id,
        number: delivery.attempt,
        signal,
      });
    } finally {
      entered.leave(attempted?.status === 'made' ? attempted.verdict.signal : { type: 'none' });
    }
    return settle(delivery, rule, attempted, signal);
  };

  function comesBack({ target }: ReadyRule): boolean {
    return target.type === 'listener' || isOwnUrl(target.url);
  }

  function settle(delivery: DeliveryDocument, rule: ReadyRule, attempted: Attempted, signal: AbortSignal): Settlement {
    switch (attempted.status) {
      case 'unavailable':
        if (signal.aborted) return cancel(delivery, rule);
        return giveBack(delivery, clock.now() + SOON_MS);
      case 'dropped':
        report(delivery, rule, 'dropped');
        return { set: { status: 'dropped', finished_at: new Date(clock.now()) }, unset: ['error'] };
      case 'made': {
        const { attempt, verdict } = attempted;
        if (attempt.error?.code === 'closed') return giveBack(delivery, clock.now() + SOON_MS); // the server is stopping
        if (attempt.error?.code === 'aborted' && signal.aborted) return cancel(delivery, rule, attempt);
        return conclude(delivery, rule, attempt, verdict);
      }
    }
  }

  function conclude(delivery: DeliveryDocument, rule: ReadyRule, attempt: StoredAttempt, verdict: Verdict): Settlement {
    const { scheduleMs } = rule;
    const decision = decide({ delivery, attempt, verdict, scheduleMs, nowMs: clock.now(), random });
    const durationMs = attempt.request === null ? null : attempt.timings.total_ms;
    health.record({ ruleId: rule.id, endpoint: endpointOf(rule), durationMs, error: attempt.error });
    failing.note(rule, verdict.type === 'succeeded');
    if (verdict.type === 'failed' && verdict.disableRule !== undefined) failing.disable(rule, verdict.disableRule);
    report(delivery, rule, decision.status, attempt, decision.settlement);
    return decision.settlement;
  }

  function stopLoop(delivery: DeliveryDocument, rule: ReadyRule, hops: number): Settlement {
    const message = `The event came back through ${hops} deliveries of our own, the most that are let through.`;
    const { exchange, verdict } = finalFault('loop_detected', message, clock.now());
    const attempt = attemptOf({ rule, number: delivery.attempt }, exchange);
    const { settlement } = decide({ delivery, attempt, verdict, scheduleMs: [], nowMs: clock.now(), random });
    report(delivery, rule, 'dead', attempt);
    return settlement;
  }

  /** A person called it off while it was under way: what is known of it is kept. */
  function cancel(delivery: DeliveryDocument, rule: ReadyRule, attempt?: StoredAttempt): Settlement {
    report(delivery, rule, 'canceled', attempt);
    const ended = end('canceled', 'canceled', 'It was canceled while it was being sent.');
    return attempt === undefined ? ended : { ...ended, push: { attempts: attempt } };
  }

  function end(status: 'dead' | 'canceled', code: string, message: string): Settlement {
    return { set: { status, error: { code, message }, finished_at: new Date(clock.now()) } };
  }

  /** It has not begun, so this claim does not count. */
  function giveBack({ attempt }: DeliveryDocument, dueMs: number): Settlement {
    return { set: { status: 'queued', due_at: new Date(dueMs), attempt: attempt - 1 } };
  }

  function report(
    delivery: DeliveryDocument,
    rule: ReadyRule,
    status: PerformedStatus,
    attempt?: StoredAttempt,
    settlement?: Settlement,
  ): void {
    const environment = environmentName(delivery.environment_id);
    const durationMs = attempt?.timings.total_ms ?? 0;
    observe?.({ environment, status, durationMs });
    const level = status === 'delivered' || status === 'dropped' ? 'debug' : 'info';
    if (!log.isLevelEnabled(level)) return;
    log[level](
      {
        deliveryId: delivery._id,
        eventId: delivery.event_id,
        type: delivery.event_type,
        ruleId: rule.id,
        environment,
        target: targetName(rule),
        attempt: delivery.attempt,
        status,
        ...(attempt?.response && { answered: attempt.response.status }),
        // Its message may hold a Location or a value of the event; whoever may see those reads the delivery.
        ...(attempt?.error && { error: attempt.error.code }),
        ...(attempt?.run !== undefined && { runId: attempt.run }),
        ...(status === 'queued' && { dueAt: settlement?.set.due_at }),
        durationMs,
        waitedMs: (delivery.claimed_at?.getTime() ?? 0) - delivery.created_at.getTime(),
      },
      'delivery.attempted',
    );
  }
}

/** A URL may carry a token in its path or query, so a log line says the host only. */
function targetName({ target }: ReadyRule): string {
  if (target.type === 'listener') return target.action;
  return URL.canParse(target.url) ? new URL(target.url).origin : 'invalid URL';
}
