/** The app, its environments and the check of the secret key, in the platform's database. Each is written once. */
import type mongoose from 'mongoose';
import type { Environment } from '../schemas/app.ts';

/** The one app of this server. `isReady` once its first tokens are stored: a start that was cut off goes on from there. */
export interface AppDocument {
  readonly _id: 'app';
  readonly uuid: string;
  readonly created_at: Date;
  readonly is_ready: boolean;
}

interface EnvironmentDocument {
  readonly _id: number;
  readonly name: string;
  readonly created_at: Date;
}

interface KeyCheckDocument {
  readonly _id: 'secret_key';
  readonly value: string;
}

export interface AppStore {
  readonly find: () => Promise<AppDocument | null>;
  /** Stores the app if there is none yet, and gives the one that is there. */
  readonly insertIfAbsent: (uuid: string, now: Date) => Promise<AppDocument>;
  readonly markReady: () => Promise<void>;
  readonly ensureEnvironments: (environments: readonly Environment[], now: Date) => Promise<void>;
  readonly findKeyCheck: () => Promise<string | null>;
  /** Stores the value if there is none yet, and gives the one that is there. */
  readonly keepKeyCheck: (value: string) => Promise<string>;
}

export function createAppStore(connection: mongoose.Connection): AppStore {
  const apps = connection.collection<AppDocument>('apps');
  const environments = connection.collection<EnvironmentDocument>('environments');
  const checks = connection.collection<KeyCheckDocument>('key_checks');

  return {
    find: () => apps.findOne({ _id: 'app' }),
    insertIfAbsent: async (uuid, now) => {
      const fresh = { uuid, created_at: now, is_ready: false };
      await ifAbsent(apps.updateOne({ _id: 'app' }, { $setOnInsert: fresh }, { upsert: true }));
      return found(await apps.findOne({ _id: 'app' }));
    },
    markReady: async () => {
      await apps.updateOne({ _id: 'app' }, { $set: { is_ready: true } });
    },
    ensureEnvironments: async (all, now) => {
      for (const { id, name } of all) {
        const fresh = { name, created_at: now };
        await ifAbsent(environments.updateOne({ _id: id }, { $setOnInsert: fresh }, { upsert: true }));
      }
    },
    findKeyCheck: async () => (await checks.findOne({ _id: 'secret_key' }))?.value ?? null,
    keepKeyCheck: async (value) => {
      await ifAbsent(checks.updateOne({ _id: 'secret_key' }, { $setOnInsert: { value } }, { upsert: true }));
      return found(await checks.findOne({ _id: 'secret_key' })).value;
    },
  };
}

/** Two upserts at once may both try to insert; the one that loses has nothing left to do. */
async function ifAbsent(upsert: Promise<unknown>): Promise<void> {
  try {
    await upsert;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 11000)) throw error;
  }
}

function found<T>(document: T | null): T {
  if (document === null) throw new Error('a document that was just written is not there');
  return document;
}
