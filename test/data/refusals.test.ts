import fc from 'fast-check';
import type mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { createDataApi } from '../../server/data/api.ts';
import { createDocIdMaker } from '../../server/data/docId.ts';
import type { AppError } from '../../server/lib/errors.ts';
import { noEvents } from './support/storedEvents.ts';

/** A data API over a database that must not be read; `touched` tells whether it was. */
function anApiWithoutDatabase() {
  let touched = 0;
  const api = createDataApi({
    clock: { now: () => 0 },
    events: noEvents,
    connectionFor: () => {
      touched++;
      return { db: undefined } as unknown as mongoose.Connection;
    },
  });
  return { api, touched: () => touched };
}

async function faultOf(
  method: string,
  args: unknown,
): Promise<{ code: string; path: string | undefined; touched: number }> {
  const { api, touched } = anApiWithoutDatabase();
  const fault = await api.handle({ environmentId: 1 }, method, args).then(
    () => undefined,
    (error: unknown) => error as AppError,
  );
  return { code: fault?.code ?? 'none', path: fault?.options.errors?.[0]?.path, touched: touched() };
}

const find = (query: unknown, more: object = {}) => faultOf('data.find', { coll: 'orders', query, ...more });
const update = (change: unknown) => faultOf('data.updateMany', { coll: 'orders', filter: {}, update: change });
/** What a call that was let through meets here: it got as far as the database, which is away. */
const LET_THROUGH = { code: 'storage_unavailable', path: undefined, touched: 1 };
const refusedAt = (path: string) => ({ code: 'invalid_input', path, touched: 0 });

