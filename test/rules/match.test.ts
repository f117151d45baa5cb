import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalitiesOf } from '../../server/rules/equalities.ts';
import { compileFilter } from '../../server/rules/filter.ts';
import { createRuleIndex, type Indexable } from '../../server/rules/match.ts';
import { findPattern } from '../../server/rules/patterns.ts';
import type { Event } from '../../server/schemas/event.ts';
import type { Json, JsonObject } from '../../server/schemas/json.ts';
import { anEvent } from './builders.ts';

interface Given {
  readonly events: readonly string[];
  readonly filter: JsonObject | null;
}

/** Rules in an index, counting how often a filter was asked. */
function indexOf(given: readonly Given[]) {
  const index = createRuleIndex<Indexable>();
  const asked = { count: 0 };
  const rules = given.map(({ events, filter }, i): Indexable => {
    const { passes } = compileFilter(filter);
    const rule = {
      id: `rul_${String(i).padStart(6, '0')}`,
      events,
      passes: (event: Event) => {
        asked.count++;
        return passes(event);
      },
    };
    index.add(rule, equalitiesOf(filter));
    return rule;
  });
  const idsFor = (event: Event) => index.match(event).map(({ id }) => id);
  return { index, rules, asked, idsFor };
}

function naive(rules: readonly Indexable[], event: Event): string[] {
  return rules.filter((rule) => findPattern(rule.events, event.type) && rule.passes(event)).map(({ id }) => id);
}

