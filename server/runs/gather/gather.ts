/**
 * Makes one run of many calls. What is gathered lives in the run that waits, and nowhere else: a call is acknowledged
 * when its event is on disk there, and a restart changes nothing.
 *
 *   debounce   the run that waits gets the newest event and is put off, but never beyond its latest time
 *   batch      the event is added to the run that waits; a full one is let go at once, and the next call begins another
 *
 * Calls of one moment take part in one write: while one is under way, those for the same key collect.
 */
import { DuplicateKeyError } from '../../db/commands.ts';
import type { Clock } from '../../lib/clock.ts';
import type { EventBody, NewRun, RunDocument } from '../document.ts';
import type { StartedRun } from '../start.ts';
import type { Gathering } from './gathering.ts';
import type { GatherStore, OpenBatch } from './store.ts';

export interface GatherDeps {
  readonly store: GatherStore;
  /** Stores a run that waits; rejects with DuplicateKeyError when one waits under the key already, or has a dedupe key. */
  readonly insert: (input: NewRun, more: Partial<RunDocument>) => Promise<string>;
  /** The run that has one of the keys, where its window is not over. Lets go of the keys where it is. */
  readonly findDuplicate: (input: NewRun) => Promise<string | null>;
  readonly toJson: (event: EventBody) => Uint8Array;
  /** A run that waited is due before its time. */
  readonly madeDue: (batch: Pick<RunDocument, 'lane' | 'gates'>) => Promise<void>;
  readonly clock: Clock;
}

/** A batch of more bytes is full, however few events it has; one event alone may have more. */
export const MAX_BATCH_BYTES = 4 * 1024 * 1024;

interface Call {
  readonly input: NewRun;
  isDone: boolean;
  readonly resolve: (started: StartedRun) => void;
  readonly reject: (error: unknown) => void;
}