describe('a filter', () => {
  const code = { $where: 'sleep(1e9)' };

  it.each<[string, unknown, string]>([
    ['at the top', code, '/filter/$where'],
    ['in $and', { $and: [{ a: 1 }, code] }, '/filter/$and/1/$where'],
    ['in $or in $nor', { $nor: [{ $or: [code] }] }, '/filter/$nor/0/$or/0/$where'],
    ['on a field', { a: code }, '/filter/a/$where'],
    ['in $not', { a: { $not: code } }, '/filter/a/$not/$where'],
    ['in $elemMatch', { a: { $elemMatch: code } }, '/filter/a/$elemMatch/$where'],
    ['in $elemMatch on a value', { a: { $elemMatch: { $gt: 1, ...code } } }, '/filter/a/$elemMatch/$where'],
    ['in $all', { a: { $all: [{ $elemMatch: code }] } }, '/filter/a/$all/0/$elemMatch/$where'],
    ['in $in', { a: { $in: [code] } }, '/filter/a/$in/0/$where'],
    ['in a compared document', { a: { b: { c: [code] } } }, '/filter/a/b/c/0/$where'],
    ['in $gt', { a: { $gt: code } }, '/filter/a/$gt/$where'],
  ])('is refused where code stands %s, and nothing is read', async (_, query, path) => {
    expect(await find(query)).toEqual(refusedAt(path));
  });

  it.each([
    '$where',
    '$function',
    '$accumulator',
    '$expr',
    '$jsonSchema',
    '$text',
    '$near',
    '$geoWithin',
    '$comment',
    '$x',
  ])('refuses the operator %s at the top, on a field and deep inside', async (operator) => {
    expect(await find({ [operator]: {} })).toEqual(refusedAt(`/filter/${operator}`));
    expect(await find({ a: { [operator]: {} } })).toEqual(refusedAt(`/filter/a/${operator}`));
    expect(await find({ $and: [{ a: { $not: { [operator]: 1 } } }] })).toEqual(
      refusedAt(`/filter/$and/0/a/$not/${operator}`),
    );
  });

  it.each<[unknown]>([
    [{}],
    [undefined],
    [{ a: 1, 'b.c.0': null, d: { e: [1] } }],
    [{ a: { $eq: { $where: 'data' } } }],
    [{ a: { $gte: 1, $lt: new Date(0) }, b: { $in: [1, 'x', null] }, c: { $not: { $size: 2 } } }],
    [{ $or: [{ a: { $exists: false } }, { b: { $elemMatch: { c: { $ne: 1 }, $or: [{ d: 1 }] } } }] }],
    [{ a: { $all: [{ $elemMatch: { b: 1 } }, 2] }, b: { $type: ['string', 2] }, c: { $mod: [4, 0] } }],
    [{ a: { $regex: '^a(b|c)+$', $options: 'i' }, b: { $bitsAllSet: [1, 5] } }],
  ])('passes as %j', async (query) => {
    expect(await find(query)).toEqual(LET_THROUGH);
  });

  it.each<[unknown, string]>([
    ['text', '/filter'],
    [[], '/filter'],
    [{ $or: [] }, '/filter/$or'],
    [{ $or: {} }, '/filter/$or'],
    [{ a: { $gt: 1, b: 2 } }, '/filter/a/b'],
    [{ a: { $not: 1 } }, '/filter/a/$not'],
    [{ a: { $in: 1 } }, '/filter/a/$in'],
    [{ a: { $size: -1 } }, '/filter/a/$size'],
    [{ a: { $exists: 'yes' } }, '/filter/a/$exists'],
    [{ a: { $or: [{ b: 1 }] } }, '/filter/a/$or'],
    [{ 'a.__proto__.b': 1 }, '/filter/a.__proto__.b'],
    [JSON.parse('{"__proto__": 1}'), '/filter/__proto__'],
    [{ 'constructor.prototype': 1 }, '/filter/constructor.prototype'],
    [{ 'a..b': 1 }, '/filter/a..b'],
    [{ 'a.$b': 1 }, '/filter/a.$b'],
    [{ 'a\0': 1 }, '/filter/a\0'],
    [{ [Array(101).fill('a').join('.')]: 1 }, `/filter/${Array(101).fill('a').join('.')}`],
    [{ a: { b: { _bsontype: 'Code' } } }, '/filter/a/b/_bsontype'],
  ])('is refused as %j', async (query, path) => {
    expect(await find(query)).toEqual(refusedAt(path));
  });

  it('is refused when it nests too deeply, without a crash', async () => {
    let logical: unknown = { a: 1 };
    let compared: unknown = 1;
    for (let i = 0; i < 5_000; i++) {
      logical = { $and: [logical] };
      compared = { a: compared };
    }
    expect(await find(logical)).toMatchObject({ code: 'invalid_input', touched: 0 });
    expect(await find({ a: compared })).toMatchObject({ code: 'invalid_input', touched: 0 });
  });

  it.each<[string, unknown, string]>([
    ['looks ahead', '^(?=a)b', '$regex'],
    ['refers back', '(a)\\1', '$regex'],
    ['is too long', 'a'.repeat(257), '$regex'],
    ['is no text', 7, '$regex'],
    ['is broken', '(', '$regex'],
  ])('is refused when its regular expression %s', async (_, source, member) => {
    expect(await find({ a: { $regex: source } })).toEqual(refusedAt(`/filter/a/${member}`));
    expect(await find({ a: { $not: { $regex: source } } })).toEqual(refusedAt(`/filter/a/$not/${member}`));
  });

  it('takes a regular expression of 256 characters, and only the options i, m and s', async () => {
    expect(await find({ a: { $regex: 'a'.repeat(256), $options: 'ims' } })).toEqual(LET_THROUGH);
    expect(await find({ a: { $regex: 'a', $options: 'x' } })).toEqual(refusedAt('/filter/a/$options'));
    expect(await find({ a: { $options: 'i' } })).toEqual(refusedAt('/filter/a/$regex'));
  });

  it('has to be given where it decides what is changed or deleted', async () => {
    expect(await faultOf('data.deleteMany', { coll: 'orders' })).toEqual(refusedAt('/filter'));
    expect(await faultOf('data.updateMany', { coll: 'orders', update: { $set: { a: 1 } } })).toEqual(
      refusedAt('/filter'),
    );
    expect(await faultOf('data.deleteMany', { coll: 'orders', filter: {} })).toEqual(LET_THROUGH);
  });
});

