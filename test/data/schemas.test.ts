/** Schemas of collections hold for every way of writing, and what was committed is told to those who follow. */
import { Type } from 'typebox';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createChangeFeed, type Committed } from '../../server/data/committed.ts';
import type { JsonObject } from '../../server/schemas/json.ts';
import { startDataRig, type DataRig } from './support/dataApi.ts';

const Order = Type.Object(
  {
    number: Type.Integer({ minimum: 1 }),
    status: Type.Optional(Type.String()),
    at: Type.Optional(Type.String({ format: 'date-time' })),
  },
  { additionalProperties: false },
) as unknown as JsonObject;

let rig: DataRig;
let told: Committed[] = [];

beforeAll(async () => {
  const feed = createChangeFeed({
    onFault: (error) => {
      throw error;
    },
  });
  feed.subscribe((committed) => told.push(committed));
  rig = await startDataRig({ schemaOf: (coll) => (coll === 'orders' ? Order : undefined), tell: feed.tell });
});
afterAll(() => rig.stop());
beforeEach(() => void (told = []));

describe('a collection with a schema', () => {
  const refused = (code: string, path: string) => ({ code, options: { errors: [{ path }] } });

  it('refuses each kind of write that would leave a document that does not fit, and changes nothing', async () => {
    await rig.call('createDoc', 'orders', { doc: { _id: 'a', number: 1 } });
    const attempts: [string, object][] = [
      ['createDoc', { doc: { _id: 'b', number: 'two' } }],
      [
        'insertMany',
        {
          docs: [
            { _id: 'c', number: 3 },
            { _id: 'd', number: 0 },
          ],
        },
      ],
      ['updateDoc', { doc: { _id: 'a', number: 1.5 } }],
      ['updateMany', { filter: { _id: 'a' }, update: { $set: { number: 'x' } } }],
      ['updateMany', { filter: { _id: 'e' }, update: { $set: { number: -1 } }, upsert: true }],
    ];
    for (const [method, args] of attempts) {
      await expect(rig.call(method, 'orders', args), method).rejects.toMatchObject(
        refused('schema_mismatch', '/number'),
      );
    }
    expect(await rig.raw('orders')).toMatchObject([{ _id: 'a', number: 1 }]);
  });

  it('changes nothing where what does not fit is far down a long list of documents', async () => {
    const docs = Array.from({ length: 450 }, (_, i) => ({ _id: `m${String(i).padStart(3, '0')}`, number: i + 1_000 }));
    const unfit = docs.with(420, { _id: 'm420', number: 0 });
    await expect(rig.call('insertMany', 'orders', { docs: unfit })).rejects.toMatchObject(
      refused('schema_mismatch', '/number'),
    );
    expect(await rig.call('count', 'orders', { filter: { _id: { $gte: 'm' } } })).toBe(0);
    expect(told).toEqual([]);
    await rig.call('insertMany', 'orders', { docs: docs.with(420, { _id: 'm420', number: 3 }) });
    const before = await rig.raw('orders');
    told = [];
    const lower = { filter: { _id: { $gte: 'm' } }, update: { $inc: { number: -5 } } };
    await expect(rig.call('updateMany', 'orders', lower)).rejects.toMatchObject(refused('schema_mismatch', '/number'));
    expect(await rig.raw('orders')).toEqual(before);
    expect((await rig.events.of('orders')).filter(({ type }) => type === 'orders.updated')).toEqual([]);
    expect(told).toEqual([]);
  });

  it('changes many documents that fit, and each of them once', async () => {
    const raise = { filter: { _id: { $gte: 'm' } }, update: { $inc: { number: 1 } } };
    expect(await rig.call('updateMany', 'orders', raise)).toEqual({ matched: 450, modified: 450 });
    const docs = (await rig.raw('orders')).filter(({ _id }) => _id >= 'm');
    expect(docs.map(({ number, _rev }) => [number, _rev])).toEqual(
      Array.from({ length: 450 }, (_, i) => [i === 420 ? 4 : i + 1_001, 2]),
    );
    expect(told.flatMap(({ changes }) => changes)).toHaveLength(450);
  });

  it('changes nothing of a few large documents either, which take several transactions', async () => {
    const filter = { _id: { $gte: 'z' } };
    const docs = Array.from({ length: 6 }, (_, i) => ({ _id: `z${i}`, number: i === 5 ? 3 : 100 }));
    for (const doc of docs) {
      await rig.call('createDoc', 'orders', { doc: { ...doc, status: 'x'.repeat(1_900_000) } });
    }
    const numbers = async () => (await rig.raw('orders')).filter(({ _id }) => _id >= 'z').map(({ number }) => number);
    const change = (by: number) => rig.call('updateMany', 'orders', { filter, update: { $inc: { number: by } } });
    await expect(change(-5)).rejects.toMatchObject({ code: 'schema_mismatch' });
    expect(await numbers()).toEqual(docs.map(({ number }) => number));
    expect(await change(5)).toEqual({ matched: 6, modified: 6 });
  });

  it('names the place of a member too many, and takes Dates for their text', async () => {
    await expect(rig.call('createDoc', 'orders', { doc: { number: 2, colour: 'red' } })).rejects.toMatchObject({
      code: 'schema_mismatch',
      message: expect.stringContaining('orders'),
    });
    await rig.call('createDoc', 'orders', { doc: { _id: 'dated', number: 2, at: new Date(0) } });
  });

  it('leaves other collections alone', async () => {
    await rig.call('createDoc', 'notes', { doc: { number: 'anything' } });
  });
});

describe('the feed of changes', () => {
  it('tells what was committed, before and after, once for each call', async () => {
    await rig.call('insertMany', 'notes', {
      docs: [
        { _id: 'n1', v: 1 },
        { _id: 'n2', v: 1 },
      ],
    });
    await rig.call('updateMany', 'notes', { filter: { _id: { $in: ['n1', 'n2'] } }, update: { $inc: { v: 1 } } });
    await rig.call('deleteDoc', 'notes', { id: 'n1' });
    expect(told.map(({ environmentId, collection }) => [environmentId, collection])).toEqual(
      Array(told.length).fill([1, 'notes']),
    );
    const changes = told.flatMap((one) => one.changes.map(({ before, after }) => [before?.v, after?.v]));
    expect(changes).toEqual([
      [undefined, 1],
      [undefined, 1],
      [1, 2],
      [1, 2],
      [2, undefined],
    ]);
  });

  it('tells nothing of what was refused or undone', async () => {
    await expect(rig.call('createDoc', 'orders', { doc: { number: 'x' } })).rejects.toThrow();
    await expect(
      rig.api.inTransaction({ environmentId: 1, userId: null }, async (within) => {
        await rig.api.operations.createDoc(within, 'notes', { doc: { _id: 'undone' } });
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(told).toEqual([]);
  });
});
