/**
 * One attempt at a rule's target, whichever it is: a request to a URL, or a run of a listener. Writes nothing down in
 * the database; what it gives is the attempt and what to make of it.
 */
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { ReadyRule } from '../../rules/ready.ts';
import type { StartRun } from '../../runs/start.ts';
import type { Event } from '../../schemas/event.ts';
import type { StoredAttempt } from '../document.ts';
import { NO_TIMINGS } from './losses.ts';
import type { Verdict } from './outcome.ts';
import type { Render, Rendered } from './render.ts';
import { resultOf, type Send, type Sent } from './send.ts';

export interface AttemptDeps {
  readonly render: Render;
  readonly send: Send;
  readonly startRun: StartRun;
  readonly hasListener: (action: string) => boolean;
  readonly clock: Clock;
}

export interface AttemptInput {
  readonly rule: ReadyRule;
  readonly event: Event;
  /** How many deliveries of our own led to the event. */
  readonly hops: number;
  readonly deliveryId: string;
  readonly number: number;
  readonly signal?: AbortSignal;
}

export type Attempted =
  | { readonly status: 'made'; readonly attempt: StoredAttempt; readonly verdict: Verdict }
  | { readonly status: 'dropped' }
  | { readonly status: 'unavailable' };

export type MakeAttempt = (input: AttemptInput) => Promise<Attempted>;

/** The same delivery starts one run, however often it is attempted within a week. */
const RUN_WINDOW_MS = 7 * 86_400_000;

export function createMakeAttempt({ render, send, startRun, hasListener, clock }: AttemptDeps): MakeAttempt {
  return async function makeAttempt(input) {
    const { rule, event, hops, signal } = input;
    const rendered = await render(rule, event, { nowMs: clock.now(), hops, ...(signal && { signal }) });
    switch (rendered.status) {
      case 'dropped':
      case 'unavailable':
        return { status: rendered.status };
      case 'failed': {
        const message = `The transform failed: ${rendered.reason}`;
        return made(input, finalFault('transform_failed', message, clock.now()));
      }
      case 'ready': {
        const { timeoutMs, scheduleMs } = rule;
        return made(input, await send(rendered, { timeoutMs, scheduleMs, ...(signal && { signal }) }));
      }
      case 'listener':
        return runListener(input, rendered);
    }
  };

  async function runListener(
    input: AttemptInput,
    { kind, body }: Extract<Rendered, { status: 'listener' }>,
  ): Promise<Attempted> {
    const { rule, event, hops, deliveryId } = input;
    const { target } = rule;
    const at = new Date(clock.now());
    const began = performance.now();
    if (target.type !== 'listener') throw new Error(`Rule ${rule.id} was rendered for a listener and has a URL`);
    let verdict: Verdict;
    let run: string | undefined;
    try {
      if (!hasListener(target.action)) {
        throw new AppError('listener_not_found', { detail: `There is no listener named '${target.action}'.` });
      }
      const started = await startRun({
        environmentId: rule.environmentId,
        action: target.action,
        trigger: { type: 'event', event: event.id, rule: rule.id, delivery: deliveryId },
        propsJson: target.propsJson,
        event: { kind, bytes: body },
        dedupe: { keys: [`delivery:${deliveryId}`], windowMs: RUN_WINDOW_MS },
        hops: hops + 1,
      });
      run = started.id;
      verdict = { type: 'succeeded', signal: { type: 'answered' } };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      verdict = { type: 'failed', error: { code: error.code, message: error.message }, signal: { type: 'none' } };
    }
    const timings = { ...NO_TIMINGS, total_ms: Math.round((performance.now() - began) * 100) / 100 };
    const made = attemptOf(input, { ...resultOf(verdict), at, timings, request: null, response: null });
    return { status: 'made', verdict, attempt: { ...made, ...(run !== undefined && { run }) } };
  }

  function made(input: AttemptInput, { exchange, verdict }: Sent): Attempted {
    return { status: 'made', verdict, attempt: attemptOf(input, exchange) };
  }
}

/** An attempt that ended before anything was sent, and would end so again. */
export function finalFault(code: string, message: string, nowMs: number): Sent {
  const verdict: Verdict = { type: 'failed', error: { code, message }, signal: { type: 'none' }, isFinal: true };
  return {
    verdict,
    exchange: { ...resultOf(verdict), at: new Date(nowMs), timings: NO_TIMINGS, request: null, response: null },
  };
}

export function attemptOf(
  { rule, number }: Pick<AttemptInput, 'rule' | 'number'>,
  exchange: Sent['exchange'],
): StoredAttempt {
  return { attempt: number, ...exchange, rule_revision: rule.revision };
}
