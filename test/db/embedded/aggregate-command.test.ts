/** The aggregate command as a client meets it: what it writes, joins, counts and refuses; and what conformance runs found. */
import { Double, Long, UUID } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Doc } from '../../../server/db/embedded/values/codec.ts';
import { anEngineInProcess, type InProcess } from './engine-support.ts';

let served: InProcess;
let coll = '';
let count = 0;

beforeAll(() => {
  served = anEngineInProcess();
});
afterAll(() => served.stop());
beforeEach(async () => {
  coll = `c${++count}`;
  await served.run({
    insert: coll,
    documents: [
      { _id: 1, k: 'a', n: 1 },
      { _id: 2, k: 'b', n: 2 },
      { _id: 3, k: 'a', n: 3 },
    ],
  });
});

const aggregate = (pipeline: readonly Doc[], extra: Doc = {}, from = coll): Promise<any> =>
  served.run({ aggregate: from, pipeline, cursor: {}, ...extra });
const found = async (pipeline: readonly Doc[], extra: Doc = {}, from = coll): Promise<Doc[]> => {
  const reply = await aggregate(pipeline, extra, from);
  expect(reply).toMatchObject({ ok: 1 });
  return reply.cursor.firstBatch;
};
const all = async (name: string): Promise<Doc[]> => found([{ $sort: { _id: 1 } }], {}, name);

describe('aggregate', () => {
  it('counts without reading documents, and with any filter, skip and limit', async () => {
    const counting = { $group: { _id: 1, n: { $sum: 1 } } };
    expect(await found([{ $match: {} }, counting])).toEqual([{ _id: 1, n: 3 }]);
    expect(await found([{ $match: { k: 'a' } }, counting])).toEqual([{ _id: 1, n: 2 }]);
    expect(await found([{ $match: { k: 'none' } }, counting])).toEqual([]);
    expect(await found([{ $skip: 1 }, { $limit: 1 }, { $count: 'n' }])).toEqual([{ n: 1 }]);
  });

  it('joins with the collection it is told to, by index or not', async () => {
    await served.run({
      insert: `${coll}.other`,
      documents: [
        { _id: 'a', x: 1 },
        { _id: 'b', x: 2 },
      ],
    });
    const lookup = { $lookup: { from: `${coll}.other`, localField: 'k', foreignField: '_id', as: 'o' } };
    const joined = await found([lookup, { $sort: { _id: 1 } }, { $project: { x: { $first: '$o.x' } } }]);
    expect(joined).toEqual([
      { _id: 1, x: 1 },
      { _id: 2, x: 2 },
      { _id: 3, x: 1 },
    ]);
    const correlated = {
      $lookup: {
        from: `${coll}.other`,
        let: { k: '$k' },
        pipeline: [{ $match: { $expr: { $eq: ['$_id', '$$k'] } } }],
        as: 'o',
      },
    };
    expect(await found([correlated, { $match: { 'o.x': 2 } }, { $project: { _id: 1 } }])).toEqual([{ _id: 2 }]);
  });

  it('uses let and keeps the types of what it passes through', async () => {
    await served.run({
      insert: coll,
      documents: [{ _id: 4, k: 'c', n: new Double(4), l: Long.fromString('9007199254740993') }],
    });
    const reply = await found(
      [{ $match: { $expr: { $eq: ['$k', '$$which'] } } }, { $project: { l: 1, type: { $type: '$n' } } }],
      { let: { which: 'c' } },
    );
    expect(reply).toMatchObject([{ _id: 4, type: 'double' }]);
    expect(String(reply[0]!.l)).toBe('9007199254740993');
  });

  it('refuses to read with linearizable concern when it writes', async () => {
    expect(await aggregate([{ $out: 'x' }], { readConcern: { level: 'linearizable' } })).toMatchObject({
      ok: 0,
      code: 72,
    });
  });

  it('refuses to answer a document that is larger than any may be', async () => {
    const documents = Array.from({ length: 20 }, (_, n) => ({ _id: 100 + n, k: 'big', text: 'x'.repeat(1_000_000) }));
    await served.run({ insert: coll, documents: documents.slice(0, 10) });
    await served.run({ insert: coll, documents: documents.slice(10) });
    const stages = [{ $match: { k: 'big' } }, { $group: { _id: null, all: { $push: '$text' } } }];
    expect(await aggregate(stages)).toMatchObject({ ok: 0, code: 10334 });
    expect(await found([...stages, { $project: { n: { $size: '$all' } } }])).toEqual([{ _id: null, n: 20 }]);
  });

  it('knows the session that asks', async () => {
    const lsid = { id: new UUID() };
    const [session] = await found([{ $listLocalSessions: {} }, { $project: { _id: 1 } }], { lsid });
    expect(session).toEqual({ _id: lsid });
  });
});

