/** Known answers for expressions, written from MongoDB's documented behaviour. `i`, `l`, `d`, `m` make int, long, double, decimal. */
import { Binary, BSONRegExp, Decimal128, Double, Int32, Long, MaxKey, ObjectId, Timestamp } from 'bson';
import { describe, expect, it } from 'vitest';
import { type Doc } from '../../../server/db/embedded/values/codec.ts';
import { aggregate, codeOf, strict } from './aggregate-helpers.ts';

const i = (n: number): Int32 => new Int32(n);
const l = (n: number | string): Long => Long.fromString(String(n));
const d = (n: number): Double => new Double(n);
const m = (text: string): Decimal128 => Decimal128.fromString(text);
const date = (text: string): Date => new Date(text);
const MISSING = Symbol('missing');

type Row = readonly [expression: unknown, doc: Doc, answer: unknown];

const arithmetic: readonly Row[] = [
  [{ $add: ['$a', 1] }, { a: i(2) }, i(3)],
  [{ $add: ['$a', 1] }, { a: l(2) }, l(3)],
  [{ $add: ['$a', 1] }, { a: d(2.5) }, d(3.5)],
  [{ $add: ['$a', 1] }, { a: m('2.5') }, m('3.5')],
  [{ $add: ['$a', 1] }, { a: null }, null],
  [{ $add: ['$a', 1] }, {}, null],
  [{ $add: [2147483647, 1] }, {}, l(2147483648)],
  [{ $add: ['$a', l(1)] }, { a: l('9223372036854775807') }, d(9223372036854775808)],
  [{ $add: ['$a', 1000] }, { a: date('2024-01-01T00:00:00Z') }, date('2024-01-01T00:00:01Z')],
  [{ $subtract: ['$a', '$b'] }, { a: date('2024-01-02T00:00:00Z'), b: date('2024-01-01T00:00:00Z') }, l(86400000)],
  [{ $subtract: [i(5), d(2)] }, {}, d(3)],
  [{ $multiply: ['$a', '$a'] }, { a: i(100000) }, l(10000000000)],
  [{ $multiply: [m('1.10'), i(3)] }, {}, m('3.30')],
  [{ $multiply: [m('9E6144'), 10] }, {}, m('Infinity')],
  [{ $multiply: [m('1E6111'), 10] }, {}, m('10E6111')],
  [{ $add: [m('1E6144'), m('1E-6176')] }, {}, m('1.000000000000000000000000000000000E+6144')],
  [{ $divide: [6, 2] }, {}, d(3)],
  [{ $divide: [m('1'), 3] }, {}, m('0.3333333333333333333333333333333333')],
  [{ $mod: [-7, 3] }, {}, i(-1)],
  [{ $mod: [l(7), 3] }, {}, l(1)],
  [{ $pow: [2, 10] }, {}, i(1024)],
  [{ $pow: [2, 40] }, {}, l(1099511627776)],
  [{ $pow: [2, -1] }, {}, d(0.5)],
  [{ $abs: i(-5) }, {}, i(5)],
  [{ $floor: d(-1.5) }, {}, d(-2)],
  [{ $ceil: i(4) }, {}, i(4)],
  [{ $round: [d(2.5)] }, {}, d(2)],
  [{ $round: [d(3.5)] }, {}, d(4)],
  [{ $round: [i(1251), -2] }, {}, i(1300)],
  [{ $round: [m('1.255'), 2] }, {}, m('1.26')],
  [{ $trunc: [d(-7.89), 1] }, {}, d(-7.8)],
  [{ $sqrt: 9 }, {}, d(3)],
  [{ $log: [8, 2] }, {}, d(3)],
  [{ $bitAnd: [i(12), i(10)] }, {}, i(8)],
  [{ $bitXor: [i(12), l(10)] }, {}, l(6)],
  [{ $bitNot: i(7) }, {}, i(-8)],
];

