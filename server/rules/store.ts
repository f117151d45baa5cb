/**
 * Rules in the database: the collection `rules` of the platform's database, its indexes, and every question asked of it.
 * Every write is followed by one to a document that all processes look at, which counts the changes and names the last
 * ones, so that finding out which rules changed is one small read.
 */
import type mongoose from 'mongoose';
import type { Page, PageOf } from '../schemas/list.ts';
import type { RuleDocument } from './document.ts';
import { findPattern } from './patterns.ts';

export const RULES_COLLECTION = 'rules';
const CHANGES_COLLECTION = 'rule_changes';
const CHANGES_ID = 'rules';
/** Whoever missed more than so many looks at all rules. */
const RECENT_CHANGES = 200;

export interface RuleChanges {
  /** Goes up by one with every write of any process; 0 before the first. */
  readonly count: number;
  /** Of the last changes the rules, the newest last. */
  readonly recent: readonly string[];
}

export interface RuleFilter {
  /** An event type: the rules whose patterns take it. */
  readonly event?: string;
  readonly endpoint?: string;
  readonly action?: string;
  readonly enabled?: boolean;
}

/** The environment comes first in all that callers of the API can reach. */
export interface RuleStore {
  readonly ensureIndexes: () => Promise<void>;
  readonly insert: (environmentId: number, rule: RuleDocument) => Promise<void>;
  readonly count: (environmentId: number) => Promise<number>;
  readonly get: (environmentId: number, id: string) => Promise<RuleDocument | null>;
  /** Oldest first. */
  readonly list: (environmentId: number, filter: RuleFilter, page: Page) => Promise<PageOf<RuleDocument>>;
  /** The enabled rules of one endpoint. */
  readonly enabledAt: (environmentId: number, endpoint: string) => Promise<readonly RuleDocument[]>;
  /** Replaces the rule if it still has the version that was read; gives what is stored now, null when somebody was faster. */
  readonly replace: (environmentId: number, read: RuleDocument, next: RuleDocument) => Promise<RuleDocument | null>;
  readonly remove: (environmentId: number, id: string) => Promise<boolean>;
  /** Null when it was disabled already, or is not there. */
  readonly disable: (environmentId: number, id: string, reason: string, at: Date) => Promise<RuleDocument | null>;
  /** A time only where there is none yet, null only where there is one; null when there was nothing to change. */
  readonly setFailingSince: (id: string, since: Date | null) => Promise<RuleDocument | null>;
  readonly changes: () => Promise<RuleChanges>;
  /** The version of every rule there is. */
  readonly versions: () => Promise<ReadonlyMap<string, number>>;
  readonly byIds: (ids: readonly string[]) => Promise<readonly RuleDocument[]>;
}

export function createRuleStore(connection: mongoose.Connection): RuleStore {
  const rules = connection.collection<RuleDocument>(RULES_COLLECTION);
  const changes = connection.collection<RuleChanges & { _id: string }>(CHANGES_COLLECTION);

  /** After the write it tells of. Should it be missed, the next look at everything finds the change all the same. */
  async function announce(id: string): Promise<void> {
    await changes.updateOne(
      { _id: CHANGES_ID },
      { $inc: { count: 1 }, $push: { recent: { $each: [id], $slice: -RECENT_CHANGES } } },
      { upsert: true },
    );
  }

  async function update(filter: object, change: object): Promise<RuleDocument | null> {
    const stored = await rules.findOneAndUpdate(filter, change, { returnDocument: 'after' });
    if (stored !== null) await announce(stored._id);
    return stored;
  }

  return {
    ensureIndexes: async () => {
      await rules.createIndexes([
        { key: { environment_id: 1, _id: 1 }, name: 'by_position' },
        { key: { environment_id: 1, endpoint: 1, _id: 1 }, name: 'by_endpoint' },
        { key: { environment_id: 1, 'target.action': 1, _id: 1 }, name: 'by_action' },
      ]);
    },

    insert: async (environmentId, rule) => {
      await rules.insertOne({ ...rule, environment_id: environmentId });
      await announce(rule._id);
    },

    count: (environmentId) => rules.countDocuments({ environment_id: environmentId }),

    get: (environmentId, id) => rules.findOne({ _id: id, environment_id: environmentId }),

    list: async (environmentId, { event, endpoint, action, enabled }, { limit, after }) => {
      const found = rules
        .find({
          environment_id: environmentId,
          ...(endpoint !== undefined && { endpoint }),
          ...(action !== undefined && { 'target.action': action }),
          ...(enabled !== undefined && { enabled }),
          // Those that could take it; which do, only the patterns themselves can say.
          ...(event !== undefined && { events: { $in: [event, /\*/] } }),
          ...(after !== undefined && { _id: { $gt: after } }),
        })
        .sort({ _id: 1 })
        .batchSize(limit + 1);
      const items: RuleDocument[] = [];
      try {
        for await (const rule of found) {
          if (event !== undefined && findPattern(rule.events, event) === undefined) continue;
          if (items.length === limit) return { items, next: items.at(-1)?._id ?? null };
          items.push(rule);
        }
      } finally {
        await found.close();
      }
      return { items, next: null };
    },

    enabledAt: (environmentId, endpoint) =>
      rules.find({ environment_id: environmentId, endpoint, enabled: true }).toArray(),

    replace: async (environmentId, read, next) => {
      const stored = { ...next, environment_id: environmentId, version: read.version + 1 };
      const { matchedCount } = await rules.replaceOne(
        { _id: read._id, environment_id: environmentId, version: read.version },
        stored,
      );
      if (matchedCount === 0) return null;
      await announce(read._id);
      return stored;
    },

    remove: async (environmentId, id) => {
      const { deletedCount } = await rules.deleteOne({ _id: id, environment_id: environmentId });
      if (deletedCount === 1) await announce(id);
      return deletedCount === 1;
    },

    disable: (environmentId, id, reason, at) =>
      update(
        { _id: id, environment_id: environmentId, enabled: true },
        { $set: { enabled: false, disabled_reason: reason, updated_at: at }, $inc: { revision: 1, version: 1 } },
      ),

    setFailingSince: (id, since) =>
      update(
        { _id: id, failing_since: since === null ? { $ne: null } : null },
        { $set: { failing_since: since }, $inc: { version: 1 } },
      ),

    changes: async () => (await changes.findOne({ _id: CHANGES_ID })) ?? { count: 0, recent: [] },

    versions: async () => {
      const found = await rules.find({}, { projection: { version: 1 } }).toArray();
      return new Map(found.map(({ _id, version }) => [_id, version]));
    },

    byIds: (ids) => rules.find({ _id: { $in: [...ids] } }).toArray(),
  };
}
