import { describe, expect, it } from 'vitest';
import { compileMatch } from '../../../../server/db/embedded/match/compile.ts';
import { compileProjection } from '../../../../server/db/embedded/project/compile.ts';
import { encode } from '../../../../server/db/embedded/values/codec.ts';
import { show } from '../../../../server/db/embedded/values/show.ts';

type Doc = Record<string, unknown>;
const doc = {
  _id: 1,
  a: 1,
  b: { x: 1, y: { z: 2 } },
  l: [1, 2, 3, 4],
  d: [{ p: 1, q: 1 }, { p: 2, q: 2 }, 5, [{ p: 3, q: 3 }]],
};

/** Enough of an evaluator: '$name' reads a field, { $literal } is itself. */
const evaluate = (from: Doc, spec: Doc): Doc =>
  Object.fromEntries(
    Object.entries(spec)
      .map(([name, e]) => [
        name,
        typeof e === 'string' && e.startsWith('$')
          ? from[e.slice(1)]
          : ((e as { $literal?: unknown } | null)?.$literal ?? e),
      ])
      .filter(([, value]) => value !== undefined),
  );

/** given a projection (and a filter, for the positional operator), then what is left of `doc`, or the code of the error */
const rows: [Doc, Doc | number, Doc?][] = [
  [{ a: 1 }, { _id: 1, a: 1 }],
  [{ a: true, _id: 0 }, { a: 1 }],
  [{ _id: 1 }, { _id: 1 }],
  [{ _id: 0, b: 0, l: 0, d: 0 }, { a: 1 }],
  [
    { b: 0, l: 0, d: 0 },
    { _id: 1, a: 1 },
  ],
  [
    { b: 0, l: 0, d: 0, _id: 1 },
    { _id: 1, a: 1 },
  ],
  [{ 'b.x': 1 }, { _id: 1, b: { x: 1 } }],
  [{ b: { y: { z: 1 } } }, { _id: 1, b: { y: { z: 2 } } }],
  [{ 'a.z': 1 }, { _id: 1 }],
  [{ 'b.none': 1 }, { _id: 1, b: {} }],
  [{ none: 1 }, { _id: 1 }],
  [{ 'd.p': 1 }, { _id: 1, d: [{ p: 1 }, { p: 2 }, [{ p: 3 }]] }],
  [
    { 'd.p': 0, a: 0, b: 0, l: 0 },
    { _id: 1, d: [{ q: 1 }, { q: 2 }, 5, [{ q: 3 }]] },
  ],
  [
    { l: 1, a: 1 },
    { _id: 1, a: 1, l: [1, 2, 3, 4] },
  ],
  [{ toString: 1 }, { _id: 1 }],
  // $slice
  [
    { l: { $slice: 2 }, a: 0, b: 0, d: 0 },
    { _id: 1, l: [1, 2] },
  ],
  [
    { l: { $slice: -1 }, _id: 1 },
    { _id: 1, l: [4] },
  ],
  [
    { l: { $slice: [1, 2] }, a: 1 },
    { _id: 1, a: 1, l: [2, 3] },
  ],
  [
    { l: { $slice: [-3, 2] }, a: 1 },
    { _id: 1, a: 1, l: [2, 3] },
  ],
  [
    { l: { $slice: [9, 2] }, a: 1 },
    { _id: 1, a: 1, l: [] },
  ],
  [
    { l: { $slice: [-9, 2] }, a: 1 },
    { _id: 1, a: 1, l: [1, 2] },
  ],
  [
    { a: { $slice: 1 }, b: 0, l: 0, d: 0 },
    { _id: 1, a: 1 },
  ],
  [
    { l: { $slice: 0 }, a: 1 },
    { _id: 1, a: 1, l: [] },
  ],
  [{ l: { $slice: 'x' } }, 28667],
  [{ l: { $slice: [1, 0] } }, 28724],
  [{ l: { $slice: [1, 2, 3] } }, 28667],
  // $elemMatch
  [{ d: { $elemMatch: { p: 2 } } }, { _id: 1, d: [{ p: 2, q: 2 }] }],
  [{ l: { $elemMatch: { $gt: 2 } } }, { _id: 1, l: [3] }],
  [{ l: { $elemMatch: { $gt: 9 } } }, { _id: 1 }],
  [
    { l: { $elemMatch: { $gt: 2 } }, d: 1 },
    { _id: 1, d: doc.d, l: [3] },
  ],
  [{ a: { $elemMatch: { $gt: 2 } } }, { _id: 1 }],
  [
    { l: { $elemMatch: { $gt: 2 } }, a: 0, b: 0, d: 0 },
    { _id: 1, l: [3] },
  ],
  [{ l: { $elemMatch: 5 } }, 31274],
  [{ 'b.l': { $elemMatch: { p: 1 } } }, 31275],
  // positional
  [{ 'l.$': 1 }, { _id: 1, l: [3] }, { l: { $gt: 2 } }],
  [{ 'd.$': 1, a: 1 }, { _id: 1, a: 1, d: [{ p: 2, q: 2 }] }, { 'd.p': 2 }],
  [{ 'l.$': 1 }, 51246],
  [{ 'l.$': 1, 'd.$': 1 }, 31276, { l: 1 }],
  [{ 'l.$': 1, d: { $elemMatch: { p: 1 } } }, 31256, { l: 1 }],
  [{ 'l.$': 1, a: 0 }, 31395, { l: 1 }],
  // computed
  [{ c: '$a' }, { _id: 1, c: 1 }],
  [
    { a: 1, c: { $literal: 5 } },
    { _id: 1, a: 1, c: 5 },
  ],
  [
    { a: 1, 'b.c': '$a', _id: 0 },
    { a: 1, b: { c: 1 } },
  ],
  [
    { c: '$none', a: 1 },
    { _id: 1, a: 1 },
  ],
  [{ a: '$l', _id: 0 }, { a: [1, 2, 3, 4] }],
  [{ c: '$a', a: 0 }, 31252],
  // what cannot be
  [{ a: 1, b: 0 }, 31254],
  [{ a: 0, b: 1 }, 31253],
  [{ a: 1, 'b.x': 0 }, 31254],
  [{ b: 1, 'b.x': 1 }, 31249],
  [{ 'b.x': 1, b: 1 }, 31250],
  [{ b: { x: 1 }, 'b.x': 1 }, 31250],
  [{ b: {} }, 51270],
  [{ b: { x: {} } }, 51270],
  [{ '': 1 }, 40352],
  [{ 'a.': 1 }, 40353],
  [{ 'a..b': 1 }, 15998],
  [{ $a: 1 }, 16410],
  [{ 'a.$b': 1 }, 16410],
  [{ 'a.__proto__': 1 }, 2],
  [{ s: { $meta: 'textScore' } }, 2],
];

describe('a projection', () => {
  it.each(rows.map((row) => [show(row[0]), typeof row[1] === 'number' ? row[1] : show(row[1]), row] as const))(
    '%s → %s',
    (_s, _e, [spec, expected, filter]) => {
      const before = encode(doc);
      const project = (): Doc => {
        const found: { arrayIndex?: number } = {};
        if (filter !== undefined) compileMatch(filter)(doc, found);
        return compileProjection(spec, { match: {}, evaluate })!(doc, found);
      };
      if (typeof expected === 'number') expect(project).toThrow(expect.objectContaining({ code: expected }));
      else expect(encode(project())).toEqual(encode(expected));
      expect(encode(doc)).toEqual(before);
    },
  );
  it('is none when nothing is asked for', () => {
    expect(compileProjection(undefined, { match: {} })).toBeNull();
    expect(compileProjection({}, { match: {} })).toBeNull();
  });
  it('keeps keys such as __proto__ that a document has as its own', () => {
    const odd = JSON.parse('{"_id":1,"__proto__":{"x":1},"b":2}') as Doc;
    const result = compileProjection({ b: 0 }, { match: {} })!(odd);
    expect(Object.keys(result)).toEqual(['_id', '__proto__']);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  });
});
