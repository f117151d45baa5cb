/**
 * How many deliveries of a rule may be at work now. The queue asks before it claims (`roomIn`), and each delivery asks
 * again when it begins (`enter`), because an endpoint can close between the two.
 *
 * The queue counts as taken what it has claimed or is about to; `begun` counts those of them that have entered. The
 * rest will want a token and a place at the endpoint too, so they are taken off what there is.
 */
import type { Clock } from '../lib/clock.ts';
import type { ReadyRule } from '../rules/ready.ts';
import { createBuckets } from './buckets.ts';
import { type EndpointPass, type Endpoints, endpointOf } from './endpoints.ts';
import { ruleIdOf } from './lanes.ts';
import type { EndpointSignal } from './outcome.ts';

export interface GateDeps {
  readonly rules: { readonly get: (id: string) => ReadyRule | undefined };
  readonly endpoints: Endpoints;
  readonly clock: Clock;
}

export interface Gate {
  /** How many more of the lane may be taken beside the `taken`. A rule that is gone holds nothing back. */
  readonly roomIn: (lane: string, taken: number) => number;
  /** When to look again at a lane that had no room; undefined when something will be noticed first. */
  readonly wakeAt: (lane: string) => number | undefined;
  readonly enter: (rule: ReadyRule) => Entered;
}

export type Entered =
  /** `leave` must be called once, with what the attempt told of the endpoint. */
  | { readonly status: 'entered'; readonly leave: (signal: EndpointSignal) => void }
  | { readonly status: 'closed'; readonly wakeAtMs: number };

export function createGate({ rules, endpoints, clock }: GateDeps): Gate {
  const buckets = createBuckets({ clock });
  const begun = new Map<string, number>();

  const begunOf = (id: string): number => begun.get(id) ?? 0;

  function countBegun(id: string, change: 1 | -1): void {
    const count = begunOf(id) + change;
    if (count === 0) begun.delete(id);
    else begun.set(id, count);
  }

  function endpointRoom(rule: ReadyRule): number {
    const key = endpointOf(rule);
    return key === null ? Infinity : endpoints.room(key);
  }

  function endpointWakeAt(rule: ReadyRule): number | undefined {
    const key = endpointOf(rule);
    return key === null ? undefined : endpoints.wakeAt(key);
  }

  function enterEndpoint(rule: ReadyRule): EndpointPass | undefined {
    const key = endpointOf(rule);
    return key === null ? NO_ENDPOINT : endpoints.enter(key);
  }

  return {
    roomIn: (lane, taken) => {
      const rule = rules.get(ruleIdOf(lane));
      if (rule === undefined) return Infinity;
      if (!rule.isEnabled) return 0;
      const coming = Math.max(0, taken - begunOf(rule.id));
      const tokens = rule.rate === null ? Infinity : buckets.tokens(rule.id, rule.rate);
      return Math.max(0, Math.min(rule.maxInFlight - taken, tokens - coming, endpointRoom(rule) - coming));
    },

    wakeAt: (lane) => {
      const rule = rules.get(ruleIdOf(lane));
      if (rule?.isEnabled !== true) return undefined;
      const endpointAt = endpointWakeAt(rule);
      const tokenAt = rule.rate === null ? undefined : buckets.fullAt(rule.id, rule.rate, 1);
      const times = [endpointAt, tokenAt].filter((at) => at !== undefined && at > clock.now()) as number[];
      return times.length === 0 ? undefined : Math.max(...times);
    },

    enter: (rule) => {
      const { id, rate } = rule;
      if (rate !== null && buckets.tokens(id, rate) < 1) {
        return { status: 'closed', wakeAtMs: buckets.fullAt(id, rate, 1) };
      }
      const pass = enterEndpoint(rule);
      if (pass === undefined) return { status: 'closed', wakeAtMs: endpointWakeAt(rule) ?? clock.now() };
      if (rate !== null) buckets.take(id, rate);
      countBegun(id, 1);
      return {
        status: 'entered',
        leave: (signal) => {
          countBegun(id, -1);
          // What was not sent after all cost the receiver nothing.
          if (signal.type === 'none' && rate !== null) buckets.giveBack(id, rate);
          pass.end(signal);
        },
      };
    },
  };
}

const NO_ENDPOINT: EndpointPass = { end: () => undefined };
