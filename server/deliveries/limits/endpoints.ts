/**
 * What this process knows of each endpoint: a target URL of an environment, whichever rules lead there. Kept in memory;
 * a healthy endpoint at rest is not kept at all.
 *
 *   open ──429, 502, 503, 504──────────────▶ throttled until Retry-After, else 5 s, 10 s … 5 min
 *   open ──5 connections failed in a row───▶ broken    until 5 s, 10 s … 5 min
 *   throttled, broken ──time is up─────────▶ probing: one request at a time
 *   probing ──answered──▶ twice as many with every answer, until it counts as open
 *   probing ──failed────▶ closed again, for twice as long
 */
import { doublingMs } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ReadyRule } from '../../rules/ready.ts';
import type { RuleHealth } from '../../schemas/ruleHealth.ts';
import type { EndpointSignal } from '../sending/outcome.ts';

const BREAK_AFTER_FAILURES = 5;
const FIRST_CLOSED_MS = 5_000;
const MAX_CLOSED_MS = 300_000;
/** `Retry-After: 0` beside a 429 is no invitation to try again within the same millisecond. */
const MIN_CLOSED_MS = 1_000;
/** So many at a time without a failure, and the endpoint counts as healthy. */
const HEALTHY_LIMIT = 256;
/** When to look again at an endpoint whose probes are all under way. */
const LOOK_AGAIN_MS = 250;
const MAX_KEPT = 50_000;

export interface EndpointKey {
  readonly environmentId: number;
  readonly url: string;
}

const keys = new WeakMap<ReadyRule, EndpointKey>();

/** Where the rule's requests go, however its URL is spelled; null for a listener. */
export function endpointOf(rule: ReadyRule): EndpointKey | null {
  if (rule.target.type === 'listener') return null;
  let key = keys.get(rule);
  if (key === undefined) {
    const { url } = rule.target;
    key = { environmentId: rule.environmentId, url: URL.canParse(url) ? new URL(url).href : url };
    keys.set(rule, key);
  }
  return key;
}

/** One request under way; to be handed back when it has ended. */
export interface EndpointPass {
  readonly end: (signal: EndpointSignal) => void;
}

export interface Endpoints {
  /** How many requests may begin beside those under way. */
  readonly room: (key: EndpointKey) => number;
  /** When to ask again, where there is no room now. */
  readonly wakeAt: (key: EndpointKey) => number | undefined;
  /** Undefined when there is no room. */
  readonly enter: (key: EndpointKey) => EndpointPass | undefined;
  readonly stateOf: (key: EndpointKey) => RuleHealth['endpoint'];
  readonly size: () => number;
}

interface Endpoint {
  inFlight: number;
  /** Connection failures in a row. */
  failures: number;
  /** Why it was closed last; undefined for a healthy one. */
  reason: 'throttled' | 'broken' | undefined;
  closedUntilMs: number;
  /** How often it was closed since it was healthy. */
  closings: number;
  limit: number;
}

export function createEndpoints({ clock }: { readonly clock: Clock }): Endpoints {
  const kept = new Map<string, Endpoint>();

  const nameOf = ({ environmentId, url }: EndpointKey): string => `${environmentId} ${url}`;

  function open(name: string): Endpoint {
    const fresh: Endpoint = {
      inFlight: 0,
      failures: 0,
      reason: undefined,
      closedUntilMs: 0,
      closings: 0,
      limit: Infinity,
    };
    kept.set(name, fresh);
    if (kept.size > MAX_KEPT) forgetOldest();
    return fresh;
  }

  function forgetOldest(): void {
    for (const [name, { inFlight }] of kept) {
      if (inFlight > 0) continue;
      kept.delete(name);
      return;
    }
  }

  function forgetIfHealthy(name: string, endpoint: Endpoint): void {
    if (endpoint.inFlight === 0 && endpoint.failures === 0 && endpoint.reason === undefined) kept.delete(name);
  }

  function roomOf(endpoint: Endpoint): number {
    return endpoint.closedUntilMs > clock.now() ? 0 : Math.max(0, endpoint.limit - endpoint.inFlight);
  }

  return {
    room: (key) => {
      const endpoint = kept.get(nameOf(key));
      return endpoint === undefined ? Infinity : roomOf(endpoint);
    },

    wakeAt: (key) => {
      const endpoint = kept.get(nameOf(key));
      if (endpoint === undefined || roomOf(endpoint) > 0) return undefined;
      return Math.max(endpoint.closedUntilMs, clock.now() + (endpoint.closedUntilMs > clock.now() ? 0 : LOOK_AGAIN_MS));
    },

    enter: (key) => {
      const name = nameOf(key);
      const endpoint = kept.get(name) ?? open(name);
      if (roomOf(endpoint) <= 0) return undefined;
      endpoint.inFlight += 1;
      const { closings } = endpoint;
      return {
        end: (signal) => {
          endpoint.inFlight -= 1;
          learn(endpoint, signal, closings !== endpoint.closings, clock.now());
          forgetIfHealthy(name, endpoint);
        },
      };
    },

    stateOf: (key) => {
      const endpoint = kept.get(nameOf(key));
      if (endpoint?.reason === undefined) return { state: 'open', until: null };
      return endpoint.closedUntilMs > clock.now()
        ? { state: endpoint.reason, until: new Date(endpoint.closedUntilMs).toISOString() }
        : { state: 'probing', until: null };
    },

    size: () => kept.size,
  };
}

/** `isStale`: the request had begun before the endpoint was closed, so its failure says nothing new. */
function learn(endpoint: Endpoint, signal: EndpointSignal, isStale: boolean, nowMs: number): void {
  switch (signal.type) {
    case 'none':
      return;
    case 'answered':
      endpoint.failures = 0;
      // An answer that was on its way already does not take back what a later one asked for.
      if (endpoint.reason !== undefined && !(isStale && endpoint.reason === 'throttled')) recover(endpoint);
      return;
    case 'throttled':
      endpoint.failures = 0;
      if (!isStale) close(endpoint, 'throttled', nowMs);
      if (signal.retryAfterMs !== undefined) wait(endpoint, signal.retryAfterMs, isStale, nowMs);
      return;
    case 'unreachable':
      endpoint.failures += 1;
      if (isStale || (endpoint.reason === undefined && endpoint.failures < BREAK_AFTER_FAILURES)) return;
      close(endpoint, 'broken', nowMs);
  }
}

function close(endpoint: Endpoint, reason: 'throttled' | 'broken', nowMs: number): void {
  endpoint.reason = reason;
  endpoint.closedUntilMs = nowMs + doublingMs(FIRST_CLOSED_MS, endpoint.closings, MAX_CLOSED_MS);
  endpoint.closings += 1;
  endpoint.limit = 1;
}

/** What the receiver asked for takes the place of our own guess; of several answers, the longest wait. */
function wait(endpoint: Endpoint, askedMs: number, isStale: boolean, nowMs: number): void {
  const untilMs = nowMs + Math.max(askedMs, MIN_CLOSED_MS);
  endpoint.closedUntilMs = isStale ? Math.max(endpoint.closedUntilMs, untilMs) : untilMs;
}

function recover(endpoint: Endpoint): void {
  endpoint.closedUntilMs = 0;
  endpoint.limit *= 2;
  if (endpoint.limit < HEALTHY_LIMIT) return;
  endpoint.limit = Infinity;
  endpoint.reason = undefined;
  endpoint.closings = 0;
}
