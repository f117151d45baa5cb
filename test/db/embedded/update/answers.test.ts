import { Binary, BSONRegExp, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import { describe, expect, it } from 'vitest';
import { compileMatch } from '../../../../server/db/embedded/match/compile.ts';
import { applyUpdate, checkUpdate } from '../../../../server/db/embedded/update/apply.ts';
import { decodeExact, encode } from '../../../../server/db/embedded/values/codec.ts';
import { show } from '../../../../server/db/embedded/values/show.ts';

type Doc = Record<string, unknown>;
interface Given {
  readonly filter?: Doc;
  readonly arrayFilters?: Doc[];
  readonly isInsert?: boolean;
}
const long = (text: string): Long => Long.fromString(text);
const dec = (text: string): Decimal128 => Decimal128.fromString(text);
const now = new Date('2024-02-29T12:00:00Z');
const id = new ObjectId('64b7f0c2a1d3e4f5a6b7c8d9');
const grades = [
  { q: 1, s: 70 },
  { q: 2, s: 90 },
];

/** given a document and an update, then the document (field order and types count), or the code of the error */
const rows: [Doc, Doc, Doc | number, Given?][] = [
  // $set
  [{ a: 1 }, { $set: { b: 2 } }, { a: 1, b: 2 }],
  [{ a: 1, b: 2 }, { $set: { a: 'x' } }, { a: 'x', b: 2 }],
  [{}, { $set: { 'a.b.c': 1 } }, { a: { b: { c: 1 } } }],
  [{ a: { x: 1 } }, { $set: { 'a.y': 2 } }, { a: { x: 1, y: 2 } }],
  [{}, { $set: { z: 1, b: 2, a: 3 } }, { a: 3, b: 2, z: 1 }],
  [{ l: [] }, { $set: { 'l.10': 'k', 'l.9': 'j' } }, { l: [...Array<null>(9).fill(null), 'j', 'k'] }],
  [{ a: [1, 2] }, { $set: { 'a.0': 9 } }, { a: [9, 2] }],
  [{ a: [1] }, { $set: { 'a.2': 9 } }, { a: [1, null, 9] }],
  [{ a: [1] }, { $set: { 'a.1.b': 9 } }, { a: [1, { b: 9 }] }],
  [{ a: [] }, { $set: { 'a.2000000': 1 } }, 157],
  [{}, { $set: { 'a.0': 9 } }, { a: { 0: 9 } }],
  [{ a: 1 }, { $set: { 'a.b': 1 } }, 28],
  [{ a: null }, { $set: { 'a.b': 1 } }, 28],
  [{ a: [1] }, { $set: { 'a.b': 1 } }, 28],
  [{ a: new Double(1) }, { $set: { a: new Int32(1) } }, { a: new Int32(1) }],
  [{ a: { b: 1 } }, { $set: { a: { c: 1 } } }, { a: { c: 1 } }],
  [{ a: 1 }, { $set: {} }, { a: 1 }],
  [{ a: 1 }, { $set: { a: 1, 'a.b': 2 } }, 40],
  [{ a: 1 }, { $set: { a: 1 }, $inc: { a: 1 } }, 40],
  [{ a: { b: 1 } }, { $set: { 'a.b': 1 }, $unset: { a: '' } }, 40],
  [{}, { $set: { '': 1 } }, 56],
  [{}, { $set: { 'a..b': 1 } }, 56],
  [{}, { $set: { 'a.': 1 } }, 56],
  [{}, { $set: { $a: 1 } }, { $a: 1 }],
  [{}, { $set: { 'a.$b': 1 } }, { a: { $b: 1 } }],
  [{}, { $set: { '_id.$b': 1 } }, 52],
  [{}, { $set: { 'a.$id': 1, 'a.$ref': 'c' } }, { a: { $id: 1, $ref: 'c' } }],
  [{}, { $set: { '__proto__.x': 1 } }, 2],
  [{}, { $set: { 'a.constructor.x': 1 } }, 2],
  [{}, { $set: { prototype: 1 } }, 2],
  [{}, { $set: { [Array(101).fill('a').join('.')]: 1 } }, 2],
  [{}, { $set: { a: { constructor: 1 } } }, { a: { constructor: 1 } }],
  [{}, { $set: 5 }, 9],
  [{}, { $foo: { a: 1 } }, 9],
  [{}, { $set: { a: 1 }, b: 1 }, 9],
  // _id
  [{ _id: 1, a: 1 }, { $set: { _id: 1, a: 2 } }, { _id: 1, a: 2 }],
  [{ _id: 1 }, { $set: { _id: 2 } }, 66],
  [{ _id: 1 }, { $unset: { _id: '' } }, 66],
  [{ _id: { a: 1 } }, { $set: { '_id.a': 2 } }, 66],
  [{ _id: { a: 1 } }, { $set: { '_id.a': 1, b: 1 } }, { _id: { a: 1 }, b: 1 }],
  [{ _id: 1 }, { $inc: { _id: 1 } }, 66],
  [{ _id: 1 }, { $rename: { _id: 'x' } }, 66],
  [{ a: 1 }, { $set: { _id: 7 } }, { _id: 7, a: 1 }, { isInsert: true }],
  [{ a: 1 }, { $set: { _id: [1] } }, 53, { isInsert: true }],
  // $unset
  [{ a: 1, b: 2 }, { $unset: { a: '' } }, { b: 2 }],
  [{ a: { b: 1 } }, { $unset: { 'a.b': 1 } }, { a: {} }],
  [{ a: [1, 2] }, { $unset: { 'a.0': '' } }, { a: [null, 2] }],
  [{ a: 1 }, { $unset: { 'a.b.c': '' } }, { a: 1 }],
  [{ a: 1 }, { $unset: { z: '' } }, { a: 1 }],
  // $inc, $mul
  [{ n: 1 }, { $inc: { n: 2 } }, { n: 3 }],
  [{}, { $inc: { n: 2 } }, { n: 2 }],
  [{ n: 2147483647 }, { $inc: { n: 1 } }, { n: long('2147483648') }],
  [{ n: 1 }, { $inc: { n: new Double(1.5) } }, { n: new Double(2.5) }],
  [{ n: 1 }, { $inc: { n: new Double(1) } }, { n: new Double(2) }],
  [{ n: long('9007199254740993') }, { $inc: { n: 1 } }, { n: long('9007199254740994') }],
  [{ n: long('9223372036854775807') }, { $inc: { n: 1 } }, 2],
  [{ n: dec('1.10') }, { $inc: { n: dec('2.2') } }, { n: dec('3.30') }],
  [{ n: dec('1.1') }, { $inc: { n: 1 } }, { n: dec('2.1') }],
  [{ n: dec('1') }, { $inc: { n: new Double(0.1) } }, { n: dec('1.100000000000000') }],
  [{ n: 'x' }, { $inc: { n: 1 } }, 14],
  [{ n: 1 }, { $inc: { n: 'x' } }, 14],
  [{ n: null }, { $inc: { n: 1 } }, 14],
  [{ n: 3 }, { $mul: { n: 4 } }, { n: 12 }],
  [{ n: 65536 }, { $mul: { n: 65536 } }, { n: long('4294967296') }],
  [{}, { $mul: { n: 4 } }, { n: 0 }],
  [{}, { $mul: { n: long('4') } }, { n: long('0') }],
  [{}, { $mul: { n: new Double(1.5) } }, { n: new Double(0) }],
  [{ n: dec('1.5') }, { $mul: { n: dec('2.0') } }, { n: dec('3.00') }],
  // $min, $max, $currentDate
  [{ n: 5 }, { $min: { n: 3 } }, { n: 3 }],
  [{ n: 5 }, { $min: { n: 7 } }, { n: 5 }],
  [{}, { $min: { n: 7 } }, { n: 7 }],
  [{ n: 5 }, { $max: { n: 'text' } }, { n: 'text' }],
  [{ n: new Date(5) }, { $max: { n: new Date(9) } }, { n: new Date(9) }],
  [{ n: null }, { $min: { n: 1 } }, { n: null }],
  [{ n: 5 }, { $max: { n: new Double(5) } }, { n: 5 }],
  [{}, { $currentDate: { d: true } }, { d: now }],
  [{}, { $currentDate: { d: { $type: 'date' } } }, { d: now }],
  [{}, { $currentDate: { d: { $type: 'timestamp' } } }, { d: new Timestamp({ t: 1709208000, i: 1 }) }],
  [{}, { $currentDate: { d: 'x' } }, 2],
  [{}, { $currentDate: { d: { $type: 'x' } } }, 2],
  // $setOnInsert
  [{ a: 1 }, { $setOnInsert: { b: 1 } }, { a: 1 }],
  [{ a: 1 }, { $setOnInsert: { b: 1 } }, { a: 1, b: 1 }, { isInsert: true }],
  [{ a: 1 }, { $set: { b: 1 }, $setOnInsert: { b: 2 } }, 40],
  // $rename
  [{ a: 1, b: 2 }, { $rename: { a: 'c' } }, { b: 2, c: 1 }],
  [{ a: 1, c: 3, b: 2 }, { $rename: { a: 'c' } }, { c: 1, b: 2 }],
  [{ a: { x: 1 } }, { $rename: { 'a.x': 'b.y' } }, { a: {}, b: { y: 1 } }],
  [{ b: 1 }, { $rename: { a: 'c' } }, { b: 1 }],
  [{ a: 1 }, { $rename: { a: 'a' } }, 2],
  [{ a: 1 }, { $rename: { a: 'a.b' } }, 2],
  [{ a: 1 }, { $rename: { a: 5 } }, 2],
  [{ a: [{ x: 1 }] }, { $rename: { 'a.0.x': 'b' } }, 2],
  [{ a: 1, b: [1] }, { $rename: { a: 'b.0' } }, 2],
  [{ a: 1, b: 1 }, { $rename: { a: 'c' }, $set: { c: 1 } }, 40],
  [{ a: 1 }, { $rename: { a: '__proto__.x' } }, 2],
  // $push
  [{ a: [1] }, { $push: { a: 2 } }, { a: [1, 2] }],
  [{}, { $push: { 'a.b': 2 } }, { a: { b: [2] } }],
  [{ a: [1] }, { $push: { a: [2, 3] } }, { a: [1, [2, 3]] }],
  [{ a: [1] }, { $push: { a: { $each: [2, 3] } } }, { a: [1, 2, 3] }],
  [{ a: [1, 4] }, { $push: { a: { $each: [2, 3], $position: 1 } } }, { a: [1, 2, 3, 4] }],
  [{ a: [1, 4] }, { $push: { a: { $each: [3], $position: -1 } } }, { a: [1, 3, 4] }],
  [{ a: [1] }, { $push: { a: { $each: [3], $position: 50 } } }, { a: [1, 3] }],
  [{ a: [3, 1] }, { $push: { a: { $each: [2], $sort: 1 } } }, { a: [1, 2, 3] }],
  [{ a: [3, 'x', 1] }, { $push: { a: { $each: [], $sort: -1 } } }, { a: ['x', 3, 1] }],
  [{ a: [1, 2, 3] }, { $push: { a: { $each: [4], $slice: -2 } } }, { a: [3, 4] }],
  [{ a: [1, 2, 3] }, { $push: { a: { $each: [4], $slice: 2 } } }, { a: [1, 2] }],
  [{ a: [1] }, { $push: { a: { $each: [2], $slice: 0 } } }, { a: [] }],
  [
    { a: grades },
    { $push: { a: { $each: [{ q: 3, s: 80 }], $sort: { s: -1 }, $slice: 2 } } },
    {
      a: [
        { q: 2, s: 90 },
        { q: 3, s: 80 },
      ],
    },
  ],
  [
    { a: [{ b: { c: 2 } }, 5, { b: { c: 1 } }] },
    { $push: { a: { $each: [], $sort: { 'b.c': 1 } } } },
    { a: [5, { b: { c: 1 } }, { b: { c: 2 } }] },
  ],
  [{ a: 1 }, { $push: { a: 2 } }, 2],
  [{ a: null }, { $push: { a: 2 } }, 2],
  [{}, { $push: { a: { $each: 5 } } }, 2],
  [{}, { $push: { a: { $each: [], $foo: 1 } } }, 2],
  [{}, { $push: { a: { $each: [], $slice: 1.5 } } }, 2],
  [{}, { $push: { a: { $each: [], $sort: 2 } } }, 2],
  [{}, { $push: { a: { $each: [], $sort: {} } } }, 2],
  // $addToSet
  [{ a: [1, 2] }, { $addToSet: { a: 2 } }, { a: [1, 2] }],
  [{ a: [1, 2] }, { $addToSet: { a: new Double(2) } }, { a: [1, 2] }],
  [{ a: [1] }, { $addToSet: { a: { $each: [1, 2, 2, 3] } } }, { a: [1, 2, 3] }],
  [
    { a: [{ x: 1, y: 2 }] },
    { $addToSet: { a: { y: 2, x: 1 } } },
    {
      a: [
        { x: 1, y: 2 },
        { y: 2, x: 1 },
      ],
    },
  ],
  [{ a: [id] }, { $addToSet: { a: new ObjectId(id.toHexString()) } }, { a: [id] }],
  [{}, { $addToSet: { a: { $each: [] } } }, { a: [] }],
  [{ a: 5 }, { $addToSet: { a: 1 } }, 2],
  [{}, { $addToSet: { a: { $each: 1 } } }, 14],
  [{}, { $addToSet: { a: { $each: [], $slice: 1 } } }, 2],
  // $pull, $pullAll, $pop
  [{ a: [1, 2, 1] }, { $pull: { a: 1 } }, { a: [2] }],
  [{ a: [1, 5, 9] }, { $pull: { a: { $gte: 5 } } }, { a: [1] }],
  [{ a: ['x', 'ab', 'ac'] }, { $pull: { a: new BSONRegExp('^a') } }, { a: ['x'] }],
  [{ a: [1, 2, 3] }, { $pull: { a: { $in: [1, 3] } } }, { a: [2] }],
  [{ a: grades }, { $pull: { a: { q: 1 } } }, { a: [{ q: 2, s: 90 }] }],
  [{ a: grades }, { $pull: { a: { q: 1, s: { $gt: 75 } } } }, { a: grades }],
  [{ a: grades }, { $pull: { a: { $or: [{ q: 1 }, { s: 90 }] } } }, { a: [] }],
  [{ a: [{ b: [1, 2] }, { b: [3] }] }, { $pull: { a: { b: 2 } } }, { a: [{ b: [3] }] }],
  [{ a: [{ x: 1 }, { x: 1, y: 2 }] }, { $pull: { a: { x: 1 } } }, { a: [] }],
  [{ a: [[1], [2]] }, { $pull: { a: [1] } }, { a: [[2]] }],
  [{ a: [{ b: { c: [1, 2] } }] }, { $pull: { 'a.0.b.c': 1 } }, { a: [{ b: { c: [2] } }] }],
  [{ b: 1 }, { $pull: { a: 1 } }, { b: 1 }],
  [{ a: 1 }, { $pull: { a: 1 } }, 2],
  [{ a: 1 }, { $pull: { 'a.b': 1 } }, 28],
  [{ a: [1, 2, 3, 1] }, { $pullAll: { a: [1, 3] } }, { a: [2] }],
  [{ a: [1] }, { $pullAll: { a: 1 } }, 2],
  [{ a: [1, 2, 3] }, { $pop: { a: 1 } }, { a: [1, 2] }],
  [{ a: [1, 2, 3] }, { $pop: { a: -1 } }, { a: [2, 3] }],
  [{ a: [] }, { $pop: { a: 1 } }, { a: [] }],
  [{ a: [1] }, { $pop: { a: 2 } }, 9],
  [{ a: 'x' }, { $pop: { a: 1 } }, 14],
  [{ b: 1 }, { $pop: { a: 1 } }, { b: 1 }],
  // $bit
  [{ a: 13 }, { $bit: { a: { and: 10 } } }, { a: 8 }],
  [{ a: 3 }, { $bit: { a: { or: 5 } } }, { a: 7 }],
  [{ a: 1 }, { $bit: { a: { xor: 5 } } }, { a: 4 }],
  [{ a: 1 }, { $bit: { a: { or: long('4294967296') } } }, { a: long('4294967297') }],
  [{}, { $bit: { a: { or: 5 } } }, { a: 5 }],
  [{ a: 1.5 }, { $bit: { a: { or: 5 } } }, 2],
  [{ a: 1 }, { $bit: { a: { nand: 5 } } }, 2],
  [{ a: 1 }, { $bit: { a: {} } }, 2],
  [{ a: 1 }, { $bit: { a: { or: 1.5 } } }, 2],
  // positional
  [{ a: [4, 5, 6] }, { $set: { 'a.$': 9 } }, { a: [4, 9, 6] }, { filter: { a: 5 } }],
  [
    { a: grades },
    { $inc: { 'a.$.s': 1 } },
    {
      a: [
        { q: 1, s: 70 },
        { q: 2, s: 91 },
      ],
    },
    { filter: { 'a.q': 2 } },
  ],
  [
    { a: grades },
    { $set: { 'a.$.s': 0 } },
    {
      a: [
        { q: 1, s: 0 },
        { q: 2, s: 90 },
      ],
    },
    { filter: { a: { $elemMatch: { s: { $lt: 80 } } } } },
  ],
  [{ a: [1, 2] }, { $unset: { 'a.$': '' } }, { a: [1, null] }, { filter: { a: 2 } }],
  [{ a: [1, 2] }, { $set: { 'a.$': 9 } }, 2],
  [{ a: [1] }, { $set: { 'a.$.b.$': 9 } }, 2, { filter: { a: 1 } }],
  [{ a: [1] }, { $set: { '$.a': 9 } }, 2, { filter: { a: 1 } }],
  [{ a: [1, 2] }, { $set: { 'a.$': 1, 'a.1': 3 } }, 40, { filter: { a: 2 } }],
  [{ a: [1, 2] }, { $inc: { 'a.$[]': 10 } }, { a: [11, 12] }],
  [{ a: [] }, { $inc: { 'a.$[]': 10 } }, { a: [] }],
  [{ a: [{ b: [1, 2] }, { b: [3] }] }, { $mul: { 'a.$[].b.$[]': 2 } }, { a: [{ b: [2, 4] }, { b: [6] }] }],
  [{ a: 5 }, { $inc: { 'a.$[]': 1 } }, 2],
  [{}, { $inc: { 'a.$[]': 1 } }, 2],
  [{}, { $unset: { 'a.$[].b': 1 } }, 2],
  [{ a: [1, 8, 9] }, { $set: { 'a.$[big]': 0 } }, { a: [1, 0, 0] }, { arrayFilters: [{ big: { $gte: 8 } }] }],
  [
    { a: grades },
    { $set: { 'a.$[g].s': 0 } },
    {
      a: [
        { q: 1, s: 0 },
        { q: 2, s: 90 },
      ],
    },
    { arrayFilters: [{ 'g.q': 1, 'g.s': { $lt: 75 } }] },
  ],
  [
    { a: [{ b: [1, 5] }, { b: [7] }] },
    { $inc: { 'a.$[].b.$[x]': 100 } },
    { a: [{ b: [1, 105] }, { b: [107] }] },
    { arrayFilters: [{ x: { $gt: 4 } }] },
  ],
  [{ a: [1, 5] }, { $set: { 'a.$[x]': 0 } }, { a: [0, 0] }, { arrayFilters: [{ $or: [{ x: 1 }, { x: 5 }] }] }],
  [{ a: [1] }, { $set: { 'a.$[x]': 0 } }, 2],
  [{ a: [1] }, { $set: { a: 0 } }, 9, { arrayFilters: [{ x: 1 }] }],
  [{ a: [1] }, { $set: { 'a.$[x]': 0 } }, 9, { arrayFilters: [{ x: 1 }, { x: 2 }] }],
  [{ a: [1] }, { $set: { 'a.$[x]': 0 } }, 9, { arrayFilters: [{ x: 1, y: 2 }] }],
  [{ a: [1] }, { $set: { 'a.$[x]': 0 } }, 9, { arrayFilters: [{}] }],
  [{ a: [1] }, { $set: { 'a.$[X]': 0 } }, 2, { arrayFilters: [{ X: 1 }] }],
  [{ a: [1, 2] }, { $set: { 'a.$[x]': 0, 'a.$[y]': 1 } }, 40, { arrayFilters: [{ x: 1 }, { y: { $lt: 3 } }] }],
  [{ a: [1, 2] }, { $set: { 'a.$[x]': 0, 'a.$[y]': 7 } }, { a: [0, 7] }, { arrayFilters: [{ x: 1 }, { y: 2 }] }],
  // replacement
  [{ _id: 1, a: 1 }, { b: 2 }, { _id: 1, b: 2 }],
  [
    { _id: 1, a: 1 },
    { b: 2, _id: 1 },
    { _id: 1, b: 2 },
  ],
  [{ _id: 1, a: 1 }, { _id: 2 }, 66],
  [{ _id: 1, a: 1 }, {}, { _id: 1 }],
  [{ _id: 1 }, { a: 1, $set: { b: 1 } }, 52],
  [{ b: 1 }, { a: 1, _id: 5 }, { _id: 5, a: 1 }, { isInsert: true }],
  // untouched neighbours keep their bytes
  [
    { _id: id, d: new Double(1), b: new Binary(Uint8Array.of(1), 128), r: new BSONRegExp('a/b', 'ix'), t: long('5') },
    { $set: { z: 1 } },
    {
      _id: id,
      d: new Double(1),
      b: new Binary(Uint8Array.of(1), 128),
      r: new BSONRegExp('a/b', 'ix'),
      t: long('5'),
      z: 1,
    },
  ],
];

function run(doc: Doc, update: Doc, given: Given = {}): { readonly doc: Doc; readonly isModified: boolean } {
  const found: { arrayIndex?: number } = {};
  if (given.filter !== undefined) expect(compileMatch(given.filter)(doc, found)).toBe(true);
  return applyUpdate(doc, decodeExact(encode(update)), {
    arrayFilters: given.arrayFilters,
    arrayIndex: found.arrayIndex,
    isInsert: given.isInsert ?? false,
    now,
    match: {},
  });
}

describe('an update', () => {
  it.each(
    rows.map((row) => [show(row[0]), show(row[1]), typeof row[2] === 'number' ? row[2] : show(row[2]), row] as const),
  )('%s, %s → %s', (_d, _u, _e, [given, update, expected, more]) => {
    const before = encode(given);
    const doc = decodeExact(before);
    if (typeof expected === 'number') {
      expect(() => run(doc, update, more)).toThrow(expect.objectContaining({ code: expected }));
    } else {
      const result = run(doc, update, more);
      expect(encode(result.doc)).toEqual(encode(expected));
      expect(result.isModified).toBe(!encode(expected).equals(before));
    }
    expect(encode(doc)).toEqual(before);
  });

  it('runs a pipeline through the function it was given, and keeps the _id', () => {
    const options = { isInsert: false, now, match: {} };
    const doc = { _id: 1, a: 1 };
    const stages = [{ $replaceWith: { b: '$a' } }];
    const pipeline = (old: Doc): Doc => ({ b: old.a });
    expect(applyUpdate(doc, stages, { ...options, pipeline }).doc).toEqual({ _id: 1, b: 1 });
    expect(() => applyUpdate(doc, stages, { ...options, pipeline: () => ({ _id: 2 }) })).toThrow(
      expect.objectContaining({ code: 66 }),
    );
    expect(() => applyUpdate(doc, [{ $match: {} }], { ...options, pipeline })).toThrow(
      expect.objectContaining({ code: 72 }),
    );
    expect(() => applyUpdate(doc, stages, { ...options, pipeline, arrayFilters: [{ x: 1 }] })).toThrow(
      expect.objectContaining({ code: 9 }),
    );
    expect(applyUpdate(doc, stages, { ...options, pipeline: (old) => ({ ...old }) }).isModified).toBe(false);
  });

  it('compares with the collation it was given', () => {
    const collation = {
      compare: (a: string, b: string) => a.toLowerCase().localeCompare(b.toLowerCase()),
      keyOf: (t: string) => Buffer.from(t),
    };
    const options = { isInsert: false, now, match: { collation } };
    expect(applyUpdate({ a: ['X'] }, { $addToSet: { a: 'x' } }, options).isModified).toBe(false);
    expect(applyUpdate({ a: ['X', 'y'] }, { $pull: { a: 'x' } }, options).doc).toEqual({ a: ['y'] });
  });
});

describe('checkUpdate', () => {
  const opts = { isInsert: false, now, match: {} };

  it.each([
    [{ $set: { _id: 5 } }],
    [{ $set: { 'a.$.b': 5 } }],
    [{ _id: 7, a: 1 }],
    [[{ $set: { n: { $size: '$a' } } }]],
  ] as (readonly [Doc | Doc[]])[])('accepts %j, whose meaning depends on the document', (update) => {
    expect(() => checkUpdate(update, opts)).not.toThrow();
  });

  it.each([[{ $nope: { a: 1 } }], [{ $inc: { a: 'x' } }], [[{ $group: { _id: 1 } }]]] as (readonly [Doc | Doc[]])[])(
    'refuses %j, which no document could take',
    (update) => {
      expect(() => checkUpdate(update, opts)).toThrow();
    },
  );
});
