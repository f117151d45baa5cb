import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'bson';
import { describe, expect, it } from 'vitest';
import { compileMatch, needsExactTypes } from '../../../../server/db/embedded/match/compile.ts';
import { decode, decodeExact, encode } from '../../../../server/db/embedded/values/codec.ts';
import { show } from '../../../../server/db/embedded/values/show.ts';

type Doc = Record<string, unknown>;
const long = (text: string): Long => Long.fromString(text);
const dec = (text: string): Decimal128 => Decimal128.fromString(text);
const id = new ObjectId('64b7f0c2a1d3e4f5a6b7c8d9');
const uuid = new UUID('0f8fad5b-d9cb-469f-a165-70867728950e');
const bin = (...bytes: number[]): Binary => new Binary(Uint8Array.from(bytes));

/** given a document, asked a filter, then it matches or not */
const rows: [Doc, Doc, boolean][] = [
  // equality
  [{ qty: 3 }, { qty: 3 }, true],
  [{ qty: 3 }, { qty: 4 }, false],
  [{ qty: 3 }, {}, true],
  [{ qty: 3, ok: true }, { qty: 3, ok: false }, false],
  [{ tags: ['red', 'blue'] }, { tags: 'blue' }, true],
  [{ tags: ['red', 'blue'] }, { tags: ['red', 'blue'] }, true],
  [{ tags: ['red', 'blue'] }, { tags: ['blue', 'red'] }, false],
  [{ tags: [['red', 'blue'], 'x'] }, { tags: ['red', 'blue'] }, true],
  [{ tags: [['red']] }, { tags: 'red' }, false],
  [{ size: { h: 1, w: 2 } }, { size: { h: 1, w: 2 } }, true],
  [{ size: { h: 1, w: 2 } }, { size: { w: 2, h: 1 } }, false],
  [{ size: { h: 1, w: 2 } }, { size: { h: 1 } }, false],
  [{ size: {} }, { size: {} }, true],
  [{ list: [] }, { list: [] }, true],
  [{ a: '5' }, { a: 5 }, false],
  [{ a: true }, { a: 1 }, false],
  // null, missing
  [{}, { a: null }, true],
  [{ a: null }, { a: null }, true],
  [{ a: 0 }, { a: null }, false],
  [{ a: [] }, { a: null }, false],
  [{ a: [1, null] }, { a: null }, true],
  [{ a: { b: null } }, { 'a.b': null }, true],
  [{ a: 'text' }, { 'a.b': null }, true],
  [{ a: [{ b: 1 }, {}] }, { 'a.b': null }, true],
  [{ a: [{ b: 1 }] }, { 'a.b': null }, false],
  [{ a: [] }, { 'a.b': null }, false],
  [{ a: [1, 2] }, { 'a.b': null }, false],
  [{}, { a: { $ne: null } }, false],
  [{ a: 1 }, { a: { $ne: null } }, true],
  [{}, { a: { $exists: false } }, true],
  [{ a: null }, { a: { $exists: true } }, true],
  [{ a: null }, { a: { $exists: 0 } }, false],
  [{ a: [{ b: 1 }, { c: 1 }] }, { 'a.b': { $exists: false } }, false],
  [{ a: [{ c: 1 }] }, { 'a.b': { $exists: false } }, true],
  [{ a: [] }, { 'a.b': { $exists: true } }, false],
  [{ a: [] }, { 'a.0': { $exists: true } }, false],
  [{ a: [null] }, { 'a.0': { $exists: true } }, true],
  // paths through arrays
  [{ a: [{ b: 1 }, { b: 2 }] }, { 'a.b': 2 }, true],
  [{ a: [{ b: [5, 6] }, { b: 7 }] }, { 'a.b': 6 }, true],
  [{ a: [{ b: 1 }, { b: 2 }] }, { 'a.1.b': 2 }, true],
  [{ a: [{ b: 1 }, { b: 2 }] }, { 'a.0.b': 2 }, false],
  [{ a: ['x', 'y'] }, { 'a.1': 'y' }, true],
  [{ a: { 1: 'y' } }, { 'a.1': 'y' }, true],
  [{ a: [{ 1: 'y' }] }, { 'a.1': 'y' }, true],
  [{ a: [[1, 2], 3] }, { 'a.0': 2 }, false],
  [{ a: [[1, 2], 3] }, { 'a.0': [1, 2] }, true],
  [{ a: [[1, 2], 3] }, { 'a.0.1': 2 }, true],
  [{ a: [[{ b: 1 }]] }, { 'a.b': 1 }, false],
  [{ a: [[{ b: 1 }]] }, { 'a.0.b': 1 }, true],
  [{ a: { b: { c: { d: 9 } } } }, { 'a.b.c.d': 9 }, true],
  // comparisons
  [{ n: 5 }, { n: { $gt: 4 } }, true],
  [{ n: 5 }, { n: { $gt: 5 } }, false],
  [{ n: 5 }, { n: { $gte: 5, $lte: 5 } }, true],
  [{ n: 'b' }, { n: { $gt: 1 } }, false],
  [{ n: 5 }, { n: { $lt: 'a' } }, false],
  [{}, { n: { $lt: 5 } }, false],
  [{}, { n: { $gte: null } }, true],
  [{ n: null }, { n: { $gt: null } }, false],
  [{ n: true }, { n: { $gt: false } }, true],
  [{ n: [1, 10] }, { n: { $gt: 4, $lt: 6 } }, true],
  [{ n: [1, 2] }, { n: { $gt: [1, 1] } }, true],
  [{ n: { x: 2 } }, { n: { $gt: { x: 1 } } }, true],
  [{ n: NaN }, { n: NaN }, true],
  [{ n: NaN }, { n: { $lt: 1 } }, false],
  [{ n: NaN }, { n: { $gte: NaN } }, true],
  [{ n: 1 }, { n: { $lte: NaN } }, false],
  [{ n: new Double(-0) }, { n: 0 }, true],
  [{ n: 5 }, { n: { $gt: new MinKey() } }, true],
  [{ n: 5 }, { n: { $lt: new MaxKey() } }, true],
  [{ n: 5 }, { n: { $gt: new MaxKey() } }, false],
  [{ n: new MaxKey() }, { n: new MaxKey() }, true],
  [{ d: new Date(50) }, { d: { $gte: new Date(50) } }, true],
  [{ d: new Date(50) }, { d: { $gt: 10 } }, false],
  [{ t: new Timestamp({ t: 2, i: 1 }) }, { t: { $gt: new Timestamp({ t: 1, i: 9 }) } }, true],
  [{ t: new Timestamp({ t: 4294967295, i: 1 }) }, { t: { $gt: new Timestamp({ t: 1, i: 1 }) } }, true],
  [{ s: 'é' }, { s: { $gt: 'z' } }, true],
  [{ s: '\u{1f600}' }, { s: { $gt: '\uffee' } }, true],
  // numbers of different types
  [{ n: long('5') }, { n: 5 }, true],
  [{ n: new Double(5) }, { n: new Int32(5) }, true],
  [{ n: dec('5.0') }, { n: 5 }, true],
  [{ n: 5 }, { n: dec('5') }, true],
  [{ n: long('9007199254740993') }, { n: long('9007199254740992') }, false],
  [{ n: long('9007199254740993') }, { n: { $gt: 9007199254740992 } }, true],
  [{ n: 9007199254740992 }, { n: { $lt: long('9007199254740993') } }, true],
  [{ n: 0.1 }, { n: dec('0.1') }, false],
  [{ n: 0.1 }, { n: { $gt: dec('0.1') } }, true],
  [{ n: 0.5 }, { n: dec('0.50') }, true],
  [{ n: dec('1E+6144') }, { n: { $gt: 1e308 } }, true],
  [{ n: dec('1E+6144') }, { n: { $lt: Infinity } }, true],
  [{ n: dec('NaN') }, { n: NaN }, true],
  [{ n: long('9007199254740993') }, { n: { $in: [dec('9007199254740993')] } }, true],
  [{ n: dec('2.50') }, { n: { $in: [1, 2.5] } }, true],
  // other types
  [{ b: bin(1, 255) }, { b: bin(1, 255) }, true],
  [{ b: bin(1, 254) }, { b: bin(1, 255) }, false],
  [{ b: bin(9) }, { b: { $lt: bin(0, 0) } }, true],
  [{ u: uuid }, { u: uuid }, true],
  [{ u: uuid }, { u: new Binary(uuid.buffer, 0) }, false],
  [{ o: id }, { o: id }, true],
  [{ o: id }, { o: id.toHexString() }, false],
  [{ o: id }, { o: { $gt: new ObjectId('64b7f0c2a1d3e4f5a6b7c8d8') } }, true],
  [{ o: [id] }, { o: { $in: [id] } }, true],
  [{ s: new BSONSymbol('x') }, { s: 'x' }, true],
  [{ c: new Code('f()') }, { c: new Code('f()') }, true],
  [{ r: { $ref: 'c', $id: id } }, { r: { $ref: 'c', $id: id } }, true],
  [{ r: { $ref: 'c', $id: id } }, { 'r.$id': id }, true],
  [{ r: [{ $ref: 'c', $id: id }] }, { r: { $elemMatch: { $ref: 'c', $id: id } } }, true],
  // $in, $nin, $ne
  [{ a: 2 }, { a: { $in: [1, 2] } }, true],
  [{ a: 2 }, { a: { $in: [] } }, false],
  [{}, { a: { $in: [null, 1] } }, true],
  [{ a: [3, 4] }, { a: { $in: [4] } }, true],
  [{ a: [[4]] }, { a: { $in: [[4]] } }, true],
  [{ a: 'Xy' }, { a: { $in: [new BSONRegExp('^x', 'i')] } }, true],
  [{ a: [3, 4] }, { a: { $nin: [4] } }, false],
  [{}, { a: { $nin: [4] } }, true],
  [{}, { a: { $nin: [null] } }, false],
  [{ a: [3, 4] }, { a: { $ne: 3 } }, false],
  // $not
  [{ a: 3 }, { a: { $not: { $gt: 2 } } }, false],
  [{}, { a: { $not: { $gt: 2 } } }, true],
  [{ a: 'x' }, { a: { $not: { $gt: 2 } } }, true],
  [{ a: 'abc' }, { a: { $not: new BSONRegExp('^a') } }, false],
  [{ a: 'abc' }, { a: { $not: { $regex: '^b' } } }, true],
  [{ a: [1, 5] }, { a: { $not: { $gt: 2, $lt: 4 } } }, false],
  // logic
  [{ a: 1, b: 2 }, { $or: [{ a: 9 }, { b: 2 }] }, true],
  [{ a: 1, b: 2 }, { $and: [{ a: 1 }, { b: 3 }] }, false],
  [{ a: 1 }, { $nor: [{ a: 1 }, { b: 1 }] }, false],
  [{ a: 1 }, { $nor: [{ a: 2 }] }, true],
  [{ a: 1 }, { a: 1, $comment: 'why' }, true],
  [{ a: 1 }, { $alwaysFalse: 1 }, false],
  // regular expressions
  [{ s: 'Hello' }, { s: new BSONRegExp('hello', 'i') }, true],
  [{ s: 'Hello' }, { s: { $regex: 'hello', $options: 'i' } }, true],
  [{ s: 'a\nb' }, { s: { $regex: '^b' } }, false],
  [{ s: 'a\nb' }, { s: { $regex: '^b', $options: 'm' } }, true],
  [{ s: 'a\nb' }, { s: { $regex: 'a.b', $options: 's' } }, true],
  [{ s: 'abc' }, { s: { $regex: 'a b # note\n c', $options: 'x' } }, true],
  [{ s: 'ABC' }, { s: { $regex: '(?i)abc' } }, true],
  [{ s: '\u{1f600}' }, { s: { $regex: '^.$' } }, true],
  [{ s: ['x', 'yz'] }, { s: new BSONRegExp('^y') }, true],
  [{ s: 5 }, { s: new BSONRegExp('5') }, false],
  [{ s: new BSONRegExp('^y') }, { s: new BSONRegExp('^y') }, true],
  [{ s: 'a-b_c' }, { s: { $regex: 'a\\-b\\_c' } }, true],
  // arrays
  [{ a: [1, 2, 3] }, { a: { $all: [3, 1] } }, true],
  [{ a: [1, 2, 3] }, { a: { $all: [3, 4] } }, false],
  [{ a: 1 }, { a: { $all: [1] } }, true],
  [{ a: [1] }, { a: { $all: [] } }, false],
  [{ a: [[1, 2]] }, { a: { $all: [[1, 2]] } }, true],
  [{ a: ['xa', 'b'] }, { a: { $all: [new BSONRegExp('^x'), 'b'] } }, true],
  [
    { a: [{ x: 1, y: 2 }, { x: 3 }] },
    { a: { $all: [{ $elemMatch: { x: 1, y: 2 } }, { $elemMatch: { x: 3 } }] } },
    true,
  ],
  [{ a: [1, 2] }, { a: { $size: 2 } }, true],
  [{ a: 5 }, { a: { $size: 1 } }, false],
  [{ a: [{ b: [1, 2] }] }, { 'a.b': { $size: 2 } }, true],
  [{ a: [1, 10] }, { a: { $elemMatch: { $gt: 4, $lt: 6 } } }, false],
  [{ a: [1, 5] }, { a: { $elemMatch: { $gt: 4, $lt: 6 } } }, true],
  [{ a: [[5]] }, { a: { $elemMatch: { $gt: 4 } } }, false],
  [
    {
      a: [
        { x: 1, y: 2 },
        { x: 2, y: 1 },
      ],
    },
    { a: { $elemMatch: { x: 1, y: 1 } } },
    false,
  ],
  [
    {
      a: [
        { x: 1, y: 2 },
        { x: 2, y: 1 },
      ],
    },
    { 'a.x': 1, 'a.y': 1 },
    true,
  ],
  [{ a: [{ x: 1 }, { x: 4 }] }, { a: { $elemMatch: { $or: [{ x: 4 }, { y: 1 }] } } }, true],
  [{ a: [[1, 2]] }, { a: { $elemMatch: { 0: 1 } } }, true],
  [{ a: [{ b: [1, 9] }] }, { a: { $elemMatch: { b: { $gt: 8 } } } }, true],
  [{ a: [3] }, { a: { $elemMatch: { $not: { $gt: 5 } } } }, true],
  [{ a: { b: [3] } }, { 'a.b': { $elemMatch: { $in: [3, 4] } } }, true],
  // types
  [{ a: 1.5 }, { a: { $type: 'double' } }, true],
  [{ a: new Double(1) }, { a: { $type: 'double' } }, true],
  [{ a: 1 }, { a: { $type: 'double' } }, false],
  [{ a: long('1') }, { a: { $type: 'long' } }, true],
  [{ a: long('1') }, { a: { $type: 'number' } }, true],
  [{ a: ['x'] }, { a: { $type: 'array' } }, true],
  [{ a: ['x'] }, { a: { $type: 'string' } }, true],
  [{ a: null }, { a: { $type: 10 } }, true],
  [{}, { a: { $type: 'null' } }, false],
  [{ a: id }, { a: { $type: ['string', 'objectId'] } }, true],
  // $mod, bits
  [{ a: 12 }, { a: { $mod: [4, 0] } }, true],
  [{ a: -7 }, { a: { $mod: [4, -3] } }, true],
  [{ a: 7.9 }, { a: { $mod: [4, 3] } }, true],
  [{ a: '12' }, { a: { $mod: [4, 0] } }, false],
  [{ a: NaN }, { a: { $mod: [4, 0] } }, false],
  [{ a: long('9223372036854775807') }, { a: { $mod: [10, 7] } }, true],
  [{ a: 54 }, { a: { $bitsAllSet: [1, 5] } }, true],
  [{ a: 54 }, { a: { $bitsAllSet: 50 } }, true],
  [{ a: 54 }, { a: { $bitsAnySet: 8 } }, false],
  [{ a: 20 }, { a: { $bitsAllClear: [0, 1, 3] } }, true],
  [{ a: 20 }, { a: { $bitsAnyClear: [2, 4] } }, false],
  [{ a: -1 }, { a: { $bitsAllSet: [0, 63, 200] } }, true],
  [{ a: bin(0, 1) }, { a: { $bitsAllSet: [8] } }, true],
  [{ a: 1.5 }, { a: { $bitsAllSet: 1 } }, false],
  // names that every object inherits
  [{}, { constructor: { $exists: true } }, false],
  [{ toString: 1 }, { toString: 1 }, true],
  [{}, { 'constructor.name': 'Object' }, false],
  [{ a: {} }, { 'a.__proto__': null }, true],
  [JSON.parse('{"__proto__": 5}') as Doc, { __proto__x: null }, true],
  [{ _bsontype: 'ObjectId', id: 1 }, { _bsontype: 'ObjectId' }, true],
];

