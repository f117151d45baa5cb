/** A database of this test file's own, on the embedded engine, or on MONGODB_URL where that is set. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { connectDatabase, type Database } from '../../server/db/connect.ts';
import { startEmbedded } from '../../server/db/embedded/start.ts';

/** To be called at the top of a test file; what it gives may be used inside of tests. */
export function ownDatabase(): () => Database {
  const closings: (() => Promise<unknown>)[] = [];
  let database: Database | undefined;

  beforeAll(async () => {
    let url = process.env.MONGODB_URL;
    if (url === undefined) {
      const dataDir = await mkdtemp(join(tmpdir(), 'earshot-rules-'));
      const engine = await startEmbedded({ dataDir });
      closings.push(() => rm(dataDir, { recursive: true }), engine.stop);
      url = engine.url;
    }
    const opened = await connectDatabase({ url, name: `test_${randomBytes(6).toString('hex')}` });
    closings.push(opened.close, () => opened.platform.dropDatabase());
    database = opened;
  });

  afterAll(async () => {
    for (let close = closings.pop(); close !== undefined; close = closings.pop()) await close();
  });

  return () => database!;
}
