/** Which pipelines may be run, and what comes out of them. */
import type mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDataApi } from '../../server/data/api.ts';
import type { AppError } from '../../server/lib/errors.ts';
import { startDataRig, type DataRig } from './support/dataApi.ts';
import { noEvents } from './support/storedEvents.ts';

/** Where the pipeline is refused; undefined where it went as far as the database, which is away. */
async function refusedAt(pipeline: unknown): Promise<string | undefined> {
  let touched = 0;
  const connectionFor = () => {
    touched++;
    return { db: undefined } as unknown as mongoose.Connection;
  };
  const api = createDataApi({ clock: { now: () => 0 }, events: noEvents, connectionFor });
  const asked = api.operations.aggregate({ environmentId: 1 }, 'orders', { pipeline });
  const fault = await asked.catch((error: unknown) => error as AppError);
  if (!('code' in fault)) throw new Error('there was an answer without a database');
  if (fault.code === 'storage_unavailable') return undefined;
  expect(fault).toMatchObject({ code: 'invalid_input', status: 422 });
  expect(touched).toBe(0);
  return fault.options.errors?.[0]?.path;
}

/** A stage in every place where there can be one, and where that is. */
const places = (stage: unknown): [unknown[], string][] => [
  [[stage], '/pipeline/0'],
  [[{ $match: {} }, stage], '/pipeline/1'],
  [[{ $facet: { a: [{ $limit: 1 }, stage] } }], '/pipeline/0/$facet/a/1'],
  [[{ $lookup: { from: 'b', as: 'b', pipeline: [stage] } }], '/pipeline/0/$lookup/pipeline/0'],
  [[{ $unionWith: { coll: 'b', pipeline: [stage] } }], '/pipeline/0/$unionWith/pipeline/0'],
  [
    [{ $facet: { a: [{ $lookup: { from: 'b', as: 'b', pipeline: [stage] } }] } }],
    '/pipeline/0/$facet/a/0/$lookup/pipeline/0',
  ],
];

