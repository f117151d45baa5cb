/**
 * What a listener's write costs: documents created and replaced per second through the data API on the embedded engine,
 * one caller and sixteen, with an event for each change.
 *
 *   node --import tsx scripts/bench/dataWrites.ts [seconds]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDataApi } from '../../server/data/api.ts';
import { connectDatabase } from '../../server/db/connect.ts';
import { startEmbedded } from '../../server/db/embedded/start.ts';
import type { NewEvent } from '../../server/events/document.ts';
import { createIdMaker } from '../../server/lib/ids.ts';

const seconds = Number(process.argv[2] ?? 3);
const ROUNDS = 3;
const BODY = { customer: 'ACME', amount: 1250, lines: [{ sku: 'a', n: 1 }], note: 'x'.repeat(200) };

const dataDir = await mkdtemp(join(tmpdir(), 'earshot-bench-'));
const engine = await startEmbedded({ dataDir });
const database = await connectDatabase({ url: engine.url });
const events = database.platform.collection('events');
const newId = createIdMaker(() => Date.now());
/** As the platform keeps them: the data as text, and an entry of the queue. */
const kept = (event: NewEvent) => ({
  _id: newId('evt'),
  lane: '1:',
  status: 'routed',
  ...event,
  data: JSON.stringify(event.data),
});
const api = createDataApi({
  connectionFor: database.environment,
  clock: { now: () => Date.now() },
  events: {
    draft: (told) => {
      const documents = told.map(kept);
      return Promise.resolve({
        insert: async (session) => {
          await events.insertMany(documents as never[], { session });
        },
        accept: () => undefined,
        abandon: () => undefined,
      });
    },
  },
});
const call = (method: string, args: object) =>
  api.handle({ environmentId: 1 }, `data.${method}`, { coll: 'orders', ...args });

let made = 0;
async function perSecond(callers: number, act: (caller: number) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  const endsAt = began + seconds * 1000;
  let done = 0;
  const loop = async (caller: number): Promise<void> => {
    while (performance.now() < endsAt) {
      await act(caller);
      done++;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)));
  return done / ((performance.now() - began) / 1000);
}

for (let i = 0; i < 16; i++) await call('createDoc', { doc: { _id: `u${i}`, ...BODY } });
for (const callers of [1, 16]) {
  const works = {
    createDoc: () => call('createDoc', { doc: { n: made++, ...BODY } }),
    updateDoc: (caller: number) => call('updateDoc', { doc: { _id: `u${caller}`, n: made++, ...BODY } }),
    updateMany: (caller: number) => call('updateMany', { filter: { _id: `u${caller}` }, update: { $inc: { n: 1 } } }),
  };
  for (const [name, work] of Object.entries(works)) {
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round++) rates.push(await perSecond(callers, work));
    const median = [...rates].sort((a, b) => a - b)[1] ?? 0;
    process.stdout.write(
      `${name.padEnd(12)} ${String(callers).padStart(2)} callers  ${median.toFixed(0).padStart(6)}/s\n`,
    );
  }
}
await database.close();
await engine.stop();
await rm(dataDir, { recursive: true, force: true });
