/** Minutes of attempts in the database: the collection `endpoint_minutes` of the platform's database. They leave by themselves. */
import type mongoose from 'mongoose';
import type { HealthError, MinuteBucket } from './bucket.ts';

export const ENDPOINT_MINUTES_COLLECTION = 'endpoint_minutes';

/** What is shown reaches back a day. */
const KEPT_S = 25 * 3_600;
const PER_COMMAND = 500;
/** Minutes since the epoch have so many digits until the year 3871, so ids of one subject sort by time. */
const MINUTE_DIGITS = 9;

interface MinuteDocument {
  /** Subject and minute. */
  readonly _id: string;
  readonly minute: Date;
  readonly attempts: number;
  readonly succeeded: number;
  /** Attempts by step of the histogram. */
  readonly latency?: Readonly<Record<string, number>>;
  readonly last_error?: HealthError;
}

export interface HealthStore {
  readonly ensureIndexes: () => Promise<void>;
  /** Adds to what is stored. Processes may add to one minute at a time. */
  readonly add: (buckets: readonly MinuteBucket[]) => Promise<void>;
  /** Minutes since the epoch, the first one included. */
  readonly read: (subject: string, fromMinute: number) => Promise<readonly MinuteBucket[]>;
}

export function createHealthStore(connection: mongoose.Connection): HealthStore {
  const minutes = connection.collection<MinuteDocument>(ENDPOINT_MINUTES_COLLECTION);

  return {
    ensureIndexes: async () => {
      await minutes.createIndexes([{ key: { minute: 1 }, expireAfterSeconds: KEPT_S, name: 'retention' }]);
    },

    add: async (buckets) => {
      for (let from = 0; from < buckets.length; from += PER_COMMAND) {
        await minutes.bulkWrite(buckets.slice(from, from + PER_COMMAND).map(upsertOf), { ordered: false });
      }
    },

    read: async (subject, fromMinute) => {
      const found = await minutes
        .find({ _id: { $gte: idOf(subject, fromMinute), $lt: `${subject}!` } })
        .sort({ _id: 1 })
        .toArray();
      return found.map((document) => bucketOf(subject, document));
    },
  };
}

function upsertOf(bucket: MinuteBucket) {
  const { subject, minute, attempts, succeeded, latency, lastError } = bucket;
  const steps = [...latency].map(([step, count]) => [`latency.${String(step)}`, count] as const);
  return {
    updateOne: {
      filter: { _id: idOf(subject, minute) },
      update: {
        $inc: { attempts, succeeded, ...Object.fromEntries(steps) },
        ...(lastError && { $set: { last_error: lastError } }),
        $setOnInsert: { minute: new Date(minute * 60_000) },
      },
      upsert: true,
    },
  };
}

function bucketOf(subject: string, document: MinuteDocument): MinuteBucket {
  const { _id, attempts, succeeded, latency = {}, last_error = null } = document;
  return {
    subject,
    minute: Number(_id.slice(-MINUTE_DIGITS)),
    attempts,
    succeeded,
    latency: new Map(Object.entries(latency).map(([step, count]) => [Number(step), count])),
    lastError: last_error,
  };
}

/** A space sorts before everything that could be part of a subject. */
function idOf(subject: string, minute: number): string {
  return `${subject} ${String(minute).padStart(MINUTE_DIGITS, '0')}`;
}