describe('an update', () => {
  it.each<[unknown]>([
    [{ $set: { a: { $where: 'data', 'b.c': 1 }, 'b.0.c': new Date(0) }, $unset: { d: '' }, $inc: { e: -1 } }],
    [
      {
        $push: { a: { $each: [1, 2], $slice: -5, $sort: { at: -1 }, $position: 0 } },
        $addToSet: { b: { $each: [1] } },
      },
    ],
    [{ $push: { a: { name: 'x' } }, $pull: { b: { c: { $gt: 1 } }, d: 5, e: { $in: [1] } }, $pullAll: { f: [1] } }],
    [{ $rename: { a: 'b' }, $currentDate: { c: true, d: { $type: 'date' } }, $pop: { e: 1 }, $bit: { f: { or: 4 } } }],
    [{ $set: { 'a.$[].b': 1 } }],
  ])('passes as %j', async (change) => {
    expect(await update(change)).toEqual(LET_THROUGH);
  });

  it.each<[unknown, string]>([
    [{}, '/update'],
    [[{ $set: { a: 1 } }], '/update'],
    [{ a: 1 }, '/update/a'],
    [{ $set: 1 }, '/update/$set'],
    [{ $where: { a: 1 } }, '/update/$where'],
    [{ $set: { 'a.__proto__.x': 1 } }, '/update/$set/a.__proto__.x'],
    [{ $unset: { 'constructor.prototype.x': 1 } }, '/update/$unset/constructor.prototype.x'],
    [{ $rename: { a: '__proto__' } }, '/update/$rename/a'],
    [{ $rename: { a: '_id' } }, '/update/$rename/a'],
    [{ $set: { _id: 'x' } }, '/update/$set/_id'],
    [{ $inc: { a: '1' } }, '/update/$inc/a'],
    [{ $set: { a: Number.NaN } }, '/update/$set/a'],
    [{ $set: { a: new Date(Number.NaN) } }, '/update/$set/a'],
    [{ $set: { 'a.$[x]': 1 } }, '/update/$set/a.$[x]'],
    [{ $push: { a: { $each: [1], $where: 1 } } }, '/update/$push/a/$where'],
    [{ $push: { a: { $each: [1], $sort: { '__proto__.b': 1 } } } }, '/update/$push/a/$sort/__proto__.b'],
    [{ $pull: { a: { $where: 'x' } } }, '/update/$pull/a/$where'],
    [{ $pull: { a: { b: { $expr: 1 } } } }, '/update/$pull/a/b/$expr'],
    [{ $currentDate: { a: { $type: 'x' } } }, '/update/$currentDate/a'],
    [{ $pop: { a: 2 } }, '/update/$pop/a'],
    [{ $bit: { a: { not: 1 } } }, '/update/$bit/a/not'],
  ])('is refused as %j', async (change, path) => {
    expect(await update(change)).toEqual(refusedAt(path));
  });
});

describe('a collection', () => {
  it.each([
    ...[
      'system.users',
      'systemUsers',
      'System_x',
      'a.$cmd',
      '../x',
      'a.b',
      'x\0y',
      'ＳＹＳＴＥＭ',
      '',
      '_a',
      '1a',
      'a b',
    ],
    ...['a'.repeat(65), null, 7, {}, ['a']],
  ])('cannot be named %j', async (coll) => {
    expect(await faultOf('data.find', { coll })).toEqual(refusedAt('/coll'));
  });

  it.each(['runs', 'a', 'A-b_9', 'a'.repeat(64)])('can be named %j', async (coll) => {
    expect(await faultOf('data.find', { coll })).toEqual(LET_THROUGH);
  });
});

