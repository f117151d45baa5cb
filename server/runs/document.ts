/**
 * A run as it is stored. Props, event, request and result are kept as the bytes or JSON text they came as: nothing is
 * re-encoded on the way in, a runner parses what it needs, and no JSON that a service can send is hard to store.
 */
import type { EventKind, LogLine, RequestInfo, RunError, RunStatus, Trigger } from '../schemas/run.ts';
import type { QueueEntry } from '../queue/entry.ts';
import type { Priority } from '../schemas/job.ts';
import type { Json } from '../schemas/json.ts';

export interface RunDocument extends QueueEntry {
  /** `run_…`; sorts by time of creation. */
  readonly _id: string;
  readonly status: RunStatus;
  readonly environment_id: number;
  readonly action: string;
  readonly trigger: Trigger;
  /** The trigger's webhook by the id that outlives a rotation of its uuid, for its index. */
  readonly webhook?: string;
  readonly user_id?: string;
  /** The socket connection whose browser started it: where `api.session` leads. */
  readonly connection?: string;
  /** How many deliveries of our own led to it. */
  readonly hops?: number;
  readonly props: string;
  readonly event_kind: EventKind;
  readonly event: Uint8Array;
  /** RequestInfo as JSON text. */
  readonly request?: string;
  /** No two runs share one: see `start.ts`. */
  readonly dedupe_keys?: readonly string[];
  /** No two runs that wait share one: of a job its key, of what is debounced or batched what it is gathered by. Gone once the run is let go. */
  readonly waiting_key?: string;
  /** Where `due_at` may be put off to while calls go on coming. */
  readonly latest_due_at?: Date;
  /** The events of the calls that are one run, as JSON; `event` is empty then. */
  readonly events?: readonly Uint8Array[];
  readonly events_count?: number;
  /** The sum of their lengths. */
  readonly events_bytes?: number;
  /** Of whose ticks it is one: for the index. */
  readonly cron?: string;
  readonly priority?: Exclude<Priority, 'normal'>;
  /** The gates it must pass before it may run, in order; see `gates/`. Its lane says which one it waits at. */
  readonly gates?: readonly string[];
  /** Those of them that it holds a place of: from passing to the end of the attempt. */
  readonly holds?: readonly string[];
  readonly created_at: Date;
  readonly finished_at?: Date;
  readonly attempts?: readonly StoredAttempt[];
  /** Attempts before this index were used up by an earlier life of the run, before a person retried it. */
  readonly budget_from?: number;
  readonly logs?: readonly (LogLine & { readonly attempt: number })[];
  /** JSON text. */
  readonly result?: string | null;
  readonly error?: RunError;
}

export interface StoredAttempt {
  readonly attempt: number;
  readonly status: 'succeeded' | 'failed' | 'lost' | 'canceled';
  readonly started_at: Date;
  readonly duration_ms: number;
  readonly error?: RunError;
}

/** What it takes to start a run. */
export interface NewRun {
  readonly environmentId: number;
  readonly action: string;
  readonly trigger: Trigger;
  /** The id of the trigger's webhook, which a rotation does not change. */
  readonly webhookId?: string;
  readonly userId?: string | null;
  readonly connection?: string;
  /** How many deliveries of our own led to it; what it emits carries them on. */
  readonly hops?: number;
  /** JSON text of an object. */
  readonly propsJson: string;
  readonly event: EventBody;
  readonly request?: RequestInfo;
  /** Keys of which no two runs within the window may share one; the run that has it already is the answer. */
  readonly dedupe?: { readonly keys: readonly string[]; readonly windowMs: number };
  /** Without a window: the run of this key that still waits is the answer. */
  readonly waitingKey?: string;
  readonly dueAt?: Date;
  readonly priority?: Priority;
  /** The run's id, where it must be one and the same however often it is asked for. */
  readonly id?: string;
  readonly cronId?: string;
  /** Gates to pass before those of its listener. */
  readonly gates?: readonly string[];
}

export interface EventBody {
  readonly kind: EventKind;
  readonly bytes: Uint8Array;
}

export function jsonEvent(value: Json | undefined): EventBody {
  return value === undefined
    ? { kind: 'none', bytes: new Uint8Array() }
    : { kind: 'json', bytes: Buffer.from(JSON.stringify(value)) };
}

/** The driver gives binary values back in its own wrapper; a run adopted straight from its insert has plain bytes. */
export function bytesOf(value: Uint8Array | { readonly buffer: Uint8Array; readonly position: number }): Uint8Array {
  return value instanceof Uint8Array ? value : value.buffer.subarray(0, value.position);
}

/** The JSON text of a list, from those of its items. */
export function listOf(items: readonly Uint8Array[]): Uint8Array {
  const parts = items.flatMap((item, index) => (index === 0 ? [item] : [COMMA, item]));
  return Buffer.concat([OPEN, ...parts, CLOSE]);
}

const [OPEN, COMMA, CLOSE] = [Buffer.from('['), Buffer.from(','), Buffer.from(']')];
