/** What one process changes is heard in another that shares the database, as if it had happened there. */
import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../server/data/changeEvent.ts';
import type { Committed } from '../../server/data/committed.ts';
import { connectDatabase, type Database } from '../../server/db/connect.ts';
import { startEmbedded } from '../../server/db/embedded/start.ts';
import { createEventStore } from '../../server/events/store.ts';
import { until } from '../support/until.ts';
import { startProcess, type Process, type ProcessOptions } from './support/process.ts';

let dataDir: string;
let engine: { readonly url: string; readonly stop: () => Promise<void> };
let database: Database;
let processes: Process[] = [];
let coll: string;
let next = 0;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'earshot-foreign-'));
  engine = await startEmbedded({ dataDir });
  database = await connectDatabase({ url: engine.url });
  await createEventStore(database.platform).ensureIndexes();
});
afterAll(async () => {
  await database.close();
  await engine.stop();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  coll = `coll-${next++}`;
  // Whoever starts looks back, too.
  await database.platform.collection('events').deleteMany({});
});
afterEach(async () => {
  for (const one of processes) await one.stop();
  processes = [];
});

function begin(options: ProcessOptions = {}): Process {
  const made = startProcess(database, options);
  made.start();
  processes.push(made);
  return made;
}

const isOwn = ({ events }: Committed): boolean => events !== undefined;
/** What was heard of the collection from other processes, or is its own, as before → after. */
const heard = (by: Process) =>
  by.told.filter((one) => one.collection === coll && !isOwn(one)).flatMap(({ changes }) => changes);
const own = (by: Process) =>
  by.told.filter((one) => one.collection === coll && isOwn(one)).flatMap(({ changes }) => changes);
/** Tells a time from its text. */
const brief = ({ before, after }: Change): string =>
  inspect([seen(before), seen(after)], { depth: null, breakLength: Infinity });
const seen = (doc: object | undefined) =>
  doc &&
  Object.fromEntries(
    Object.entries(doc)
      .filter(([name]) => name !== '_rev')
      .sort(([x], [y]) => (x < y ? -1 : 1)),
  );
const hears = (listener: Process, count: number) =>
  until(`${count} changes to be heard`, () => heard(listener).length >= count && heard(listener), 10_000);

