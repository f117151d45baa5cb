import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../server/lib/errors.ts';
import { compileFilter } from '../../server/rules/filter.ts';
import type { Json, JsonObject } from '../../server/schemas/json.ts';
import { anEvent } from './builders.ts';

const passes = (filter: JsonObject, data: Json) => compileFilter(filter).passes(anEvent({ data }));

describe('filters that other senders get wrong (notes/delivery.md, 3.2)', () => {
  it.each<[Json, JsonObject, boolean]>([
    [{ type: 'a' }, { 'data.type': 'a', 'data.missing': 'x' }, false],
    [{ type: 'a' }, { 'data.missing': { $exists: false } }, true],
    [{ type: 'a' }, { 'data.missing.deeper': { $exists: false } }, true],
    [{ id: '00123' }, { 'data.id': '123' }, false],
    [{ id: '00123' }, { 'data.id': 123 }, false],
    [{ v: '1.0' }, { 'data.v': '1' }, false],
    [{ v: 'inf' }, { 'data.v': 'infinity' }, false],
    [{ age: 'abc' }, { 'data.age': { $lt: 5 } }, false],
    [{ age: 'abc' }, { 'data.age': { $gt: 5 } }, false],
  ])('%j with %j: %s', (data, filter, expected) => {
    expect(passes(filter, data)).toBe(expected);
  });

  it('refuses numbers that JSON cannot tell apart, where they are compared for equality', () => {
    const big = 9_007_199_254_740_992;
    for (const operand of [
      big,
      { $eq: big },
      { $in: [1, big] },
      { $ne: big },
      { $not: { $eq: big } },
      [big],
      { a: big },
    ]) {
      expect(() => compileFilter({ 'data.id': operand })).toThrow(/not exact in JSON/);
    }
    expect(passes({ 'data.id': { $gt: big } }, { id: 1e17 })).toBe(true);
    expect(passes({ 'data.id': 9_007_199_254_740_991 }, { id: 9_007_199_254_740_991 })).toBe(true);
  });

  it('costs what the path costs, not what the names in the event look like', () => {
    const items = Array.from({ length: 60 }, () => ({ b: Array.from({ length: 60 }, () => ({ c: [{ d: 1 }] })) }));
    const data = { items, k60: 1, k99999999: 1 };
    const { passes: test } = compileFilter({ 'data.items.b.c.d': 2 });
    const event = anEvent({ data });
    const startedAt = performance.now();
    expect(test(event)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(100);
  });
});

describe('filters mean what MongoDB means', () => {
  it.each<[JsonObject, Json, boolean]>([
    // Equality
    [{ 'data.a': 1 }, { a: 1.0 }, true],
    [{ 'data.a': 0 }, { a: -0 }, true],
    [{ 'data.a': 1 }, { a: true }, false],
    [{ 'data.a': null }, { a: null }, true],
    [{ 'data.a': null }, {}, true],
    [{ 'data.a': null }, { a: 0 }, false],
    [{ 'data.a': { $exists: true } }, { a: null }, true],
    [{ 'data.a': { $ne: null } }, {}, false],
    [{ 'data.a': { b: 1, c: 2 } }, { a: { b: 1, c: 2 } }, true],
    [{ 'data.a': { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }, false],
    [{ 'data.a': { b: 1 } }, { a: { b: 1, c: 2 } }, false],
    [{ 'data.a': {} }, { a: {} }, true],
    // Lists
    [{ 'data.a': 1 }, { a: [1, 2] }, true],
    [{ 'data.a': [1, 2] }, { a: [1, 2] }, true],
    [{ 'data.a': [1, 2] }, { a: [2, 1] }, false],
    [{ 'data.a': [1] }, { a: [[1], 2] }, true],
    [{ 'data.a': { $ne: 1 } }, { a: [1, 2] }, false],
    [{ 'data.a': { $gt: 5, $lt: 3 } }, { a: [1, 9] }, true],
    [{ 'data.a': { $elemMatch: { $gt: 5, $lt: 3 } } }, { a: [1, 9] }, false],
    [{ 'data.a.b': 2 }, { a: [{ b: 1 }, { b: 2 }] }, true],
    [{ 'data.a.1.b': 2 }, { a: [{ b: 1 }, { b: 2 }] }, true],
    [{ 'data.a.0.b': 2 }, { a: [{ b: 1 }, { b: 2 }] }, false],
    [
      { 'data.a': { $elemMatch: { b: 1, c: 2 } } },
      {
        a: [
          { b: 1, c: 1 },
          { b: 2, c: 2 },
        ],
      },
      false,
    ],
    [
      { 'data.a.b': 1, 'data.a.c': 2 },
      {
        a: [
          { b: 1, c: 1 },
          { b: 2, c: 2 },
        ],
      },
      true,
    ],
    [{ 'data.a': { $size: 2 } }, { a: [1, 2] }, true],
    [{ 'data.a': { $all: [1, 2] } }, { a: [2, 3, 1] }, true],
    [{ 'data.a': { $all: [] } }, { a: [] }, false],
    [{ 'data.a': { $in: [null, 5] } }, {}, true],
    [{ 'data.a': { $nin: [1] } }, {}, true],
    // Ranges stay within their kind
    [{ 'data.a': { $gte: 'b' } }, { a: 'c' }, true],
    [{ 'data.a': { $gte: 'b' } }, { a: 5 }, false],
    [{ 'data.a': { $lt: 5 } }, { a: null }, false],
    [{ 'data.a': { $gte: null } }, {}, true],
    // Operators
    [{ 'data.a': { $mod: [4, 1] } }, { a: 9 }, true],
    [{ 'data.a': { $type: 'string' } }, { a: '1' }, true],
    [{ 'data.a': { $type: 'number' } }, { a: 1.5 }, true],
    [{ 'data.a': { $type: 'int' } }, { a: 1.5 }, false],
    [{ 'data.a': { $type: 'bool' } }, { a: false }, true],
    [{ 'data.a': { $not: { $gt: 5 } } }, {}, true],
    [{ 'data.a': { $regex: '^in', $options: 'i' } }, { a: 'Invoice' }, true],
    [{ 'data.a': { $regex: '^in' } }, { a: 'Invoice' }, false],
    [{ 'data.a': { $regex: '\\d+$' } }, { a: ['x', 'x12'] }, true],
    [{ 'data.a': { $regex: '1' } }, { a: 1 }, false],
    [{ 'data.a': { $not: { $regex: 'x' } } }, { a: 'y' }, true],
    [{ 'data.a': { $bitsAllSet: [0, 2] } }, { a: 5 }, true],
    [{ $or: [{ 'data.a': 1 }, { 'data.b': 2 }] }, { b: 2 }, true],
    [{ $nor: [{ 'data.a': 1 }, { 'data.b': 2 }] }, { b: 2 }, false],
    [{ $and: [{ 'data.a': 1 }, { $and: [{ 'data.b': 2 }] }] }, { a: 1, b: 2 }, true],
    [{ $and: [{ 'data.a': 1 }, { $and: [{ 'data.b': 2 }] }] }, { a: 1, b: 3 }, false],
    [{}, {}, true],
    // Names that every object has
    [{ 'data.toString': { $exists: false } }, {}, true],
    [{ 'data.hasOwnProperty': 'x' }, { hasOwnProperty: 'x' }, true],
    [{ 'data.a': 1 }, 'just text', false],
    [{ data: 'just text' }, 'just text', true],
  ])('%j with %j: %s', (filter, data, expected) => {
    expect(passes(filter, data)).toBe(expected);
  });

  it('asks about everything an event has', () => {
    const event = anEvent({
      tenant_id: 'acme',
      changed: ['status'],
      previous: { status: 'open' },
      data: { status: 'paid' },
    });
    for (const filter of [
      { type: 'invoices.created' },
      { tenant_id: 'acme' },
      { changed: 'status', 'previous.status': 'open', 'data.status': 'paid' },
      { 'source.type': 'api' },
      { environment: 'production' },
      { occurred_at: { $gte: '2025-01-01' } },
    ]) {
      expect(compileFilter(filter).passes(event)).toBe(true);
    }
  });
});

describe('filters that cannot be used', () => {
  const deep = (levels: number): JsonObject => (levels === 0 ? { a: 1 } : { $or: [deep(levels - 1)] });

  it.each<[string, JsonObject, string, RegExp]>([
    ['code', { $where: 'true' }, '/filter/$where', /cannot be used|not an operator/],
    ['expressions', { $expr: { $eq: [1, 1] } }, '/filter/$expr', /not an operator/],
    ['an unknown operator', { 'data.a': { $near: 1 } }, '/filter/data.a/$near', /not an operator/],
    ['operators and fields mixed', { 'data.a': { $gt: 1, b: 2 } }, '/filter/data.a/b', /mixed/],
    ['a type that is none', { 'data.a': { $type: 'text' } }, '/filter/data.a', /Unknown type/],
    ['a divisor of zero', { $and: [{ 'data.a': { $mod: [0, 1] } }] }, '/filter/$and/0/data.a', /divisor/],
    ['an empty $or', { $or: [] }, '/filter/$or', /list of filters/],
    ['a path through a prototype', { 'data.__proto__.x': 1 }, '/filter/data.__proto__.x', /cannot be used/],
    ['an empty part of a path', { 'data..x': 1 }, '/filter/data..x', /empty part/],
    ['a look-around', { a: { $regex: '(?=a)b' } }, '/filter/a/$regex', /look-around/],
    ['a backreference', { a: { $regex: '(a)\\1' } }, '/filter/a/$regex', /backreference/],
    ['a huge repetition', { a: { $regex: '.{900}' } }, '/filter/a', /repetitions/],
    ['a long expression', { a: { $regex: 'x'.repeat(257) } }, '/filter/a/$regex', /256/],
    ['many expressions', { $or: Array.from({ length: 11 }, () => ({ a: { $regex: 'x' } })) }, '/filter', /at most 10/],
    ['many places in lists', { 'data.0.0.0.0': 1 }, '/filter/data.0.0.0.0', /at most 3/],
    ['a great depth', deep(40), '/filter/$or/0/$or/0/$or/0/$or', /32 levels/],
    ['a great length', { a: 'x'.repeat(17_000) }, '/filter', /characters/],
  ])('refuses %s, and says where', (_what, filter, path, words) => {
    let thrown: unknown;
    try {
      compileFilter(filter);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AppError);
    expect(thrown).toMatchObject({ code: 'invalid_input', message: expect.stringMatching(words) });
    expect((thrown as AppError).options.errors?.[0]?.path.slice(0, path.length)).toBe(path);
  });

  it.each([
    ['(a+)+$', 'a'.repeat(5_000) + 'b'],
    ['\\A(a+)+$', 'a'.repeat(40) + 'b'],
    [
      '(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)b',
      'a'.repeat(60),
    ],
    [`${'a?'.repeat(60)}${'a'.repeat(60)}`, 'a'.repeat(60)],
    ['([ab]{0,9}a[ab]{0,9}|b)*[xy]$', 'ab'.repeat(400_000)],
  ])('is done in no time with the expression %s', (source, text) => {
    const filter = compileFilter({ 'data.text': { $regex: source } });
    const startedAt = performance.now();
    filter.passes(anEvent({ data: { text } }));
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('lets an event not pass whose text would cost too much, whatever stands around the expression', () => {
    const event = anEvent({ data: { text: 'x'.repeat(1_000_000) } });
    for (const filter of [{ 'data.text': { $regex: 'yz' } }, { 'data.text': { $not: { $regex: 'yz' } } }]) {
      const compiled = compileFilter(filter);
      expect(compiled.passes(event)).toBe(false);
      expect(compiled.explain(event)[0]).toMatchObject({ passed: false, note: expect.stringMatching(/too much/) });
      expect(compiled.passes(anEvent({ data: { text: 'yz' } }))).toBe('$regex' in filter['data.text']);
    }
  });
});

describe('explaining', () => {
  it('tells of each clause what was asked, what was found and whether it held', () => {
    const filter = compileFilter({
      tenant_id: 'acme',
      $and: [{ 'data.amount': { $gt: 100, $lte: 500 } }, { 'data.items.sku': { $in: ['a', 'b'] } }],
      'data.gone': { $exists: true },
      $or: [{ 'data.amount': 1 }, { 'data.amount': 50 }],
      'data.customer': { id: 7 },
    });
    const data = { amount: 50, items: [{ sku: 'x' }, { sku: 'y' }], customer: { id: 7 } };
    expect(filter.explain(anEvent({ tenant_id: 'acme', data }))).toEqual([
      { path: 'tenant_id', operators: ['$eq'], expected: 'acme', found: 'acme', passed: true },
      { path: 'data.amount', operators: ['$gt', '$lte'], expected: { $gt: 100, $lte: 500 }, found: 50, passed: false },
      { path: 'data.items.sku', operators: ['$in'], expected: { $in: ['a', 'b'] }, found: ['x', 'y'], passed: false },
      { path: 'data.gone', operators: ['$exists'], expected: { $exists: true }, passed: false },
      { path: '$or', operators: ['$or'], expected: [{ 'data.amount': 1 }, { 'data.amount': 50 }], passed: true },
      { path: 'data.customer', operators: ['$eq'], expected: { id: 7 }, found: { id: 7 }, passed: true },
    ]);
  });
});

describe('totality', () => {
  const leaf = fc.oneof(fc.constantFrom<Json>(null, true, false, '', 'a', 'b'), fc.integer({ min: -3, max: 3 }));
  const json = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', '0', '1', '__proto__', 'constructor'), tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  const path = fc
    .array(fc.constantFrom('a', 'b', '0', '1'), { maxLength: 3 })
    .map((parts) => ['data', ...parts].join('.'));
  const operand = fc.oneof(
    leaf,
    json.map((value): Json => ({ $eq: value })),
    fc.tuple(fc.constantFrom('$gt', '$lte', '$ne'), leaf).map(([name, value]): Json => ({ [name]: value })),
    fc.tuple(fc.constantFrom('$in', '$nin', '$all'), fc.array(leaf)).map(([name, value]): Json => ({ [name]: value })),
    fc.constantFrom<Json>(
      { $exists: true },
      { $size: 1 },
      { $mod: [2, 1] },
      { $type: ['int', 'array'] },
      { $regex: 'a*' },
    ),
  );
  const filter = fc.letrec<{ filter: JsonObject }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3 },
      fc.dictionary(path, operand, { maxKeys: 3 }),
      fc
        .tuple(fc.constantFrom('$and', '$or', '$nor'), fc.array(tie('filter'), { minLength: 1, maxLength: 3 }))
        .map(([name, parts]): JsonObject => ({ [name]: parts })),
      fc.tuple(path, tie('filter')).map(([at, inner]): JsonObject => ({ [at]: { $elemMatch: inner } })),
    ),
  })).filter;

  it('answers yes or no to any event, and explains the same', () => {
    fc.assert(
      fc.property(filter, json, (given, data) => {
        const compiled = compileFilter(given);
        const event = anEvent({ data: JSON.parse(JSON.stringify(data)) as Json });
        const answer = compiled.passes(event);
        expect(compiled.explain(event).every(({ passed }) => passed)).toBe(answer);
        expect(compileFilter({ $nor: [given] }).passes(event)).toBe(!answer);
      }),
      { numRuns: 2_000 },
    );
  });
});
