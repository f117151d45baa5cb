/** Event types and their settings in the database: the collections `event_types` and `event_settings` of the platform. */
import type mongoose from 'mongoose';
import type { EventSettings } from '../../schemas/eventType.ts';
import type { Page, PageOf } from '../../schemas/list.ts';
import { eventTypeId, type EventSettingsDocument, type EventTypeDocument } from './document.ts';

export interface EventTypeFilter {
  readonly channel?: string;
  readonly pack?: string;
  readonly deprecated?: boolean;
}

export interface Change {
  readonly read: EventTypeDocument;
  readonly next: EventTypeDocument;
}

/** The environment comes first. Every write goes up in the environment's revision once it is done. */
export interface EventTypeStore {
  readonly ensureIndexes: () => Promise<void>;
  /** False when the name is taken. */
  readonly insert: (environmentId: number, type: EventTypeDocument) => Promise<boolean>;
  /**
   * Inserts and replaces many. True when all of it was done; false when somebody else wrote some of them in between,
   * and then what could be done is done.
   */
  readonly write: (
    environmentId: number,
    inserts: readonly EventTypeDocument[],
    changes: readonly Change[],
  ) => Promise<boolean>;
  readonly count: (environmentId: number) => Promise<number>;
  readonly get: (environmentId: number, name: string) => Promise<EventTypeDocument | null>;
  /** By name. */
  readonly list: (environmentId: number, filter: EventTypeFilter, page: Page) => Promise<PageOf<EventTypeDocument>>;
  readonly all: (environmentId: number) => Promise<EventTypeDocument[]>;
  readonly some: (environmentId: number, names: readonly string[]) => Promise<EventTypeDocument[]>;
  /** The names of the types that came with a pack and are still there. */
  readonly packsPresent: (environmentId: number) => Promise<ReadonlySet<string>>;
  /** Replaces the type if it still has the revision that was read; false when somebody was faster. */
  readonly replace: (environmentId: number, read: EventTypeDocument, next: EventTypeDocument) => Promise<boolean>;
  /** False when there is none of that name. */
  readonly remove: (environmentId: number, name: string) => Promise<boolean>;
  readonly settings: () => Promise<EventSettingsDocument[]>;
  readonly setSettings: (environmentId: number, settings: Partial<EventSettings>) => Promise<void>;
  readonly hasDefaultPacks: (environmentId: number) => Promise<boolean>;
  readonly markDefaultPacks: (environmentId: number) => Promise<void>;
}

export function createEventTypeStore(connection: mongoose.Connection): EventTypeStore {
  const types = connection.collection<EventTypeDocument>('event_types');
  const settings = connection.collection<EventSettingsDocument>('event_settings');

  async function set(environmentId: number, members: Partial<EventSettingsDocument> = {}): Promise<void> {
    const update = { $inc: { revision: 1 }, ...(Object.keys(members).length > 0 && { $set: members }) };
    const write = () => settings.updateOne({ _id: environmentId }, update, { upsert: true });
    // Two upserts at once may both try to insert; the one that loses finds the document the second time.
    await write().catch((error: unknown) => (isDuplicate(error) ? write() : Promise.reject(error as Error)));
  }

  return {
    ensureIndexes: async () => {
      await types.createIndexes([
        { key: { environment_id: 1, name: 1 }, name: 'by_name' },
        { key: { environment_id: 1, channel: 1, name: 1 }, name: 'by_channel' },
        { key: { environment_id: 1, pack: 1, name: 1 }, name: 'by_pack' },
      ]);
    },

    insert: async (environmentId, type) => {
      try {
        await types.insertOne(own(environmentId, type));
      } catch (error) {
        if (isDuplicate(error)) return false;
        throw error;
      }
      await set(environmentId);
      return true;
    },

    write: async (environmentId, inserts, changes) => {
      let isComplete = true;
      try {
        if (inserts.length > 0) {
          await types.insertMany(
            inserts.map((type) => own(environmentId, type)),
            { ordered: false },
          );
        }
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        isComplete = false;
      }
      if (changes.length > 0) {
        const { matchedCount } = await types.bulkWrite(
          changes.map(({ read, next }) => ({
            replaceOne: {
              filter: { _id: read._id, environment_id: environmentId, revision: read.revision },
              replacement: { ...own(environmentId, next), revision: read.revision + 1 },
            },
          })),
          { ordered: false },
        );
        isComplete &&= matchedCount === changes.length;
      }
      if (inserts.length + changes.length > 0) await set(environmentId);
      return isComplete;
    },

    count: (environmentId) => types.countDocuments({ environment_id: environmentId }),
    get: (environmentId, name) => types.findOne({ _id: eventTypeId(environmentId, name) }),

    list: async (environmentId, filter, { limit, after }) => {
      const found = await types
        .find({
          environment_id: environmentId,
          ...(filter.channel !== undefined && { channel: filter.channel }),
          ...(filter.pack !== undefined && { pack: filter.pack }),
          ...(filter.deprecated !== undefined && { deprecated: filter.deprecated }),
          ...(after !== undefined && { name: { $gt: after } }),
        })
        .sort({ name: 1 })
        .limit(limit + 1)
        .toArray();
      const items = found.slice(0, limit);
      return { items, next: found.length > limit ? (items.at(-1)?.name ?? null) : null };
    },

    all: (environmentId) => types.find({ environment_id: environmentId }).sort({ name: 1 }).toArray(),
    some: (environmentId, names) =>
      types.find({ _id: { $in: names.map((name) => eventTypeId(environmentId, name)) } }).toArray(),

    packsPresent: async (environmentId) => {
      const found = await types.distinct('pack', { environment_id: environmentId });
      return new Set(found.filter((pack) => pack !== null));
    },

    replace: async (environmentId, read, next) => {
      const { matchedCount } = await types.replaceOne(
        { _id: read._id, environment_id: environmentId, revision: read.revision },
        { ...own(environmentId, next), revision: read.revision + 1 },
      );
      if (matchedCount === 1) await set(environmentId);
      return matchedCount === 1;
    },

    remove: async (environmentId, name) => {
      const { deletedCount } = await types.deleteOne({ _id: eventTypeId(environmentId, name) });
      if (deletedCount === 1) await set(environmentId);
      return deletedCount === 1;
    },

    settings: () => settings.find().toArray(),
    setSettings: (environmentId, members) => set(environmentId, members),
    hasDefaultPacks: async (environmentId) => {
      const found = await settings.findOne({ _id: environmentId });
      return found?.has_default_packs === true;
    },
    markDefaultPacks: (environmentId) => set(environmentId, { has_default_packs: true }),
  };
}

/** Whatever a document says, it is stored in the environment it was given for. */
function own(environmentId: number, type: EventTypeDocument): EventTypeDocument {
  return { ...type, _id: eventTypeId(environmentId, type.name), environment_id: environmentId };
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 11000;
}