describe('the index of rules', () => {
  const word = fc.constantFrom('a', 'b', 'c');
  const words = (part: fc.Arbitrary<string>) =>
    fc.array(part, { minLength: 1, maxLength: 4 }).map((all) => all.join('.'));
  const scalar = fc.constantFrom<Json>(0, -0, 1, '1', 'x', true, false, null);
  const path = fc.constantFrom('tenant_id', 'data.a', 'data.b', 'data.b.c', 'data.list.a', 'data.0', 'type');
  const operand = fc.oneof(
    scalar,
    scalar.map((value): Json => ({ $eq: value })),
    fc.array(scalar, { maxLength: 3 }).map((values): Json => ({ $in: values })),
    scalar.map((value): Json => ({ $ne: value })),
    fc.constantFrom<Json>({ $gte: 1 }, { $exists: true }, { $eq: 1, $gt: 0 }, [1], { c: 1 }),
  );
  const flat = fc.dictionary(path, operand, { maxKeys: 3 }) as fc.Arbitrary<JsonObject>;
  const filter = fc.oneof(
    fc.constant(null),
    flat,
    fc.tuple(flat, flat).map(([one, two]): JsonObject => ({ $and: [one, { $and: [two] }], ...one })),
    fc.tuple(flat, flat).map(([one, two]): JsonObject => ({ ...one, $or: [two] })),
  );
  const rule = fc.record({
    events: fc.uniqueArray(words(fc.oneof(word, fc.constant('*'))), { minLength: 1, maxLength: 3 }),
    filter,
  });
  const value = fc.oneof(
    scalar,
    fc.array(scalar, { maxLength: 3 }),
    fc.record({ c: scalar }),
    fc.array(fc.record({ a: scalar, c: scalar }), { maxLength: 2 }),
  ) as fc.Arbitrary<Json>;
  const event = fc
    .record({
      type: words(word),
      data: fc.oneof(
        fc.dictionary(fc.constantFrom('a', 'b', 'list', '0'), value),
        fc.array(value, { maxLength: 2 }),
        scalar,
      ),
      tenant: fc.constantFrom('x', '1'),
    })
    .map(({ type, data, tenant }) => anEvent({ type, data: data, tenant_id: tenant }));

  it('finds what a look at every rule finds, also after some are gone or changed', () => {
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 25 }),
        fc.array(rule, { maxLength: 5 }),
        fc.array(event, { maxLength: 8 }),
        (given, later, events) => {
          const { index, rules, idsFor } = indexOf(given);
          for (const each of events) expect(idsFor(each)).toEqual(naive(rules, each));
          const kept = rules.filter((_rule, i) => i % 3 !== 0);
          rules.forEach(({ id }, i) => i % 3 === 0 && index.remove(id));
          const changed = kept.map((old, i) => {
            const next = later[i];
            if (next === undefined) return old;
            const now = { ...old, events: next.events, passes: compileFilter(next.filter).passes };
            index.add(now, equalitiesOf(next.filter));
            return now;
          });
          for (const each of events) expect(idsFor(each)).toEqual(naive(changed, each));
          for (const { id } of changed) index.remove(id);
          for (const each of events) expect(idsFor(each)).toEqual([]);
        },
      ),
      { numRuns: 1_500 },
    );
  });

  it('asks only those rules that could match, of ten thousand', () => {
    const others = (make: (i: number) => Given): Given[] => Array.from({ length: 10_000 }, (_, i) => make(i));
    const it3 = { events: ['invoices.created'], filter: { tenant_id: 'acme', 'data.amount': { $gt: 1 } } };
    for (const make of [
      (i: number) => ({ events: [`type${i}.created`], filter: null }),
      (i: number) => ({ events: [`type${i}.*`], filter: null }),
      (i: number) => ({ events: [`invoices.*.kind${i}`, `*.kind${i}`], filter: null }),
      (i: number) => ({ events: ['*'], filter: { tenant_id: `t${i}` } }),
      (i: number) => ({ events: ['invoices.*'], filter: { 'data.account': i, environment: 'production' } }),
      (i: number) => ({ events: ['invoices.created'], filter: { 'data.account': { $in: [i, `x${i}`] } } }),
      (i: number) => ({
        events: ['invoices.*'],
        filter: { $and: [{ 'data.status': 'paid' }, { tenant_id: { $eq: `t${i}` } }] },
      }),
    ]) {
      const { asked, idsFor } = indexOf([it3, ...others(make), it3, it3]);
      const data = { amount: 5, account: -1, status: 'paid' };
      expect(idsFor(anEvent({ tenant_id: 'acme', data }))).toHaveLength(3);
      expect(asked.count).toBe(3);
    }
  });

  it('gives each rule once, in the order of ids, however many of its patterns and values fit', () => {
    const all = {
      events: ['*', 'invoices.*', '*.created', 'invoices.created'],
      filter: { 'data.tags': { $in: ['a', 'b'] } },
    };
    const { idsFor } = indexOf([all, { events: ['*'], filter: null }, all]);
    expect(idsFor(anEvent({ data: { tags: ['a', 'b', 'a'] } }))).toEqual(['rul_000000', 'rul_000001', 'rul_000002']);
  });
});

describe('what an index can look up of a filter', () => {
  it.each<[JsonObject | null, object[]]>([
    [null, []],
    [
      { b: 'x', a: 1 },
      [
        { path: 'a', values: [1] },
        { path: 'b', values: ['x'] },
      ],
    ],
    [{ a: { $eq: true, $gt: 0 } }, [{ path: 'a', values: [true] }]],
    [{ a: { $in: [1, 1, '1'] } }, [{ path: 'a', values: [1, '1'] }]],
    [{ a: null, b: { $in: [1, null] }, c: [1], d: { e: 1 }, f: { $ne: 1 }, g: { $in: [] } }, []],
    [{ $or: [{ a: 1 }], $nor: [{ b: 1 }] }, []],
    [
      { $and: [{ a: 1 }, { $and: [{ b: 2 }] }] },
      [
        { path: 'a', values: [1] },
        { path: 'b', values: [2] },
      ],
    ],
    [{ a: { $in: Array.from({ length: 65 }, (_, i) => i) }, b: 1 }, [{ path: 'b', values: [1] }]],
  ])('%j: %j', (filter, expected) => {
    expect(equalitiesOf(filter)).toEqual(expected);
  });
});
