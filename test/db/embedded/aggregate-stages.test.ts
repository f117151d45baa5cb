/** Known answers for stages, written from MongoDB's documented behaviour. */
import { Binary, BSONRegExp, Decimal128, Double, Int32, Long } from 'bson';
import { describe, expect, it } from 'vitest';
import { type Doc } from '../../../server/db/embedded/values/codec.ts';
import { aggregate, codeOf, type Collections, relaxed, strict } from './aggregate-helpers.ts';

type Row = readonly [stages: readonly Doc[], docs: readonly Doc[], answer: readonly unknown[]];

const people = [
  { _id: 1, name: 'ann', boss: null, age: 50 },
  { _id: 2, name: 'bob', boss: 'ann', age: 30 },
  { _id: 3, name: 'cid', boss: 'bob', age: 20 },
];
const collections: Collections = {
  people,
  orders: [
    { _id: 1, who: 'ann', n: 5, tags: ['x', 'y'] },
    { _id: 2, who: 'bob', n: 7, tags: ['y'] },
    { _id: 3, n: 9 },
  ],
};

const rows: readonly Row[] = [
  [[{ $match: { a: { $gt: 1 } } }], [{ a: 1 }, { a: 2 }], [{ a: 2 }]],
  [
    [{ $match: { $expr: { $gt: ['$a', '$b'] } } }],
    [
      { a: 1, b: 2 },
      { a: 3, b: 2 },
    ],
    [{ a: 3, b: 2 }],
  ],
  // $project
  [[{ $project: { a: 1 } }], [{ _id: 1, a: 1, b: 2 }], [{ _id: 1, a: 1 }]],
  [[{ $project: { _id: 0, a: 1 } }], [{ _id: 1, a: 1, b: 2 }], [{ a: 1 }]],
  [[{ $project: { b: 0 } }], [{ _id: 1, a: 1, b: 2 }], [{ _id: 1, a: 1 }]],
  [
    [{ $project: { 'a.b': 1 } }],
    [{ _id: 1, a: [{ b: 1, c: 2 }, 5, [{ b: 3 }]] }],
    [{ _id: 1, a: [{ b: 1 }, [{ b: 3 }]] }],
  ],
  [[{ $project: { a: { b: 1 } } }], [{ _id: 1, a: { b: 1, c: 2 } }], [{ _id: 1, a: { b: 1 } }]],
  [[{ $project: { 'a.b': 0 } }], [{ _id: 1, a: [{ b: 1, c: 2 }, 5] }], [{ _id: 1, a: [{ c: 2 }, 5] }]],
  [[{ $project: { b: 1, a: 1 } }], [{ _id: 1, a: 1, b: 2 }], [{ _id: 1, a: 1, b: 2 }]],
  [[{ $project: { x: '$a', y: { $literal: 1 } } }], [{ _id: 1, a: 5 }], [{ _id: 1, x: 5, y: 1 }]],
  [[{ $project: { x: '$nope', _id: 0 } }], [{ _id: 1 }], [{}]],
  [
    [{ $project: { a: { $cond: [{ $eq: ['$a', 1] }, '$$REMOVE', '$a'] } } }],
    [
      { _id: 1, a: 1 },
      { _id: 2, a: 2 },
    ],
    [{ _id: 1 }, { _id: 2, a: 2 }],
  ],
  // $addFields and $unset
  [[{ $set: { 'a.c': 2 } }], [{ a: { b: 1 } }], [{ a: { b: 1, c: 2 } }]],
  [[{ $addFields: { 'a.c': '$n' } }], [{ a: [{ b: 1 }, { c: 9 }], n: 5 }], [{ a: [{ b: 1, c: 5 }, { c: 5 }], n: 5 }]],
  [[{ $addFields: { a: { b: 2 } } }], [{ a: 7 }], [{ a: { b: 2 } }]],
  [[{ $set: { a: '$$REMOVE' } }], [{ a: 1, b: 2 }], [{ b: 2 }]],
  [[{ $set: { b: '$a', a: '$b' } }], [{ a: 1, b: 2 }], [{ a: 2, b: 1 }]],
  [[{ $unset: ['a.b', 'c'] }], [{ a: { b: 1, d: 2 }, c: 3 }], [{ a: { d: 2 } }]],
  // $group
  [
    [{ $group: { _id: '$k', n: { $sum: 1 } } }, { $sort: { _id: 1 } }],
    [{ k: 'a' }, { k: 'b' }, { k: 'a' }],
    [
      { _id: 'a', n: 2 },
      { _id: 'b', n: 1 },
    ],
  ],
  [
    [{ $group: { _id: null, t: { $sum: '$v' }, a: { $avg: '$v' }, lo: { $min: '$v' }, hi: { $max: '$v' } } }],
    [{ v: 1 }, { v: 3 }, { v: 'x' }],
    [{ _id: null, t: 4, a: 2, lo: 1, hi: 'x' }],
  ],
  [[{ $group: { _id: { y: '$k', z: '$nope' } } }], [{ k: 1 }], [{ _id: { y: 1 } }]],
  [[{ $group: { _id: '$k' } }], [{ k: null }, {}], [{ _id: null }]],
  [
    [{ $group: { _id: null, f: { $first: '$v' }, l: { $last: '$v' }, p: { $push: '$v' }, s: { $addToSet: '$w' } } }],
    [{ v: 1, w: 1 }, { w: 1 }, { v: 3 }],
    [{ _id: null, f: 1, l: 3, p: [1, 3], s: [1] }],
  ],
  [
    [{ $group: { _id: null, m: { $mergeObjects: '$o' } } }],
    [{ o: { a: 1 } }, { o: { b: 2 } }],
    [{ _id: null, m: { a: 1, b: 2 } }],
  ],
  [
    [
      {
        $group: {
          _id: null,
          t: { $topN: { n: 2, sortBy: { v: -1 }, output: '$v' } },
          b: { $bottom: { sortBy: { v: -1 }, output: '$v' } },
        },
      },
    ],
    [{ v: 2 }, { v: 1 }, { v: 3 }],
    [{ _id: null, t: [3, 2], b: 1 }],
  ],
  [
    [
      {
        $group: {
          _id: null,
          f: { $firstN: { input: '$v', n: 2 } },
          l: { $lastN: { input: '$v', n: 2 } },
          x: { $maxN: { input: '$v', n: 1 } },
        },
      },
    ],
    [{ v: 2 }, { v: 1 }, { v: 3 }],
    [{ _id: null, f: [2, 1], l: [1, 3], x: [3] }],
  ],
  [
    [
      {
        $group: {
          _id: null,
          s: { $stdDevSamp: '$v' },
          c: { $count: {} },
          m: { $median: { input: '$v', method: 'approximate' } },
        },
      },
    ],
    [{ v: 1 }, { v: 3 }, { v: 5 }],
    [{ _id: null, s: 2, c: 3, m: 3 }],
  ],
  // $sort, $skip, $limit, $count
  [
    [{ $sort: { a: -1, b: 1 } }],
    [
      { a: 1, b: 2 },
      { a: 2, b: 1 },
      { a: 1, b: 1 },
    ],
    [
      { a: 2, b: 1 },
      { a: 1, b: 1 },
      { a: 1, b: 2 },
    ],
  ],
  [
    [{ $sort: { a: 1 } }],
    [{ a: 'x' }, { a: 1 }, { a: null }, {}, { a: [0, 9] }],
    [{ a: null }, {}, { a: [0, 9] }, { a: 1 }, { a: 'x' }],
  ],
  [[{ $sort: { a: 1 } }, { $skip: 1 }, { $limit: 1 }], [{ a: 3 }, { a: 1 }, { a: 2 }], [{ a: 2 }]],
  [[{ $count: 'n' }], [{}, {}], [{ n: 2 }]],
  [[{ $match: { a: 1 } }, { $count: 'n' }], [{}], []],
  [
    [{ $sortByCount: '$t' }],
    [{ t: 'a' }, { t: 'b' }, { t: 'b' }],
    [
      { _id: 'b', count: 2 },
      { _id: 'a', count: 1 },
    ],
  ],
  // $unwind
  [[{ $unwind: '$a' }], [{ a: [1, 2] }, { a: [] }, { a: null }, {}, { a: 3 }], [{ a: 1 }, { a: 2 }, { a: 3 }]],
  [
    [{ $unwind: { path: '$a', preserveNullAndEmptyArrays: true, includeArrayIndex: 'i' } }],
    [{ a: [7] }, { a: [] }, { a: null }, {}, { a: 3 }],
    [{ a: 7, i: 0 }, { i: null }, { a: null, i: null }, { i: null }, { a: 3, i: null }],
  ],
  [[{ $unwind: '$a.b' }], [{ a: { b: [1, 2], c: 3 } }], [{ a: { b: 1, c: 3 } }, { a: { b: 2, c: 3 } }]],
  // $lookup and its kin
  [
    [{ $lookup: { from: 'orders', localField: 'name', foreignField: 'who', as: 'o' } }, { $project: { o: '$o._id' } }],
    people,
    [
      { _id: 1, o: [1] },
      { _id: 2, o: [2] },
      { _id: 3, o: [] },
    ],
  ],
  [
    [{ $lookup: { from: 'orders', localField: 'nope', foreignField: 'who', as: 'o' } }, { $project: { o: '$o._id' } }],
    [{ _id: 1 }],
    [{ _id: 1, o: [3] }],
  ],
  [
    [{ $lookup: { from: 'orders', localField: 't', foreignField: 'tags', as: 'o' } }, { $project: { o: '$o._id' } }],
    [
      { _id: 1, t: ['x', 'y'] },
      { _id: 2, t: 'x' },
    ],
    [
      { _id: 1, o: [1, 2] },
      { _id: 2, o: [1] },
    ],
  ],
  [
    [
      {
        $lookup: {
          from: 'orders',
          let: { who: '$name' },
          pipeline: [{ $match: { $expr: { $eq: ['$who', '$$who'] } } }, { $project: { _id: 0, n: 1 } }],
          as: 'o',
        },
      },
      { $project: { o: 1 } },
    ],
    people,
    [
      { _id: 1, o: [{ n: 5 }] },
      { _id: 2, o: [{ n: 7 }] },
      { _id: 3, o: [] },
    ],
  ],
  [
    [
      { $lookup: { from: 'orders', localField: 'name', foreignField: 'who', pipeline: [{ $count: 'c' }], as: 'o' } },
      { $project: { o: 1 } },
    ],
    [people[0]!],
    [{ _id: 1, o: [{ c: 1 }] }],
  ],
  [
    [{ $lookup: { from: 'nowhere', localField: 'a', foreignField: 'b', as: 'x.y' } }],
    [{ _id: 1, x: { z: 1 } }],
    [{ _id: 1, x: { z: 1, y: [] } }],
  ],
  [
    [
      {
        $graphLookup: {
          from: 'people',
          startWith: '$boss',
          connectFromField: 'boss',
          connectToField: 'name',
          as: 'chain',
          depthField: 'd',
        },
      },
      { $project: { c: { $sortArray: { input: '$chain', sortBy: { d: 1 } } } } },
      { $project: { c: { $map: { input: '$c', in: ['$$this.name', '$$this.d'] } } } },
    ],
    [people[2]!],
    [
      {
        _id: 3,
        c: [
          ['bob', 0],
          ['ann', 1],
        ],
      },
    ],
  ],
  [
    [
      {
        $graphLookup: {
          from: 'people',
          startWith: '$boss',
          connectFromField: 'boss',
          connectToField: 'name',
          as: 'chain',
          maxDepth: 0,
        },
      },
      { $project: { c: '$chain.name' } },
    ],
    [people[2]!],
    [{ _id: 3, c: ['bob'] }],
  ],
  [[{ $unionWith: { coll: 'people', pipeline: [{ $match: { age: 20 } }] } }], [{ _id: 0 }], [{ _id: 0 }, people[2]]],
  [[{ $documents: [{ a: 1 }, { a: 2 }] }, { $match: { a: 2 } }], [], [{ a: 2 }]],
  // Facets and buckets
  [
    [{ $facet: { n: [{ $count: 'n' }], top: [{ $sort: { v: -1 } }, { $limit: 1 }] } }],
    [{ v: 1 }, { v: 2 }],
    [{ n: [{ n: 2 }], top: [{ v: 2 }] }],
  ],
  [[{ $facet: { none: [{ $match: { v: 9 } }] } }], [], [{ none: [] }]],
  [
    [{ $bucket: { groupBy: '$v', boundaries: [0, 10, 20], default: 'more', output: { vs: { $push: '$v' } } } }],
    [{ v: 10 }, { v: 0 }, { v: 25 }, {}],
    [
      { _id: 0, vs: [0] },
      { _id: 10, vs: [10] },
      { _id: 'more', vs: [25] },
    ],
  ],
  [
    [{ $bucketAuto: { groupBy: '$v', buckets: 2 } }],
    [{ v: 4 }, { v: 1 }, { v: 3 }, { v: 2 }],
    [
      { _id: { min: 1, max: 3 }, count: 2 },
      { _id: { min: 3, max: 4 }, count: 2 },
    ],
  ],
  // Roots
  [[{ $replaceRoot: { newRoot: '$a' } }], [{ a: { b: 1 } }], [{ b: 1 }]],
  [[{ $replaceWith: { $mergeObjects: [{ x: 0 }, '$a'] } }], [{ a: { b: 1 } }, {}], [{ x: 0, b: 1 }, { x: 0 }]],
  [
    [{ $redact: { $cond: [{ $lte: ['$level', 1] }, '$$DESCEND', '$$PRUNE'] } }],
    [{ level: 1, a: { level: 2, x: 1 }, b: [{ level: 1, y: 1 }, { level: 9 }] }],
    [{ level: 1, b: [{ level: 1, y: 1 }] }],
  ],
  // Windows
  [
    [
      {
        $setWindowFields: {
          partitionBy: '$p',
          sortBy: { v: 1 },
          output: { run: { $sum: '$v', window: { documents: ['unbounded', 'current'] } } },
        },
      },
    ],
    [
      { p: 1, v: 2 },
      { p: 2, v: 5 },
      { p: 1, v: 1 },
    ],
    [
      { p: 1, v: 1, run: 1 },
      { p: 1, v: 2, run: 3 },
      { p: 2, v: 5, run: 5 },
    ],
  ],
  [
    [
      {
        $setWindowFields: {
          sortBy: { v: 1 },
          output: { r: { $rank: {} }, d: { $denseRank: {} }, n: { $documentNumber: {} } },
        },
      },
    ],
    [{ v: 1 }, { v: 1 }, { v: 2 }],
    [
      { v: 1, r: 1, d: 1, n: 1 },
      { v: 1, r: 1, d: 1, n: 2 },
      { v: 2, r: 3, d: 2, n: 3 },
    ],
  ],
  [
    [
      {
        $setWindowFields: {
          sortBy: { v: 1 },
          output: {
            near: { $push: '$v', window: { range: [-1, 1] } },
            last: { $shift: { output: '$v', by: -1, default: 'none' } },
          },
        },
      },
    ],
    [{ v: 1 }, { v: 2 }, { v: 4 }],
    [
      { v: 1, near: [1, 2], last: 'none' },
      { v: 2, near: [1, 2], last: 1 },
      { v: 4, near: [4], last: 2 },
    ],
  ],
  [
    [{ $setWindowFields: { sortBy: { v: 1 }, output: { avg: { $avg: '$v', window: { documents: [-1, 1] } } } } }],
    [{ v: 1 }, { v: 2 }, { v: 6 }],
    [
      { v: 1, avg: 1.5 },
      { v: 2, avg: 3 },
      { v: 6, avg: 4 },
    ],
  ],
  [
    [
      {
        $setWindowFields: {
          sortBy: { t: 1 },
          output: { s: { $derivative: { input: '$v' }, window: { documents: [-1, 0] } } },
        },
      },
    ],
    [
      { t: 0, v: 0 },
      { t: 2, v: 6 },
    ],
    [
      { t: 0, v: 0, s: null },
      { t: 2, v: 6, s: 3 },
    ],
  ],
  [
    [{ $fill: { sortBy: { t: 1 }, output: { v: { method: 'linear' }, w: { value: 0 } } } }],
    [
      { t: 0, v: 0 },
      { t: 1, v: null },
      { t: 2, v: 4, w: 1 },
    ],
    [
      { t: 0, v: 0, w: 0 },
      { t: 1, v: 2, w: 0 },
      { t: 2, v: 4, w: 1 },
    ],
  ],
  [
    [{ $fill: { sortBy: { t: 1 }, output: { v: { method: 'locf' } } } }],
    [{ t: 0, v: 7 }, { t: 1 }],
    [
      { t: 0, v: 7 },
      { t: 1, v: 7 },
    ],
  ],
  [
    [{ $densify: { field: 'v', range: { step: 2, bounds: 'full' } } }],
    [{ v: 0 }, { v: 4 }, { v: 5 }],
    [{ v: 0 }, { v: 2 }, { v: 4 }, { v: 5 }],
  ],
  [
    [{ $densify: { field: 'v', partitionByFields: ['p'], range: { step: 1, bounds: [1, 3] } } }],
    [{ p: 'a', v: 2 }],
    [
      { p: 'a', v: 1 },
      { p: 'a', v: 2 },
    ],
  ],
];

