/** Calls that belong together: all happen and are told, or none. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ScopeWithin } from '../../server/data/storeTransaction.ts';
import { startDataRig, type DataRig } from './support/dataApi.ts';

let rig: DataRig;
let coll: string;
let next = 0;

beforeAll(async () => {
  rig = await startDataRig();
});
afterAll(() => rig.stop());
beforeEach(async () => {
  coll = `coll-${next++}`;
  await rig.call('insertMany', coll, { docs: ['a', 'b', 'c'].map((_id) => ({ _id, n: 0 })) });
  await rig.database.platform.collection('events').deleteMany({});
  rig.events.told.length = 0;
});

const scope = { environmentId: 1, userId: 'u1', runId: 'run_1' };
const find = (within?: ScopeWithin) =>
  rig.api.operations.find(within ?? scope, coll, { options: { sort: { _id: 1 } } });
const told = async () =>
  (await rig.events.of(coll)).map(({ type, source }) => `${type.split('.')[1]} ${(source as any).document}`);

/** One of every write. */
async function writeAll(within: ScopeWithin): Promise<void> {
  const { operations } = rig.api;
  await operations.createDoc(within, coll, { doc: { _id: 'd', n: 1 } });
  await operations.insertMany(within, coll, { docs: [{ _id: 'e' }, { _id: 'f' }] });
  await operations.updateDoc(within, coll, { doc: { _id: 'a', n: 1 }, ifRevision: 1 });
  await operations.updateDoc(within, coll, { doc: { _id: 'g' }, upsert: true });
  await operations.updateMany(within, coll, { filter: { n: 1 }, update: { $inc: { n: 1 } } });
  await operations.updateMany(within, coll, { filter: { _id: 'h' }, update: { $set: { n: 1 } }, upsert: true });
  await operations.deleteDoc(within, coll, { id: 'b' });
  await operations.deleteMany(within, coll, { filter: { n: 0 } });
}

const AFTER = [{ _id: 'a', n: 2 }, { _id: 'd', n: 2 }, { _id: 'e' }, { _id: 'f' }, { _id: 'g' }, { _id: 'h', n: 1 }];
const BEFORE = ['a', 'b', 'c'].map((_id) => ({ _id, n: 0 }));

describe('calls in one transaction', () => {
  it('see what they wrote, and nobody else does before the end', async () => {
    await rig.api.inTransaction(scope, async (within) => {
      await writeAll(within);
      expect(await find(within)).toEqual(AFTER);
      expect(await rig.api.operations.count(within, coll, {})).toBe(6);
      expect(await rig.api.operations.getDoc(within, coll, { id: 'b' })).toBeNull();
      const pipeline = [{ $group: { _id: null, n: { $sum: '$n' } } }];
      expect(await rig.api.operations.aggregate(within, coll, { pipeline })).toEqual([{ _id: null, n: 5 }]);
      expect(await find()).toEqual(BEFORE);
      expect(await told()).toEqual([]);
      expect(rig.events.told).not.toContain('accept');
    });
    expect(await find()).toEqual(AFTER);
    expect(await told()).toEqual([
      ...['created d', 'created e', 'created f', 'updated a', 'created g'],
      ...['updated a', 'updated d', 'created h', 'deleted b', 'deleted c'],
    ]);
    expect(rig.events.told.filter((what) => what === 'accept')).toHaveLength(8);
  });

  it('leave nothing where the work fails at its end, and their events are let go', async () => {
    const failing = rig.api.inTransaction(scope, async (within) => {
      await writeAll(within);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect([await find(), await told()]).toEqual([BEFORE, []]);
    expect(rig.events.told.filter((what) => what !== 'draft')).toEqual(Array(8).fill('abandon'));
  });

  it('leave nothing where one of them is refused by the database', async () => {
    const failing = rig.api.inTransaction(scope, async (within) => {
      await rig.api.operations.updateMany(within, coll, { filter: {}, update: { $inc: { n: 1 } } });
      await rig.api.operations.insertMany(within, coll, { docs: [{ _id: 'new' }, { _id: 'a' }] });
    });
    await expect(failing).rejects.toMatchObject({ code: 'conflict' });
    expect([await find(), await told()]).toEqual([BEFORE, []]);
  });

  it('begin again where somebody else was faster, and lose nothing where many meet', async () => {
    const raise = () =>
      rig.api.inTransaction(scope, async (within) => {
        const doc = await rig.api.operations.getDoc(within, coll, { id: 'a' });
        await rig.api.operations.updateDoc(within, coll, { doc: { _id: 'a', n: (doc!.n as number) + 1 } });
        await rig.api.operations.updateMany(within, coll, { filter: { _id: 'b' }, update: { $inc: { n: -1 } } });
      });
    await Promise.all(Array.from({ length: 8 }, raise));
    expect((await find()).map(({ n }) => n)).toEqual([8, -8, 0]);
    expect((await told()).filter((what) => what === 'updated a')).toHaveLength(8);
  }, 30_000);

  it('join the transaction there is, and end with it', async () => {
    const failing = rig.api.inTransaction(scope, async (outer) => {
      await rig.api.inTransaction(outer, async (inner) => {
        expect(inner.transaction).toBe(outer.transaction);
        await rig.api.operations.deleteDoc(inner, coll, { id: 'a' });
      });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await find()).toEqual(BEFORE);
  });

  it('change 1,000 documents in one call at most', async () => {
    const foreign = rig.database.environment(1).db!.collection<any>(coll);
    const docs = Array.from({ length: 1_000 }, (_, i) => ({ _id: `m${i}`, many: 1 }));
    await foreign.insertMany(docs);
    const remove = (filter: object) =>
      rig.api.inTransaction(scope, (within) => rig.api.operations.deleteMany(within, coll, { filter }));
    await expect(remove({})).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await rig.call('count', coll)).toBe(1_003);
    expect(await remove({ _id: { $gt: 'm8' } })).toEqual({ deleted: 221 });
  });

  it('take the ids of new documents from whoever asks for them', async () => {
    let made = 0;
    await rig.api.inTransaction({ ...scope, newDocId: () => `id${made++}` }, async (within) => {
      expect(await rig.api.operations.createDoc(within, coll, { doc: {} })).toEqual({ _id: 'id0' });
      const update = { $set: { n: 5 } };
      const upsert = { filter: { n: 99 }, update, upsert: true };
      expect(await rig.api.operations.updateMany(within, coll, upsert)).toMatchObject({ upsertedId: 'id1' });
    });
  });
});
