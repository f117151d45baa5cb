import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDataApi, type DataApi } from '../../server/data/api.ts';
import { connectDatabase, type Database } from '../../server/db/connect.ts';
import { startEmbedded } from '../../server/db/embedded/start.ts';
import { noEvents } from './support/storedEvents.ts';

let dataDir: string;
let engine: { readonly url: string; readonly stop: () => Promise<void> };
let database: Database;
let api: DataApi;
let next = 0;
let coll: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'earshot-data-'));
  engine = await startEmbedded({ dataDir });
  database = await connectDatabase({ url: engine.url });
  api = createDataApi({ connectionFor: database.environment, events: noEvents, clock: { now: () => Date.now() } });
});

afterAll(async () => {
  await database.close();
  await engine.stop();
  await rm(dataDir, { recursive: true, force: true });
});

beforeEach(() => {
  coll = `coll${next++}`;
});

const call = (method: string, args: object = {}, environmentId = 1): Promise<any> =>
  api.handle({ environmentId }, `data.${method}`, { coll, ...args });
const create = (doc: object) => call('createDoc', { doc });
const find = (query: object = {}, more: object = {}) => call('find', { query, ...more });

describe('a document', () => {
  it('gets an id as text, and comes back as it went in', async () => {
    const doc = {
      text: 'ä \u2028 ☃',
      whole: 2 ** 40,
      part: 1.5,
      at: new Date('2026-01-02T03:04:05.678Z'),
      bytes: new Uint8Array([0, 255]),
      none: null,
      list: [1, [2, { deep: new Date(0) }]],
      'a.b': 1,
      nested: { $set: 'data', 'c.d': true },
    };
    const created = await create(doc);
    expect(created).toEqual({ ...doc, _id: expect.stringMatching(/^[0-9a-f]{24}$/) });
    const got = await call('getDoc', { id: created._id });
    expect({ ...got, bytes: new Uint8Array(got.bytes) }).toEqual(created);
    expect(got.at).toBeInstanceOf(Date);
    expect(typeof got.whole).toBe('number');
  });

  it('keeps keys that would be dangerous if they were read as more than data', async () => {
    const doc = JSON.parse(
      '{ "_id": "x", "__proto__": { "polluted": 1 }, "constructor": { "prototype": { "polluted": 1 } } }',
    );
    await create(doc);
    const got = await call('getDoc', { id: 'x' });
    expect(JSON.stringify(got)).toBe(JSON.stringify(doc));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('is null where there is none', async () => {
    expect(await call('getDoc', { id: 'none' })).toBeNull();
  });

  it('is made once: a second one with its id is a conflict', async () => {
    await create({ _id: 'x', a: 1 });
    await expect(create({ _id: 'x', a: 2 })).rejects.toMatchObject({ code: 'conflict' });
    expect(await find()).toEqual([{ _id: 'x', a: 1 }]);
  });

  it('is replaced as a whole, and one that is missing is not found', async () => {
    await create({ _id: 'x', a: 1, b: 2 });
    expect(await call('updateDoc', { doc: { _id: 'x', c: 3 } })).toEqual({ _id: 'x', c: 3 });
    expect(await find()).toEqual([{ _id: 'x', c: 3 }]);
    await expect(call('updateDoc', { doc: { _id: 'y', c: 3 } })).rejects.toMatchObject({ code: 'not_found' });
    expect(await call('count')).toBe(1);
  });

  it('may be replaced by one whose fields look like operators', async () => {
    await create({ _id: 'x', a: 1 });
    const doc = { _id: 'x', $set: { a: 2 }, '$a.b': '$a' };
    await call('updateDoc', { doc });
    expect(await call('getDoc', { id: 'x' })).toEqual(doc);
  });

  it('is deleted once, and deleting it again is no fault', async () => {
    await create({ _id: 'x' });
    expect(await call('deleteDoc', { id: 'x' })).toEqual({ deleted: 1 });
    expect(await call('deleteDoc', { id: 'x' })).toEqual({ deleted: 0 });
  });

  it('over 16 MiB is refused with a reason', async () => {
    await expect(create({ text: 'x'.repeat(17 * 1024 * 1024) })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('many documents', () => {
  beforeEach(async () => {
    const docs = Array.from({ length: 10 }, (_, i) => ({ _id: `d${i}`, n: i, tag: i % 2 === 0 ? 'even' : 'odd' }));
    expect(await call('insertMany', { docs })).toEqual({ insertedIds: docs.map(({ _id }) => _id) });
  });

  it('are found by filter, sorted, skipped, limited and cut to the fields that are wanted', async () => {
    const options = { sort: { n: -1 }, skip: 1, limit: 2 };
    expect(await find({ tag: 'odd', n: { $gt: 1 } }, { options, projection: { n: true, _id: false } })).toEqual([
      { n: 7 },
      { n: 5 },
    ]);
    expect(
      await find({ tag: { $regex: '^EV', $options: 'i' }, n: { $in: [0, 1, 2] } }, { options: { sort: { n: 1 } } }),
    ).toEqual([
      { _id: 'd0', n: 0, tag: 'even' },
      { _id: 'd2', n: 2, tag: 'even' },
    ]);
  });

  it('sort by several fields in the order in which these are given', async () => {
    const found = await find({}, { options: { sort: { tag: 1, n: -1 }, limit: 6 }, projection: { _id: 1 } });
    expect(found.map(({ _id }: any) => _id)).toEqual(['d8', 'd6', 'd4', 'd2', 'd0', 'd9']);
  });

  it('are counted', async () => {
    expect([await call('count'), await call('count', { filter: { tag: 'odd' } })]).toEqual([10, 5]);
  });

  it('are updated together, and the answer says how many', async () => {
    const update = { $inc: { n: 100 }, $set: { 'seen.at': new Date(0) } };
    expect(await call('updateMany', { filter: { n: { $lt: 3 } }, update })).toEqual({ matched: 3, modified: 3 });
    expect(await call('updateMany', { filter: { n: 101 }, update: { $set: { n: 101 } } })).toEqual({
      matched: 1,
      modified: 0,
    });
    expect(await call('getDoc', { id: 'd1' })).toEqual({ _id: 'd1', n: 101, tag: 'odd', seen: { at: new Date(0) } });
  });

  it('are deleted together, and the answer says how many', async () => {
    expect(await call('deleteMany', { filter: { tag: 'odd' } })).toEqual({ deleted: 5 });
    expect(await call('deleteMany', { filter: {} })).toEqual({ deleted: 5 });
    expect(await call('count')).toBe(0);
  });

  it('are inserted where some are there already, and that is told', async () => {
    const docs = [{ _id: 'new1' }, { _id: 'd1' }, { _id: 'new2' }];
    await expect(call('insertMany', { docs })).rejects.toMatchObject({ code: 'conflict' });
    expect(await call('count', { filter: { _id: { $in: ['new1', 'new2'] } } })).toBe(2);
    expect(await call('insertMany', { docs: [] })).toEqual({ insertedIds: [] });
  });

  it('are given 1,000 at a time', async () => {
    for (const _ of [1, 2]) await call('insertMany', { docs: Array.from({ length: 600 }, () => ({})) });
    expect(await find()).toHaveLength(1_000);
  });

  it('that are too much for one answer are refused with a reason', async () => {
    const text = 'x'.repeat(1024 * 1024);
    for (let i = 0; i < 9; i++) await create({ text });
    await expect(find({ text: { $exists: true } })).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await find({ text: { $exists: true } }, { projection: { _id: 1 } })).toHaveLength(9);
  });

  it('are left alone by an update the database refuses, and the reason is given', async () => {
    const update = { $inc: { tag: 1 } };
    await expect(call('updateMany', { filter: { _id: 'd1' }, update })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});

describe('an environment', () => {
  it('sees its own documents only', async () => {
    await create({ _id: 'x', of: 'production' });
    await call('createDoc', { doc: { _id: 'x', of: 'sandbox' } }, 2);
    expect(await find()).toEqual([{ _id: 'x', of: 'production' }]);
    expect(await call('find', {}, 2)).toEqual([{ _id: 'x', of: 'sandbox' }]);
  });

  it('has collections of its own where the platform has some of the same name', async () => {
    await database.platform.db!.collection<{ _id: string }>('runs').insertOne({ _id: 'platform' });
    coll = 'runs';
    expect(await find()).toEqual([]);
    await call('deleteMany', { filter: {} });
    expect(await database.platform.db!.collection('runs').countDocuments()).toBe(1);
  });
});

it('says so when the database is away', async () => {
  const nobody = new mongoose.mongo.MongoClient('mongodb://127.0.0.1:1', { serverSelectionTimeoutMS: 50 });
  const connectionFor = () => ({ db: nobody.db('x') }) as unknown as mongoose.Connection;
  const away = createDataApi({ clock: { now: () => 0 }, events: noEvents, connectionFor });
  await expect(away.handle({ environmentId: 1 }, 'data.count', { coll: 'a' })).rejects.toMatchObject({
    code: 'storage_unavailable',
  });
  await nobody.close();
});