describe('stages', () => {
  it.each(rows.map((row) => [JSON.stringify(row[0]), JSON.stringify(row[1]).slice(0, 80), row] as const))(
    '%s over %s',
    async (_s, _d, [stages, docs, answer]) => {
      expect(relaxed(await aggregate(stages, docs, collections))).toEqual(relaxed(answer));
    },
  );

  it('hands out as many samples as asked for, each document once', async () => {
    const found = await aggregate(
      [{ $sample: { size: 5 } }],
      Array.from({ length: 50 }, (_, n) => ({ _id: n })),
    );
    expect(new Set(found.map(({ _id }) => String(_id))).size).toBe(5);
  });
});

const errors: readonly (readonly [stages: readonly Doc[], code: number])[] = [
  [[{ $nope: 1 }], 40324],
  [[{ $match: {}, $limit: 1 }], 40323],
  [[{}], 40323],
  [[{ $match: 5 }], 15959],
  [[{ $match: { $where: '1' } }], 2],
  [[{ $limit: 0 }], 15958],
  [[{ $limit: -1 }], 5107201],
  [[{ $skip: -1 }], 5107200],
  [[{ $sort: {} }], 15976],
  [[{ $sort: { a: 2 } }], 15975],
  [[{ $out: 'x' }, { $match: {} }], 40601],
  [[{ $merge: 'x' }, { $match: {} }], 40601],
  [[{ $match: {} }, { $collStats: {} }], 40602],
  [[{ $project: {} }], 51272],
  [[{ $project: { a: 1, b: 0 } }], 31254],
  [[{ $project: { a: 0, b: 1 } }], 31253],
  [[{ $project: { a: 1, 'a.b': 1 } }], 31249],
  [[{ $project: { 'a.b': 1, a: 1 } }], 31250],
  [[{ $project: { a: {} } }], 51270],
  [[{ $addFields: 5 }], 40272],
  [[{ $unset: [5] }], 31120],
  [[{ $group: { n: { $sum: 1 } } }], 15955],
  [[{ $group: { _id: 1, n: 5 } }], 40234],
  [[{ $group: { _id: 1, n: { $sum: 1, $avg: 1 } } }], 40238],
  [[{ $group: { _id: 1, n: { $nope: 1 } } }], 15952],
  [[{ $group: { _id: 1, 'a.b': { $sum: 1 } } }], 40235],
  [[{ $group: { _id: 1, n: { $accumulator: {} } } }], 31264],
  [[{ $unwind: 'a' }], 28818],
  [[{ $unwind: { path: '$a', nope: 1 } }], 28811],
  [[{ $lookup: { from: 'x' } }], 9],
  [[{ $lookup: { from: 'x', as: 'y', pipeline: [{ $out: 'z' }] } }], 51047],
  [[{ $facet: { a: [{ $out: 'x' }] } }], 40600],
  [[{ $facet: {} }], 40169],
  [[{ $bucket: { groupBy: '$a', boundaries: [2, 1] } }], 40194],
  [[{ $bucket: { groupBy: '$a', boundaries: [1, 2] } }], 40066],
  [[{ $bucketAuto: { groupBy: '$a', buckets: 0 } }], 40243],
  [[{ $replaceRoot: { newRoot: '$nope' } }], 40228],
  [[{ $count: '$x' }], 40158],
  [[{ $sample: { size: 'x' } }], 28746],
  [[{ $sortByCount: 'x' }], 40148],
  [[{ $changeStream: {} }], 40573],
];

