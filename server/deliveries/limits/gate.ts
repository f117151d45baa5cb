/**
 * How many deliveries of a rule may be at work now. The queue asks before it claims (`roomIn`), and each delivery asks
 * again when it begins (`enter`), because an endpoint can close between the two.
 *
 * The queue counts as taken what it has claimed or is about to; `begun` counts those of them that have entered. The
 * rest will want a part of the rate and a place at the endpoint too, so they are taken off what there is.
 */
import type { Clock } from '../../lib/clock.ts';
import type { ReadyRule } from '../../rules/ready.ts';
import { type EndpointPass, type Endpoints, endpointOf } from './endpoints.ts';
import { ruleIdOf } from '../lanes.ts';
import type { EndpointSignal } from '../sending/outcome.ts';
import { createRates } from './rates.ts';

export interface GateDeps {
  readonly rules: { readonly get: (id: string) => ReadyRule | undefined };
  readonly endpoints: Endpoints;
  readonly clock: Clock;
}

export interface Gate {
  /** How many more of the lane may be taken beside the `taken`. A rule that is gone holds nothing back. */
  readonly roomIn: (lane: string, taken: number) => number;
  /**
   * When to look again at a lane that had no room; undefined for a disabled rule. Always a time for an enabled one: what
   * holds a lane back now may end and leave something else in its place, such as a rate used up or an endpoint closed.
   */
  readonly wakeAt: (lane: string) => number | undefined;
  readonly enter: (rule: ReadyRule) => Entered;
}

export type Entered =
  /** `leave` must be called once, with what the attempt told of the endpoint. */
  | { readonly status: 'entered'; readonly leave: (signal: EndpointSignal) => void }
  | { readonly status: 'closed'; readonly wakeAtMs: number };

const LOOK_AGAIN_MS = 1_000;
/** Looking costs next to nothing, but not a thousand times a second. */
const MIN_RATE_MS = 5;

export function createGate({ rules, endpoints, clock }: GateDeps): Gate {
  const rates = createRates({ clock });
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

  /** What the rate leaves free now is wanted already where a lane is held back, so what comes after it counts. */
  function rateWakeAt({ id, rate }: ReadyRule): number | undefined {
    if (rate === null) return undefined;
    return rates.free(id, rate) < 1 ? rates.freeAt(id, rate) : clock.now() + Math.max(1_000 / rate, MIN_RATE_MS);
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
      const free = rule.rate === null ? Infinity : rates.free(rule.id, rule.rate);
      return Math.max(0, Math.min(rule.maxInFlight - taken, free - coming, endpointRoom(rule) - coming));
    },

    wakeAt: (lane) => {
      const rule = rules.get(ruleIdOf(lane));
      if (rule?.isEnabled !== true) return undefined;
      const nowMs = clock.now();
      const times = [endpointWakeAt(rule), rateWakeAt(rule)].filter((at) => at !== undefined && at > nowMs) as number[];
      return times.length === 0 ? nowMs + LOOK_AGAIN_MS : Math.max(...times);
    },

    enter: (rule) => {
      const { id, rate } = rule;
      if (rate !== null && rates.free(id, rate) < 1) {
        return { status: 'closed', wakeAtMs: rates.freeAt(id, rate) };
      }
      const pass = enterEndpoint(rule);
      if (pass === undefined) return { status: 'closed', wakeAtMs: endpointWakeAt(rule) ?? clock.now() };
      if (rate !== null) rates.take(id, rate);
      countBegun(id, 1);
      return {
        status: 'entered',
        leave: (signal) => {
          countBegun(id, -1);
          // What was not sent after all cost the receiver nothing.
          if (signal.type === 'none' && rate !== null) rates.giveBack(id);
          pass.end(signal);
        },
      };
    },
  };
}

const NO_ENDPOINT: EndpointPass = { end: () => undefined };
