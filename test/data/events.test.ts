/** What the platform is told of changes of documents, on the embedded engine, and that both happen or neither. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDataApi, type DataApi } from '../../server/data/api.ts';
import { connectDatabase, type Database } from '../../server/db/connect.ts';
import { startEmbedded } from '../../server/db/embedded/start.ts';
import { EVENT_TYPE_PATTERN } from '../../server/schemas/event.ts';
import { storedEvents, type StoredEvents } from './support/storedEvents.ts';

let dataDir: string;
let engine: { readonly url: string; readonly stop: () => Promise<void> };
let database: Database;
let api: DataApi;
let events: StoredEvents;
let next = 0;
let coll: string;
const scope = { environmentId: 2, runId: 'run_1', hops: 2 };

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'earshot-data-events-'));
  engine = await startEmbedded({ dataDir });
  database = await connectDatabase({ url: engine.url });
});

afterAll(async () => {
  await database.close();
  await engine.stop();
  await rm(dataDir, { recursive: true, force: true });
});

beforeEach(() => {
  coll = `coll-${next++}`;
  events = storedEvents(database);
  api = createDataApi({
    connectionFor: database.environment,
    events,
    clock: { now: () => Date.now() },
  });
});

const call = (method: string, args: object = {}): Promise<any> =>
  api.handle(scope, `data.${method}`, { coll, ...args });
const create = (doc: object) => call('createDoc', { doc });
const docs = () => call('find', { options: { sort: { _id: 1 } } });
const many = (n: number, more: object = {}) =>
  Array.from({ length: n }, (_, i) => ({ _id: `d${String(i).padStart(4, '0')}`, n: i, ...more }));
/** `type` and id of each event so far, without those already looked at. */
async function told(): Promise<string[]> {
  return (await events.of(coll)).map(({ type, source }) => `${type.slice(coll.length + 1)} ${documentOf(source)}`);
}
const documentOf = (source: object): string => (source as { document: string }).document;
const forget = () => database.platform.collection('events').deleteMany({});

describe('a change of one document is told once', () => {
  it('as created, with the document, its run and its hops', async () => {
    const { _id } = await create({ at: new Date(0), bytes: new Uint8Array([1, 2, 255]), gone: undefined, list: [1] });
    const [event, ...others] = await events.of(coll);
    expect(others).toEqual([]);
    expect(event).toEqual({
      _id: expect.stringMatching(/^evt_/),
      environment_id: 2,
      type: `${coll}.created`,
      data: { at: '1970-01-01T00:00:00.000Z', bytes: 'AQL/', list: [1], _id },
      source: { type: 'data', collection: coll, document: _id, run: 'run_1' },
      hops: 2,
    });
    expect(event!.type).toMatch(new RegExp(EVENT_TYPE_PATTERN));
  });

  it('as updated, with what is different and what it was before', async () => {
    await create({ _id: 'x', same: { a: 1 }, was: 1, gone: new Date(0), text: 'a' });
    await call('updateDoc', { doc: { _id: 'x', text: 'b', same: { a: 1 }, fresh: true, was: null } });
    const event = (await events.of(coll)).at(-1)!;
    expect(event).toMatchObject({
      type: `${coll}.updated`,
      data: { _id: 'x', same: { a: 1 }, was: null, fresh: true, text: 'b' },
      changed: ['text', 'fresh', 'was', 'gone'],
      previous: { text: 'a', fresh: null, was: 1, gone: '1970-01-01T00:00:00.000Z' },
    });
    expect(Object.keys(event.data as object)).not.toContain('gone');
  });

  it('as deleted, with the document as it was', async () => {
    await create({ _id: 'x', a: 1 });
    await call('deleteDoc', { id: 'x' });
    expect((await events.of(coll)).at(-1)).toMatchObject({ type: `${coll}.deleted`, data: { _id: 'x', a: 1 } });
  });

  it('where fields look like operators or are dangerous words', async () => {
    const doc = JSON.parse('{ "_id": "x", "$set": { "a": 2 }, "__proto__": 1, "a.b": 3 }');
    await create({ _id: 'x' });
    await call('updateDoc', { doc });
    const event = (await events.of(coll)).at(-1)!;
    expect(JSON.stringify(event.data)).toBe(JSON.stringify(doc));
    expect(event.changed).toEqual(['$set', '__proto__', 'a.b']);
  });

  it('with a sign in place of a document that is too large, and without what it was', async () => {
    const text = '\u0001'.repeat(200_000); // 1.2 MB as JSON
    await create({ _id: 'x', text });
    await call('updateDoc', { doc: { _id: 'x', text: '' } });
    const [made, changed] = await events.of(coll);
    expect(made!.data).toEqual({ _id: 'x', _truncated: true });
    expect(changed).toMatchObject({ data: { _id: 'x', text: '' }, changed: ['text'] });
    expect(changed).not.toHaveProperty('previous');
  });
});

