import { describe, expect, it } from 'vitest';
import type { DataChange, Doc } from '../../server/views/ports.ts';
import { createCollectionIndex } from '../../server/views/queries/index.ts';
import { compileTouches } from '../../server/views/queries/touches.ts';

type Filter = Readonly<Record<string, unknown>>;

/** The filters, out of these, that are marked by one change. */
function marked(filters: readonly Filter[], ...changes: DataChange[]): readonly Filter[] {
  const index = createCollectionIndex();
  const found = new Set<Filter>();
  for (const filter of filters) {
    index.add({
      filter,
      touches: compileTouches(filter),
      isMarked: () => found.has(filter),
      mark: () => found.add(filter),
    });
  }
  index.markTouched(changes);
  return filters.filter((filter) => found.has(filter));
}
const came = (after: Doc): DataChange => ({ after });

describe('a change', () => {
  it.each<[string, Filter, DataChange, boolean]>([
    ['that a query asks for', { status: 'open' }, came({ _id: '1', status: 'open' }), true],
    ['that it does not ask for', { status: 'open' }, came({ _id: '1', status: 'paid' }), false],
    [
      'of a document that fitted before',
      { status: 'open' },
      { before: { status: 'open' }, after: { status: 'paid' } },
      true,
    ],
    ['of one that is gone', { status: 'open' }, { before: { status: 'open' } }, true],
    ['of one that is gone and never fitted', { status: 'open' }, { before: { status: 'paid' } }, false],
    ['of which nothing is known', { status: 'open' }, {}, true],
    ['in a list', { tags: 'new' }, came({ tags: ['old', 'new'] }), true],
    ['in another list', { tags: 'new' }, came({ tags: ['old'] }), false],
    ['by one of several values', { _id: { $in: ['1', '2'] } }, came({ _id: '2' }), true],
    ['by none of several values', { _id: { $in: ['1', '2'] } }, came({ _id: '3' }), false],
    ['by a number, not its text', { n: 1 }, came({ n: '1' }), false],
    ['with the equality in $and', { $and: [{ n: 1 }, { m: { $gt: 1 } }] }, came({ n: 1, m: 2 }), true],
    ['with a second condition that fails', { $and: [{ n: 1 }, { m: { $gt: 1 } }] }, came({ n: 1, m: 1 }), false],
    ['with a field that is null or missing', { gone: null }, came({ n: 1 }), true],
    ['by a regular expression', { name: { $regex: '^A', $options: 'i' } }, came({ name: 'ann' }), true],
    ['by no regular expression', { name: { $regex: '^A' } }, came({ name: 'ann' }), false],
    ['that would cost too much to test', { name: { $regex: '(a|b|c)*d' } }, came({ name: 'a'.repeat(100_000) }), true],
    ['that an expression decides', { $expr: { $gt: ['$a', '$b'] } }, came({ a: 1, b: 2 }), true],
    ['of a number of another kind', { n: 5 }, came({ n: { _bsontype: 'Long', toString: () => '5' } }), false],
  ])('%s', (_name, filter, change, expected) => {
    expect(marked([filter], change)).toHaveLength(expected ? 1 : 0);
  });

  it('is tried on the few that ask for its values, not on all', () => {
    let tries = 0;
    const index = createCollectionIndex();
    for (let i = 0; i < 10_000; i++) {
      const filter = { _id: `o${i}` };
      index.add({ filter, isMarked: () => false, mark: () => undefined, touches: () => (tries++, false) });
    }
    index.markTouched([came({ _id: 'o77' })]);
    expect(tries).toBe(1);
  });

  it('of very many documents marks the rest without trying', () => {
    const filters = Array.from({ length: 50 }, (_, i) => ({ n: { $gt: i + 10 } }));
    const changes = Array.from({ length: 1_000 }, (_, i) => came({ _id: String(i), n: 1 }));
    expect(marked(filters, ...changes)).toHaveLength(50);
    expect(marked(filters, ...changes.slice(0, 10))).toHaveLength(0);
  });

  it('is not told to those who went', () => {
    const index = createCollectionIndex();
    let marks = 0;
    const query = { filter: { a: 1 }, isMarked: () => false, mark: () => (marks++, undefined), touches: () => true };
    index.add(query);
    index.markTouched([came({ a: 1 })]);
    index.remove(query);
    index.markTouched([came({ a: 1 })]);
    expect(marks).toBe(1);
    expect(index.isEmpty()).toBe(true);
  });
});
