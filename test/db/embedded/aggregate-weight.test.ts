/** Values that double with every stage: forty short stages, and nothing could write the result down. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anEngineInProcess, type InProcess } from './engine-support.ts';

let db: InProcess;
beforeAll(async () => {
  db = anEngineInProcess();
  await db.run({ insert: 'small', documents: [{ _id: 1, x: ['aaaaaaaaaa'], s: 'a' }] });
});
afterAll(() => db.stop());

const stages = (stage: object): object[] => Array.from({ length: 38 }, () => stage);
let nested: object = { $let: { vars: { v: ['$x', '$x'] }, in: '$$v' } };
for (let i = 0; i < 30; i++) nested = { $let: { vars: { v: nested }, in: ['$$v', '$$v'] } };

describe('a value that an expression puts together', () => {
  it.each<[string, object[]]>([
    ['a list', stages({ $set: { x: ['$x', '$x'] } })],
    ['an object', stages({ $set: { x: { a: '$x', b: '$x' } } })],
    ['dotted fields', stages({ $set: { 'z.a': '$$ROOT', 'z.b': '$$ROOT' } })],
    ['$project', stages({ $project: { x: ['$x', '$x'] } })],
    ['$replaceRoot', stages({ $replaceRoot: { newRoot: { a: '$$ROOT', b: '$$ROOT' } } })],
    ['$mergeObjects', stages({ $replaceWith: { $mergeObjects: [{ a: '$$ROOT' }, { b: '$$ROOT' }] } })],
    ['$setField', stages({ $set: { x: { $setField: { field: 'a', input: { b: '$x' }, value: '$x' } } } })],
    ['$group', stages({ $group: { _id: 1, a: { $first: '$$ROOT' }, b: { $first: '$$ROOT' } } })],
    ['$group with $push', stages({ $group: { _id: 1, a: { $push: '$$ROOT' }, b: { $push: '$$ROOT' } } })],
    ['nested variables', [{ $set: { x: nested } }]],
  ])('is refused when it outgrows what a pipeline holds: %s', async (_name, pipeline) => {
    const startedAt = performance.now();
    const { ok, code } = await db.run({ aggregate: 'small', pipeline, cursor: {} });
    expect({ ok, isTooLarge: code === 10334 || code === 146 }).toEqual({ ok: 0, isTooLarge: true });
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });

  it('may share its parts as long as it is no larger than a document', async () => {
    const pipeline = Array.from({ length: 10 }, () => ({ $set: { x: ['$x', '$x'] } }));
    const { cursor } = await db.run({ aggregate: 'small', pipeline, cursor: {} });
    expect(JSON.stringify(cursor.firstBatch[0].x).split('aaaaaaaaaa')).toHaveLength(1_025);
  });

  it('is refused in an update too, and nothing is changed', async () => {
    const updates = [{ q: { _id: 1 }, u: stages({ $set: { x: { a: '$x', b: '$x' } } }) }];
    const answer = await db.run({ update: 'small', updates });
    expect(answer.writeErrors?.[0]?.code ?? answer.code).toBe(10334);
    const { cursor } = await db.run({ find: 'small', filter: {} });
    expect(cursor.firstBatch).toEqual([{ _id: 1, x: ['aaaaaaaaaa'], s: 'a' }]);
  });
});