describe('a filter', () => {
  it.each(rows.map(([doc, filter, expected]) => [show(doc), show(filter), expected, doc, filter] as const))(
    '%s ? %s → %s',
    (_doc, _filter, expected, doc, filter) => {
      const bytes = encode(doc);
      const matches = compileMatch(decodeExact(encode(filter)));
      expect(matches(decodeExact(bytes))).toBe(expected);
      if (needsExactTypes(filter)) return;
      expect(matches(decode(bytes))).toBe(expected);
      expect(compileMatch(decode(encode(filter)))(decode(bytes))).toBe(expected);
    },
  );

  const faults: [Doc, number][] = [
    [{ a: { $foo: 1 } }, 2],
    [{ $foo: 1 }, 2],
    [{ a: { $in: 5 } }, 2],
    [{ a: { $in: [{ $gt: 1 }] } }, 2],
    [{ a: { $nin: {} } }, 2],
    [{ a: { $ne: new BSONRegExp('x') } }, 2],
    [{ a: { $gt: new BSONRegExp('x') } }, 2],
    [{ a: { $not: 5 } }, 2],
    [{ a: { $not: {} } }, 2],
    [{ $or: [] }, 2],
    [{ $or: {} }, 2],
    [{ $and: [5] }, 2],
    [{ a: { $mod: [] } }, 2],
    [{ a: { $mod: [4] } }, 2],
    [{ a: { $mod: [4, 0, 1] } }, 2],
    [{ a: { $mod: [0, 1] } }, 2],
    [{ a: { $mod: ['4', 1] } }, 2],
    [{ a: { $mod: [NaN, 1] } }, 2],
    [{ a: { $size: 'x' } }, 2],
    [{ a: { $size: -1 } }, 2],
    [{ a: { $size: 1.5 } }, 2],
    [{ a: { $type: 'text' } }, 2],
    [{ a: { $type: 77 } }, 2],
    [{ a: { $type: [] } }, 9],
    [{ a: { $elemMatch: 5 } }, 2],
    [{ a: { $all: 5 } }, 2],
    [{ a: { $regex: 5 } }, 2],
    [{ a: { $regex: '(' } }, 51091],
    [{ a: { $regex: 'a', $options: 'q' } }, 51108],
    [{ a: { $options: 'i' } }, 2],
    [{ a: { $bitsAllSet: -1 } }, 9],
    [{ a: { $bitsAllSet: [-1] } }, 2],
    [{ a: { $bitsAllSet: 'x' } }, 2],
    [{ $where: '1' }, 2],
    [{ $text: { $search: 'x' } }, 27],
    [{ $expr: true }, 2],
    [{ a: { $near: [1, 2] } }, 2],
    [{ [Array(101).fill('a').join('.')]: 1 }, 2],
  ];
  it.each(faults.map(([filter, code]) => [show(filter), code, filter] as const))(
    '%s is refused with %i',
    (_t, code, filter) => {
      expect(() => compileMatch(filter)).toThrow(expect.objectContaining({ code }));
    },
  );

  const positions: [Doc, Doc, number | undefined][] = [
    [{ a: [5, 6, 7] }, { a: 6 }, 1],
    [{ a: [{ b: 1 }, { b: 2 }] }, { 'a.b': 2 }, 1],
    [{ a: [{ b: [9] }, { b: [8, 7] }] }, { 'a.b': 7 }, 1],
    [{ a: [1, 5] }, { a: { $elemMatch: { $gt: 4 } } }, 1],
    [{ a: [{ b: [1] }, { b: [0, 5] }] }, { 'a.b': { $elemMatch: { $gt: 4 } } }, 1],
    [{ a: [5, 6] }, { 'a.1': 6 }, undefined],
    [{ a: [5, 6] }, { $or: [{ a: 9 }, { a: 6 }] }, 1],
    [{ a: 6 }, { a: 6 }, undefined],
  ];
  it.each(positions.map(([doc, filter, at]) => [show(doc), show(filter), at, doc, filter] as const))(
    '%s ? %s finds element %s',
    (_d, _f, at, doc, filter) => {
      const found: { arrayIndex?: number } = {};
      expect(compileMatch(filter)(doc, found)).toBe(true);
      expect(found.arrayIndex).toBe(at);
    },
  );

  it('hands $expr to the function it was given', () => {
    const matches = compileMatch({ $expr: 'over' }, { expr: (name) => (doc) => doc[name as string] === true });
    expect(matches({ over: true })).toBe(true);
    expect(matches({ over: false })).toBe(false);
  });

  it('is not held up by a pattern that takes JavaScript exponential time', () => {
    const before = performance.now();
    expect(compileMatch({ a: { $regex: '^(a+)+$' } })({ a: `${'a'.repeat(5000)}b` })).toBe(false);
    expect(compileMatch({ a: { $regex: 'a+$' } })({ a: `${'a'.repeat(200_000)}b` })).toBe(false);
    expect(performance.now() - before).toBeLessThan(2000);
  });
});
