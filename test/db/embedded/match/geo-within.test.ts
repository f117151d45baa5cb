import { Double, Int32 } from 'bson';
import { describe, expect, it } from 'vitest';
import { compileMatch } from '../../../../server/db/embedded/match/compile.ts';

type Row = readonly [shape: Record<string, unknown>, place: unknown, isInside: boolean];

const square = [
  [0, 0],
  [4, 0],
  [4, 4],
  [0, 4],
];
const rows: readonly Row[] = [
  [
    {
      $box: [
        [0, 0],
        [2, 2],
      ],
    },
    [1, 1],
    true,
  ],
  [
    {
      $box: [
        [2, 2],
        [0, 0],
      ],
    },
    [2, 0],
    true,
  ],
  [
    {
      $box: [
        [0, 0],
        [2, 2],
      ],
    },
    [3, 1],
    false,
  ],
  [
    {
      $box: [
        [0, 0],
        [2, 2],
      ],
    },
    { lng: new Double(1), lat: new Int32(1) },
    true,
  ],
  [
    {
      $box: [
        [0, 0],
        [2, 2],
      ],
    },
    { type: 'Point', coordinates: [1, 1] },
    true,
  ],
  [
    {
      $box: [
        [0, 0],
        [2, 2],
      ],
    },
    [
      [9, 9],
      [1, 1],
    ],
    true,
  ],
  [
    {
      $box: [
        [0, 0],
        [2, 2],
      ],
    },
    'nowhere',
    false,
  ],
  [{ $polygon: square }, [2, 2], true],
  [{ $polygon: square }, [0, 2], true],
  [{ $polygon: square }, [5, 2], false],
  [{ $polygon: { a: { x: 0, y: 0 }, b: { x: 4, y: 0 }, c: { x: 4, y: 4 } } }, [1, 3], false],
  [{ $center: [[0, 0], 5] }, [3, 4], true],
  [{ $center: [[0, 0], 5] }, [4, 4], false],
  [{ $centerSphere: [[0, 0], Math.PI / 2] }, [89, 0], true],
  [{ $centerSphere: [[0, 0], Math.PI / 2] }, [91, 0], false],
  [{ $centerSphere: [[179, 0], 0.1] }, [-179, 0], true],
];

describe.each(['$geoWithin', '$within'])('%s', (name) => {
  it.each(rows)('%j finds %j: %s', (shape, place, isInside) => {
    expect(compileMatch({ place: { [name]: shape } })({ place })).toBe(isInside);
  });

  it.each([
    [{ $geometry: { type: 'Polygon', coordinates: [] } }],
    [{ $box: [[0, 0]] }],
    [
      {
        $polygon: [
          [0, 0],
          [1, 1],
        ],
      },
    ],
    [{ $center: [[0, 0], -1] }],
    [{ $center: ['x', 1] }],
    [{}],
    [5],
  ])('refuses %j', (shape) => {
    expect(() => compileMatch({ place: { [name]: shape } })).toThrow();
  });
});