const comparison: readonly Row[] = [
  [{ $eq: ['$a', d(1)] }, { a: l(1) }, true],
  [{ $eq: ['$a', null] }, {}, false],
  [{ $eq: [{ $ifNull: ['$a', null] }, null] }, {}, true],
  [{ $eq: [m('0.1'), d(0.1)] }, {}, false],
  [
    {
      $eq: [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
    },
    {},
    false,
  ],
  [{ $cmp: ['abc', 5] }, {}, i(1)],
  [{ $lt: ['$a', null] }, {}, true],
  [{ $gt: [[1, 2], [1]] }, {}, true],
  [{ $gt: [l('9007199254740993'), l('9007199254740992')] }, {}, true],
  [{ $and: [1, 'x', {}] }, {}, true],
  [{ $and: [0, 'x'] }, {}, false],
  [{ $and: [] }, {}, true],
  [{ $or: [] }, {}, false],
  [{ $not: ['$a'] }, {}, true],
  [{ $cond: ['$a', 'yes', 'no'] }, { a: '' }, 'yes'],
  [{ $cond: { if: { $gte: ['$q', 250] }, then: 30, else: 20 } }, { q: 300 }, i(30)],
  [{ $ifNull: ['$a', '$b', 'c'] }, { b: 'b' }, 'b'],
  [
    {
      $switch: {
        branches: [
          { case: false, then: 1 },
          { case: true, then: 2 },
        ],
        default: 3,
      },
    },
    {},
    i(2),
  ],
];

const paths: readonly Row[] = [
  ['$a.b', { a: { b: l(5) } }, l(5)],
  ['$a.b', { a: [{ b: 1 }, { c: 2 }, 7, { b: 3 }] }, [i(1), i(3)]],
  ['$a.0', { a: [1] }, []],
  ['$a.b', { a: 5 }, MISSING],
  ['$$ROOT.a', { a: 1 }, i(1)],
  ['$$CURRENT.a', { a: 1 }, i(1)],
  ['$$REMOVE', { a: 1 }, MISSING],
  [{ $literal: '$a' }, { a: 1 }, '$a'],
  [{ x: '$a', y: '$nope' }, { a: 1 }, { x: i(1) }],
  [['$a', '$nope'], { a: 1 }, [i(1), null]],
  [{ $let: { vars: { low: '$a', high: '$b' }, in: { $subtract: ['$$high', '$$low'] } } }, { a: 1, b: 5 }, i(4)],
  [{ $getField: 'a.b' }, { 'a.b': 7 }, i(7)],
  [{ $getField: { field: 'x', input: '$a' } }, { a: { x: 7 } }, i(7)],
  [{ $setField: { field: { $literal: '$weird' }, input: '$$ROOT', value: 1 } }, { a: 2 }, { a: i(2), $weird: i(1) }],
  [{ $mergeObjects: ['$a', { y: 2 }, null] }, { a: { x: 1, y: 1 } }, { x: i(1), y: i(2) }],
  [{ $objectToArray: '$a' }, { a: { x: 1 } }, [{ k: 'x', v: i(1) }]],
  [
    {
      $arrayToObject: [
        [
          ['x', 1],
          ['y', 2],
        ],
      ],
    },
    {},
    { x: i(1), y: i(2) },
  ],
  [{ $arrayToObject: '$a' }, { a: [{ k: '__proto__', v: 1 }] }, JSON.parse('{"__proto__":1}')],
];

const arrays: readonly Row[] = [
  [{ $arrayElemAt: ['$a', -1] }, { a: [1, 2, 3] }, i(3)],
  [{ $arrayElemAt: ['$a', 9] }, { a: [1] }, MISSING],
  [{ $first: '$a' }, { a: [d(1), 2] }, d(1)],
  [{ $last: '$a' }, { a: [] }, MISSING],
  [{ $concatArrays: ['$a', [3]] }, { a: [1] }, [i(1), i(3)]],
  [{ $concatArrays: ['$a', '$b'] }, { a: [1] }, null],
  [{ $filter: { input: '$a', as: 'n', cond: { $gt: ['$$n', 1] } } }, { a: [1, 2, 3] }, [i(2), i(3)]],
  [{ $filter: { input: '$a', cond: { $gt: ['$$this', 1] }, limit: 1 } }, { a: [1, 2, 3] }, [i(2)]],
  [{ $map: { input: '$a', as: 'n', in: { $add: ['$$n', '$b'] } } }, { a: [1, 2], b: 10 }, [i(11), i(12)]],
  [
    { $map: { input: '$a', in: { $map: { input: '$$this', as: 'x', in: { $multiply: ['$$x', 2] } } } } },
    { a: [[1], [2]] },
    [[i(2)], [i(4)]],
  ],
  [{ $reduce: { input: '$a', initialValue: '', in: { $concat: ['$$value', '$$this'] } } }, { a: ['a', 'b'] }, 'ab'],
  [{ $in: [l(2), '$a'] }, { a: [1, 2] }, true],
  [{ $indexOfArray: ['$a', 2] }, { a: [1, 2] }, i(1)],
  [{ $isArray: '$a' }, { a: [] }, true],
  [{ $isArray: ['$a'] }, { a: 1 }, false],
  [{ $range: [0, 10, 4] }, {}, [i(0), i(4), i(8)]],
  [{ $range: [3, 0, -2] }, {}, [i(3), i(1)]],
  [{ $reverseArray: '$a' }, { a: [1, 2] }, [i(2), i(1)]],
  [{ $size: '$a' }, { a: [1, 2] }, i(2)],
  [{ $slice: ['$a', 1, 2] }, { a: [1, 2, 3, 4] }, [i(2), i(3)]],
  [{ $slice: ['$a', -2] }, { a: [1, 2, 3] }, [i(2), i(3)]],
  [
    { $zip: { inputs: ['$a', '$b'], useLongestLength: true, defaults: [0, 'z'] } },
    { a: [1, 2], b: ['x'] },
    [
      [i(1), 'x'],
      [i(2), 'z'],
    ],
  ],
  [{ $sortArray: { input: '$a', sortBy: -1 } }, { a: [1, 3, 2] }, [i(3), i(2), i(1)]],
  [{ $sortArray: { input: '$a', sortBy: { n: 1 } } }, { a: [{ n: 2 }, { n: 1 }] }, [{ n: i(1) }, { n: i(2) }]],
  [{ $firstN: { input: '$a', n: 2 } }, { a: [1, 2, 3] }, [i(1), i(2)]],
  [{ $maxN: { input: '$a', n: 2 } }, { a: [1, 3, null, 2] }, [i(3), i(2)]],
  [{ $setUnion: ['$a', [2, 3]] }, { a: [1, l(2)] }, [i(1), l(2), i(3)]],
  [{ $setIntersection: ['$a', [2, 3]] }, { a: [1, 2] }, [i(2)]],
  [{ $setDifference: ['$a', [2]] }, { a: [1, 2, 1] }, [i(1)]],
  [{ $setEquals: ['$a', [2, 1]] }, { a: [1, 2, 2] }, true],
  [{ $setIsSubset: [[1], '$a'] }, { a: [1, 2] }, true],
  [
    { $setUnion: [[new Binary(Buffer.from([255]))], [new Binary(Buffer.from([254]))]] },
    {},
    [new Binary(Buffer.from([255])), new Binary(Buffer.from([254]))],
  ],
  [{ $anyElementTrue: ['$a'] }, { a: [0, null, 1] }, true],
  [{ $allElementsTrue: ['$a'] }, { a: [1, null] }, false],
  [{ $sum: '$a' }, { a: [1, l(2), 'x'] }, l(3)],
  [{ $avg: ['$a', '$b'] }, { a: 1, b: 2 }, d(1.5)],
  [{ $max: '$a' }, { a: [1, 'x', null] }, 'x'],
  [{ $min: ['$a', '$b'] }, { a: 3, b: null }, i(3)],
  [{ $stdDevPop: '$a' }, { a: [1, 3] }, d(1)],
];

const strings: readonly Row[] = [
  [{ $concat: ['$a', '-', '$b'] }, { a: 'x', b: 'y' }, 'x-y'],
  [{ $concat: ['$a', '-'] }, {}, null],
  [{ $toUpper: 'straße' }, {}, 'STRAßE'],
  [{ $toLower: '$a' }, {}, ''],
  [{ $substrCP: ['añb', 1, 1] }, {}, 'ñ'],
  [{ $substrBytes: ['añb', 1, 2] }, {}, 'ñ'],
  [{ $substr: ['hello', 1, -1] }, {}, 'ello'],
  [{ $strLenCP: 'añ😀' }, {}, i(3)],
  [{ $strLenBytes: 'añ' }, {}, i(3)],
  [{ $indexOfCP: ['añb', 'b'] }, {}, i(2)],
  [{ $indexOfBytes: ['añb', 'b'] }, {}, i(3)],
  [{ $split: ['a,b', ','] }, {}, ['a', 'b']],
  [{ $trim: { input: '  x \n' } }, {}, 'x'],
  [{ $ltrim: { input: 'xxay', chars: 'xy' } }, {}, 'ay'],
  [{ $strcasecmp: ['A', 'b'] }, {}, i(-1)],
  [{ $replaceAll: { input: 'a.a', find: 'a', replacement: { $literal: '$1' } } }, {}, '$1.$1'],
  [{ $replaceOne: { input: 'a.a', find: 'a', replacement: 'b' } }, {}, 'b.a'],
  [{ $regexMatch: { input: 'Line', regex: /line/i } }, {}, true],
  [{ $regexFind: { input: 'ñ-12-x', regex: '(\\d)(y)?' } }, {}, { match: '1', idx: i(2), captures: ['1', null] }],
  [
    { $regexFindAll: { input: 'a1b2', regex: new BSONRegExp('\\d') } },
    {},
    [
      { match: '1', idx: i(1), captures: [] },
      { match: '2', idx: i(3), captures: [] },
    ],
  ],
  [{ $regexMatch: { input: null, regex: 'x' } }, {}, false],
];

const conversions: readonly Row[] = [
  [{ $toInt: '12' }, {}, i(12)],
  [{ $toInt: d(-1.9) }, {}, i(-1)],
  [{ $toLong: date('1970-01-01T00:00:01Z') }, {}, l(1000)],
  [{ $toDouble: m('1.5') }, {}, d(1.5)],
  [{ $toDecimal: d(0.1) }, {}, m('0.100000000000000')],
  [{ $toString: d(2.5) }, {}, '2.5'],
  [{ $toString: new ObjectId('65a000000000000000000000') }, {}, '65a000000000000000000000'],
  [{ $toString: date('2024-01-02T03:04:05.006Z') }, {}, '2024-01-02T03:04:05.006Z'],
  [{ $toObjectId: '65a000000000000000000000' }, {}, new ObjectId('65a000000000000000000000')],
  [{ $toDate: l(5) }, {}, new Date(5)],
  [{ $toDate: '2024-01-02' }, {}, date('2024-01-02T00:00:00Z')],
  [{ $toDate: new ObjectId('65a000000000000000000000') }, {}, date('2024-01-11T14:49:36Z')],
  [{ $toBool: 'false' }, {}, true],
  [{ $toBool: 0 }, {}, false],
  [{ $convert: { input: 'x', to: 'int', onError: 'bad', onNull: 'none' } }, {}, 'bad'],
  [{ $convert: { input: '$nope', to: 'int', onNull: 'none' } }, {}, 'none'],
  [{ $type: '$a' }, { a: l(1) }, 'long'],
  [{ $type: '$a' }, { a: d(1) }, 'double'],
  [{ $type: '$a' }, {}, 'missing'],
  [{ $type: '$a' }, { a: new MaxKey() }, 'maxKey'],
  [{ $isNumber: m('1') }, {}, true],
  [{ $tsSecond: new Timestamp({ t: 7, i: 2 }) }, {}, l(7)],
  [{ $bsonSize: '$$ROOT' }, { a: 1 }, i(12)],
];

const when = date('2024-12-30T23:30:15.123Z'); // a Monday
const dates: readonly Row[] = [
  [{ $year: '$t' }, { t: when }, i(2024)],
  [{ $month: '$t' }, { t: when }, i(12)],
  [{ $dayOfMonth: { date: '$t', timezone: '+0100' } }, { t: when }, i(31)],
  [{ $dayOfWeek: '$t' }, { t: when }, i(2)],
  [{ $isoDayOfWeek: '$t' }, { t: when }, i(1)],
  [{ $isoWeek: '$t' }, { t: when }, i(1)],
  [{ $isoWeekYear: '$t' }, { t: when }, l(2025)],
  [{ $week: '$t' }, { t: when }, i(52)],
  [{ $dayOfYear: '$t' }, { t: when }, i(365)],
  [{ $hour: { date: '$t', timezone: 'America/New_York' } }, { t: when }, i(18)],
  [{ $millisecond: '$t' }, { t: when }, i(123)],
  [{ $year: '$nope' }, {}, null],
  [{ $dateToString: { date: '$t' } }, { t: when }, '2024-12-30T23:30:15.123Z'],
  [
    { $dateToString: { date: '$t', format: '%Y/%m/%d %H:%M %z week %V of %G', timezone: 'Europe/Berlin' } },
    { t: when },
    '2024/12/31 00:30 +0100 week 01 of 2025',
  ],
  [{ $dateToString: { date: null, onNull: 'never' } }, {}, 'never'],
  [{ $dateFromString: { dateString: '2024-02-03T04:05:06Z' } }, {}, date('2024-02-03T04:05:06Z')],
  [{ $dateFromString: { dateString: '03-02-2024', format: '%d-%m-%Y' } }, {}, date('2024-02-03T00:00:00Z')],
  [
    { $dateFromString: { dateString: '2024-07-01 12:00', timezone: 'Europe/Berlin' } },
    {},
    date('2024-07-01T10:00:00Z'),
  ],
  [{ $dateFromString: { dateString: 'nonsense', onError: 'bad' } }, {}, 'bad'],
  [{ $dateFromParts: { year: 2024, month: 14 } }, {}, date('2025-02-01T00:00:00Z')],
  [{ $dateFromParts: { isoWeekYear: 2025, isoWeek: 1 } }, {}, date('2024-12-30T00:00:00Z')],
  [
    { $dateToParts: { date: '$t', iso8601: true } },
    { t: when },
    {
      isoWeekYear: i(2025),
      isoWeek: i(1),
      isoDayOfWeek: i(1),
      hour: i(23),
      minute: i(30),
      second: i(15),
      millisecond: i(123),
    },
  ],
  [
    { $dateAdd: { startDate: date('2024-01-31T00:00:00Z'), unit: 'month', amount: 1 } },
    {},
    date('2024-02-29T00:00:00Z'),
  ],
  [
    { $dateAdd: { startDate: date('2024-03-30T12:00:00Z'), unit: 'day', amount: 1, timezone: 'Europe/Berlin' } },
    {},
    date('2024-03-31T11:00:00Z'),
  ],
  [
    { $dateSubtract: { startDate: date('2024-03-31T00:00:00Z'), unit: 'quarter', amount: 1 } },
    {},
    date('2023-12-31T00:00:00Z'),
  ],
  [
    { $dateDiff: { startDate: date('2024-01-01T23:59:00Z'), endDate: date('2024-01-02T00:01:00Z'), unit: 'day' } },
    {},
    l(1),
  ],
  [
    {
      $dateDiff: {
        startDate: date('2024-12-29T00:00:00Z'),
        endDate: date('2024-12-30T00:00:00Z'),
        unit: 'week',
        startOfWeek: 'monday',
      },
    },
    {},
    l(1),
  ],
  [
    { $dateDiff: { startDate: date('2023-12-31T00:00:00Z'), endDate: date('2024-01-01T00:00:00Z'), unit: 'year' } },
    {},
    l(1),
  ],
  [{ $dateTrunc: { date: '$t', unit: 'hour' } }, { t: when }, date('2024-12-30T23:00:00Z')],
  [{ $dateTrunc: { date: '$t', unit: 'week' } }, { t: when }, date('2024-12-29T00:00:00Z')],
  [{ $dateTrunc: { date: '$t', unit: 'month', binSize: 6 } }, { t: when }, date('2024-07-01T00:00:00Z')],
];

const errors: readonly (readonly [expression: unknown, code: number])[] = [
  [{ $nope: 1 }, 168],
  [{ $add: 1, $subtract: 2 }, 15983],
  [{ $add: ['x', 1] }, 14],
  [{ $subtract: ['x', 1] }, 14],
  [{ $divide: [1, 0] }, 2],
  [{ $mod: [1, 0] }, 16610],
  [{ $sqrt: -1 }, 28714],
  [{ $abs: 'x' }, 28765],
  [{ $eq: [1] }, 16020],
  [{ $cond: { if: 1, then: 2 } }, 17082],
  [{ $switch: { branches: [{ case: false, then: 1 }] } }, 40066],
  ['$$nope', 17276],
  ['$a..b', 15998],
  ['$a.', 40353],
  [{ $size: '$nope' }, 17124],
  [{ $arrayElemAt: [5, 0] }, 28689],
  [{ $in: [1, 2] }, 40081],
  [{ $map: { input: 'x', in: 1 } }, 16883],
  [{ $filter: { input: 'x', cond: 1 } }, 28651],
  [{ $reduce: { input: 'x', initialValue: 0, in: 1 } }, 40080],
  [{ $range: [0, 5, 0] }, 34449],
  [{ $range: [0, 2147483647] }, 146],
  [{ $concat: [1] }, 16702],
  [{ $toInt: 'x' }, 241],
  [{ $toInt: l('3000000000') }, 241],
  [{ $convert: { input: 1, to: 'nope' } }, 2],
  [{ $mergeObjects: [1] }, 40400],
  [{ $function: { body: 'function () {}', args: [], lang: 'js' } }, 31264],
  [{ $let: { vars: { Upper: 1 }, in: 1 } }, 16867],
  [{ $dateToString: { date: 'x' } }, 16006],
  [{ $add: [when, d(1e300)] }, 15],
  [{ $subtract: [when, d(1e300)] }, 15],
  [{ $dateAdd: { startDate: when, unit: 'year', amount: l('9000000000000000') } }, 15],
  [{ $dateAdd: { startDate: when, unit: 'hour', amount: l('9000000000000000') } }, 15],
  [{ $dateFromParts: { year: 2000, millisecond: l('9000000000000000000') } }, 15],
  [{ $dateToString: { date: when, timezone: 'Mars/Base' } }, 40485],
];

async function evaluate(expression: unknown, doc: Doc): Promise<unknown> {
  const [made] = await aggregate([{ $replaceWith: { v: expression } }], [doc]);
  return made !== undefined && Object.hasOwn(made, 'v') ? made.v : MISSING;
}

describe.each([
  ['arithmetic', arithmetic],
  ['comparison and conditions', comparison],
  ['paths, variables and objects', paths],
  ['arrays and sets', arrays],
  ['strings', strings],
  ['conversions', conversions],
  ['dates', dates],
] as const)('expressions: %s', (_group, rows) => {
  it.each(rows.map((row) => [JSON.stringify(row[0]), JSON.stringify(row[1]), row] as const))(
    '%s over %s',
    async (_e, _d, [expression, doc, answer]) => {
      const found = await evaluate(expression, doc);
      if (answer === MISSING || found === MISSING) expect(found).toBe(answer);
      else expect(strict({ v: found })).toEqual(strict({ v: answer }));
    },
  );
});

describe('expressions that MongoDB refuses', () => {
  it.each(errors.map((row) => [JSON.stringify(row[0]), row] as const))('%s', async (_e, [expression, code]) => {
    expect(await codeOf(() => evaluate(expression, { a: 1 }))).toBe(code);
  });
});

describe('expressions that would take too long', () => {
  it('are stopped by their number of steps', async () => {
    const numbers = { $range: [0, 3000] };
    const inner = { $map: { input: numbers, as: 'b', in: 1 } };
    expect(await codeOf(() => evaluate({ $map: { input: numbers, as: 'a', in: { $size: inner } } }, {}))).toBe(50);
  });
});
