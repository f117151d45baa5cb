/**
 * The one door for authors: everything a file in `listeners/` or `views/` may import from the platform.
 *
 *     export default async function (props, event, api) { … }              plain
 *     export default defineListener({ props: Type.Object({ … }), run })    with types, schemas and settings
 *
 * Runs happen at least once: an attempt that was cut off is made again. Key what you do.
 */
import { type Static, type TSchema } from 'typebox';
import { LISTENER, NON_RETRIABLE, type StoredListenerOptions } from './listeners/brand.ts';
import { type Cron, type CronCreate, type CronFilter, type CronPatch, type UpcomingTick } from './schemas/cron.ts';
import { type Priority } from './schemas/job.ts';
import { type RunStatus, type Trigger } from './schemas/run.ts';
import { type Run, type RunSummary } from './schemas/runView.ts';
import { type ToastTone } from './schemas/socket.ts';

export { Type, type Static, type TSchema } from 'typebox';
export type { Json } from './schemas/json.ts';
export { action, defineManifest, listener, view } from './listeners/nodes.ts';
export type { Component, Shown, View, ViewOptions } from './listeners/nodes.ts';
export type { ViewContext } from './schemas/view.ts';

export interface ListenerApi {
  readonly run: { readonly id: string; /** Counts from 1. */ readonly attempt: number; readonly trigger: Trigger };
  readonly environment: { readonly id: number; readonly name: string };
  readonly user: { readonly id: string } | null;
  /** The HTTP request that started the run; null where none did. */
  readonly request: ListenerRequest | null;
  /** Kept with the run, 64 KiB in all. `console.log` goes there too. */
  readonly log: Record<'info' | 'warn' | 'error', (message: string, data?: unknown) => void>;
  readonly data: { readonly coll: <T extends object = Record<string, unknown>>(name: string) => Collection<T> };
  readonly webhooks: {
    readonly create: (
      input: { readonly action: string; readonly props?: object } & Record<string, unknown>,
    ) => Promise<WebhookInfo>;
    readonly list: (filter?: {
      readonly action?: string;
      readonly user_id?: string;
      readonly enabled?: boolean;
    }) => Promise<WebhookInfo[]>;
    readonly delete: (uuid: string) => Promise<void>;
  };
  readonly jobs: {
    /**
     * Starts a run of a listener in the background, now or later. While one with the same `key` waits, no second is made,
     * and `duplicate` says that `run` is the first one's id.
     */
    readonly enqueue: (
      listener: string,
      props?: object,
      options?: {
        readonly event?: unknown;
        /** At most a year. Not together with `at`. */
        readonly delayMs?: number;
        /** Not before this time; one that is past means now. */
        readonly at?: Date | string;
        readonly key?: string;
        /** Of what waits, `high` begins before `normal` (which it is unless you say so), and `normal` before `low`. */
        readonly priority?: Priority;
      },
    ) => Promise<{ readonly run: string; readonly duplicate: boolean }>;
    /** The newest 250 of this environment. */
    readonly list: (filter?: { readonly status?: RunStatus; readonly action?: string }) => Promise<RunSummary[]>;
    /** Code `not_found` where there is none of that id. */
    readonly get: (id: string) => Promise<Run>;
    /** One that waits never begins, one that runs is ended. Code `conflict` where it is over. */
    readonly cancel: (id: string) => Promise<Run>;
  };
  /** Schedules, by their names or ids; the members are those of `/app/crons`. */
  readonly crons: {
    /** Code `conflict` where the name is taken, and `invalid_input` where a member is wrong. */
    readonly create: (input: CronCreate) => Promise<Cron>;
    /** At most 250. */
    readonly list: (filter?: CronFilter) => Promise<Cron[]>;
    /** Code `not_found` where there is none of that name; so for all below. */
    readonly get: (name: string) => Promise<Cron>;
    readonly update: (name: string, change: CronPatch) => Promise<Cron>;
    readonly delete: (name: string) => Promise<void>;
    /** Starts a run now, whatever its schedule. */
    readonly run: (name: string) => Promise<{ readonly run: string }>;
    /** Its newest 250 runs. */
    readonly history: (name: string) => Promise<RunSummary[]>;
    /** The next 250 ticks of all crons in time order, up to a time; a day from now unless you say so. */
    readonly upcoming: (until?: Date | string) => Promise<UpcomingTick[]>;
  };
  readonly events: {
    /**
     * Tells the platform that something happened (`invoices.created`, past tense); the rules decide who hears of it. Kept
     * when the promise resolves. A run may be made again: with an `idempotencyKey` (`${api.run.id}:created`) the event
     * is not, and `duplicate` says that `id` is the first one's. Rejects with code `conflict` when the same key came with
     * another event, and `schema_mismatch` when the data does not fit the event type. At most 1,000 per attempt.
     */
    readonly emit: (
      type: string,
      /** Any JSON, 1 MiB at most; Dates become ISO strings. */
      data?: unknown,
      options?: {
        readonly idempotencyKey?: string;
        /** Default now. */
        readonly occurredAt?: Date | string;
        readonly tenantId?: string;
      },
    ) => Promise<{ readonly id: string; readonly duplicate: boolean }>;
  };
  /**
   * The browser whose press started the run, or whose coming and going did (`onSessionStart`). Rejects with code
   * `invalid_input` in runs that no browser started. `delivered` is false where the browser is not there any more.
   */
  readonly session: {
    /**
     * Merges members into the state that views see as `context.state`; null takes a member away. At most 16 KiB in all.
     * It is the connection's own, survives a reconnect, and is gone with it: what should last belongs into documents.
     */
    readonly set: (state: Readonly<Record<string, unknown>>) => Promise<Delivered>;
    /** To a path of the app (`/orders/42`) or a URL with http or https. */
    readonly navigate: (to: string, options?: { readonly replace?: boolean }) => Promise<Delivered>;
    /** A short message that goes away by itself. */
    readonly toast: (toast: { readonly text: string; readonly tone?: ToastTone }) => Promise<Delivered>;
    /** Saves a text of at most 1 MiB as a file. */
    readonly download: (file: {
      readonly name: string;
      readonly text: string;
      /** `text/csv`; plain text unless given. */
      readonly type?: string;
    }) => Promise<Delivered>;
  };
  /** As the web's `fetch`, made by the server: it refuses private addresses unless they are allowed. */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  /** Aborts at the deadline. The run is ended then whatever it does. */
  readonly signal: AbortSignal;
}

