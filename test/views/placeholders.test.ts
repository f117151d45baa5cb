import { describe, expect, it } from 'vitest';
import { resolvePlaceholders } from '../../server/views/finds/placeholders.ts';
import { prepareFind } from '../../server/views/finds/prepare.ts';

const standing = {
  me: 'u1',
  params: { id: '42', n: 7, me: '@me' },
  query: { status: 'open', trick: '$gt', at: '@me' },
};
const guest = { me: null, params: {}, query: {} };
const place = ['find', 'query'];

describe('placeholders', () => {
  it.each([
    ['a field', { owner: '@me' }, { owner: { $eq: 'u1' } }],
    ['a field by the route', { _id: '@route.id' }, { _id: { $eq: '42' } }],
    ['a number of the route', { n: '@route.n' }, { n: { $eq: 7 } }],
    ['an operator', { owner: { $ne: '@me' } }, { owner: { $ne: 'u1' } }],
    ['a list', { owner: { $in: ['@me', 'u2'] } }, { owner: { $in: ['u1', 'u2'] } }],
    [
      '$and and $or',
      { $or: [{ a: '@me' }, { $and: [{ b: '@query.status' }] }] },
      { $or: [{ a: { $eq: 'u1' } }, { $and: [{ b: { $eq: 'open' } }] }] },
    ],
    ['$not', { a: { $not: { $eq: '@me' } } }, { a: { $not: { $eq: 'u1' } } }],
    ['$elemMatch', { a: { $elemMatch: { by: '@me' } } }, { a: { $elemMatch: { by: { $eq: 'u1' } } } }],
    ['a value of $elemMatch', { a: { $elemMatch: { $eq: '@me' } } }, { a: { $elemMatch: { $eq: 'u1' } } }],
    ['an object to be equal to', { a: { by: '@me' } }, { a: { by: 'u1' } }],
    ['text that begins like an operator', { status: '@query.trick' }, { status: { $eq: '$gt' } }],
    ['text that reads like a placeholder', { owner: '@query.at' }, { owner: { $eq: '@me' } }],
    [
      'text that only holds one',
      { a: 'to @me', b: '@men', c: '@route', d: '@query.' },
      { a: 'to @me', b: '@men', c: '@route', d: '@query.' },
    ],
    ['a key', { '@me': 1 }, { '@me': 1 }],
  ])('stand for values: %s', (_name, query, expected) => {
    expect(resolvePlaceholders(query, standing, place).query).toEqual(expected);
  });

  it.each([
    [{ owner: '@me' }],
    [{ owner: { $ne: '@me' } }],
    [{ owner: { $nin: ['@me'] } }],
    [{ $or: [{ open: true }, { owner: '@me' }] }],
    [{ $nor: [{ owner: '@me' }] }],
    [{ status: '@query.status' }],
    [{ _id: '@route.id' }],
    [{ _id: '@route.constructor' }],
    [{ _id: '@query.__proto__' }],
  ])('that stand for nothing let nothing be found: %j', (query) => {
    expect(resolvePlaceholders(query, guest, place).query).toBeUndefined();
  });

  it.each([
    [{ a: { $regex: '@me' } }, '/find/query/a/$regex'],
    [{ $and: [{ a: { $regex: '^@query.q$' } }] }, '/find/query/$and/0/a/$regex'],
    [{ $expr: { $eq: ['$owner', '@me'] } }, '/find/query/$expr/$eq/1'],
  ])('are refused where they would be taken for text or code: %j', (query, path) => {
    expect(() => resolvePlaceholders(query, standing, place)).toThrow(path);
  });

  it('tell what of the context they depend on', () => {
    expect(resolvePlaceholders({ a: '@me', b: '@query.x' }, guest, place).used).toEqual(['me', 'query']);
    expect(resolvePlaceholders({ a: 1 }, guest, place).used).toEqual([]);
  });
});

describe('a find', () => {
  it('has a limit of 100 unless it says otherwise', () => {
    expect(prepareFind({ coll: 'orders' }, guest, ['find']).spec).toMatchObject({ limit: 100, skip: 0, query: {} });
  });

  it.each([
    [{ coll: 'orders', query: { $where: '1' } }, '/find/query/$where'],
    [{ coll: 'orders', options: { limit: 251 } }, '/find/options/limit'],
    [{ coll: 'system.users' }, '/find/coll'],
    [{ coll: 'systems' }, '/find/coll'],
    [{ coll: 'orders', options: { sort: { '__proto__.x': 1 } } }, '/find/options/sort'],
    [{ coll: 'orders', projection: { a: 'yes' } }, '/find/projection/a'],
    [{ coll: 'orders', limit: 5 }, '/find/limit'],
    [{ query: {} }, '/find/coll'],
  ])('that cannot be asked is refused with its place: %j', (find, path) => {
    expect(() => prepareFind(find, guest, ['find'])).toThrow(path);
  });

  it.each([
    [{ at: { $gte: { $date: '2026-03-14T00:00:00.000Z' } } }, { at: { $gte: new Date('2026-03-14T00:00:00.000Z') } }],
    [{ at: { $date: '2026-03-14T00:00:00.000Z' } }, { at: { $eq: new Date('2026-03-14T00:00:00.000Z') } }],
    [{ $or: [{ at: { $in: [{ $date: 0 }] } }] }, { $or: [{ at: { $in: [new Date(0)] } }] }],
  ])('may compare with a time: %j', (query, asked) => {
    expect(prepareFind({ coll: 'orders', query }, guest, ['find']).spec?.query).toEqual(asked);
  });

  it('refuses a time that is none, with its place', () => {
    const query = { at: { $lt: { $date: 'soon' } } };
    expect(() => prepareFind({ coll: 'orders', query }, guest, ['find'])).toThrow('/find/query/at/$lt/$date');
  });

  it('is the same as another that asks the same', () => {
    const key = (query: object) => prepareFind({ coll: 'orders', query }, guest, ['find']).key;
    expect(key({ a: 1, b: 2 })).toBe(key({ b: 2, a: 1 }));
    expect(key({ a: 1 })).not.toBe(key({ a: '1' }));
  });
});
