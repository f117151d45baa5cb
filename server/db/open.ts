/** Opens the database that the settings name: MongoDB, or the embedded engine in the data folder. */
import type { Lifecycle } from '../lib/lifecycle.ts';
import type { Logger } from '../lib/log.ts';
import { connectDatabase, type Database } from './connect.ts';
import { startEmbedded } from './embedded/start.ts';

export interface OpenDatabaseOptions {
  readonly mongodbUrl: string | undefined;
  readonly dataDir: string;
  readonly lifecycle: Lifecycle;
  readonly log: Logger;
}

export interface OpenDatabase extends Database {
  /** The embedded engine locks its file: while it runs, no other process can own anything in it. */
  readonly isExclusive: boolean;
  /** Group commits of the embedded engine since it started; null on MongoDB. */
  readonly commits: (() => Promise<number>) | null;
  /** Settles when the embedded engine ended by itself: nothing can be stored any more. */
  readonly died: Promise<Error>;
}

export async function openDatabase({
  mongodbUrl,
  dataDir,
  lifecycle,
  log,
}: OpenDatabaseOptions): Promise<OpenDatabase> {
  const engine = mongodbUrl === undefined ? await startEmbedded({ dataDir, log }) : undefined;
  if (engine !== undefined) lifecycle.onStop('embedded engine', engine.stop);
  const database = await connectDatabase({ url: engine?.url ?? mongodbUrl ?? '' });
  lifecycle.onStop('database', database.close);
  return {
    ...database,
    isExclusive: engine !== undefined,
    commits: engine === undefined ? null : () => readCommits(database),
    died: engine?.died ?? new Promise(() => undefined),
  };
}

async function readCommits({ platform }: Database): Promise<number> {
  const status = await platform.db?.command({ serverStatus: 1 });
  return Number((status?.metrics as { readonly commits?: unknown } | undefined)?.commits ?? 0);
}
