/** Writes that make a document where there is none, and indexes that keep them from making two. */
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
  coll = `coll-${next++}`;
  rig.events.afterInsert = () => Promise.resolve();
});

const call = (method: string, args: object = {}) => rig.call(method, coll, args);
const find = () => call('find', { options: { sort: { _id: 1 }, withRevision: true } });
const told = async () =>
  (await rig.events.of(coll)).map(({ type, source }) => `${type.split('.')[1]} ${(source as any).document}`);

describe('updateDoc with upsert', () => {
  it('makes the document, and replaces it the next time', async () => {
    const options = { upsert: true, withRevision: true };
    expect(await call('updateDoc', { doc: { _id: 'x', $set: 1 }, ...options })).toEqual({ _id: 'x', $set: 1, _rev: 1 });
    expect(await call('updateDoc', { doc: { _id: 'x', n: 2 }, ...options })).toEqual({ _id: 'x', n: 2, _rev: 2 });
    expect(await find()).toEqual([{ _id: 'x', n: 2, _rev: 2 }]);
    expect(await told()).toEqual(['created x', 'updated x']);
  });

  it('makes one where twenty ask for it at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => call('updateDoc', { doc: { _id: 'x', n }, upsert: true })));
    expect(await find()).toEqual([{ _id: 'x', n: expect.any(Number), _rev: 20 }]);
    expect((await told()).filter((what) => what.startsWith('created'))).toHaveLength(1);
  });

  it('is refused together with a revision, and with anything but true or false', async () => {
    for (const more of [{ upsert: true, ifRevision: 1 }, { upsert: 1 }, { upsert: null }]) {
      await expect(call('updateDoc', { doc: { _id: 'x' }, ...more })).rejects.toMatchObject({ code: 'invalid_input' });
    }
  });
});

describe('updateMany with upsert', () => {
  const upsert = (filter: object, update: object) => call('updateMany', { filter, update, upsert: true });

  it('makes one from what the filter asks by equality and the update, with an id of ours', async () => {
    const update = { $inc: { hits: 1 }, $setOnInsert: { at: new Date(0) } };
    const answer = await upsert({ page: '/a', 'of.user': '@me', size: { $gt: 3 } }, update);
    expect(answer).toEqual({ matched: 0, modified: 0, upsertedId: expect.stringMatching(/^[0-9a-f]{24}$/) });
    expect(await find()).toEqual([
      { _id: answer.upsertedId, page: '/a', of: { user: 'u1' }, hits: 1, at: new Date(0), _rev: 1 },
    ]);
    const event = (await rig.events.of(coll)).at(-1);
    expect(event).toMatchObject({ type: `${coll}.created`, data: { _id: answer.upsertedId, page: '/a', hits: 1 } });
    expect(event!.data).not.toHaveProperty('_rev');
    expect(await upsert({ page: '/a' }, update)).toEqual({ matched: 1, modified: 1, upsertedId: null });
    expect(await told()).toEqual([`created ${answer.upsertedId}`, `updated ${answer.upsertedId}`]);
  });

  it.each<[object]>([[{ _id: 'x' }], [{ _id: { $eq: 'x' } }], [{ $and: [{ a: 1 }, { _id: 'x' }] }]])(
    'gives it the id of the filter: %j',
    async (filter) => {
      expect(await upsert(filter, { $set: { b: 1 } })).toMatchObject({ upsertedId: 'x' });
      expect(await call('count', { filter: { _id: 'x', b: 1 } })).toBe(1);
    },
  );

  it.each<[object, string]>([
    [{ _id: 7 }, '/filter/_id'],
    [{ _id: '' }, '/filter/_id'],
    [{ _id: { $gt: 'a' } }, '/filter/_id'],
    [{ _id: { $in: ['a'] } }, '/filter/_id'],
    [{ '_id.a': 1 }, '/filter/_id.a'],
    [{ $or: [{ _id: 'a' }, { b: 1 }] }, '/filter/$or'],
    [{ $or: [{ $and: [{ _rev: 1 }] }] }, '/filter/$or'],
    [{ _rev: 3 }, '/filter/_rev'],
  ])('is refused with %j, which nothing could be made from', async (filter, path) => {
    const refused = { code: 'invalid_input', options: { errors: [{ path }] } };
    await expect(upsert(filter, { $set: { b: 1 } })).rejects.toMatchObject(refused);
    expect(await find()).toEqual([]);
  });

  it('makes one where twenty ask for the same at once, and loses no update', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => upsert({ page: '/a' }, { $inc: { hits: 1 } })));
    expect(await find()).toEqual([expect.objectContaining({ hits: 20, _rev: 20 })]);
    expect(answers.filter(({ upsertedId }) => upsertedId !== null)).toHaveLength(1);
  });

  it('is a conflict where what it would make has a value that must be unique', async () => {
    await call('createIndex', { keys: { slug: 1 }, unique: true });
    await call('createDoc', { doc: { _id: 'x', slug: 'a' } });
    await expect(upsert({ n: 1 }, { $set: { slug: 'a' } })).rejects.toMatchObject({ code: 'conflict' });
    expect(await find()).toEqual([{ _id: 'x', slug: 'a', _rev: 1 }]);
    expect(await told()).toEqual(['created x']);
  });

  it('leaves neither a document nor an event where it breaks off', async () => {
    rig.events.afterInsert = () => Promise.reject(new Error('broken off'));
    await expect(upsert({ a: 1 }, { $set: { b: 1 } })).rejects.toThrow('broken off');
    await expect(call('updateDoc', { doc: { _id: 'x' }, upsert: true })).rejects.toThrow('broken off');
    expect([await find(), await told()]).toEqual([[], []]);
    expect(rig.events.told.at(-1)).toBe('abandon');
  });
});