export function createGather(deps: GatherDeps) {
  const { store, insert, findDuplicate, toJson, madeDue, clock } = deps;
  /** Keys of which a write is under way, with the calls that came since. */
  const collecting = new Map<string, Call[]>();

  return function gather(input: NewRun, gathering: Gathering): Promise<StartedRun> {
    return new Promise((resolve, reject) => {
      const call = { input, isDone: false, resolve, reject };
      const others = collecting.get(gathering.key);
      if (others !== undefined) others.push(call);
      else void work(gathering, call);
    });
  };

  async function work(gathering: Gathering, first: Call): Promise<void> {
    const next: Call[] = [first];
    collecting.set(gathering.key, next);
    while (next.length > 0) await take(gathering, next.splice(0));
    collecting.delete(gathering.key);
  }

  /** A key that somebody else was faster with ends the write for all of them; then the rest is looked at anew. */
  async function take(gathering: Gathering, calls: readonly Call[]): Promise<void> {
    for (let open = calls; open.length > 0; open = open.filter(({ isDone }) => !isDone)) {
      try {
        const fresh = await withoutDuplicates(open);
        if (fresh.length === 0) continue;
        if (gathering.how === 'debounce') await putOff(gathering, fresh);
        else await addAll(gathering, fresh);
      } catch (error) {
        if (error instanceof DuplicateKeyError) continue;
        for (const call of open) call.reject(error);
        return;
      }
    }
  }

  /** Those that are no copies of an earlier one. A copy of one that is just being taken is left for the next look. */
  async function withoutDuplicates(calls: readonly Call[]): Promise<readonly Call[]> {
    const fresh: Call[] = [];
    const seen = new Set<string>();
    for (const call of calls) {
      const keys = call.input.dedupe?.keys ?? [];
      if (keys.some((key) => seen.has(key))) continue;
      const duplicate = keys.length === 0 ? null : await findDuplicate(call.input);
      if (duplicate !== null) done(call, { id: duplicate, isDuplicate: true });
      else fresh.push(call);
      keys.forEach((key) => seen.add(key));
    }
    return fresh;
  }

  async function putOff({ key, settings }: Gathering & { how: 'debounce' }, calls: readonly Call[]): Promise<void> {
    const newest = calls.at(-1)!.input;
    const nowMs = clock.now();
    const dueAt = new Date(Math.max(nowMs + settings.waitMs, newest.dueAt?.getTime() ?? 0));
    const waiting = await store.putOff(key, newestOf(newest), dueAt, dedupeKeysOf(calls));
    const id =
      waiting?._id ??
      (await insert(withKeysOf(newest, calls), {
        waiting_key: key,
        due_at: dueAt,
        latest_due_at: new Date(Math.max(nowMs + settings.maxWaitMs, dueAt.getTime())),
      }));
    for (const call of calls) done(call, { id, isDuplicate: false });
  }

  /** Those that are left undone at the end are looked at anew. */
  async function addAll(gathering: Gathering & { how: 'batch' }, calls: readonly Call[]): Promise<void> {
    const left = [...calls];
    while (left.length > 0) {
      const batch = await store.openBatch(gathering.key);
      const some = left.slice(0, fitting(gathering.settings.size, batch, left));
      if (some.length === 0) {
        await letGo(batch!);
        continue;
      }
      const id = batch === null ? await begin(gathering, some) : await addTo(gathering, batch, some);
      if (id === null) return; // somebody else was faster, perhaps with a copy of one of these
      for (const call of left.splice(0, some.length)) done(call, { id, isDuplicate: false });
    }
  }

  async function begin({ key, settings }: Gathering & { how: 'batch' }, calls: readonly Call[]): Promise<string> {
    const events = calls.map(({ input }) => toJson(input.event));
    const isFull = calls.length >= settings.size;
    return insert(withKeysOf(calls[0]!.input, calls), {
      event: new Uint8Array(),
      event_kind: 'json',
      events,
      events_count: events.length,
      events_bytes: sumOf(events),
      ...(!isFull && { waiting_key: key, due_at: new Date(clock.now() + settings.waitMs) }),
    });
  }

  async function addTo(
    { settings }: Gathering & { how: 'batch' },
    batch: OpenBatch,
    calls: readonly Call[],
  ): Promise<string | null> {
    const events = calls.map(({ input }) => toJson(input.event));
    if (!(await store.addTo(batch, events, dedupeKeysOf(calls)))) return null;
    if (batch.events_count + calls.length >= settings.size) await letGo(batch);
    return batch._id;
  }

  async function letGo(batch: OpenBatch): Promise<void> {
    await store.close(batch._id, new Date(clock.now()));
    await madeDue(batch);
  }

  /** How many of the calls the batch has room for. */
  function fitting(size: number, batch: OpenBatch | null, calls: readonly Call[]): number {
    let count = 0;
    let bytes = batch?.events_bytes ?? 0;
    const room = size - (batch?.events_count ?? 0);
    for (const { input } of calls) {
      bytes += input.event.bytes.length;
      const isFirst = batch === null && count === 0;
      if (count >= room || (bytes > MAX_BATCH_BYTES && !isFirst)) break;
      count += 1;
    }
    return count;
  }
}

function done(call: Call, started: StartedRun): void {
  call.isDone = true;
  call.resolve(started);
}

function newestOf(input: NewRun) {
  return {
    trigger: input.trigger,
    event: input.event.bytes,
    event_kind: input.event.kind,
    ...(input.webhookId !== undefined && { webhook: input.webhookId }),
    ...(input.request && { request: JSON.stringify(input.request) }),
    ...(input.hops !== undefined && input.hops > 0 && { hops: input.hops }),
    ...(input.connection !== undefined && { connection: input.connection }),
  };
}

/** The run answers for all calls it is made of: a copy of any of them is a duplicate. */
function withKeysOf({ waitingKey: _, ...input }: NewRun, calls: readonly Call[]): NewRun {
  const keys = dedupeKeysOf(calls);
  const windowMs = Math.max(0, ...calls.map(({ input: { dedupe } }) => dedupe?.windowMs ?? 0));
  const hops = Math.max(0, ...calls.map(({ input: { hops = 0 } }) => hops));
  return { ...input, hops, ...(keys.length > 0 && { dedupe: { keys, windowMs } }) };
}

function dedupeKeysOf(calls: readonly Call[]): readonly string[] {
  return [...new Set(calls.flatMap(({ input }) => input.dedupe?.keys ?? []))];
}

function sumOf(events: readonly Uint8Array[]): number {
  return events.reduce((sum, event) => sum + event.length, 0);
}
