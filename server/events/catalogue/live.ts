/**
 * The catalogue as publishing an event and saving a rule ask it: in memory, without waiting.
 *
 * A change made by this process is seen before its caller is answered (`refresh`). Another process on the same
 * database changes without a word, so the revisions of the environments, a document each, are read every second and
 * what has a new one is read whole. Once a minute all of it is, for a process can die between a change and its
 * revision. A read that began before another must not undo it: each has a number, and each name remembers the last.
 */
import type { Clock } from '../../lib/clock.ts';
import type { FieldFault } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Json } from '../../schemas/json.ts';
import {
  channelOfName,
  DEFAULT_UNFIT_EVENTS,
  examplesOf,
  type EventTypeDocument,
  type UnfitEvents,
} from './document.ts';
import type { EventTypeStore } from './store.ts';
import { createValidators } from './validators.ts';

export interface LiveCatalogueDeps {
  readonly store: Pick<EventTypeStore, 'settings' | 'all' | 'some'>;
  /** Whether a pattern of a rule takes an event type. */
  readonly matches: (pattern: string, type: string) => boolean;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
  readonly pollMs?: number;
}

export interface LiveCatalogue {
  /** Reads everything once and begins to watch for changes. */
  readonly start: () => Promise<void>;
  readonly stop: () => void;
  /** To be awaited after each own change, with the names of the types it may have touched; none for the settings. */
  readonly refresh: (environmentId: number, names?: readonly string[]) => Promise<void>;
  /** Looks for changes of other processes now. */
  readonly poll: () => Promise<void>;
  /** Why the data does not fit its type, at most 50 faults; none for a type that is unknown or has no schema. */
  readonly check: (environmentId: number, type: string, data: unknown) => readonly Fault[];
  readonly unfitEvents: (environmentId: number) => UnfitEvents;
  readonly exclusiveChannels: (environmentId: number) => ReadonlySet<string>;
  readonly channelOf: (environmentId: number, type: string) => string;
  /** Names in use, in order. */
  readonly names: (environmentId: number) => readonly string[];
  /** The first example of the first type that a pattern takes; something like an event where there is none. */
  readonly example: (environmentId: number, patterns: readonly string[]) => Example;
}

export type Fault = Pick<FieldFault, 'path' | 'message'>;

export interface Example {
  readonly type: string;
  readonly data: Json;
}

const POLL_MS = 1_000;
const FULL_READ_MS = 60_000;

interface Known {
  readonly types: ReadonlyMap<string, EventTypeDocument>;
  readonly exclusive: ReadonlySet<string>;
  readonly unfitEvents: UnfitEvents;
  /** Of the last read of everything. */
  readonly revision: number;
  readonly readAtMs: number;
}

const NOTHING: Known = {
  types: new Map(),
  exclusive: new Set(),
  unfitEvents: DEFAULT_UNFIT_EVENTS,
  revision: 0,
  readAtMs: 0,
};

export function createLiveCatalogue(deps: LiveCatalogueDeps): LiveCatalogue {
  const { store, matches, clock, log, pollMs = POLL_MS } = deps;
  const known = new Map<number, Known>();
  /** The number of the read each name was last taken from, since the last read of everything. */
  const takenFrom = new Map<string, number>();
  const validators = createValidators();
  let reads = 0;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const knownOf = (environmentId: number): Known => known.get(environmentId) ?? NOTHING;

  async function refresh(environmentId: number, names: readonly string[] = []): Promise<void> {
    const read = ++reads;
    const found = names.length === 0 ? [] : await store.some(environmentId, names);
    const settings = (await store.settings()).find(({ _id }) => _id === environmentId);
    const before = knownOf(environmentId);
    const byName = new Map(found.map((type) => [type.name, type]));
    const types = new Map(before.types);
    for (const name of names) {
      const key = `${environmentId}:${name}`;
      if ((takenFrom.get(key) ?? 0) > read) continue;
      takenFrom.set(key, read);
      const type = byName.get(name);
      if (type === undefined) types.delete(name);
      else types.set(name, type);
    }
    take(environmentId, { ...before, types, unfitEvents: settings?.unfit_events ?? DEFAULT_UNFIT_EVENTS });
  }

  async function readAll(environmentId: number, revision: number, unfitEvents: UnfitEvents): Promise<void> {
    const read = ++reads;
    const readAtMs = clock.now();
    const found = await store.all(environmentId);
    const before = knownOf(environmentId);
    const types = new Map(found.map((type) => [type.name, type]));
    for (const [key, from] of takenFrom) {
      if (!key.startsWith(`${environmentId}:`)) continue;
      if (from < read) {
        takenFrom.delete(key);
        continue;
      }
      const name = key.slice(key.indexOf(':') + 1);
      const newer = before.types.get(name);
      if (newer === undefined) types.delete(name);
      else types.set(name, newer);
    }
    take(environmentId, { ...before, types, unfitEvents, revision, readAtMs });
  }

  function take(environmentId: number, next: Known): void {
    const exclusive = [...next.types.values()].filter((type) => type.exclusive).map(({ channel }) => channel);
    known.set(environmentId, { ...next, exclusive: new Set(exclusive) });
  }

  async function poll(): Promise<void> {
    for (const { _id, revision = 0, unfit_events = DEFAULT_UNFIT_EVENTS } of await store.settings()) {
      const { revision: before, readAtMs } = knownOf(_id);
      if (revision !== before || clock.now() - readAtMs >= FULL_READ_MS) await readAll(_id, revision, unfit_events);
    }
  }

  function schedule(): void {
    if (isStopped) return;
    timer = setTimeout(() => {
      poll()
        .catch((error: unknown) => log.warn({ err: error }, 'catalogue.read_failed'))
        .finally(schedule);
    }, pollMs);
    timer.unref();
  }

  function example(environmentId: number, patterns: readonly string[]): Example {
    const types = [...knownOf(environmentId).types.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const pattern of patterns) {
      const withExample = types.find(({ name, examples }) => matches(pattern, name) && examples !== '[]');
      if (withExample !== undefined) return { type: withExample.name, data: examplesOf(withExample)[0]! };
    }
    return { type: madeUpType(patterns[0] ?? '*'), data: { id: 'example', message: 'An example event.' } };
  }

  return {
    start: async () => {
      await poll();
      schedule();
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
    refresh,
    poll,
    check: (environmentId, type, data) => {
      const document = knownOf(environmentId).types.get(type);
      if (document === undefined || document.schema === null) return [];
      return validators
        .of(document)(data)
        .map(({ path, message }) => ({ path, message }));
    },
    unfitEvents: (environmentId) => knownOf(environmentId).unfitEvents,
    exclusiveChannels: (environmentId) => knownOf(environmentId).exclusive,
    channelOf: (environmentId, type) => knownOf(environmentId).types.get(type)?.channel ?? channelOfName(type),
    names: (environmentId) => [...knownOf(environmentId).types.keys()].sort(),
    example,
  };
}

/** A name that the pattern takes: `invoices.*` → `invoices.example`. */
function madeUpType(pattern: string): string {
  return pattern.replaceAll('*', 'example');
}