describe('an index', () => {
  it('is made once, and keeps values apart where it is unique', async () => {
    const args = { keys: { email: 1, at: -1 }, unique: true };
    expect(await call('createIndex', args)).toEqual({ name: 'email_1_at_-1' });
    expect(await call('createIndex', args)).toEqual({ name: 'email_1_at_-1' });
    await call('createDoc', { doc: { email: 'a', at: 1 } });
    await expect(call('createDoc', { doc: { email: 'a', at: 1 } })).rejects.toMatchObject({ code: 'conflict' });
    await expect(call('createIndex', { keys: args.keys })).rejects.toMatchObject({ code: 'conflict' });
    expect(await call('createIndex', { keys: { at: -1, email: 1 } })).toEqual({ name: 'at_-1_email_1' });
  });

  it('cannot be unique where values are not, and that is a conflict', async () => {
    await call('insertMany', { docs: [{ a: 1 }, { a: 1 }] });
    await expect(call('createIndex', { keys: { a: 1 }, unique: true })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is one of twenty at most', async () => {
    for (let i = 0; i < 20; i++) await call('createIndex', { keys: { [`f${i}`]: 1 } });
    await expect(call('createIndex', { keys: { one: 1 } })).rejects.toMatchObject({ code: 'conflict' });
    expect(await call('createIndex', { keys: { f7: 1 } })).toEqual({ name: 'f7_1' });
  });

  it.each<[unknown, string]>([
    [{}, '/keys'],
    ['a', '/keys'],
    [{ a: 'text' }, '/keys/a'],
    [{ a: '2dsphere' }, '/keys/a'],
    [{ a: 'hashed' }, '/keys/a'],
    [{ a: true }, '/keys/a'],
    [{ a: 2 }, '/keys/a'],
    [{ '$**': 1 }, '/keys/$**'],
    [{ 'a.$**': 1 }, '/keys/a.$**'],
    [{ 'a.__proto__': 1 }, '/keys/a.__proto__'],
    [Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`f${i}`, 1])), '/keys'],
  ])('is refused with the keys %j', async (keys, path) => {
    await expect(call('createIndex', { keys })).rejects.toMatchObject({
      code: 'invalid_input',
      options: { errors: [{ path }] },
    });
  });

  it('is refused with an option that is none, and within a transaction', async () => {
    const keys = { a: 1 };
    await expect(call('createIndex', { keys, unique: 'yes' })).rejects.toMatchObject({ code: 'invalid_input' });
    const within = rig.api.inTransaction({ environmentId: 1 }, (scope) =>
      rig.api.operations.createIndex(scope, coll, { keys }),
    );
    await expect(within).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
