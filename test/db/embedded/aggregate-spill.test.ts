/** What does not fit into memory goes to disk, and nothing but the use of the disk tells the difference. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decimal128, Double, Long } from 'bson';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runPipeline } from '../../../server/db/embedded/aggregate/pipeline.ts';
import { type Doc } from '../../../server/db/embedded/values/codec.ts';
import { aggregate, codeOf, envOf, streamOf, strict } from './aggregate-helpers.ts';

const SMALL = 4_000;
let spillDir = '';

beforeEach(() => {
  spillDir = mkdtempSync(join(tmpdir(), 'spill-test-'));
});
afterEach(() => rmSync(spillDir, { recursive: true, force: true }));

const value = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ noNaN: true, min: -4, max: 4 }).map((n) => new Double(n)),
  fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }).map((n) => Long.fromBigInt(n)),
  fc.integer({ min: -3, max: 3 }).map((n) => Decimal128.fromString(`${n}.50`)),
  fc.string({ maxLength: 3 }),
  fc.constant(null),
  fc.boolean(),
);
const docs = fc.array(fc.record({ k: value, v: value }, { requiredKeys: [] }), { minLength: 60, maxLength: 250 });

const numbered = (found: readonly Doc[]): Doc[] => found.map((doc, n) => ({ _id: n, ...doc }));

const GROUP = {
  $group: {
    _id: '$k',
    n: { $sum: 1 },
    first: { $first: '$_id' },
    last: { $last: '$_id' },
    all: { $push: '$_id' },
    lo: { $min: '$v' },
    hi: { $max: '$v' },
    set: { $addToSet: '$v' },
    merged: { $mergeObjects: { x: '$_id' } },
    top: { $topN: { n: 2, sortBy: { v: 1, _id: 1 }, output: '$_id' } },
    ends: { $lastN: { n: 3, input: '$_id' } },
  },
};

/** Groups come in any order; within one, everything has its place but the elements of a set. */
function asComparable(groups: readonly Doc[]): string[] {
  return groups
    .map((group) =>
      JSON.stringify({
        ...(strict(group) as object),
        set: (strict(group.set) as unknown[]).map((item) => JSON.stringify(item)).sort(),
      }),
    )
    .sort();
}

