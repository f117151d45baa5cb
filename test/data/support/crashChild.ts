/** Changes documents as fast as it can, by many at once, until it is killed. Says `ready` once it does. */
import { createDataApi } from '../../../server/data/api.ts';
import { connectDatabase } from '../../../server/db/connect.ts';
import { startEmbedded } from '../../../server/db/embedded/start.ts';
import { storedEvents } from './storedEvents.ts';

const WRITERS = 12;
const [dataDir = '', round = '0'] = process.argv.slice(2);
const engine = await startEmbedded({ dataDir });
const database = await connectDatabase({ url: engine.url });
const clock = { now: () => Date.now() };
const api = createDataApi({ connectionFor: database.environment, events: storedEvents(database), clock });
const call = (method: string, args: object) =>
  api.handle({ environmentId: 1 }, `data.${method}`, { coll: 'docs', ...args });

async function write(writer: number): Promise<never> {
  for (let n = 1; ; n++) {
    const group = `${round}.${writer}.${n}`;
    const ids = Array.from({ length: 5 }, (_, i) => `${group}.${i}`);
    await call('insertMany', { docs: ids.map((_id) => ({ _id, group, n })) });
    await call('updateMany', { filter: { group }, update: { $inc: { n: 1 } } });
    await call('updateDoc', { doc: { _id: ids[0], group, n: -n } });
    await call('deleteDoc', { id: ids[1] });
    await call('deleteMany', { filter: { _id: { $in: ids.slice(2, 4) } } });
    if (n === 2) process.send?.('ready');
  }
}

await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
