/** Tokens in the database: their hashes, never themselves. */
import type mongoose from 'mongoose';
import type { Page, PageOf } from '../../schemas/list.ts';
import type { Scope } from '../../schemas/token.ts';

export interface TokenDocument {
  readonly _id: string;
  readonly environment_id: number;
  /** 0 to 99, unique in the environment: the bound holds however many processes make tokens at once. */
  readonly slot: number;
  /** SHA-256 in hex. */
  readonly hash: string;
  readonly hint: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
}

export type InsertOutcome = 'inserted' | 'slot_taken' | 'token_known';

export interface TokenStore {
  readonly ensureIndexes: () => Promise<void>;
  readonly insert: (token: TokenDocument) => Promise<InsertOutcome>;
  readonly findByHash: (hash: string) => Promise<TokenDocument | null>;
  /** Oldest first. */
  readonly list: (environmentId: number, page: Page) => Promise<PageOf<TokenDocument>>;
  readonly takenSlots: (environmentId: number) => Promise<ReadonlySet<number>>;
  /** The token that was there, or null. */
  readonly remove: (environmentId: number, id: string) => Promise<TokenDocument | null>;
  readonly touch: (id: string, at: Date) => Promise<void>;
}

export function createTokenStore(connection: mongoose.Connection): TokenStore {
  const tokens = connection.collection<TokenDocument>('tokens');

  return {
    ensureIndexes: async () => {
      await tokens.createIndexes([
        { key: { hash: 1 }, unique: true, name: 'by_hash' },
        { key: { environment_id: 1, slot: 1 }, unique: true, name: 'by_slot' },
      ]);
    },
    insert: async (token) => {
      try {
        await tokens.insertOne({ ...token });
        return 'inserted';
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 11000)) throw error;
        return (await tokens.findOne({ hash: token.hash })) === null ? 'slot_taken' : 'token_known';
      }
    },
    findByHash: (hash) => tokens.findOne({ hash }),
    list: async (environmentId, { limit, after }) => {
      const found = await tokens
        .find({ environment_id: environmentId, ...(after !== undefined && { _id: { $gt: after } }) })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .toArray();
      const items = found.slice(0, limit);
      return { items, next: found.length > limit ? (items.at(-1)?._id ?? null) : null };
    },
    takenSlots: async (environmentId) => {
      const found = await tokens.find({ environment_id: environmentId }, { projection: { slot: 1 } }).toArray();
      return new Set(found.map(({ slot }) => slot));
    },
    remove: (environmentId, id) => tokens.findOneAndDelete({ _id: id, environment_id: environmentId }),
    touch: async (id, at) => {
      await tokens.updateOne({ _id: id }, { $set: { last_used_at: at } });
    },
  };
}
