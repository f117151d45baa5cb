import { Decimal128, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import { describe, expect, it } from 'vitest';
import { createSorter } from '../../../../server/db/embedded/sort/sorter.ts';
import { createCollation } from '../../../../server/db/embedded/values/collation.ts';
import { show } from '../../../../server/db/embedded/values/show.ts';

type Doc = Record<string, unknown>;

function sorted(spec: Doc, docs: readonly Doc[], collation = createCollation(undefined)): unknown[] {
  const sorter = createSorter(spec, collation);
  return docs
    .map((doc) => [sorter.keysOf(doc), doc] as const)
    .sort((a, b) => sorter.compare(a[0], b[0]))
    .map(([, doc]) => doc.n);
}

/** given a sort and documents numbered n, then their order */
const rows: [Doc, Doc[], number[]][] = [
  [
    { a: 1 },
    [
      { n: 1, a: 3 },
      { n: 2, a: 1 },
      { n: 3, a: 2 },
    ],
    [2, 3, 1],
  ],
  [
    { a: -1 },
    [
      { n: 1, a: 3 },
      { n: 2, a: 1 },
      { n: 3, a: 2 },
    ],
    [1, 3, 2],
  ],
  [
    { a: 1, b: -1 },
    [
      { n: 1, a: 1, b: 1 },
      { n: 2, a: 1, b: 2 },
      { n: 3, a: 0, b: 0 },
    ],
    [3, 2, 1],
  ],
  [{ a: 1 }, [{ n: 1, a: [5, 1] }, { n: 2, a: 3 }, { n: 3, a: [] }, { n: 4 }], [3, 4, 1, 2]],
  [{ a: -1 }, [{ n: 1, a: [5, 1] }, { n: 2, a: 3 }, { n: 3, a: [] }, { n: 4 }], [1, 2, 4, 3]],
  [
    { 'a.b': 1 },
    [
      { n: 1, a: { b: 2 } },
      { n: 2, a: [{ b: 1 }, { b: 9 }] },
      { n: 3, a: 5 },
    ],
    [3, 2, 1],
  ],
  [
    { 'a.b': -1 },
    [
      { n: 1, a: { b: 2 } },
      { n: 2, a: [{ b: 1 }, { b: 9 }] },
      { n: 3, a: 5 },
    ],
    [2, 1, 3],
  ],
  [
    { 'a.0': 1 },
    [
      { n: 1, a: [2, 0] },
      { n: 2, a: [1, 9] },
    ],
    [2, 1],
  ],
  [
    { 'a.x': 1, 'a.y': 1 },
    [
      {
        n: 1,
        a: [
          { x: 1, y: 5 },
          { x: 2, y: 0 },
        ],
      },
      { n: 2, a: [{ x: 1, y: 4 }] },
    ],
    [2, 1],
  ],
  [
    { 'a.b': 1 },
    [
      { n: 1, a: [{ b: 1 }, {}] },
      { n: 2, a: [{ b: 0 }] },
    ],
    [1, 2],
  ],
  [{ constructor: 1 }, [{ n: 1, constructor: 1 }, { n: 2 }], [2, 1]],
  [
    { a: 1 },
    [
      { n: 12, a: new MaxKey() },
      { n: 11, a: new Timestamp({ t: 1, i: 1 }) },
      { n: 10, a: new Date(0) },
      { n: 9, a: false },
      { n: 8, a: new ObjectId() },
      { n: 7, a: [[1]] },
      { n: 6, a: { x: 1 } },
      { n: 5, a: '' },
      { n: 4, a: Long.fromString('9007199254740993') },
      { n: 3, a: Decimal128.fromString('9007199254740992.5') },
      { n: 2, a: NaN },
      { n: 1, a: null },
      { n: 0, a: new MinKey() },
    ],
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  ],
];

describe('a sort', () => {
  it.each(rows.map(([spec, docs, order]) => [show(spec), order, docs, spec] as const))(
    'by %s gives %s',
    (_s, order, docs, spec) => {
      expect(sorted(spec, docs)).toEqual(order);
    },
  );
  it('follows a collation', () => {
    const docs = [
      { n: 1, a: 'b' },
      { n: 2, a: 'A' },
      { n: 3, a: 'a10' },
      { n: 4, a: 'a9' },
    ];
    expect(sorted({ a: 1 }, docs)).toEqual([2, 3, 4, 1]);
    expect(sorted({ a: 1 }, docs, createCollation({ locale: 'en', numericOrdering: true }))).toEqual([2, 4, 3, 1]);
  });
  const faults: [Doc, Doc, number][] = [
    [{ a: 2 }, {}, 15975],
    [{ a: 'x' }, {}, 15974],
    [{ $a: 1 }, {}, 16410],
    [{ a: { $meta: 'textScore' } }, {}, 2],
    [{ a: 1, b: 1 }, { a: [1], b: [1] }, 2],
    [{ 'a.x': 1, 'b.x': 1 }, { a: [{ x: 1 }], b: [{ x: 1 }] }, 2],
  ];
  it.each(faults.map(([spec, doc, code]) => [show(spec), show(doc), code, spec, doc] as const))(
    'by %s of %s is refused with %i',
    (_s, _d, code, spec, doc) => {
      expect(() => createSorter(spec).keysOf(doc)).toThrow(expect.objectContaining({ code }));
    },
  );
});
