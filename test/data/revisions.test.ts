/** What a document's revision counts, where it is shown, and what it keeps from being overwritten. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDataRig, type DataRig } from './support/dataApi.ts';

let rig: DataRig;
let coll: string;
let next = 0;

beforeAll(async () => {
  rig = await startDataRig();
});
afterAll(() => rig.stop());
beforeEach(() => {
  coll = `coll${next++}`;
});

const call = (method: string, args: object = {}) => rig.call(method, coll, args);
const revision = async (id = 'x') => (await call('getDoc', { id, withRevision: true }))._rev as number;
const foreign = () => rig.database.environment(1).db!.collection<any>(coll);

describe('a revision', () => {
  it('is 1 for what is new, one more with every change, and none more where nothing changed', async () => {
    await call('createDoc', { doc: { _id: 'x', n: 1 } });
    await call('insertMany', { docs: [{ _id: 'y', n: 1 }] });
    expect([await revision(), await revision('y')]).toEqual([1, 1]);
    await call('updateDoc', { doc: { _id: 'x', n: 2 } });
    expect(await revision()).toBe(2);
    await call('updateDoc', { doc: { _id: 'x', n: 2 } });
    expect(await revision()).toBe(2);
    const update = { $max: { n: 2 } };
    expect(await call('updateMany', { filter: {}, update })).toEqual({ matched: 2, modified: 1 });
    expect([await revision(), await revision('y')]).toEqual([2, 2]);
    await call('updateMany', { filter: {}, update: { $inc: { n: 1 } } });
    expect([await revision(), await revision('y')]).toEqual([3, 3]);
    await call('updateDoc', { doc: { _id: 'x', $set: { n: 1 } } });
    expect(await revision()).toBe(4);
  });

  it('counts from 0 where others wrote the document, or something else is in its place', async () => {
    await foreign().insertMany([{ _id: 'x' }, { _id: 'y' }, { _id: 'z', _rev: 'text' }]);
    expect([await revision('x'), await revision('z')]).toEqual([0, 0]);
    await call('updateMany', { filter: { _id: 'x' }, update: { $set: { a: 1 } } });
    await call('updateDoc', { doc: { _id: 'y', a: 1 }, ifRevision: 0 });
    await call('updateDoc', { doc: { _id: 'z', a: 1 } });
    expect([await revision('x'), await revision('y'), await revision('z')]).toEqual([1, 1, 1]);
  });

  it('is not shown unless it is asked for, and never in events', async () => {
    expect(await call('createDoc', { doc: { _id: 'x', n: 1 } })).toEqual({ _id: 'x', n: 1 });
    expect(await call('updateDoc', { doc: { _id: 'x', n: 2 } })).toEqual({ _id: 'x', n: 2 });
    expect(await call('getDoc', { id: 'x' })).toEqual({ _id: 'x', n: 2 });
    expect(await call('find', { projection: { _id: 0 } })).toEqual([{ n: 2 }]);
    await call('updateMany', { filter: {}, update: { $inc: { n: 1 } } });
    await call('deleteDoc', { id: 'x' });
    for (const event of await rig.events.of(coll)) expect(JSON.stringify(event)).not.toContain('_rev');
  });

  it('is shown with documents where it is asked for, whatever else is', async () => {
    expect(await call('createDoc', { doc: { _id: 'x', n: 1, m: 1 }, withRevision: true })).toMatchObject({ _rev: 1 });
    expect(await call('updateDoc', { doc: { _id: 'x', n: 2, m: 1 }, withRevision: true })).toMatchObject({ _rev: 2 });
    const options = { withRevision: true };
    expect(await call('find', { options })).toEqual([{ _id: 'x', n: 2, m: 1, _rev: 2 }]);
    expect(await call('find', { projection: { n: 1 }, options })).toEqual([{ _id: 'x', n: 2, _rev: 2 }]);
    expect(await call('find', { projection: { n: 0 }, options })).toEqual([{ _id: 'x', m: 1, _rev: 2 }]);
    expect(await call('find', { projection: { n: 0, _rev: 0 }, options })).toEqual([{ _id: 'x', m: 1, _rev: 2 }]);
    expect(await call('find', { projection: { _id: 0, _rev: 1 } })).toEqual([{ _rev: 2 }]);
    expect(await call('getDoc', { id: 'x', projection: { m: 1, _id: 0 } })).toEqual({ m: 1 });
  });

  it('can be found and sorted by, but not set', async () => {
    await call('createDoc', { doc: { _id: 'x', _rev: 77 } });
    await call('updateDoc', { doc: { _id: 'x', n: 1, _rev: 99 } });
    expect(await call('find', { query: { _rev: 2 } })).toEqual([{ _id: 'x', n: 1 }]);
    for (const update of [{ $set: { _rev: 5 } }, { $unset: { '_rev.a': 1 } }, { $rename: { n: '_rev' } }]) {
      await expect(call('updateMany', { filter: {}, update })).rejects.toMatchObject({ code: 'invalid_input' });
    }
  });
});

describe('a write that says which revision it has seen', () => {
  beforeEach(async () => {
    await call('createDoc', { doc: { _id: 'x', n: 1 } });
    await call('updateDoc', { doc: { _id: 'x', n: 2 } });
  });

  it('happens where that is the one there is', async () => {
    expect(await call('updateDoc', { doc: { _id: 'x', n: 3 }, ifRevision: 2, withRevision: true })).toEqual({
      _id: 'x',
      n: 3,
      _rev: 3,
    });
    expect(await call('deleteDoc', { id: 'x', ifRevision: 3 })).toEqual({ deleted: 1 });
  });

  it.each([
    ['updateDoc', { doc: { _id: 'x', n: 9 }, ifRevision: 1 }],
    ['updateDoc', { doc: { _id: 'x', n: 2 }, ifRevision: 0 }],
    ['deleteDoc', { id: 'x', ifRevision: 3 }],
  ])('is a conflict with the present revision otherwise: %s %j', async (method, args) => {
    await expect(call(method, args)).rejects.toMatchObject({
      code: 'conflict',
      status: 409,
      options: { extra: { revision: 2 }, errors: [{ path: '/ifRevision' }] },
    });
    expect(await call('find')).toEqual([{ _id: 'x', n: 2 }]);
    expect(await rig.events.of(coll)).toHaveLength(2);
  });

  it('finds nothing where there is no document', async () => {
    const update = call('updateDoc', { doc: { _id: 'y' }, ifRevision: 1 });
    await expect(update).rejects.toMatchObject({ code: 'not_found' });
    expect(await call('deleteDoc', { id: 'y', ifRevision: 1 })).toEqual({ deleted: 0 });
  });

  it.each([-1, 1.5, '2', null, Number.NaN, { $gt: 0 }])('is refused with %j', async (ifRevision) => {
    for (const [method, args] of [
      ['updateDoc', { doc: { _id: 'x' } }],
      ['deleteDoc', { id: 'x' }],
    ] as const) {
      await expect(call(method, { ...args, ifRevision })).rejects.toMatchObject({ code: 'invalid_input' });
    }
  });

  it('wins once where twenty have seen the same', async () => {
    const writes = Array.from({ length: 20 }, (_, n) => call('updateDoc', { doc: { _id: 'x', n }, ifRevision: 2 }));
    const settled = await Promise.allSettled(writes);
    const won = settled.flatMap((write) => (write.status === 'fulfilled' ? [write.value] : []));
    const codes = settled.flatMap((write) => (write.status === 'rejected' ? [write.reason.code] : []));
    expect(won).toHaveLength(1);
    expect(codes).toEqual(Array(19).fill('conflict'));
    expect(await call('find', { options: { withRevision: true } })).toEqual([{ ...won[0], _rev: 3 }]);
  });
});