describe('pipelines that MongoDB refuses', () => {
  it.each(errors.map((row) => [JSON.stringify(row[0]), row] as const))('%s', async (_s, [stages, code]) => {
    expect(await codeOf(() => aggregate(stages, [{ a: 9 }]))).toBe(code);
  });
});

describe('types', () => {
  const typed: Doc = {
    _id: new Long(1),
    double: new Double(1),
    int: new Int32(1),
    long: Long.fromString('9007199254740993'),
    decimal: Decimal128.fromString('1.10'),
    bytes: new Binary(Buffer.from([255, 254]), 5),
    regex: new BSONRegExp('^a', 'i'),
    list: [new Double(2), new Long(3)],
  };

  it.each([
    ['$project', [{ $project: Object.fromEntries(Object.keys(typed).map((key) => [key, 1])) }]],
    ['$project of expressions', [{ $project: Object.fromEntries(Object.keys(typed).map((key) => [key, `$${key}`])) }]],
    ['$set', [{ $set: { double: '$double' } }]],
    ['$replaceRoot', [{ $replaceRoot: { newRoot: '$$ROOT' } }]],
    ['$sort', [{ $sort: { double: 1 } }]],
    [
      '$group with $first',
      [
        {
          $group: {
            _id: '$_id',
            ...Object.fromEntries(
              Object.keys(typed)
                .slice(1)
                .map((key) => [key, { $first: `$${key}` }]),
            ),
          },
        },
      ],
    ],
    ['$facet', [{ $facet: { all: [] } }, { $unwind: '$all' }, { $replaceWith: '$all' }]],
  ] as const)('survive %s', async (_name, stages) => {
    expect(strict(await aggregate(stages as readonly Doc[], [typed]))).toEqual([strict(typed)]);
  });

  it('group equal numbers of different types together and keep the first', async () => {
    const found = await aggregate(
      [{ $group: { _id: '$k', n: { $sum: 1 } } }],
      [{ k: new Double(1) }, { k: 1 }, { k: Decimal128.fromString('1.0') }, { k: new Long(1) }],
    );
    expect(strict(found)).toEqual([{ _id: { $numberDouble: '1.0' }, n: { $numberInt: '4' } }]);
  });
});