describe('a stage', () => {
  it.each<[string, unknown]>([
    ['$out', 'runs'],
    ['$out', { db: 'earshot', coll: 'runs' }],
    ['$merge', { into: 'runs' }],
    ['$currentOp', {}],
    ['$listSessions', {}],
    ['$listLocalSessions', {}],
    ['$collStats', { storageStats: {} }],
    ['$indexStats', {}],
    ['$planCacheStats', {}],
    ['$changeStream', {}],
    ['$documents', [{ a: 1 }]],
    ['$graphLookup', { from: 'a' }],
    ['$geoNear', {}],
    ['$search', {}],
    ['$redact', '$$KEEP'],
    ['$function', {}],
    ['$where', 'sleep(1)'],
    ['$accumulator', {}],
    ['$setWindowFields', {}],
    ['constructor', {}],
    ['__proto__', {}],
    ['match', {}],
  ])('%s %j is refused wherever it stands, and nothing is read', async (name, operand) => {
    const stage: unknown = JSON.parse(`{ "${name}": ${JSON.stringify(operand)} }`);
    for (const [pipeline, place] of places(stage)) expect(await refusedAt(pipeline)).toBe(`${place}/${name}`);
  });

  it.each(['system.users', 'system', '../x', 'a.$cmd', 'earshot.runs', 'x\0y', '', 7, null, { db: 'a', coll: 'b' }])(
    'reads no collection of the name %j',
    async (from) => {
      expect(await refusedAt([{ $lookup: { from, as: 'b', localField: 'a', foreignField: 'b' } }])).toBe(
        '/pipeline/0/$lookup/from',
      );
      expect(await refusedAt([{ $unionWith: { coll: from } }])).toBe('/pipeline/0/$unionWith/coll');
      expect(await refusedAt([{ $unionWith: from }])).toMatch(/^\/pipeline\/0\/\$unionWith/);
    },
  );

  it('reads no other database', async () => {
    const lookup = { from: 'b', as: 'b', localField: 'a', foreignField: 'b', db: 'earshot' };
    expect(await refusedAt([{ $lookup: lookup }])).toBe('/pipeline/0/$lookup/db');
    expect(await refusedAt([{ $unionWith: { coll: 'b', db: 'x' } }])).toBe('/pipeline/0/$unionWith/db');
  });

  it.each<[unknown, string]>([
    [undefined, '/pipeline'],
    [{}, '/pipeline'],
    [['$match'], '/pipeline/0'],
    [[{}], '/pipeline/0'],
    [[{ $match: {}, $limit: 1 }], '/pipeline/0'],
    [[{ $limit: 0 }], '/pipeline/0/$limit'],
    [[{ $skip: -1 }], '/pipeline/0/$skip'],
    [[{ $sample: { size: 1_001 } }], '/pipeline/0/$sample/size'],
    [[{ $sort: {} }], '/pipeline/0/$sort'],
    [[{ $sort: { a: { $meta: 'textScore' } } }], '/pipeline/0/$sort/a'],
    [[{ $group: { n: { $sum: 1 } } }], '/pipeline/0/$group'],
    [[{ $group: { _id: null, n: 1 } }], '/pipeline/0/$group/n'],
    [[{ $group: { _id: null, n: { $accumulator: { init: 'x' } } } }], '/pipeline/0/$group/n/$accumulator'],
    [[{ $bucket: { groupBy: '$a', boundaries: 1 } }], '/pipeline/0/$bucket/boundaries'],
    [
      [{ $bucket: { groupBy: '$a', boundaries: [1, 2], output: { n: { $function: {} } } } }],
      '/pipeline/0/$bucket/output/n/$function',
    ],
    [[{ $unwind: 'a' }], '/pipeline/0/$unwind'],
    [[{ $unwind: '$$ROOT' }], '/pipeline/0/$unwind'],
    [[{ $unwind: '$a.__proto__' }], '/pipeline/0/$unwind'],
    [[{ $unset: ['a', 'b.__proto__'] }], '/pipeline/0/$unset'],
    [[{ $set: { 'a.__proto__.x': 1 } }], '/pipeline/0/$set/a.__proto__.x'],
    [[{ $set: { a: { constructor: 1 } } }], '/pipeline/0/$set/a/constructor'],
    [[{ $project: {} }], '/pipeline/0/$project'],
    [[{ $count: '$a' }], '/pipeline/0/$count'],
    [[{ $count: '' }], '/pipeline/0/$count'],
    [[{ $replaceRoot: { newRoot: '$a', x: 1 } }], '/pipeline/0/$replaceRoot/x'],
    [[{ $lookup: { from: 'b', as: 'b' } }], '/pipeline/0/$lookup'],
    [[{ $lookup: { from: 'b', as: 'b', localField: 'a' } }], '/pipeline/0/$lookup'],
    [[{ $lookup: { from: 'b', as: '__proto__', pipeline: [] } }], '/pipeline/0/$lookup/as'],
    [
      [{ $lookup: { from: 'b', as: 'b', let: { x: { $function: {} } }, pipeline: [] } }],
      '/pipeline/0/$lookup/let/x/$function',
    ],
    [Array.from({ length: 41 }, () => ({ $limit: 1 })), '/pipeline'],
    [[{ $facet: { a: Array.from({ length: 40 }, () => ({ $limit: 1 })) } }], '/pipeline/0/$facet/a'],
  ])('is refused in %j', async (pipeline, path) => {
    expect(await refusedAt(pipeline)).toBe(path);
  });

  it('nests neither pipelines nor values without an end', async () => {
    let pipeline: unknown[] = [];
    let expression: unknown = 1;
    for (let i = 0; i < 1_000; i++) {
      pipeline = [{ $unionWith: { coll: 'a', pipeline } }];
      expression = { $not: [expression] };
    }
    expect(await refusedAt(pipeline)).toMatch(/^\/pipeline\/0\/\$unionWith/);
    expect(await refusedAt([{ $set: { a: expression } }])).toMatch(/^\/pipeline\/0\/\$set\/a/);
  });
});

describe('a filter of a pipeline', () => {
  it.each(['$where', '$function', '$jsonSchema', '$text', '$near', '$accumulator', '$x'])(
    'is refused with %s at any depth',
    async (operator) => {
      for (const [pipeline, place] of places({ $match: { $and: [{ [operator]: 'x' }] } })) {
        expect(await refusedAt(pipeline)).toBe(`${place}/$match/$and/0/${operator}`);
      }
      expect(await refusedAt([{ $match: { a: { $not: { [operator]: 1 } } } }])).toBe(
        `/pipeline/0/$match/a/$not/${operator}`,
      );
    },
  );

  it.each<[unknown, string]>([
    [{ a: { $regex: '(?=a)' } }, '/a/$regex'],
    [{ a: { $regex: 'a'.repeat(257) } }, '/a/$regex'],
    [{ 'a.__proto__': 1 }, '/a.__proto__'],
    [{ $expr: { $function: { body: 'x' } } }, '/$expr/$function'],
    [{ $or: [{ $expr: { $eq: ['$$USER_ROLES', 1] } }] }, '/$or/0/$expr/$eq/0'],
    [{ a: { $elemMatch: { $expr: 1 } } }, '/a/$elemMatch/$expr'],
  ])('is refused as %j', async (filter, path) => {
    expect(await refusedAt([{ $match: filter }])).toBe(`/pipeline/0/$match${path}`);
  });
});

