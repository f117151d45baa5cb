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
