/** What gathering asks of the runs in the database. Each write carries its own condition, so processes may race. */
import type mongoose from 'mongoose';
import type { RunDocument } from '../document.ts';
import { RUNS_COLLECTION } from '../store.ts';

/** What a later call puts in the place of an earlier one's. */
export type Newest = Pick<
  RunDocument,
  'trigger' | 'event' | 'event_kind' | 'webhook' | 'request' | 'hops' | 'connection'
>;

/** A batch that still takes events. */
export type OpenBatch = Pick<RunDocument, '_id' | 'lane' | 'gates'> &
  Required<Pick<RunDocument, 'events_count' | 'events_bytes'>>;

export interface GatherStore {
  /** Gives the run that waits under the key the newest event and puts it off; null when none waits. */
  readonly putOff: (
    key: string,
    newest: Newest,
    dueAt: Date,
    dedupeKeys: readonly string[],
  ) => Promise<{ readonly _id: string } | null>;
  readonly openBatch: (key: string) => Promise<OpenBatch | null>;
  /** False when the batch is not any more what it was: somebody else added to it, or it was let go. */
  readonly addTo: (batch: OpenBatch, events: readonly Uint8Array[], dedupeKeys: readonly string[]) => Promise<boolean>;
  /** Takes nothing more and makes it due. */
  readonly close: (batchId: string, now: Date) => Promise<void>;
}

const WAITS = { status: 'queued' as const, waiting_key: { $exists: true } };

export function createGatherStore(connection: mongoose.Connection): GatherStore {
  const runs = connection.collection<RunDocument>(RUNS_COLLECTION);

  return {
    putOff: (key, newest, dueAt, dedupeKeys) => {
      const gone = GONE_UNLESS_NEW.filter((name) => newest[name] === undefined); // what an earlier call had
      return runs.findOneAndUpdate(
        { waiting_key: key, status: 'queued', ...unlessKnown(dedupeKeys) },
        [
          {
            $set: {
              ...Object.fromEntries(Object.entries(newest).map(([name, value]) => [name, { $literal: value }])),
              due_at: { $min: [dueAt, '$latest_due_at'] },
              ...(dedupeKeys.length > 0 && {
                dedupe_keys: {
                  $slice: [{ $concatArrays: [{ $ifNull: ['$dedupe_keys', []] }, dedupeKeys] }, -MOST_KEYS],
                },
              }),
            },
          },
          ...(gone.length > 0 ? [{ $unset: gone }] : []),
        ],
        { projection: { _id: 1 } },
      );
    },

    openBatch: (key) =>
      runs.findOne<OpenBatch>(
        { waiting_key: key, status: 'queued' },
        { projection: { events_count: 1, events_bytes: 1, lane: 1, gates: 1 } },
      ),

    addTo: async (batch, events, dedupeKeys) => {
      const bytes = events.reduce((sum, event) => sum + event.length, 0);
      const { matchedCount } = await runs.updateOne(
        {
          _id: batch._id,
          ...WAITS,
          ...unlessKnown(dedupeKeys),
          events_count: batch.events_count,
          events_bytes: batch.events_bytes,
        },
        {
          $push: { events: { $each: [...events] } },
          $inc: { events_count: events.length, events_bytes: bytes },
          ...(dedupeKeys.length > 0 && { $addToSet: { dedupe_keys: { $each: [...dedupeKeys] } } }),
        },
      );
      return matchedCount > 0;
    },

    close: async (batchId, now) => {
      await runs.updateOne({ _id: batchId, ...WAITS }, { $set: { due_at: now }, $unset: { waiting_key: '' } });
    },
  };
}

/** A copy of a call that is in the run already adds nothing to it. */
function unlessKnown(dedupeKeys: readonly string[]): object {
  return dedupeKeys.length === 0 ? {} : { dedupe_keys: { $nin: [...dedupeKeys] } };
}

/** What a run that is put off for long remembers of the calls it was made of. */
const MOST_KEYS = 1_000;
const GONE_UNLESS_NEW = ['webhook', 'request', 'hops', 'connection'] as const;
