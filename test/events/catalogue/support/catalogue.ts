/** A catalogue on a real database. Every test takes environments of its own. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { connectDatabase, type Database } from '../../../../server/db/connect.ts';
import { startEmbedded } from '../../../../server/db/embedded/start.ts';
import { createCatalogue } from '../../../../server/events/catalogue/catalogue.ts';
import { createLiveCatalogue } from '../../../../server/events/catalogue/live.ts';
import { createEventTypeStore } from '../../../../server/events/catalogue/store.ts';
import { silentLogger } from '../../../../server/lib/log.ts';

export const START_MS = 1_760_000_000_000;

/** Registers the opening and closing of a database with the test file. */
export function useDatabase(): () => Database {
  const closings: (() => Promise<unknown>)[] = [];
  let database: Database | undefined;

  beforeAll(async () => {
    let url = process.env.MONGODB_URL;
    if (url === undefined) {
      const dataDir = await mkdtemp(join(tmpdir(), 'earshot-catalogue-'));
      const engine = await startEmbedded({ dataDir });
      closings.push(() => rm(dataDir, { recursive: true }), engine.stop);
      url = engine.url;
    }
    const opened = await connectDatabase({ url, name: `test_${randomBytes(6).toString('hex')}` });
    closings.push(opened.close, () => opened.platform.dropDatabase());
    await createEventTypeStore(opened.platform).ensureIndexes();
    database = opened;
  });

  afterAll(async () => {
    for (let close = closings.pop(); close !== undefined; close = closings.pop()) await close();
  });

  return () => {
    if (database === undefined) throw new Error('the database is not open yet');
    return database;
  };
}

/** One server process: a store, what it holds in memory, and what may be done. */
export function aProcess({ platform }: Database) {
  const clock = {
    ms: START_MS,
    now: () => clock.ms,
  };
  const store = createEventTypeStore(platform);
  const live = createLiveCatalogue({ store, matches, clock, log: silentLogger });
  return { clock, store, live, catalogue: createCatalogue({ store, live, clock }) };
}

/** Patterns as rules read them: `*` is one or more whole words. */
export function matches(pattern: string, type: string): boolean {
  const source = pattern
    .split('.')
    .map((word) => (word === '*' ? '[^.]+(\\.[^.]+)*' : word))
    .join('\\.');
  return new RegExp(`^${source}$`).test(type);
}

let environments = 1_000;
export function anEnvironment(): number {
  return ++environments;
}