describe('an expression', () => {
  it.each<[unknown, string]>([
    [{ $function: { body: 'function(){}', args: [], lang: 'js' } }, '/$function'],
    [{ $accumulator: {} }, '/$accumulator'],
    [{ $where: 'x' }, '/$where'],
    [{ $range: [0, 1e9] }, '/$range'],
    [{ $reduce: { input: '$a', initialValue: 1, in: 1 } }, '/$reduce'],
    [{ $getField: 'x' }, '/$getField'],
    [{ $rand: {} }, '/$rand'],
    [{ $meta: 'textScore' }, '/$meta'],
    [{ constructor: 1 }, '/constructor'],
    [{ $add: [1, { $cond: { if: true, then: { $function: {} }, else: 1 } }] }, '/$add/1/$cond/then/$function'],
    [{ $add: 1, $subtract: 2 }, ''],
    [{ a: 1, $add: [] }, ''],
    ['$a.__proto__', ''],
    ['$constructor', ''],
    ['$', ''],
    ['$$', ''],
    ['$$CLUSTER_TIME', ''],
    ['$$ROOT.__proto__.a', ''],
    [{ $regexMatch: { input: '$a', regex: '(a)\\1' } }, '/$regexMatch/$regex'],
    [{ $regexMatch: { input: '$a', regex: '$pattern' } }, '/$regexMatch/regex'],
    [{ $regexFind: { input: '$a', regex: { $concat: ['a'] } } }, '/$regexFind/$regex'],
    [{ $regexFindAll: { input: { $function: {} }, regex: 'a' } }, '/$regexFindAll/input/$function'],
    [{ $literal: { at: new Date(Number.NaN) } }, '/$literal/at'],
  ])('is refused as %j', async (expression, path) => {
    expect(await refusedAt([{ $set: { x: expression } }])).toBe(`/pipeline/0/$set/x${path}`);
    expect(await refusedAt([{ $group: { _id: expression } }])).toBe(`/pipeline/0/$group/_id${path}`);
    expect(await refusedAt([{ $replaceRoot: { newRoot: expression } }])).toBe(
      `/pipeline/0/$replaceRoot/newRoot${path}`,
    );
  });

  it.each<[unknown]>([
    ['$a.b'],
    ['$$ROOT'],
    [{ $literal: '$function' }],
    [{ $literal: { $where: 'data' } }],
    [{ $map: { input: '$items', as: 'item', in: { $multiply: ['$$item.price', '$$item.count'] } } }],
    [{ $let: { vars: { a: 1 }, in: { $add: ['$$a', 1] } } }],
    [{ $switch: { branches: [{ case: { $gt: ['$a', 1] }, then: 'x' }], default: null } }],
    [{ $dateToString: { date: '$at', format: '%Y' } }],
    [{ $regexMatch: { input: '$a', regex: '^a', options: 'i' } }],
    [{ a: [1, { b: '$c' }] }],
  ])('passes as %j', async (expression) => {
    expect(await refusedAt([{ $set: { x: expression } }])).toBeUndefined();
  });
});