describe('another process', () => {
  it('hears of each kind of change, with the documents before and after, soon', async () => {
    const [a, b] = [begin(), begin()];
    const at = new Date(1_700_000_000_000);
    await a.call('createDoc', coll, { doc: { _id: 'x', at, list: [{ at }], text: at.toISOString() } });
    await a.call('updateDoc', coll, { doc: { _id: 'x', list: [], text: 'other', n: 1 } });
    await a.call('insertMany', coll, { docs: [{ _id: 'y' }, { _id: 'z' }] });
    await a.call('updateMany', coll, {
      filter: { _id: { $in: ['y', 'z'] } },
      update: { $currentDate: { seen: true } },
    });
    await a.call('deleteDoc', coll, { id: 'x' });
    await a.call('deleteMany', coll, { filter: {} });
    const beganMs = performance.now();
    const changes = await hears(b, 9);
    expect(performance.now() - beganMs).toBeLessThan(5_000);
    expect(changes.map(brief)).toEqual(own(a).map(brief));
    const [made, changed] = changes;
    expect(made).toEqual({ after: { _id: 'x', at, list: [{ at }], text: at.toISOString() } });
    // What was not there is not there, and not null: `$exists` tells them apart.
    expect(changed!.before).toEqual(made!.after);
    expect(heard(a)).toEqual([]);
  });

  it('hears of a transaction, and not of one that was undone', async () => {
    const [a, b] = [begin(), begin()];
    const scope = { environmentId: 1, userId: null };
    await expect(
      a.api.inTransaction(scope, async (within) => {
        await a.api.operations.createDoc(within, coll, { doc: { _id: 'undone' } });
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await a.api.inTransaction(scope, async (within) => {
      await a.api.operations.createDoc(within, coll, { doc: { _id: 'x', n: 1 } });
      await a.api.operations.updateMany(within, coll, { filter: {}, update: { $inc: { n: 1 } } });
      await a.api.operations.createDoc(within, `${coll}-more`, { doc: { _id: 'w' } });
    });
    await until('the other collection', () => b.told.some(({ collection }) => collection === `${coll}-more`));
    expect((await hears(b, 2)).map(brief)).toEqual(own(a).map(brief));
    expect(heard(b)).toHaveLength(2);
  });

  it('hears of every document of a bulk write, or that there were too many to look at each', async () => {
    const [a, b] = [begin(), begin()];
    const isUnknown = ({ before, after }: Change) => (before ?? after) === undefined;
    const docs = Array.from({ length: 1_000 }, (_, i) => ({ _id: `d${i}`, n: i }));
    await a.call('insertMany', coll, { docs });
    await until('all of it', () => heard(b).some(isUnknown) || heard(b).length >= 1_000);
    // Whoever begins now looks back a little, and finds all of them at once.
    const late = begin();
    await until('too many', () => heard(late).some(isUnknown));
    await a.call('createDoc', coll, { doc: { _id: 'last' } });
    for (const by of [b, late])
      await until('what comes next', () => heard(by).some(({ after }) => after?._id === 'last'));
  });

  it('is told that something changed where others have written what JSON cannot say', async () => {
    const [a, b] = [begin(), begin()];
    await database.environment(1).db!.collection<any>(coll).insertOne({ _id: 'x', n: NaN });
    await a.call('updateMany', coll, { filter: {}, update: { $set: { ok: true } } });
    expect(await hears(b, 1)).toEqual([{}]);
  });

  it.each<[string, object]>([
    ['bytes', { bytes: new Uint8Array([1, 2]) }],
    ['too much for an event', { text: '\u0001'.repeat(200_000), at: new Date() }],
  ])('is told that something changed where a document holds %s', async (_, doc) => {
    const [a, b] = [begin(), begin()];
    await a.call('createDoc', coll, { doc });
    expect(await hears(b, 1)).toEqual([{}]);
  });

  it('is told that something changed where the writer does not know that others follow', async () => {
    const [a, b] = [begin({ isShared: false }), begin()];
    await a.call('createDoc', coll, { doc: { _id: 'x' } });
    expect(await hears(b, 1)).toEqual([{}]);
  });

  it('is not told again of what it changed itself', async () => {
    const [a, b] = [begin(), begin()];
    for (let n = 0; n < 5; n++) {
      await a.call('createDoc', coll, { doc: { _id: `a${n}` } });
      await b.call('createDoc', coll, { doc: { _id: `b${n}` } });
    }
    await hears(a, 5);
    await hears(b, 5);
    const ids = (by: Process) => heard(by).map(({ after }) => after?._id);
    expect(ids(a)).toEqual(['b0', 'b1', 'b2', 'b3', 'b4']);
    expect(ids(b)).toEqual(['a0', 'a1', 'a2', 'a3', 'a4']);
  });

  it('hears of what was committed while the database did not answer', async () => {
    let isAway = false;
    const { idsFrom } = createEventStore(database.platform);
    const store = {
      idsFrom: (...args: Parameters<typeof idsFrom>) => (isAway ? Promise.reject(new Error('away')) : idsFrom(...args)),
    };
    const [a, b] = [begin(), begin({ pace: { everyMs: 10, overlapMs: 1, wideEveryMs: 1_000_000 }, store })];
    isAway = true;
    await a.call('createDoc', coll, { doc: { _id: 'x' } });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(heard(b)).toEqual([]);
    isAway = false;
    await hears(b, 1);
  });

  it('hears nothing any more once it has stopped', async () => {
    const [a, b] = [begin(), begin({ pace: { everyMs: 5 } })];
    await a.call('createDoc', coll, { doc: { _id: 'x' } });
    await hears(b, 1);
    let reads = 0;
    const c = begin({
      pace: { everyMs: 1 },
      store: { idsFrom: () => Promise.resolve((reads++, [])) },
    });
    await until('some looks', () => reads > 3);
    await Promise.all([b.stop(), c.stop()]);
    const readsThen = reads;
    const other = begin();
    await a.call('createDoc', coll, { doc: { _id: 'y' } });
    await until('the other one to hear', () => heard(other).some(({ after }) => after?._id === 'y'));
    expect(heard(b)).toHaveLength(1);
    expect(reads).toBe(readsThen);
  });
});

describe('nothing is missed', () => {
  /** Scaled down: the short look goes back less than commits take, the wide one more. */
  const pace = { everyMs: 15, overlapMs: 40, wideEveryMs: 150, wideOverlapMs: 3_000 };
  const write = fc.record({
    by: fc.integer({ min: 0, max: 2 }),
    what: fc.constantFrom('create', 'replace', 'many', 'delete', 'deleteMany', 'transaction'),
    id: fc.integer({ min: 0, max: 5 }),
    delayMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 100, max: 700 })),
  });

  it('of what three processes with clocks that differ commit in any order, however late', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 25 }), async (writes) => {
        coll = `coll-${next++}`;
        const delays: number[] = [];
        const beforeCommit = () => new Promise((resolve) => setTimeout(resolve, delays.pop() ?? 0));
        const three = [0, 120, -200].map((aheadMs) => begin({ pace, aheadMs, beforeCommit }));
        let n = 0;
        await Promise.all(
          writes.map(async ({ by, what, id, delayMs }, i) => {
            const { call, api } = three[by]!;
            // Some at once, some after others.
            await new Promise((resolve) => setTimeout(resolve, (i % 5) * 40));
            delays.push(delayMs);
            const doc = { _id: `d${id}`, n: ++n, ...(n % 2 === 0 && { at: new Date(n) }) };
            const made =
              what === 'create'
                ? call('createDoc', coll, { doc })
                : what === 'replace'
                  ? call('updateDoc', coll, { doc, upsert: true })
                  : what === 'many'
                    ? call('updateMany', coll, { filter: { _id: { $lte: `d${id}` } }, update: { $inc: { n: 1 } } })
                    : what === 'delete'
                      ? call('deleteDoc', coll, { id: `d${id}` })
                      : what === 'deleteMany'
                        ? call('deleteMany', coll, { filter: { _id: { $lte: `d${id}` } } })
                        : api.inTransaction({ environmentId: 1, userId: null }, async (within) => {
                            await api.operations.updateDoc(within, coll, { doc, upsert: true });
                            await api.operations.deleteDoc(within, coll, { id: `d${(id + 1) % 6}` });
                          });
            // Taken already, or met by others too often: nothing has changed then.
            await made.catch(() => undefined);
          }),
        );
        for (const one of three) {
          const elsewhere = three.filter((other) => other !== one).flatMap((other) => own(other).map(brief));
          await until('all changes of the others', () => {
            const known = new Set(heard(one).map(brief));
            return elsewhere.every((change) => known.has(change));
          }).catch((error: unknown) => {
            const known = new Set(heard(one).map(brief));
            throw new Error(`Missing: ${elsewhere.filter((change) => !known.has(change)).join()}`, { cause: error });
          });
        }
        for (const one of three) await one.stop();
      }),
      { numRuns: 12, endOnFailure: true },
    );
  }, 240_000);
});