describe('a document', () => {
  const create = (doc: unknown) => faultOf('data.createDoc', { coll: 'orders', doc });

  it.each<[unknown]>([
    [{}],
    [{ _id: 'x', $where: 'data', 'a.b': 1, '': 2, constructor: 3 }],
    [JSON.parse('{"__proto__": {"x": 1}}')],
    [{ at: new Date(), bytes: new Uint8Array(2), none: null, gone: undefined }],
  ])('may hold any keys: %j', async (doc) => {
    expect(await create(doc)).toEqual(LET_THROUGH);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it.each<[unknown, string]>([
    ['text', '/doc'],
    [[], '/doc'],
    [null, '/doc'],
    [new Date(), '/doc'],
    [{ _id: 7 }, '/doc/_id'],
    [{ _id: '' }, '/doc/_id'],
    [{ _id: { $gt: '' } }, '/doc/_id'],
    [{ _id: 'x'.repeat(513) }, '/doc/_id'],
    [{ a: { 'b\0': 1 } }, '/doc/a'],
    [{ a: [Number.POSITIVE_INFINITY] }, '/doc/a/0'],
    [{ a: /x/ }, '/doc/a'],
  ])('is refused as %j', async (doc, path) => {
    expect(await faultOf('data.createDoc', { coll: 'orders', doc })).toEqual(refusedAt(path));
  });

  it('holds no bigint, for JSON has none', async () => {
    expect(await create({ a: 1n })).toEqual(refusedAt('/doc/a'));
  });

  it('has to say which one it replaces, and ids are never queries', async () => {
    expect(await faultOf('data.updateDoc', { coll: 'orders', doc: {} })).toEqual(refusedAt('/doc/_id'));
    expect(await faultOf('data.getDoc', { coll: 'orders', id: { $ne: '' } })).toEqual(refusedAt('/id'));
    expect(await faultOf('data.deleteDoc', { coll: 'orders' })).toEqual(refusedAt('/id'));
  });

  it('travels with at most 999 others', async () => {
    const docs = Array.from({ length: 1_001 }, () => ({}));
    expect(await faultOf('data.insertMany', { coll: 'orders', docs })).toEqual(refusedAt('/docs'));
    expect(await faultOf('data.insertMany', { coll: 'orders', docs: docs.slice(1) })).toEqual(LET_THROUGH);
    expect(await faultOf('data.insertMany', { coll: 'orders', docs: [{}, 1] })).toEqual(refusedAt('/docs/1'));
  });
});

describe('a find', () => {
  it.each<[object, string]>([
    [{ projection: { a: 2 } }, '/projection/a'],
    [{ projection: { a: { $slice: 1 } } }, '/projection/a'],
    [{ projection: { 'a.__proto__': 1 } }, '/projection/a.__proto__'],
    [{ options: { limit: 0 } }, '/options/limit'],
    [{ options: { limit: 1_001 } }, '/options/limit'],
    [{ options: { skip: -1 } }, '/options/skip'],
    [{ options: { sort: { a: 2 } } }, '/options/sort/a'],
    [{ options: { sort: { $meta: 1 } } }, '/options/sort/$meta'],
    [{ options: { hint: 'x' } }, '/options/hint'],
    [{ options: 'x' }, '/options'],
  ])('is refused with %j', async (more, path) => {
    expect(await find({}, more)).toEqual(refusedAt(path));
  });

  it('passes with fields, a limit of 1,000 rows and a sort', async () => {
    expect(
      await find({}, { projection: { a: true, b: 0 }, options: { limit: 1_000, skip: 5, sort: { a: -1 } } }),
    ).toEqual(LET_THROUGH);
  });
});

describe('the data API', () => {
  it.each(['data.drop', 'data.constructor', 'data.__proto__', 'find', 'data.', ''])(
    'has no call %j',
    async (method) => {
      expect(await faultOf(method, { coll: 'a' })).toMatchObject({ code: 'invalid_input', touched: 0 });
    },
  );

  it('offers the same calls by name to the host of runs', async () => {
    const { api } = anApiWithoutDatabase();
    expect(Object.keys(api.methods).sort()).toEqual(
      [
        ...['aggregate', 'count', 'createDoc', 'createIndex', 'deleteDoc', 'deleteMany', 'find', 'getDoc'],
        ...['insertMany', 'updateDoc', 'updateMany'],
      ].map((name) => `data.${name}`),
    );
    await expect(api.methods['data.find']!({ environmentId: 1 }, 'x')).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('answers anything at all with a refusal or goes on, and never with a fault of its own', async () => {
    const { api } = anApiWithoutDatabase();
    const names = Object.keys(api.methods);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.anything(), fc.anything(), async (name, a, b) => {
        const args = { coll: 'a', id: a, doc: a, docs: a, query: a, projection: b, options: b, filter: a, update: b };
        Object.assign(args, { pipeline: a, keys: a, upsert: b, unique: b, ifRevision: b, withRevision: b });
        const fault: unknown = await api.handle({ environmentId: 1 }, name, args).catch((error: unknown) => error);
        expect(fault).toMatchObject({ name: 'AppError' });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('generated ids', () => {
  it('are 24 hex digits, differ, and sort by time of creation', () => {
    let now = 1_700_000_000_000;
    const newDocId = createDocIdMaker({ now: () => (now += 1_000) });
    const ids = Array.from({ length: 100 }, newDocId);
    expect(new Set(ids).size).toBe(100);
    expect(ids.every((id) => /^[0-9a-f]{24}$/.test(id))).toBe(true);
    expect([...ids].sort()).toEqual(ids);
  });
});
