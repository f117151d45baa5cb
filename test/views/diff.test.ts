import fc from 'fast-check';
import jsonpatch from 'fast-json-patch';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../server/schemas/json.ts';
import { diff } from '../../server/views/trees/diff.ts';
import { share } from '../../server/views/trees/share.ts';

const names = fc.constantFrom('a', 'b', '~', '/', 'a/b', '~1', 'key', '_id', '', 'constructor', 'prototype', '0');
const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<Json>(null, true, 1, 2, 'x', 'y', 'a longer text, so that patches pay'),
    fc.array(tie('tree'), { maxLength: 6 }),
    fc.uniqueArray(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), v: tie('tree') }), {
      maxLength: 8,
      selector: ({ key }) => key,
    }),
    fc.dictionary(names, tie('tree'), { maxKeys: 6 }),
  ),
}));

/** Small ops against a large tree, so that the tree itself is never the shorter way. */
const padded = (value: Json): Json => ({ pad: 'p'.repeat(100_000), value });

function apply(before: Json, ops: readonly object[]): unknown {
  const copy = structuredClone({ root: before });
  const moved = ops.map((op) => ({ ...op, path: `/root${(op as { path: string }).path}` }));
  return jsonpatch.applyPatch(copy, structuredClone(moved) as jsonpatch.Operation[], true).newDocument.root;
}

describe('diff', () => {
  it('leads from any tree to any other', () => {
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        const [before, now] = [padded(a), padded(b)];
        const ops = diff(before, now);
        expect(apply(before, ops ?? [{ op: 'replace', path: '', value: now }])).toEqual(now);
      }),
      { numRuns: 2_000 },
    );
  });

  it('leads there as well where the trees share what is the same', () => {
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        const before = padded([a, b]);
        const now = share(before, structuredClone(padded([b, a])));
        const ops = diff(before, now);
        expect(apply(before, ops ?? [{ op: 'replace', path: '', value: now }])).toEqual(now);
        expect(diff(now, share(now, structuredClone(now)))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('never leads through a name that could reach a prototype', () => {
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        for (const { path } of diff(padded(a), padded(b)) ?? []) {
          expect(path.split('/')).not.toContain('constructor');
          expect(path.split('/')).not.toContain('prototype');
        }
      }),
    );
  });

  const row = (key: string, text = `the row ${key}, with some text to it`): Json => ({ _type: 'text', key, text });
  const list = (...children: Json[]): Json => ({ _type: 'column', children });
  const rows = (...keys: string[]) => list(...keys.map((key) => row(key)));

  it.each([
    ['one put in before all others', rows('a', 'b', 'c', 'd'), rows('x', 'a', 'b', 'c', 'd'), ['add /children/0']],
    ['one put in the midst', rows('a', 'b', 'c', 'd'), rows('a', 'b', 'x', 'c', 'd'), ['add /children/2']],
    ['one taken out', rows('a', 'b', 'c', 'd'), rows('a', 'c', 'd'), ['remove /children/1']],
    [
      'one that moved to the end',
      rows('a', 'b', 'c', 'd'),
      rows('b', 'c', 'd', 'a'),
      ['remove /children/0', 'add /children/3'],
    ],
    [
      'one that changed while another came',
      rows('a', 'b', 'c', 'd', 'e', 'f'),
      list(row('x'), row('a'), row('b', 'changed'), ...['c', 'd', 'e', 'f'].map((key) => row(key))),
      ['add /children/0', 'replace /children/2/text'],
    ],
  ])('says %s in as few ops as it takes', (_name, before, now, expected) => {
    expect(diff(before, now)?.map(({ op, path }) => `${op} ${path}`)).toEqual(expected);
  });

  it('inserts plain texts without shifting those behind', () => {
    const before: Json = ['one', 'two', 'three', 'four', 'five', 'six'];
    expect(diff(before, ['one', 'two', 'new', 'three', 'four', 'five', 'six'])).toEqual([
      { op: 'add', path: '/2', value: 'new' },
    ]);
  });

  it('says nothing where the tree is sent more cheaply as a whole', () => {
    const some = (letter: string) => rows(...Array.from({ length: 20 }, (_, i) => `${letter}${i}`));
    expect(diff(some('a'), some('b'))).toBeUndefined();
    expect(diff(some('a'), list(row('b'), ...Array.from({ length: 20 }, (_, i) => row(`a${i}`))))).toHaveLength(1);
  });

  it('escapes names as RFC 6901 says', () => {
    const before: Json = { pad: 'p'.repeat(500), 'a/b~c': 1 };
    expect(diff(before, { pad: 'p'.repeat(500), 'a/b~c': 2 })).toEqual([{ op: 'replace', path: '/a~1b~0c', value: 2 }]);
  });
});

describe('share', () => {
  it('keeps every part that is as it was', () => {
    const before = share(undefined, { rows: { a: { n: 1 }, b: { n: 2 } }, list: [{ key: 'x', n: 1 }, { key: 'y' }] });
    const now = share(before, { rows: { a: { n: 1 }, b: { n: 3 } }, list: [{ key: 'y' }, { key: 'x', n: 1 }] });
    const [one, other] = [before, now] as any[];
    expect(other.rows.a).toBe(one.rows.a);
    expect(other.rows.b).not.toBe(one.rows.b);
    expect(other.list[0]).toBe(one.list[1]);
    expect(other.list[1]).toBe(one.list[0]);
    expect(share(before, structuredClone(before))).toBe(before);
  });

  it('leaves out a member named __proto__, and pollutes nothing', () => {
    const now = share(undefined, JSON.parse('{"a":{"__proto__":{"polluted":1},"b":2}}')) as any;
    expect(JSON.stringify(now)).toBe('{"a":{"b":2}}');
    expect(now.a.polluted).toBeUndefined();
  });
});
