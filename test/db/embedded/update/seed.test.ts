import { BSONRegExp } from 'bson';
import { describe, expect, it } from 'vitest';
import { seedFromFilter } from '../../../../server/db/embedded/update/seed.ts';
import { show } from '../../../../server/db/embedded/values/show.ts';

type Doc = Record<string, unknown>;
const rows: [Doc, Doc | number][] = [
  [{ a: 1 }, { a: 1 }],
  [
    { a: 1, _id: 5 },
    { _id: 5, a: 1 },
  ],
  [{ 'a.b': 1, 'a.c': 2 }, { a: { b: 1, c: 2 } }],
  [{ a: { $eq: 1 }, b: { $gt: 2 } }, { a: 1 }],
  [{ a: { $in: [1] }, b: { $in: [1, 2] } }, { a: 1 }],
  [{ a: { $all: [1] } }, { a: 1 }],
  [{ $and: [{ a: 1 }, { $and: [{ b: 2 }] }] }, { a: 1, b: 2 }],
  [{ $or: [{ a: 1 }] }, { a: 1 }],
  [{ $or: [{ a: 1 }, { b: 1 }] }, {}],
  [{ a: new BSONRegExp('x') }, {}],
  [{ a: null }, { a: null }],
  [{ a: { x: 1 } }, { a: { x: 1 } }],
  [{ a: 1, $and: [{ a: 2 }] }, 54],
  [{ a: { b: 1 }, 'a.b': 2 }, 54],
  [{ _id: [1] }, 53],
  [{ 'a.__proto__.b': 1 }, 2],
];

describe('the seed of an upsert', () => {
  it.each(
    rows.map(([filter, seed]) => [show(filter), typeof seed === 'number' ? seed : show(seed), filter, seed] as const),
  )('%s → %s', (_f, _s, filter, seed) => {
    if (typeof seed === 'number') expect(() => seedFromFilter(filter)).toThrow(expect.objectContaining({ code: seed }));
    else expect(JSON.stringify(seedFromFilter(filter))).toBe(JSON.stringify(seed));
  });
});