describe('$out', () => {
  it('replaces the collection, and leaves it alone when the pipeline fails', async () => {
    const target = `${coll}.out`;
    await served.run({ insert: target, documents: [{ _id: 'old' }] });
    expect(
      await aggregate([{ $project: { bad: { $divide: [1, { $subtract: ['$n', 2] }] } } }, { $out: target }]),
    ).toMatchObject({ ok: 0, code: 2 });
    expect(await all(target)).toEqual([{ _id: 'old' }]);
    expect(await found([{ $match: { k: 'a' } }, { $out: target }])).toEqual([]);
    expect(await all(target)).toEqual([
      { _id: 1, k: 'a', n: 1 },
      { _id: 3, k: 'a', n: 3 },
    ]);
  });
});

describe('$merge', () => {
  const before = [{ _id: 1, old: true }];
  const rows: readonly (readonly [options: Doc, answer: readonly Doc[] | number])[] = [
    [
      {},
      [
        { _id: 1, old: true, n: 1 },
        { _id: 2, n: 2 },
      ],
    ],
    [
      { whenMatched: 'replace' },
      [
        { _id: 1, n: 1 },
        { _id: 2, n: 2 },
      ],
    ],
    [
      { whenMatched: 'keepExisting' },
      [
        { _id: 1, old: true },
        { _id: 2, n: 2 },
      ],
    ],
    [{ whenMatched: 'keepExisting', whenNotMatched: 'discard' }, [{ _id: 1, old: true }]],
    [
      { whenMatched: [{ $set: { sum: { $add: ['$$new.n', 10] } } }] },
      [
        { _id: 1, old: true, sum: 11 },
        { _id: 2, n: 2 },
      ],
    ],
    [{ whenMatched: 'fail' }, 11000],
    [{ whenNotMatched: 'fail' }, 13113],
    [{ on: 'n' }, 51183],
    [{ whenMatched: 'nonsense' }, 51191],
  ];

  it.each(rows)('with %j', async (options, answer) => {
    const target = `${coll}.merged`;
    await served.run({ insert: target, documents: before });
    const reply = await aggregate([
      { $match: { n: { $lte: 2 } } },
      { $project: { n: 1 } },
      { $sort: { _id: 1 } },
      { $merge: { into: target, ...options } },
    ]);
    if (typeof answer === 'number') expect(reply).toMatchObject({ ok: 0, code: answer });
    else expect(await all(target)).toEqual(answer);
  });

  it('by another unique field leaves the stored _id and makes one where nothing matched', async () => {
    const target = `${coll}.by`;
    await served.run({ createIndexes: target, indexes: [{ key: { k: 1 }, name: 'k', unique: true }] });
    await served.run({ insert: target, documents: [{ _id: 'kept', k: 'a' }] });
    await found([
      { $group: { _id: '$k', n: { $sum: '$n' } } },
      { $project: { _id: 0, k: '$_id', n: 1 } },
      { $merge: { into: target, on: 'k' } },
    ]);
    expect(await found([{ $sort: { k: 1 } }], {}, target)).toMatchObject([
      { _id: 'kept', k: 'a', n: 4 },
      { k: 'b', n: 2 },
    ]);
    const clash = await aggregate([{ $match: { _id: 1 } }, { $merge: { into: target, on: 'k' } }]);
    expect(clash).toMatchObject({ ok: 0, code: 66 });
  });
});

describe('what conformance runs found', () => {
  it('an upsert into a collection that does not exist yet may name its _id', async () => {
    const reply = await served.run({
      update: `${coll}.new`,
      updates: [{ q: { _id: 7 }, u: { $set: { _id: 7, a: 1 } }, upsert: true }],
    });
    expect(reply).toMatchObject({ ok: 1, n: 1 });
    expect(await all(`${coll}.new`)).toEqual([{ _id: 7, a: 1 }]);
  });

  it('a positional update of a collection that does not exist changes nothing', async () => {
    const reply = await served.run({
      update: `${coll}.none`,
      updates: [{ q: { 'a.b': 1 }, u: { $set: { 'a.$.c': 1 } } }],
    });
    expect(reply).toMatchObject({ ok: 1, n: 0 });
    expect(reply).not.toHaveProperty('writeErrors');
  });

  it('count is refused in a transaction', async () => {
    const reply = await served.run({
      count: coll,
      lsid: { id: new UUID() },
      txnNumber: Long.fromNumber(1),
      startTransaction: true,
      autocommit: false,
    });
    expect(reply).toMatchObject({ ok: 0, code: 263 });
  });

  it('a write that asks for more members than there are is made, and says that they are missing', async () => {
    const reply = await served.run({ insert: coll, documents: [{ _id: 9 }], writeConcern: { w: 3 } });
    expect(reply).toMatchObject({ ok: 1, n: 1, writeConcernError: { code: 100 } });
    expect(
      await served.run({ insert: coll, documents: [{ _id: 10 }], writeConcern: { w: 'majority' } }),
    ).not.toHaveProperty('writeConcernError');
  });
});
