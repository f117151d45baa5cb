/**
 * The one connection to the database: MongoDB when a URL is set, the embedded engine's own URL otherwise; the code
 * after this file does not know which. The platform's nouns live in one database, each environment's data in its own.
 */
import mongoose from 'mongoose';

export interface Database {
  /** Webhooks, runs, tokens: the platform's own collections. */
  readonly platform: mongoose.Connection;
  /** The app's data of one environment, walled off from every other. */
  readonly environment: (environmentId: number) => mongoose.Connection;
  /** Resolves when the database answers; rejects when it is away. */
  readonly ping: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface ConnectOptions {
  readonly url: string;
  /** The platform's database name; environments add `_env_<id>` to it. */
  readonly name?: string;
  /** How long an operation waits for a database that is away, before the caller is told so. */
  readonly serverSelectionTimeoutMs?: number;
}

export async function connectDatabase(options: ConnectOptions): Promise<Database> {
  const { url, name = 'earshot', serverSelectionTimeoutMs = 5_000 } = options;
  const platform = await mongoose
    .createConnection(url, {
      dbName: name,
      autoIndex: false,
      autoCreate: false,
      bufferCommands: false,
      maxPoolSize: 20,
      serverSelectionTimeoutMS: serverSelectionTimeoutMs,
      writeConcern: { w: 'majority', journal: true },
    })
    .asPromise();

  return {
    platform,
    environment: (environmentId) => platform.useDb(`${name}_env_${String(environmentId)}`, { useCache: true }),
    ping: async () => {
      await platform.db?.command({ ping: 1 }, { timeoutMS: serverSelectionTimeoutMs });
    },
    close: () => platform.close(),
  };
}
