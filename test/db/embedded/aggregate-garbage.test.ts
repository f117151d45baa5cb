/** Whatever a client writes into a pipeline, it gets documents or one of MongoDB's errors, never a fault of the engine. */
import { Binary, Decimal128, Double, Long, MaxKey, ObjectId, Timestamp } from 'bson';
import { describe, expect, it } from 'vitest';
import { operators } from '../../../server/db/embedded/aggregate/expression/operators.ts';
import { stageCompilers } from '../../../server/db/embedded/aggregate/stages/registry.ts';
import { MongoError } from '../../../server/db/embedded/errors.ts';
import { type Doc, encode } from '../../../server/db/embedded/values/codec.ts';
import { aggregate } from './aggregate-helpers.ts';

const plain: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  3,
  new Double(NaN),
  new Double(1e300),
  Long.fromString('9223372036854775807'),
  Decimal128.fromString('Infinity'),
  Decimal128.fromString('1E-6000'),
  '',
  'x',
  '$',
  '$$',
  '$$ROOT',
  '$a',
  '$a.b',
  '$$nope',
  '$__proto__',
  new Date(0),
  new Date(8.64e15),
  new ObjectId('65a000000000000000000000'),
  new Binary(Buffer.from([1])),
  new Timestamp({ t: 1, i: 1 }),
  new MaxKey(),
  /a/i,
];
const nested: readonly unknown[] = [
  [],
  {},
  [[]],
  [{}],
  ['$a', '$b'],
  ['$a', 1, 2],
  ['$l', '$l', '$l', '$l'],
  ['$s', 's', 'x'],
  ['$t', 1],
  { a: 1 },
  { $nope: 1 },
  { input: '$l', as: 'x', in: '$$x', cond: '$$x' },
  { input: '$l', initialValue: 0, in: { $add: ['$$value', '$$this'] } },
  { input: '$s', regex: '(', find: 's', replacement: 'x' },
  { input: '$s', regex: '(a+)+$', chars: 's' },
  { input: '$l', n: '$a', sortBy: { a: 1 }, output: '$a' },
  { date: '$t', unit: 'week', format: '%q', timezone: 'x' },
  { startDate: '$t', endDate: '$t', unit: 'nope', amount: 1e300 },
  { startDate: '$t', endDate: '$t', unit: 'year', amount: 9e15 },
  { year: 99999, month: -1 },
  { dateString: '$s', format: '%' },
  { vars: { x: 1 }, in: '$$x' },
  { field: '__proto__', input: '$$ROOT', value: 1 },
  { input: '$s', to: 'int', onError: 1 },
  { branches: [{ case: 1 }], default: 1 },
  { from: 'c', localField: 'a', foreignField: 'b', as: 'c' },
  { from: 'c', let: { x: '$a' }, pipeline: [{}], as: 'c' },
  { from: 'c', startWith: '$a', connectFromField: 'a', connectToField: 'b', as: 'c', maxDepth: 'x' },
  { path: '$a', includeArrayIndex: '$i' },
  { _id: '$a', n: { $push: '$$ROOT' } },
  { _id: '$a', n: { $topN: { n: 'x', sortBy: 5, output: 1 } } },
  { groupBy: '$a', boundaries: [1, 'x'], buckets: 2, output: { n: 1 } },
  { groupBy: '$a', buckets: 3, granularity: 'R5' },
  { output: { x: { $sum: '$a', window: { documents: [1, 0] } } } },
  { sortBy: { a: 1 }, output: { x: { $sum: '$a', window: { range: [-1, 1], unit: 'x' } } } },
  { field: 'a', range: { step: 1, bounds: 'partition' } },
  { into: 'c', on: [], whenMatched: [{ $group: {} }] },
  { newRoot: '$a', size: 1 },
  { f: [{ $facet: {} }], g: 5 },
];
const doc: Doc = { _id: 1, a: 5, b: { c: 1 }, l: [1, 'x', null, { a: 1 }], s: 'some aaaa text', t: new Date(0) };

/** It must be possible to write the answer down, and every date in it must be one. */
function expectStorable(found: Doc): void {
  encode(found);
  if (found.v instanceof Date && Number.isNaN(found.v.getTime())) throw new TypeError('the date is invalid');
}

async function faultOf(stage: Doc): Promise<unknown> {
  try {
    for (const found of await aggregate([stage], [doc, { a: 'x' }], { c: [{ _id: 1, b: 5 }] })) expectStorable(found);
    return undefined;
  } catch (error) {
    return error instanceof MongoError ? undefined : error;
  }
}

describe('garbage', () => {
  it.each(Object.keys(operators))('given to %s', async (name) => {
    for (const argument of [
      ...plain,
      ...nested,
      ...plain.map((value) => [value]),
      ...plain.map((value) => ['$l', value]),
    ]) {
      const fault = await faultOf({ $project: { v: { [name]: argument } } });
      expect(fault, JSON.stringify(argument)).toBeUndefined();
    }
  });

  it.each(Object.keys(stageCompilers))('given to the stage %s', async (name) => {
    for (const spec of [...plain, ...nested]) {
      const fault = await faultOf({ [name]: spec });
      expect(fault, JSON.stringify(spec)).toBeUndefined();
    }
  });
});
