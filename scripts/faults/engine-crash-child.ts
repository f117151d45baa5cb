/** Writes as fast as it can, by many at once, and prints what was acknowledged, until it is killed. See engine-crash.ts. */
import { writeSync } from 'node:fs';
import { MongoClient } from 'mongodb';
import { startEmbedded } from '../../server/db/embedded/start.ts';

const WRITERS = 30;
const [dataDir = '', round = '0'] = process.argv.slice(2);
const { url } = await startEmbedded({ dataDir, ttlSweepMs: 500 });
const client = await MongoClient.connect(url, { maxPoolSize: 50 });
const collection = client.db('crash').collection<{ _id: number; n: number; tags: string[]; text: string }>('writes');
await collection.createIndex({ n: 1 }, { unique: true }, {});
await collection.createIndex({ tags: 1 }, {}, {});
await collection.createIndex({ text: 1 }, { sparse: true }, {});

let next = (Number(round) + 1) * 1_000_000;

/** Every third document is updated, every fifth removed again; a transaction writes two or none. */
async function writer(): Promise<void> {
  for (;;) {
    const id = next++;
    await collection.insertOne({ _id: id, n: id, tags: ['a', `b${id % 7}`], text: 'x'.repeat(id % 900) });
    writeSync(1, `I${id}\n`);
    if (id % 3 === 0) {
      await collection.updateOne({ _id: id }, { $set: { tags: ['updated', `c${id % 5}`] } });
      writeSync(1, `U${id}\n`);
    }
    if (id % 5 === 0) {
      writeSync(1, `d${id}\n`);
      await collection.deleteOne({ _id: id });
      writeSync(1, `D${id}\n`);
    }
    if (id % 11 === 0) await pair(id);
  }
}

async function pair(id: number): Promise<void> {
  const [first, second] = [-2 * id, -2 * id - 1];
  await client.withSession((session) =>
    session.withTransaction(async () => {
      for (const _id of [first, second])
        await collection.insertOne({ _id, n: _id, tags: [], text: 'pair' }, { session });
    }),
  );
  writeSync(1, `I${first}\nI${second}\n`);
}

await Promise.all(Array.from({ length: WRITERS }, writer));
