/**
 * A listener: a named function `(props, event, api)` that an author wrote in `listeners/`. What is described here is
 * what the platform knows of it without running it.
 */
import { Type } from 'typebox';
import { type JsonObject } from './json.ts';

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
  /** How many of its runs may go on at once in one server process; null is no limit. Enforced by the caller of the pool. */
  readonly concurrency: number | null;
  readonly memoryMb: number;
}

/** As `GET /app/listeners` shows it. */
export const ListenerView = Type.Object({
  name: Type.String({ pattern: LISTENER_NAME_PATTERN }),
  file: Type.String(),
  props_schema: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
  event_schema: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
  timeout_ms: Type.Integer(),
  retries_ms: Type.Array(Type.Integer()),
  concurrency: Type.Union([Type.Integer(), Type.Null()]),
  memory_mb: Type.Integer(),
});

/** A file in `listeners/` (or one of its exports) that cannot be used, and why, in a whole sentence. */
export interface ListenerProblem {
  readonly file: string;
  readonly message: string;
}
