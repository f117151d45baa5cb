/** kill -9 in the middle of writes: what is left of the documents is exactly what the events that are left tell. */
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase } from '../../server/db/connect.ts';
import { startEmbedded } from '../../server/db/embedded/start.ts';
import { storedEvents } from './support/storedEvents.ts';

const ROUNDS = 3;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'earshot-data-crash-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

/** Starts the writers and kills them at a moment nobody chose. */
async function writeAndCrash(round: number): Promise<void> {
  const child = fork(new URL('support/crashChild.ts', import.meta.url).pathname, [dataDir, String(round)], {
    execArgv: ['--import', 'tsx'],
  });
  const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  await Promise.race([new Promise((resolve) => child.once('message', resolve)), ended]);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
}

/** What is stored, and what comes of replaying the events from the first to the last: each one is one revision. */
async function readBack() {
  const engine = await startEmbedded({ dataDir });
  const database = await connectDatabase({ url: engine.url });
  try {
    const docs = await database.environment(1).db!.collection<any>('docs').find().toArray();
    const events = await storedEvents(database).of('docs');
    const faults: string[] = [];
    const replayed = new Map<string, any>();
    for (const { type, data, source, previous } of events) {
      const { document } = source as { document: string };
      const before = replayed.get(document);
      if ((before === undefined) !== (type === 'docs.created')) faults.push(`${type} of ${document} out of turn`);
      if (type === 'docs.updated' && before?.n !== previous?.n)
        faults.push(`${document} was not ${JSON.stringify(previous)}`);
      if (type === 'docs.deleted') replayed.delete(document);
      else replayed.set(document, { ...(data as object), _rev: ((before?._rev as number | undefined) ?? 0) + 1 });
    }
    return { docs: new Map(docs.map((doc) => [doc._id as string, doc])), replayed, faults, events: events.length };
  } finally {
    await database.close();
    await engine.stop();
  }
}

it('leaves no change without its event and no event without its change', async () => {
  for (let round = 1; round <= ROUNDS; round++) {
    await writeAndCrash(round);
    const { docs, replayed, faults, events } = await readBack();
    expect(faults).toEqual([]);
    expect(replayed).toEqual(docs);
    expect(events).toBeGreaterThan(round * 50);
    const sizes = new Map<string, number>();
    for (const { group } of docs.values()) sizes.set(group as string, (sizes.get(group as string) ?? 0) + 1);
    for (const size of sizes.values()) expect([5, 4, 2]).toContain(size);
  }
}, 120_000);