describe('spilling', () => {
  it('sorts as memory does, stably', async () => {
    await fc.assert(
      fc.asyncProperty(docs, async (given) => {
        const stages = [{ $sort: { k: 1 } }];
        const inMemory = await aggregate(stages, numbered(given));
        const spilled = await aggregate(stages, numbered(given), {}, { memoryLimitBytes: SMALL, spillDir });
        expect(strict(spilled)).toEqual(strict(inMemory));
      }),
      { numRuns: 25 },
    );
  });

  it('groups as memory does', async () => {
    await fc.assert(
      fc.asyncProperty(docs, async (given) => {
        const inMemory = await aggregate([GROUP], numbered(given));
        const spilled = await aggregate([GROUP], numbered(given), {}, { memoryLimitBytes: SMALL, spillDir });
        expect(asComparable(spilled)).toEqual(asComparable(inMemory));
      }),
      { numRuns: 25 },
    );
  });

  it('sums and averages over spilled groups exactly', async () => {
    const given = Array.from({ length: 3000 }, (_, n) => ({
      k: n % 300,
      v: n % 2 === 0 ? new Double(0.1) : Long.fromNumber(n),
    }));
    const stages = [
      { $group: { _id: '$k', sum: { $sum: '$v' }, avg: { $avg: '$v' }, dev: { $stdDevPop: '$v' } } },
      { $sort: { _id: 1 } },
    ];
    const inMemory = await aggregate(stages, given);
    const spilled = await aggregate(stages, given, {}, { memoryLimitBytes: SMALL, spillDir });
    const rounded = (found: readonly Doc[]): unknown =>
      found.map((doc) => Object.values(doc).map((each) => Number(String(each)).toPrecision(10)));
    expect(rounded(spilled)).toEqual(rounded(inMemory));
  });

  it('sorts with a limit without ever touching the disk', async () => {
    const given = Array.from({ length: 20_000 }, (_, n) => ({ _id: n, v: (n * 7919) % 20_011 }));
    const found = await aggregate(
      [{ $sort: { v: 1 } }, { $limit: 3 }],
      given,
      {},
      { memoryLimitBytes: 400_000, allowDiskUse: false },
    );
    const wanted = given
      .map(({ v }) => v)
      .sort((a, b) => a - b)
      .slice(0, 3);
    expect(found.map(({ v }) => Number(v))).toEqual(wanted);
  });

  it('draws samples that do not fit into memory, each document once', async () => {
    const given = Array.from({ length: 2000 }, (_, n) => ({ _id: n }));
    const found = await aggregate([{ $sample: { size: 1500 } }], given, {}, { memoryLimitBytes: SMALL, spillDir });
    expect(new Set(found.map(({ _id }) => Number(_id))).size).toBe(1500);
  });

  it.each([
    ['$sort', { $sort: { v: 1 } }],
    ['$group', { $group: { _id: '$v' } }],
    ['$facet', { $facet: { a: [] } }],
    ['$bucketAuto', { $bucketAuto: { groupBy: '$v', buckets: 2 } }],
  ])('is refused for %s with allowDiskUse: false', async (_name, stage) => {
    const given = Array.from({ length: 500 }, (_, n) => ({ v: `value ${n}` }));
    expect(
      await codeOf(() => aggregate([stage], given, {}, { memoryLimitBytes: SMALL, spillDir, allowDiskUse: false })),
    ).toBe(292);
    expect(
      await codeOf(() => aggregate([stage], given, {}, { memoryLimitBytes: SMALL, spillDir: undefined as never })),
    ).toBe(292);
  });

  it('removes its files when the pipeline ends, fails, or is left early', async () => {
    const given = Array.from({ length: 2000 }, (_, n) => ({ v: n % 700 }));
    const env = envOf({}, { memoryLimitBytes: SMALL, spillDir });
    await aggregate([{ $sort: { v: 1 } }, { $group: { _id: '$v' } }], given, {}, { memoryLimitBytes: SMALL, spillDir });
    expect(readdirSync(spillDir)).toEqual([]);

    let seen = 0;
    for await (const _doc of runPipeline([{ $sort: { v: 1 } }], streamOf(given), env)) {
      if (seen++ === 0) expect(readdirSync(spillDir)).toHaveLength(1);
      if (seen > 3) break;
    }
    expect(readdirSync(spillDir)).toEqual([]);

    expect(
      await codeOf(() =>
        aggregate(
          [{ $sort: { v: 1 } }, { $project: { x: { $divide: [1, '$v'] } } }],
          given,
          {},
          { memoryLimitBytes: SMALL, spillDir },
        ),
      ),
    ).toBe(2);
    expect(readdirSync(spillDir)).toEqual([]);
  });
});

describe('turns', () => {
  it('are given away while a long pipeline works', async () => {
    let breaths = 0;
    const given = Array.from({ length: 60_000 }, (_, n) => ({ v: n }));
    const stages = [
      { $addFields: { w: { $multiply: ['$v', 2] } } },
      { $group: { _id: { $mod: ['$v', 5000] }, s: { $sum: '$w' } } },
      { $sort: { s: -1 } },
    ];
    const started = performance.now();
    let longestMs = 0;
    let last = started;
    const breathe = async (): Promise<void> => {
      breaths++;
      longestMs = Math.max(longestMs, performance.now() - last);
      await new Promise((resolve) => setImmediate(resolve));
      last = performance.now();
    };
    await aggregate(stages, given, {}, { breathe });
    expect(breaths).toBeGreaterThan((performance.now() - started) / 100);
    expect(longestMs).toBeLessThan(performance.now() - started);
  });
});
