/**
 * A listener: a named function `(props, event, api)` that an author wrote in `listeners/`. What is described here is
 * what the platform knows of it without running it.
 */
import { Type, type TProperties } from 'typebox';
import { type JsonObject } from './json.ts';

/** A part of what a run is given, that runs with the same value of share a limit by: `event.customer.id`, `props.account`, `user`. */
export const BY_PATTERN = '^(?:user|(?:event|props)(?:\\.[A-Za-z0-9_$-]+)+)$';

/** How many runs may go on at once, of all or of each value of `by`, whichever server processes they are in. */
export interface ConcurrencyLimit {
  readonly limit: number;
  readonly by: string | null;
}

/** How many may begin within any stretch of time as long as `perMs`, of all or of each value of `by`. */
export interface RateLimit extends ConcurrencyLimit {
  readonly perMs: number;
}

/** Calls that come within `waitMs` of each other are one run, with the newest one's event; after `maxWaitMs` at the latest. */
export interface Debounce {
  readonly waitMs: number;
  readonly maxWaitMs: number;
  readonly by: string | null;
}

/** Up to `size` calls, or as many as come within `waitMs` of the first, are one run whose event is their list. */
export interface Batch {
  readonly size: number;
  readonly waitMs: number;
  readonly by: string | null;
}

/** What a listener, a webhook's `action` and a file in `listeners/` may be called. */
export const LISTENER_NAME_PATTERN = '^[a-zA-Z_$][a-zA-Z_.$0-9]*$';

/** Milliseconds to wait before the second, third and fourth attempt; after that the run rests as `dead`. */
export const DEFAULT_RETRY_DELAYS_MS: readonly number[] = [10_000, 60_000, 600_000];
export const DEFAULT_TIMEOUT_MS = 30_000;
export const DEFAULT_MEMORY_MB = 128;

export interface ListenerInfo {
  readonly name: string;
  /** As an author would say it: `listeners/github/push.ts`. */
  readonly file: string;
  /** JSON Schemas of what the listener takes, where it says so. */
  readonly propsSchema?: JsonObject;
  readonly eventSchema?: JsonObject;
  readonly timeoutMs: number;
  /** Delays before each further attempt; an empty list means one attempt. */
  readonly retries: readonly number[];
  readonly concurrency: ConcurrencyLimit | null;
  readonly rate: RateLimit | null;
  /** A listener has at most one of the two. */
  readonly debounce: Debounce | null;
  readonly batch: Batch | null;
  readonly memoryMb: number;
}

const by = Type.Union([Type.String(), Type.Null()], { description: 'For each value of this; null for all together.' });
const orNull = <T extends TProperties>(properties: T, description: string) =>
  Type.Union([Type.Object(properties), Type.Null()], { description });

/** As `GET /app/listeners` shows it. */
export const ListenerView = Type.Object({
  name: Type.String({ pattern: LISTENER_NAME_PATTERN }),
  file: Type.String(),
  props_schema: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
  event_schema: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
  timeout_ms: Type.Integer(),
  retries_ms: Type.Array(Type.Integer()),
  concurrency: orNull({ limit: Type.Integer(), by }, 'How many of its runs may go on at once.'),
  rate: orNull({ limit: Type.Integer(), per_ms: Type.Integer(), by }, 'How many may begin within any such time.'),
  debounce: orNull(
    { wait_ms: Type.Integer(), max_wait_ms: Type.Integer(), by },
    'Calls become one run once they are quiet.',
  ),
  batch: orNull({ size: Type.Integer(), wait_ms: Type.Integer(), by }, 'Calls are gathered; the event is their list.'),
  memory_mb: Type.Integer(),
});

/** A file in `listeners/` (or one of its exports) that cannot be used, and why, in a whole sentence. */
export interface ListenerProblem {
  readonly file: string;
  readonly message: string;
}