describe('nothing is told', () => {
  it.each<[string, string, object]>([
    ['a replacement by the same', 'updateDoc', { doc: { _id: 'x', at: new Date(5), b: new Uint8Array([1]), n: 1 } }],
    ['a replacement of one that is missing', 'updateDoc', { doc: { _id: 'none' } }],
    ['a second creation', 'createDoc', { doc: { _id: 'x' } }],
    ['a deletion of what is gone', 'deleteDoc', { id: 'none' }],
    ['an update that matches nothing', 'updateMany', { filter: { n: 99 }, update: { $set: { n: 1 } } }],
    ['an update that sets what is there', 'updateMany', { filter: {}, update: { $set: { n: 1 } } }],
    ['a deletion that matches nothing', 'deleteMany', { filter: { n: 99 } }],
    ['no documents', 'insertMany', { docs: [] }],
    ['a call that only reads', 'find', {}],
  ])('of %s', async (_, method, args) => {
    await create({ _id: 'x', n: 1, at: new Date(5), b: new Uint8Array([1]) });
    await forget();
    await call(method, args).catch(() => undefined);
    expect(await told()).toEqual([]);
  });

  it('of a time that became a text that reads the same, but of the change of its type it is', async () => {
    await create({ _id: 'x', at: new Date(5) });
    await call('updateDoc', { doc: { _id: 'x', at: new Date(5).toISOString() } });
    expect((await events.of(coll)).at(-1)).toMatchObject({ type: `${coll}.updated`, changed: ['at'] });
  });
});

describe('a bulk write tells of each document once', () => {
  it('inserted, in steps, and not of those that were there or came twice', async () => {
    const given = many(450);
    await create(given[7]!);
    await forget();
    await expect(call('insertMany', { docs: [...given, given[9]] })).rejects.toMatchObject({ code: 'conflict' });
    expect((await told()).sort()).toEqual(given.filter((_, i) => i !== 7).map(({ _id }) => `created ${_id}`));
    expect(await call('count')).toBe(450);
  });

  it('inserted, where another field must be unique', async () => {
    await database.environment(2).db!.collection(coll).createIndex({ n: 1 }, { unique: true }, {});
    const given = [...many(5), { _id: 'twin', n: 3 }, { _id: 'last', n: 50 }];
    await expect(call('insertMany', { docs: given })).rejects.toMatchObject({ code: 'conflict' });
    expect((await told()).sort()).toEqual([...many(5).map(({ _id }) => `created ${_id}`), 'created last']);
    expect(await call('count')).toBe(6);
  });

  it('updated, with what each was, and only those that changed', async () => {
    await call('insertMany', { docs: many(450) });
    await forget();
    const update = { $max: { n: 20 }, $set: { 'seen.by': 'me' } };
    expect(await call('updateMany', { filter: { n: { $lt: 430 } }, update })).toEqual({ matched: 430, modified: 430 });
    const all = await events.of(coll);
    expect(all.map(({ source }) => documentOf(source))).toEqual(many(430).map(({ _id }) => _id));
    expect(all[3]).toMatchObject({ changed: ['n', 'seen'], previous: { n: 3, seen: null }, data: { n: 20 } });
    expect(all[25]).toMatchObject({ changed: ['seen'], previous: { seen: null }, data: { n: 25 } });
  });

  it('updated once, also where the update makes it match again', async () => {
    await call('insertMany', { docs: many(450) });
    await database.environment(2).db!.collection(coll).createIndex({ n: 1 }, {}, {});
    const update = { $inc: { n: 1 } };
    expect(await call('updateMany', { filter: { n: { $gte: 0 } }, update })).toEqual({ matched: 450, modified: 450 });
    expect((await docs()).map(({ n }: any) => n)).toEqual(many(450).map(({ n }) => n + 1));
  });

  it('deleted', async () => {
    await call('insertMany', { docs: many(450) });
    await forget();
    expect(await call('deleteMany', { filter: { n: { $gte: 10 } } })).toEqual({ deleted: 440 });
    expect(await told()).toEqual(
      many(450)
        .slice(10)
        .map(({ _id }) => `deleted ${_id}`),
    );
    expect(await call('count')).toBe(10);
  });

  it('with ids of any type that others gave', async () => {
    const foreign = database.environment(2).db!.collection<any>(coll);
    const id = new mongoose.mongo.ObjectId();
    await foreign.insertMany([
      { _id: 1, n: 1 },
      { _id: '1', n: 1 },
      { _id: id, n: 1 },
      { _id: { a: 1 }, n: 1 },
    ]);
    expect(await call('updateMany', { filter: {}, update: { $inc: { n: 1 } } })).toEqual({ matched: 4, modified: 4 });
    expect((await events.of(coll)).map(({ previous }) => previous)).toEqual(Array(4).fill({ n: 1 }));
    expect(await call('deleteMany', { filter: {} })).toEqual({ deleted: 4 });
    expect(await told()).toHaveLength(8);
    expect(await told()).toContain('deleted {"a":1}');
  });

  it('of large documents too, a few megabytes at a time', async () => {
    const foreign = database.environment(2).db!.collection<any>(coll);
    for (let i = 0; i < 12; i++) await foreign.insertOne({ _id: `b${i}`, text: 'x'.repeat(1_500_000) });
    expect(await call('updateMany', { filter: {}, update: { $set: { ok: 1 } } })).toEqual({
      matched: 12,
      modified: 12,
    });
    expect(events.told.filter((what) => what === 'accept').length).toBeGreaterThan(1);
    expect(await told()).toHaveLength(12);
  });

  it('up to where it failed or its run was over, and leaves no half step', async () => {
    await call('insertMany', { docs: many(450) });
    await call('updateMany', { filter: { _id: 'd0300' }, update: { $set: { n: 'text' } } });
    await forget();
    const failed = call('updateMany', { filter: {}, update: { $inc: { n: 1 } } });
    await expect(failed).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await told()).toHaveLength(200);
    const gone = { ...scope, signal: AbortSignal.abort() };
    await expect(api.handle(gone, 'data.deleteMany', { coll, filter: {} })).rejects.toMatchObject({
      code: 'run_timeout',
    });
    expect(await call('count')).toBe(450);
  });
});