export interface Delivered {
  readonly delivered: boolean;
}

export interface ListenerRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly contentType: string | null;
  readonly remoteAddress: string;
  /** The body's bytes exactly as they came. */
  readonly rawBody: Uint8Array;
}

export type Doc<T extends object> = T & { readonly _id: string };
export type Filter = Record<string, unknown>;

/**
 * In filters, and in fields of new documents, `@me` as a whole value (`{ owner: '@me' }`) stands for the id of the user.
 * In a run without one it matches nothing in a filter, and is a text like any other in a document.
 *
 * Each document has a revision, raised by every change of it. It is shown, as `_rev`, only where `withRevision` asks for
 * it, and a `_rev` in what is written is left out. With `ifRevision` a write is refused, code `conflict`, where somebody
 * else has changed the document in the meantime:
 *
 *     const order = await orders.getDoc(id, { withRevision: true });
 *     await orders.updateDoc({ ...order, status: 'paid' }, { ifRevision: order._rev });
 */
export interface Collection<T extends object> {
  /** The document, or null. */
  readonly getDoc: <O extends GetOptions = GetOptions>(id: string, options?: O) => Promise<Seen<T, O> | null>;
  /** Code `conflict` where its `_id` is taken. */
  readonly createDoc: (doc: T) => Promise<Doc<T>>;
  /** Replaces the document of that `_id` as a whole. Code `not_found` where there is none: `upsert` makes it then. */
  readonly updateDoc: <O extends UpdateOptions = UpdateOptions>(doc: Doc<T>, options?: O) => Promise<Seen<T, O>>;
  /** One that is gone already is no fault. */
  readonly deleteDoc: (
    doc: { readonly _id: string } | string,
    options?: { readonly ifRevision?: number },
  ) => Promise<void>;
  /** At most 1,000 documents. */
  readonly find: <O extends FindOptions = FindOptions>(
    query?: Filter,
    projection?: Filter,
    options?: O,
  ) => Promise<Seen<T, O>[]>;
  /** With `upsert`, one document is made where none matches: from what the filter asks by equality, and the update. */
  readonly updateMany: (
    filter: Filter,
    update: object,
    options?: { readonly upsert?: boolean },
  ) => Promise<{ readonly matched: number; readonly modified: number; readonly upsertedId?: string | null }>;
  readonly insertMany: (docs: readonly T[]) => Promise<{ readonly insertedIds: string[] }>;
  readonly deleteMany: (filter: Filter) => Promise<{ readonly deleted: number }>;
  readonly count: (filter?: Filter) => Promise<number>;
  /**
   * What comes out of a pipeline of MongoDB's, at most 1,000 documents. Stages that only read: $match $project $set
   * $addFields $unset $group $sort $skip $limit $unwind $count $lookup $facet $replaceRoot $sample $sortByCount $bucket
   * $unionWith. Revisions are not seen in it.
   */
  readonly aggregate: <R extends object = Record<string, unknown>>(pipeline: readonly object[]) => Promise<R[]>;
  /** Makes the index unless it is there. At most 20 for a collection, of up to 8 fields each. */
  readonly createIndex: (
    keys: Readonly<Record<string, 1 | -1>>,
    options?: { readonly unique?: boolean },
  ) => Promise<{ readonly name: string }>;
}

