/** The port of events as the platform fills it, in short: events are inserted through the session of the change. */
import { createIdMaker } from '../../../server/lib/ids.ts';
import type { DataEvents } from '../../../server/data/scope.ts';
import type { Database } from '../../../server/db/connect.ts';
import type { NewEvent } from '../../../server/events/document.ts';

export interface StoredEvent extends Omit<NewEvent, 'environmentId'> {
  readonly _id: string;
  readonly environment_id: number;
}

export interface StoredEvents extends DataEvents {
  /** Those in the database, of one collection, in the order they were made. */
  readonly of: (coll: string) => Promise<StoredEvent[]>;
  /** What was told to the drafts, in order. */
  readonly told: string[];
  /** Runs within the transaction, after the events are in. */
  afterInsert: () => Promise<void>;
}

export function storedEvents({ platform }: Pick<Database, 'platform'>): StoredEvents {
  const newId = createIdMaker(() => Date.now());
  const told: string[] = [];
  const collection = platform.collection<StoredEvent>('events');
  const port: StoredEvents = {
    told,
    afterInsert: () => Promise.resolve(),
    of: async (coll) =>
      (await collection.find({}, { sort: { _id: 1 } }).toArray()).filter(({ type }) => type.startsWith(`${coll}.`)),
    draft: (events) => {
      told.push('draft');
      const documents = events.map(({ environmentId, ...event }) => ({
        _id: newId('evt'),
        environment_id: environmentId,
        ...event,
      }));
      return Promise.resolve({
        insert: async (session) => {
          await collection.insertMany(documents, { session });
          await port.afterInsert();
        },
        accept: () => void told.push('accept'),
        abandon: () => void told.push('abandon'),
      });
    },
  };
  return port;
}

/** For tests in which nobody listens. */
export const noEvents: DataEvents = {
  draft: () => Promise.resolve({ insert: () => Promise.resolve(), accept: () => undefined, abandon: () => undefined }),
};
