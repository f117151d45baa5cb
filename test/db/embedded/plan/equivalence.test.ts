/**
 * Whatever plan is chosen, the answer is that of a scan of the whole collection: random documents, indexes, filters and
 * sorts, each asked twice. A fixed seed makes a failure repeatable.
 */
import { Decimal128, Long, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anEngineInProcess, type InProcess } from '../engine-support.ts';

let db: InProcess;
beforeAll(() => {
  db = anEngineInProcess();
});
afterAll(() => db.stop());

function createRandom(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    below: (n: number) => Math.floor(next() * n),
    pick: <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!,
  };
}
type Random = ReturnType<typeof createRandom>;

const IDS = Array.from({ length: 4 }, (_, i) => new ObjectId(String(i).padStart(24, '0')));
function aScalar(random: Random): unknown {
  return random.pick<() => unknown>([
    () => random.below(6), () => random.below(6), () => -random.below(3) - 0.5, () => random.pick(['a', 'ab', 'abc', 'b', '']),
    () => random.pick(['a', 'ab', 'b']), () => null, () => new Date(random.below(4) * 1000), () => random.pick(IDS),
    () => random.below(2) === 0, () => Long.fromNumber(random.below(6)), () => Decimal128.fromString(`${random.below(6)}.0`),
    () => NaN,
  ])(); // prettier-ignore
}
function aValue(random: Random): unknown {
  switch (random.below(8)) {
    case 0:
      return Array.from({ length: random.below(4) }, () => aScalar(random));
    case 1:
      return { b: aScalar(random), c: aScalar(random) };
    case 2:
      return Array.from({ length: random.below(3) }, () => ({ b: aScalar(random), c: aScalar(random) }));
    default:
      return aScalar(random);
  }
}
function aDocument(random: Random, id: number): Record<string, unknown> {
  const doc: Record<string, unknown> = { _id: id };
  for (const field of ['a', 'x', 'y'])
    if (random.below(5) > 0)
      doc[field] = field === 'a' ? aValue(random) : random.below(4) === 0 ? aValue(random) : aScalar(random);
  return doc;
}
const PATHS = ['a', 'a.b', 'a.c', 'x', 'y', '_id'];
function aCondition(random: Random): unknown {
  return random.pick<() => unknown>([
    () => aScalar(random), () => aScalar(random), () => aValue(random), () => ({ $in: [aScalar(random), aScalar(random)] }),
    () => ({ $gt: aScalar(random) }), () => ({ $gte: aScalar(random), $lt: aScalar(random) }), () => ({ $lte: aScalar(random) }),
    () => ({ $ne: aScalar(random) }), () => ({ $exists: random.below(2) === 0 }), () => /^a/, () => /^ab?/, () => ({ $nin: [aScalar(random)] }),
    () => ({ $elemMatch: { $gt: aScalar(random) } }), () => ({ $elemMatch: { b: aScalar(random), c: { $gte: aScalar(random) } } }),
    () => ({ $all: [aScalar(random)] }),
  ])(); // prettier-ignore
}
function aFilter(random: Random): Record<string, unknown> {
  const filter: Record<string, unknown> = {};
  for (let i = 0; i <= random.below(3); i++) filter[random.pick(PATHS)] = aCondition(random);
  if (random.below(5) === 0)
    filter.$or = [{ [random.pick(PATHS)]: aCondition(random) }, { [random.pick(PATHS)]: aCondition(random) }];
  return filter;
}
function anIndex(random: Random): { key: Record<string, number>; sparse?: boolean; partialFilterExpression?: unknown } {
  const key: Record<string, number> = {};
  for (let i = 0; i <= random.below(3); i++) key[random.pick(PATHS.slice(0, 5))] = random.below(2) === 0 ? 1 : -1;
  const kind = random.below(6);
  const partial = random.pick([{ x: { $gt: 1 } }, { x: { $exists: true } }, { y: { $exists: true }, x: 1 }]);
  return { key, ...(kind === 0 ? { sparse: true } : kind === 1 ? { partialFilterExpression: partial } : {}) };
}

let planned = 0;
let byIndex = 0;

describe('every plan', () => {
  afterAll(() => {
    // Scans compared with scans would prove nothing.
    expect(byIndex / planned).toBeGreaterThan(0.3);
  });
  for (let seed = 1; seed <= Number(process.env.SEEDS ?? 60); seed++)
    it(`answers what a scan answers (seed ${seed})`, async () => {
      const random = createRandom(seed * 7919);
      const coll = `eq${seed}`;
      const documents = Array.from({ length: 60 }, (_, id) => aDocument(random, id));
      await db.run({ createIndexes: coll, indexes: Array.from({ length: 3 }, () => anIndex(random)) });
      for (const document of documents) await db.run({ insert: coll, documents: [document] });
      for (let i = 0; i < 40; i++) {
        const filter = aFilter(random);
        const sort =
          random.below(2) === 0
            ? { [random.pick(['x', 'y', 'a', '_id'])]: random.below(2) === 0 ? 1 : -1, _id: 1 }
            : undefined;
        const query = { find: coll, filter, ...(sort === undefined ? {} : { sort }), batchSize: 1000 };
        const answer = await db.run(query);
        const scanned = await db.run({ ...query, hint: { $natural: 1 } });
        const ids = (reply: any): unknown[] => reply.cursor?.firstBatch.map((doc: any) => doc._id) ?? [reply.errmsg];
        const order = (list: unknown[]): unknown[] =>
          sort === undefined ? [...list].sort((a: any, b: any) => a - b) : list;
        expect({ filter, sort, ids: order(ids(answer)) }).toEqual({ filter, sort, ids: order(ids(scanned)) });
        planned++;
        const { queryPlanner } = await db.run({ explain: query, verbosity: 'queryPlanner' });
        if (JSON.stringify(queryPlanner.winningPlan).includes('IXSCAN')) byIndex++;
        const counted = await db.run({ count: coll, query: filter });
        expect({ filter, n: counted.n }).toEqual({ filter, n: ids(scanned).length });
      }
    });
});
