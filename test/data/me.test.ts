/** Whom `@me` stands for, and that it never lets anybody see what belongs to nobody. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { standInMe } from '../../server/db/query/me.ts';
import { startDataRig, type DataRig } from './support/dataApi.ts';

const NOTHING = { $in: [] };

describe('@me in a filter', () => {
  it.each<[string, object, object]>([
    ['a field', { owner: '@me' }, { owner: { $eq: 'u1' } }],
    ['a field inside', { 'owner.id': '@me' }, { 'owner.id': { $eq: 'u1' } }],
    ['$eq', { owner: { $eq: '@me' } }, { owner: { $eq: 'u1' } }],
    ['$ne', { owner: { $ne: '@me' } }, { owner: { $ne: 'u1' } }],
    ['$in', { owner: { $in: ['a', '@me', null] } }, { owner: { $in: ['a', 'u1', null] } }],
    ['$nin', { owner: { $nin: ['@me'] } }, { owner: { $nin: ['u1'] } }],
    ['$all', { members: { $all: ['@me', 'a'] } }, { members: { $all: ['u1', 'a'] } }],
    ['$not', { owner: { $not: { $eq: '@me' } } }, { owner: { $not: { $eq: 'u1' } } }],
    [
      '$and, $or, $nor',
      { $and: [{ $or: [{ a: '@me' }, { b: 1 }] }], $nor: [{ c: '@me' }] },
      { $and: [{ $or: [{ a: { $eq: 'u1' } }, { b: 1 }] }], $nor: [{ c: { $eq: 'u1' } }] },
    ],
    [
      '$elemMatch',
      { members: { $elemMatch: { id: '@me', role: 'x' } } },
      { members: { $elemMatch: { id: { $eq: 'u1' }, role: 'x' } } },
    ],
    ['$elemMatch of values', { members: { $elemMatch: { $eq: '@me' } } }, { members: { $elemMatch: { $eq: 'u1' } } }],
    [
      '$all of $elemMatch',
      { members: { $all: [{ $elemMatch: { id: '@me' } }] } },
      { members: { $all: [{ $elemMatch: { id: { $eq: 'u1' } } }] } },
    ],
  ])('stands for the user in %s', (_, filter, stood) => {
    expect(standInMe(filter, 'u1', [])).toEqual(stood);
  });

  it.each<[object]>([
    [{ owner: 'me' }],
    [{ owner: '@meadow' }],
    [{ owner: ' @me' }],
    [{ owner: '@me.id' }],
    [{ owner: '@john' }],
    [{ '@me': 1 }],
    [{ owner: { id: '@me' } }],
    [{ tags: ['@me'] }],
    [{ tags: { $in: [['@me'], { a: '@me' }] } }],
    [{ owner: { $gt: '@me' } }],
    [{ owner: { $eq: { id: '@me' } } }],
    [{ owner: { $regex: 'foo@meta' } }],
  ])('is a text like any other in %j', (filter) => {
    expect(standInMe(filter, 'u1', [])).toBe(filter);
    expect(standInMe(filter, null, [])).toBe(filter);
  });

  it.each<[object, string]>([
    [{ a: { $regex: '@me' } }, '/filter/a/$regex'],
    [{ a: { $regex: '^@me$' } }, '/filter/a/$regex'],
    [{ $or: [{ a: { $not: { $regex: '@me' } } }] }, '/filter/$or/0/a/$not/$regex'],
    [{ $expr: { $eq: ['$a', '@me'] } }, '/filter/$expr/$eq/1'],
  ])('is refused in %j, where it would be taken for a text', (filter, path) => {
    expect(() => standInMe(filter, 'u1', ['filter'])).toThrow(path);
  });

  it.each<[object, object]>([
    [{ owner: '@me' }, { owner: NOTHING }],
    [{ owner: { $eq: '@me', $exists: true } }, { owner: NOTHING }],
    [{ owner: { $in: ['@me', 'a'] } }, { owner: { $in: ['a'] } }],
    [{ owner: { $all: ['@me', 'a'] } }, { owner: NOTHING }],
    [{ owner: { $ne: '@me' } }, { owner: NOTHING }],
    [{ owner: { $nin: ['@me', 'a'] } }, { owner: NOTHING }],
    [{ owner: { $not: { $in: ['@me', 'a'] } } }, { owner: NOTHING }],
    [{ owner: { $not: { $elemMatch: { id: '@me' } } } }, { owner: NOTHING }],
    [
      { a: 1, $nor: [{ b: 1 }, { $and: [{ owner: '@me' }] }] },
      { a: 1, $nor: [{}] },
    ],
    [{ $or: [{ owner: '@me' }, { open: true }] }, { $or: [{ owner: NOTHING }, { open: true }] }],
  ])('asks for nothing where there is nobody: %j', (filter, stood) => {
    expect(standInMe(filter, null, [])).toEqual(stood);
  });
});

describe('documents of somebody and of nobody', () => {
  let rig: DataRig;
  beforeAll(async () => {
    rig = await startDataRig();
    const docs = [
      { _id: 'mine', owner: '@me', members: [{ id: 'u1' }], tags: ['u1'] },
      { _id: 'theirs', owner: 'u2', members: [{ id: 'u2' }], tags: ['u2'] },
      { _id: 'nobodys', members: [] },
      { _id: 'null', owner: null },
    ];
    await rig.call('insertMany', 'notes', { docs });
    await rig.call('createDoc', 'notes', { doc: { _id: 'text', owner: '@me' } }, { userId: null });
  });
  afterAll(() => rig.stop());

  const ids = async (query: object, userId: string | null = 'u1') => {
    const found: { _id: string }[] = await rig.call(
      'find',
      'notes',
      { query, options: { sort: { _id: 1 } } },
      { userId },
    );
    return found.map(({ _id }) => _id);
  };

  it('are found by their owner, and the word itself is stored where nobody was there', async () => {
    expect((await rig.raw('notes')).map(({ _id, owner }) => [_id, owner])).toEqual([
      ['mine', 'u1'],
      ['nobodys', undefined],
      ['null', null],
      ['text', '@me'],
      ['theirs', 'u2'],
    ]);
    expect(await ids({ owner: '@me' })).toEqual(['mine']);
    expect(await ids({ owner: '@me' }, 'u2')).toEqual(['theirs']);
    expect(await ids({ owner: { $ne: '@me' } })).toEqual(['nobodys', 'null', 'text', 'theirs']);
    expect(await ids({ members: { $elemMatch: { id: '@me' } } })).toEqual(['mine']);
    expect(await ids({ $or: [{ owner: '@me' }, { owner: null }] })).toEqual(['mine', 'nobodys', 'null']);
  });

  it('are not given to a guest, whatever the filter says of @me', async () => {
    const me = fc.oneof(
      fc.constantFrom<object>(
        { owner: '@me' },
        { owner: { $eq: '@me' } },
        { owner: { $in: ['@me'] } },
        { owner: { $ne: '@me' } },
        { owner: { $nin: ['@me', 'x'] } },
        { owner: { $not: { $eq: '@me' } } },
        { owner: { $not: { $not: { $eq: '@me' } } } },
        { tags: { $all: ['@me'] } },
        { members: { $elemMatch: { id: '@me' } } },
        { members: { $not: { $elemMatch: { id: '@me' } } } },
      ),
    );
    const wrapped = fc.letrec<{ filter: object }>((tie) => ({
      filter: fc.oneof(
        { depthSize: 'small' },
        me,
        fc.record({ $and: fc.tuple(tie('filter')) }),
        fc.record({ $or: fc.tuple(tie('filter')) }),
        fc.record({ $nor: fc.tuple(tie('filter')) }),
        fc.tuple(tie('filter')).map(([filter]) => ({ $and: [filter, { _id: { $exists: true } }] })),
      ),
    })).filter;
    await fc.assert(
      fc.asyncProperty(wrapped, async (filter) => {
        expect(await ids(filter, null)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('are neither counted, changed nor deleted for nobody, and joined for their owner only', async () => {
    const nobody = { userId: null };
    const filter = { owner: '@me' };
    expect(await rig.call('count', 'notes', { filter }, nobody)).toBe(0);
    expect(await rig.call('deleteMany', 'notes', { filter }, nobody)).toEqual({ deleted: 0 });
    const update = { $set: { seen: '@me' } };
    expect(await rig.call('updateMany', 'notes', { filter, update }, nobody)).toMatchObject({ matched: 0 });
    const pipeline = [{ $facet: { mine: [{ $match: filter }, { $project: { _id: 1 } }] } }];
    expect(await rig.call('aggregate', 'notes', { pipeline }, nobody)).toEqual([{ mine: [] }]);
    expect(await rig.call('aggregate', 'notes', { pipeline })).toEqual([{ mine: [{ _id: 'mine' }] }]);
    const upsert = { filter: { owner: { $in: ['@me'] } }, update, upsert: true };
    await expect(rig.call('updateMany', 'notes', upsert, nobody)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('keep the word where it is the content, in updates and replacements', async () => {
    await rig.call('createDoc', 'words', { doc: { _id: 'x', list: ['@me'], deep: { text: '@me' }, text: 'hi @me' } });
    await rig.call('updateMany', 'words', { filter: {}, update: { $set: { text: '@me' } } });
    const doc = await rig.call('getDoc', 'words', { id: 'x' });
    expect(doc).toEqual({ _id: 'x', list: ['@me'], deep: { text: '@me' }, text: '@me' });
    expect(await rig.call('updateDoc', 'words', { doc })).toEqual(doc);
    expect(await rig.call('getDoc', 'words', { id: 'x' })).toEqual(doc);
  });
});