export interface GetOptions {
  readonly projection?: Filter;
  readonly withRevision?: boolean;
}

export interface UpdateOptions {
  /** Makes the document where there is none. */
  readonly upsert?: boolean;
  /** The `_rev` the document must have; 0 for one that has none. Not together with `upsert`. */
  readonly ifRevision?: number;
  readonly withRevision?: boolean;
}

export interface FindOptions {
  readonly limit?: number;
  readonly skip?: number;
  readonly sort?: Record<string, 1 | -1>;
  readonly withRevision?: boolean;
}

/** A document with its revision where that was asked for. */
type Seen<T extends object, O> = O extends { readonly withRevision: true }
  ? Doc<T> & { readonly _rev: number }
  : Doc<T>;

export type WebhookInfo = { readonly uuid: string; readonly action: string; readonly url: string } & Record<
  string,
  unknown
>;

/** A part of what a run is given; runs without it share one limit. */
export type By = `event.${string}` | `props.${string}` | 'user';

export interface ListenerDefinition<P extends TSchema, E extends TSchema, R> {
  /** What the props must look like; webhooks whose props do not fit are refused. */
  readonly props?: P;
  /** What the event must look like; a run whose event does not fit ends without a retry. */
  readonly event?: E;
  /** Default 30,000; at most an hour. */
  readonly timeoutMs?: number;
  /** Milliseconds before the second attempt, the third, …; `[]` for one attempt. Default 10 s, 1 min, 10 min. */
  readonly retries?: readonly number[];
  /**
   * How many runs may go on at once, in all server processes together. With `by`, as many for each value of it:
   * `{ limit: 1, by: 'event.customer.id' }`. Default: no limit. What must wait costs no memory.
   */
  readonly concurrency?: number | { readonly limit: number; readonly by?: By };
  /** How many runs may begin within any stretch of time as long as `per`, a word or milliseconds. */
  readonly rate?: {
    readonly limit: number;
    readonly per: 'second' | 'minute' | 'hour' | 'day' | number;
    readonly by?: By;
  };
  /**
   * Calls that come within `waitMs` of each other become one run, with the newest one's event, and after `maxWaitMs` at
   * the latest (default ten times `waitMs`). Only calls with equal props, user and `by` are taken together.
   */
  readonly debounce?: { readonly waitMs: number; readonly maxWaitMs?: number; readonly by?: By };
  /**
   * Up to `size` calls, or as many as come within `waitMs` of the first, become one run, and `event` is the list of
   * theirs, oldest first. Only calls with equal props, user and `by` are taken together. Not together with `debounce`.
   */
  readonly batch?: { readonly size: number; readonly waitMs: number; readonly by?: By };
  /** Default 128. */
  readonly memoryMb?: number;
  readonly run: (props: Static<P>, event: Static<E>, api: ListenerApi) => R | Promise<R>;
}

/** The listener as a function, to be called as it is in a test, that carries its settings with it. */
export function defineListener<P extends TSchema, E extends TSchema, R>(
  definition: ListenerDefinition<P, E, R>,
): ListenerDefinition<P, E, R>['run'] {
  const { run, ...options } = definition;
  if (typeof run !== 'function') throw new TypeError('defineListener: expected `run` to be a function');
  const listener: typeof run = (props, event, api) => run(props, event, api);
  return Object.assign(listener, { [LISTENER]: options satisfies StoredListenerOptions });
}

/** Throw it where trying again cannot help: the run rests as `dead` at once. */
export class NonRetriableError extends Error {
  override readonly name = 'NonRetriableError';
  readonly [NON_RETRIABLE] = true;
}
