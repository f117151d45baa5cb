/** The data API on the embedded engine, with the events it tells. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDataApi, type DataApi } from '../../../server/data/api.ts';
import type { DataScope } from '../../../server/data/scope.ts';
import { connectDatabase, type Database } from '../../../server/db/connect.ts';
import { startEmbedded } from '../../../server/db/embedded/start.ts';
import { storedEvents, type StoredEvents } from './storedEvents.ts';

export interface DataRig {
  readonly api: DataApi;
  readonly database: Database;
  readonly events: StoredEvents;
  /** Makes one call on behalf of the user `u1`, or as the scope says. */
  readonly call: (method: string, coll: string, args?: object, scope?: Partial<DataScope>) => Promise<any>;
  /** The documents as the database holds them. */
  readonly raw: (coll: string) => Promise<any[]>;
  readonly stop: () => Promise<void>;
}

export async function startDataRig(more: Partial<Parameters<typeof createDataApi>[0]> = {}): Promise<DataRig> {
  const dataDir = await mkdtemp(join(tmpdir(), 'earshot-data-'));
  const engine = await startEmbedded({ dataDir });
  const database = await connectDatabase({ url: engine.url });
  const events = storedEvents(database);
  const clock = { now: () => Date.now() };
  const api = createDataApi({ connectionFor: database.environment, events, clock, ...more });
  return {
    api,
    database,
    events,
    call: (method, coll, args = {}, scope = {}) =>
      api.handle({ environmentId: 1, userId: 'u1', ...scope }, `data.${method}`, { coll, ...args }),
    raw: (coll) =>
      database
        .environment(1)
        .db!.collection<any>(coll)
        .find({}, { sort: { _id: 1 } })
        .toArray(),
    async stop() {
      await database.close();
      await engine.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