describe('a change and its event', () => {
  it.each([
    ['createDoc', { doc: { _id: 'new' } }],
    ['updateDoc', { doc: { _id: 'd0001', n: 'other' } }],
    ['deleteDoc', { id: 'd0001' }],
    ['insertMany', { docs: [{ _id: 'new' }, { _id: 'newer' }] }],
    ['updateMany', { filter: {}, update: { $inc: { n: 1 } } }],
    ['deleteMany', { filter: {} }],
  ])('are both missing where %s breaks off after the event was written', async (method, args) => {
    await call('insertMany', { docs: many(3) });
    await forget();
    events.told.length = 0;
    events.afterInsert = () => Promise.reject(new Error('broken off'));
    await expect(call(method, args)).rejects.toThrow('broken off');
    expect(await docs()).toEqual(many(3));
    expect(await told()).toEqual([]);
    expect(events.told).toEqual(['draft', 'abandon']);
  });

  it('are made again where somebody else was faster', async () => {
    await create({ _id: 'x', n: 1 });
    events.told.length = 0;
    const foreign = database.environment(2).db!.collection<any>(coll);
    let meddled = 0;
    events.afterInsert = async () => {
      if (meddled++ < 2) await foreign.updateOne({ _id: 'x' }, { $inc: { n: 100 } });
    };
    await call('updateMany', { filter: { _id: 'x' }, update: { $inc: { n: 1 } } });
    expect(await docs()).toEqual([{ _id: 'x', n: 202 }]);
    expect(events.told).toEqual(['draft', 'abandon', 'draft', 'abandon', 'draft', 'accept']);
    expect((await events.of(coll)).at(-1)).toMatchObject({ data: { n: 202 }, previous: { n: 201 } });
    expect(await told()).toHaveLength(2);
  });

  it('are given up with a word to try again where somebody else is always faster', async () => {
    await create({ _id: 'x', n: 1 });
    const foreign = database.environment(2).db!.collection<any>(coll);
    events.afterInsert = async () => {
      await foreign.updateOne({ _id: 'x' }, { $inc: { n: 1 } });
    };
    await expect(call('updateDoc', { doc: { _id: 'x', n: 0 } })).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(await told()).toEqual(['created x']);
  }, 30_000);

  it('lose nothing where fifty writers meet on one document', async () => {
    await create({ _id: 'x', n: 0, tags: [] });
    await forget();
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        i % 5 === 0
          ? call('updateMany', { filter: {}, update: { $inc: { n: 1 }, $push: { tags: i } } })
          : call('updateMany', { filter: { _id: 'x' }, update: { $inc: { n: 1 }, $push: { tags: i } } }),
      ),
    );
    const [doc] = await docs();
    expect(doc).toMatchObject({ n: 50 });
    const counts = (await events.of(coll)).map(({ data, previous }) => [previous?.n, (data as { n: number }).n]);
    expect(counts).toEqual(Array.from({ length: 50 }, (_, i) => [i, i + 1]));
  });

  it('follow each other without a gap where fifty replace one document', async () => {
    await create({ _id: 'x', n: -1 });
    await forget();
    await Promise.all(Array.from({ length: 50 }, (_, n) => call('updateDoc', { doc: { _id: 'x', n } })));
    const all = await events.of(coll);
    expect(all).toHaveLength(50);
    expect(all.map(({ previous }) => previous?.n)).toEqual([
      -1,
      ...all.slice(0, -1).map(({ data }) => (data as any).n),
    ]);
    expect(await docs()).toEqual([{ _id: 'x', n: (all.at(-1)!.data as any).n }]);
  });

  it('hold also where another process writes the same documents', async () => {
    const others = createDataApi({ connectionFor: database.environment, events, clock: { now: () => Date.now() } });
    await call('insertMany', { docs: many(5) });
    await forget();
    const bulk = { coll, filter: {}, update: { $inc: { n: 1 } } };
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? api : others).handle(scope, 'data.updateMany', bulk)),
    );
    expect((await docs()).map(({ n }: any) => n)).toEqual(many(5).map(({ n }) => n + 20));
    expect(await told()).toHaveLength(100);
  }, 60_000);
});
