/** Patches: as RFC 6902 has them, without touching what was there, and without reaching what all objects share. */
import compare from 'fast-json-patch';
import fc from 'fast-check';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { applyPatch, PatchMisfit } from '../../server/client/live/patch.ts';
import type { Json } from '../../server/schemas/json.ts';
import type { PatchOp } from '../../server/schemas/socket.ts';

interface Vector {
  readonly comment?: string;
  readonly doc: Json;
  readonly patch: readonly { readonly op?: string }[];
  readonly expected?: Json;
  readonly error?: string;
  readonly disabled?: boolean;
}

const require = createRequire(import.meta.url);
const SUPPORTED = new Set(['add', 'replace', 'remove']);
const vectors = ['json-patch-test-suite/tests.json', 'json-patch-test-suite/spec_tests.json']
  .flatMap((path) => require(path) as Vector[])
  .filter(({ patch, disabled }) => disabled !== true && patch.length > 0)
  .filter(({ patch }) => patch.every(({ op }) => op !== undefined && SUPPORTED.has(op)))
  // Members that an operation lacks are for the server's schema to find; types see to it here.
  .filter(({ error }) => !/missing '(value|path)'|null is not valid value for 'path'/.test(error ?? ''));

describe('json-patch-test-suite', () => {
  test('has vectors for what is supported', () => {
    expect(vectors.length).toBeGreaterThan(50);
  });
  test.each(vectors.map((vector, at) => [vector.comment ?? vector.error ?? `vector ${at}`, vector] as const))(
    '%s',
    (_name, { doc, patch, expected, error }) => {
      const before = structuredClone(doc);
      if (error !== undefined) expect(() => applyPatch(doc, patch as PatchOp[])).toThrow(PatchMisfit);
      else if (expected !== undefined) expect(applyPatch(doc, patch as PatchOp[])).toEqual(expected);
      else applyPatch(doc, patch as PatchOp[]);
      expect(doc).toEqual(before);
    },
  );
});

const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ maxLength: 5 }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', 'a/b', '~', ''), tie('value'), { noNullPrototype: true }),
  ),
})).value;

test('what leads from one tree to another does so, and leaves the first as it was', () => {
  fc.assert(
    fc.property(json, json, (from, to) => {
      const ops = compare.compare({ root: from }, { root: to }) as PatchOp[];
      const before = structuredClone({ root: from });
      const start = { root: from };
      expect(applyPatch(start, ops)).toEqual({ root: to });
      expect(start).toEqual(before);
    }),
    { numRuns: 500 },
  );
});

test('what no operation touches is the same object afterwards', () => {
  const rows = { a: { n: 1 }, b: { n: 2 } };
  const tree = { head: { title: 'x' }, rows };
  const next = applyPatch(tree, [{ op: 'replace', path: '/rows/a/n', value: 3 }]) as typeof tree;
  expect(next.head).toBe(tree.head);
  expect(next.rows.b).toBe(rows.b);
  expect(next.rows.a).not.toBe(rows.a);
});

test('a patch whose last operation does not fit changes nothing', () => {
  const tree = { list: [1, 2] };
  const ops: PatchOp[] = [
    { op: 'add', path: '/list/-', value: 3 },
    { op: 'remove', path: '/list/9' },
  ];
  expect(() => applyPatch(tree, ops)).toThrow(PatchMisfit);
  expect(tree).toEqual({ list: [1, 2] });
});

test.each(['__proto__', 'constructor', 'prototype'])('a path through %s is refused', (name) => {
  for (const path of [`/${name}/x`, `/a/${name}`, `/${name}`]) {
    const op: PatchOp = { op: 'add', path, value: 'bad' };
    expect(() => applyPatch({ a: {} }, [op])).toThrow(PatchMisfit);
  }
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});

test('a value that carries a member called __proto__ gives nothing to others', () => {
  const value = JSON.parse('{"__proto__": {"polluted": true}}') as Json;
  const next = applyPatch({ a: {} }, [
    { op: 'add', path: '/a/b', value },
    { op: 'add', path: '/a/b/c', value: 1 },
  ]) as { a: { b: { c: number; polluted?: unknown } } };
  expect(next.a.b.c).toBe(1);
  expect(next.a.b.polluted).toBeUndefined();
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