describe('what comes out of a pipeline', () => {
  let rig: DataRig;
  beforeAll(async () => {
    rig = await startDataRig();
    const orders = Array.from({ length: 6 }, (_, i) => ({
      _id: `o${i}`,
      customer: `c${i % 2}`,
      price: i,
      tags: ['t'],
    }));
    await rig.call('insertMany', 'orders', { docs: orders });
    await rig.call('insertMany', 'customers', {
      docs: [
        { _id: 'c0', name: 'Ann' },
        { _id: 'c1', name: 'Bob' },
      ],
    });
    await rig.database.platform.db!.collection<any>('runs').insertOne({ _id: 'secret' });
    await rig.database.environment(2).db!.collection<any>('orders').insertOne({ _id: 'other' });
  });
  afterAll(() => rig.stop());
  const run = (...pipeline: object[]) => rig.call('aggregate', 'orders', { pipeline });

  const customer = { from: 'customers', localField: 'customer', foreignField: '_id', as: 'who' };

  it.each<[string, object[], unknown]>([
    [
      'groups',
      [
        { $match: { price: { $gt: 0 } } },
        { $group: { _id: '$customer', sum: { $sum: '$price' } } },
        { $sort: { _id: 1 } },
      ],
      [
        { _id: 'c0', sum: 6 },
        { _id: 'c1', sum: 9 },
      ],
    ],
    [
      'documents as they are',
      [{ $sort: { price: -1 } }, { $limit: 1 }],
      [{ _id: 'o5', customer: 'c1', price: 5, tags: ['t'] }],
    ],
    ['a number', [{ $count: 'n' }], [{ n: 6 }]],
    ['nothing', [{ $match: { price: 99 } }], []],
    [
      'joined documents',
      [{ $match: { _id: 'o1' } }, { $lookup: customer }, { $project: { who: 1 } }],
      [{ _id: 'o1', who: [{ _id: 'c1', name: 'Bob' }] }],
    ],
    [
      'documents joined by a pipeline',
      [
        { $match: { _id: 'o1' } },
        {
          $lookup: {
            from: 'customers',
            let: { c: '$customer' },
            pipeline: [{ $match: { $expr: { $eq: ['$_id', '$$c'] } } }],
            as: 'who',
          },
        },
        { $unwind: '$who' },
        { $replaceRoot: { newRoot: '$who' } },
      ],
      [{ _id: 'c1', name: 'Bob' }],
    ],
    [
      'both collections',
      [
        { $match: { _id: 'o0' } },
        { $unset: ['price', 'tags'] },
        { $unionWith: 'customers' },
        { $unionWith: { coll: 'customers' } },
      ],
      [
        { _id: 'o0', customer: 'c0' },
        ...[0, 1].flatMap(() => [
          { _id: 'c0', name: 'Ann' },
          { _id: 'c1', name: 'Bob' },
        ]),
      ],
    ],
    [
      'facets',
      [
        {
          $facet: {
            n: [{ $count: 'n' }],
            first: [{ $sort: { _id: 1 } }, { $limit: 1 }, { $project: { tags: 0, price: 0 } }],
          },
        },
      ],
      [{ n: [{ n: 6 }], first: [{ _id: 'o0', customer: 'c0' }] }],
    ],
    [
      'whole documents in groups',
      [{ $match: { _id: 'o0' } }, { $group: { _id: null, all: { $push: '$$ROOT' } } }],
      [{ _id: null, all: [{ _id: 'o0', customer: 'c0', price: 0, tags: ['t'] }] }],
    ],
    [
      'buckets',
      [{ $bucket: { groupBy: '$price', boundaries: [0, 3, 9], output: { n: { $sum: 1 } } } }],
      [
        { _id: 0, n: 3 },
        { _id: 3, n: 3 },
      ],
    ],
    [
      'the platform’s collections as the app has them: empty',
      [{ $match: { _id: 'o0' } }, { $unionWith: 'runs' }, { $count: 'n' }],
      [{ n: 1 }],
    ],
  ])('is %s', async (_, pipeline, answer) => {
    expect(await run(...pipeline)).toEqual(answer);
  });

  it('is at most 1,000 documents, and at most 8 MiB', async () => {
    const docs = Array.from({ length: 600 }, (_, i) => ({ n: i }));
    for (const _ of [1, 2]) await rig.call('insertMany', 'many', { docs });
    expect(await rig.call('aggregate', 'many', { pipeline: [] })).toHaveLength(1_000);
    for (let i = 0; i < 9; i++) await rig.call('createDoc', 'large', { doc: { text: 'x'.repeat(1024 * 1024) } });
    await expect(rig.call('aggregate', 'large', { pipeline: [] })).rejects.toMatchObject({ code: 'invalid_input' });
    const pipeline = [{ $project: { size: { $strLenBytes: '$text' } } }];
    expect(await rig.call('aggregate', 'large', { pipeline })).toHaveLength(9);
  });

  it('is a refusal where the database will not do it', async () => {
    await expect(run({ $set: { x: { $divide: [1, 0] } } })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
