import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { compileSchema, createParser } from '../../server/lib/schema.ts';
import type { JsonObject } from '../../server/schemas/json.ts';

const refused = (words: RegExp, path?: string) =>
  expect.objectContaining({
    code: 'invalid_schema',
    status: 422,
    message: expect.stringMatching(words),
    ...(path !== undefined && {
      options: expect.objectContaining({ errors: [expect.objectContaining({ path })] }),
    }),
  }) as Error;

/** Far above what it takes on a busy machine (tenths of a second), far below what is guarded against (minutes). */
const LIMIT_MS = 5_000;

function timed<T>(work: () => T): { result: T; ms: number } {
  const start = performance.now();
  const result = work();
  return { result, ms: performance.now() - start };
}

describe('compileSchema', () => {
  it('gives no faults for a value that fits and one per fault for one that does not', () => {
    const validate = compileSchema({
      type: 'object',
      required: ['id', 'name'],
      properties: {
        id: { type: 'integer' },
        name: { type: 'string', maxLength: 3 },
        tags: { items: { enum: ['a', 'b'] } },
      },
      additionalProperties: false,
    });
    expect(validate({ id: 1, name: 'abc', tags: ['a'] })).toEqual([]);
    expect(validate({ id: '1', tags: ['a', 'c'], 'x/y': 1 })).toEqual([
      { path: '/name', message: 'is required' },
      { path: '/x~1y', message: 'is not known here; known are id, name, tags' },
      { path: '/id', message: 'expected a whole number, found a string' },
      { path: '/tags/1', message: 'expected "a" or "b", found "c"' },
    ]);
  });

  it('does not change the value', () => {
    const value = { a: '1' };
    compileSchema({ properties: { a: { type: 'integer' }, b: { default: 1 } } })(value);
    expect(value).toEqual({ a: '1' });
  });

  it('reads draft-07 when the schema says so, and 2020-12 otherwise', () => {
    const items = { items: [{ type: 'string' }], additionalItems: false };
    expect(compileSchema({ $schema: 'http://json-schema.org/draft-07/schema#', ...items })(['a', 1])).toHaveLength(1);
    expect(() => compileSchema(items)).toThrow(refused(/additionalItems/));
    const prefix = { prefixItems: [{ type: 'string' }], items: false };
    expect(compileSchema(prefix)(['a', 1])).toHaveLength(1);
    expect(compileSchema({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...prefix })(['a'])).toEqual([]);
  });

  it.each<[string, JsonObject, RegExp, string]>([
    ['an unknown dialect', { $schema: 'http://json-schema.org/draft-04/schema#' }, /dialect/, '/$schema'],
    ['an unknown keyword', { properties: { a: { typ: 'string' } } }, /"typ"/, '/properties/a'],
    ['our own keyword', { 'x-earshot-cost': 0 }, /x-earshot-cost/, ''],
    ['an unknown type', { properties: { a: { type: 'strin' } } }, /strin/, '/properties/a/type'],
    ['an unknown format', { format: 'colour' }, /"colour"/, ''],
    ['a format that takes quadratic time', { format: 'url' }, /"url"/, ''],
    ['a lookahead', { pattern: '^(?=a)b' }, /look/, '/pattern'],
    ['a lookbehind', { properties: { a: { pattern: '(?<!a)b' } } }, /look/, '/properties/a/pattern'],
    ['a backreference', { pattern: '(a)\\1' }, /backreference/, '/pattern'],
    ['a named backreference', { pattern: '(?<n>a)\\k<n>' }, /backreference/, '/pattern'],
    ['a pattern that does not parse', { pattern: '(' }, /pattern/, '/pattern'],
    ['a long pattern', { pattern: 'a'.repeat(257) }, /256/, '/pattern'],
    ['a huge repetition', { pattern: '((a{0,100}){0,100}){0,100}' }, /pattern/, '/pattern'],
    ['a large repetition', { pattern: '([ab]{0,99}){0,9}[ab]{999}' }, /repetitions/, '/pattern'],
    ['a bad name pattern', { patternProperties: { '(?!x)': {} } }, /look/, '/patternProperties'],
    ['a remote reference', { $ref: 'http://169.254.169.254/' }, /another document/, '/$ref'],
    ['a relative reference', { items: { $ref: 'other.json#/a' } }, /another document/, '/items/$ref'],
    ['a reference to nothing', { $ref: '#/$defs/nothing' }, /no schema/, '/$ref'],
    ['a reference into data', { enum: [{ type: 'string' }], $ref: '#/enum/0' }, /no schema/, '/$ref'],
    ['an inner $id', { items: { $id: 'http://x/y' } }, /\$id/, '/items'],
    ['a dynamic reference', { $dynamicRef: '#x' }, /dynamicRef/, ''],
    ['$data', { properties: { a: {}, b: { minimum: { $data: '1/a' } } } }, /./, '/properties/b/minimum'],
    ['a self-reference', { $ref: '#' }, /refers to itself/, ''],
    ['a self-reference in a union', { anyOf: [{ type: 'null' }, { $ref: '#' }] }, /refers to itself/, ''],
    ['uniqueItems without a bound', { uniqueItems: true }, /maxItems/, ''],
    ['uniqueItems with a large bound', { uniqueItems: true, maxItems: 1_001 }, /maxItems/, ''],
  ])('refuses %s and says where', (_what, schema, words, path) => {
    expect(() => compileSchema(schema)).toThrow(refused(words, path));
  });

  it('refuses references that go round in a circle', () => {
    const $defs = {
      a: { $ref: '#/$defs/b' },
      b: { allOf: [{ $ref: '#/$defs/c' }] },
      c: { not: { $ref: '#/$defs/a' } },
    };
    expect(() => compileSchema({ $defs, properties: { x: { $ref: '#/$defs/a' } } })).toThrow(
      refused(/refers to itself/),
    );
  });

  it('takes schemas that refer to themselves through a part of the value', () => {
    const validate = compileSchema({
      $id: 'https://example.org/tree',
      type: 'object',
      properties: { children: { type: 'array', items: { $ref: '#' } }, value: { $ref: '#/$defs/value' } },
      $defs: { value: { $anchor: 'value', type: 'number' }, other: { $ref: '#value' } },
    });
    expect(validate({ children: [{ value: 1, children: [] }] })).toEqual([]);
    expect(validate({ children: [{ value: 'x' }] })).toEqual([
      { path: '/children/0/value', message: 'expected a number, found a string' },
    ]);
  });

  it('takes two schemas of the same $id', () => {
    expect(compileSchema({ $id: 'https://example.org/a', type: 'string' })('x')).toEqual([]);
    expect(compileSchema({ $id: 'https://example.org/a', type: 'number' })('x')).toHaveLength(1);
  });

  it('refuses large, deep and wide schemas, and takes those at the limit', () => {
    const nested = (levels: number): JsonObject => (levels === 1 ? {} : { items: nested(levels - 1) });
    const wide = (count: number) => ({ allOf: Array.from({ length: count - 1 }, () => ({ minimum: 1 })) });
    expect(() => compileSchema(nested(33))).toThrow(refused(/32/));
    expect(compileSchema(nested(32))([[[]]])).toEqual([]);
    expect(() => compileSchema(wide(1_001))).toThrow(refused(/1000/));
    expect(compileSchema(wide(1_000))(2)).toEqual([]);
    expect(() => compileSchema({ description: 'x'.repeat(65_536) })).toThrow(refused(/65536/));
    expect(compileSchema({ description: 'x'.repeat(65_000) })(1)).toEqual([]);
    const properties = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`p${i}`, {}]));
    expect(() => compileSchema({ properties })).toThrow(refused(/./));
    let bottomless: JsonObject = {};
    for (let i = 0; i < 100_000; i++) bottomless = { not: bottomless };
    expect(() => compileSchema(bottomless)).toThrow(refused(/deep/));
  });

  it('compiles the largest schema that is let in within a second', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 998 }, (_, i) => [`p${i}`, { type: 'string', pattern: `^a${i}$` }]),
    );
    const { ms } = timed(() => compileSchema({ properties, required: Object.keys(properties) }));
    expect(ms).toBeLessThan(LIMIT_MS);
  });

  it('refuses many large patterns before their making holds up the server', () => {
    const large = Array.from({ length: 990 }, (_, i) => ({ pattern: `(a{0,99}){0,4}${i}` }));
    const { ms } = timed(() => {
      expect(() => compileSchema({ anyOf: large })).toThrow(refused(/too many patterns/));
    });
    expect(ms).toBeLessThan(LIMIT_MS);
  });

  it('matches patterns in linear time', () => {
    const validate = compileSchema({ pattern: '^(a+)+$' });
    expect(timed(() => validate(`${'a'.repeat(60)}!`)).ms).toBeLessThan(LIMIT_MS);
    expect(timed(() => validate(`${'a'.repeat(100_000)}!`)).ms).toBeLessThan(LIMIT_MS);
    expect(validate('aaa')).toEqual([]);
  });

  it('keeps patterns apart', () => {
    const validate = compileSchema({ properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' } } });
    expect(validate({ a: 'a', b: 'b' })).toEqual([]);
    expect(validate({ a: 'b', b: 'a' })).toHaveLength(2);
  });

  it('reports at most 50 faults of very many, quickly', () => {
    const validate = compileSchema({ items: { type: 'object', required: ['a', 'b', 'c', 'd'] } });
    validate([{}]);
    const value = Array.from({ length: 340_000 }, () => ({}));
    const { result, ms } = timed(() => validate(value));
    expect(result).toHaveLength(50);
    expect(ms).toBeLessThan(LIMIT_MS);
    expect(
      compileSchema({ additionalProperties: false })(Object.fromEntries(value.map((_, i) => [i, 0]))),
    ).toHaveLength(50);
  });

  it('does not take many failing branches for a fault when another branch fits', () => {
    const validate = compileSchema({ anyOf: [{ items: { type: 'number' } }, { items: { type: 'string' } }] });
    expect(validate(Array(1_000).fill('x'))).toEqual([]);
  });

  it('stops a validation whose work doubles with every reference', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => {
        const next = { $ref: `#/$defs/d${i + 1}` };
        return [`d${i}`, { allOf: [next, next] }];
      }),
    );
    const validate = compileSchema({ $defs: { ...$defs, d100: {} }, $ref: '#/$defs/d0' });
    const { result, ms } = timed(() => validate(1));
    expect(result).toEqual([expect.objectContaining({ message: expect.stringMatching(/too many steps/) })]);
    expect(ms).toBeLessThan(LIMIT_MS);
  });

  it('stops a validation whose work doubles with every level of the value', () => {
    const again = { properties: { x: { $ref: '#' } } };
    const validate = compileSchema({ allOf: [again, again, { properties: { y: false } }] });
    let value: unknown = 1;
    for (let i = 0; i < 60; i++) value = { x: value };
    expect(validate(value)).toEqual([expect.objectContaining({ message: expect.stringMatching(/too many steps/) })]);
  });

  it('refuses a text that is too long for a costly pattern, and takes a long one for a simple pattern', () => {
    expect(compileSchema({ pattern: 'a[ab]{900}$' })('ab'.repeat(50_000))).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/too long for the pattern/) }),
    ]);
    expect(compileSchema({ pattern: '^[a-z]*$' })('ab'.repeat(400_000))).toEqual([]);
  });

  it('checks every format in time that does not run away with the text', () => {
    const hostile = [
      'a.'.repeat(50_000),
      `http://${'a:'.repeat(50_000)} `,
      `a@${'a.'.repeat(50_000)}!`,
      '1:'.repeat(50_000),
    ];
    for (const format of [
      'uri',
      'uri-reference',
      'email',
      'hostname',
      'date-time',
      'ipv6',
      'uuid',
      'json-pointer',
      'regex',
    ]) {
      const validate = compileSchema({ format });
      const { ms } = timed(() => hostile.map(validate));
      expect(ms).toBeLessThan(LIMIT_MS);
    }
    expect(compileSchema({ format: 'uri' })('https://example.org/a?b#c')).toEqual([]);
    expect(compileSchema({ format: 'uuid' })('x')).toEqual([{ path: '', message: 'expected a UUID' }]);
    expect(compileSchema({ format: 'date-time' })('2030-01-31T12:00:00Z')).toEqual([]);
  });

  it('compares items by value, whatever the order of their keys', () => {
    const validate = compileSchema({ uniqueItems: true, maxItems: 1_000 });
    expect(validate([{ a: 1, b: [1] }, { a: 1, b: [2] }, '1', 1, true, null])).toEqual([]);
    expect(validate([{ a: 1, b: [1] }, 0, { b: [1], a: 1 }])).toHaveLength(1);
    const many = Array.from({ length: 20_000 }, (_, i) => ({ i, j: { k: i } }));
    expect(timed(() => validate(many)).ms).toBeLessThan(LIMIT_MS);
  });

  it('is not led to run what stands in a schema', () => {
    const validate = compileSchema({
      properties: { "a'];globalThis.hacked=1;//": { type: 'string' }, '"+globalThis.hacked+"': { const: '${1}' } },
      required: ["'+(globalThis.hacked=1)+'"],
    });
    validate({ "a'];globalThis.hacked=1;//": 1 });
    expect((globalThis as { hacked?: unknown }).hacked).toBeUndefined();
  });

  it('survives values far deeper than any body', () => {
    const validate = compileSchema({ items: { $ref: '#' } });
    let value: unknown = [];
    for (let i = 0; i < 200_000; i++) value = [value];
    expect(validate(value)).toHaveLength(1);
  });

  it('makes one validator for equal schemas', () => {
    expect(compileSchema({ type: 'string', maxLength: 77 })).toBe(compileSchema({ type: 'string', maxLength: 77 }));
  });
});

describe('createParser', () => {
  const Input = Type.Object(
    {
      name: Type.String({ minLength: 2 }),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 9, default: 5 })),
      mode: Type.Optional(Type.Union([Type.Literal('fast'), Type.Literal('slow')])),
      extra: Type.Optional(
        Type.Union([Type.Object({ a: Type.Integer() }, { additionalProperties: false }), Type.Null()]),
      ),
      flag: Type.Optional(Type.Boolean()),
      tags: Type.Optional(Type.Array(Type.String())),
    },
    { additionalProperties: false },
  );
  const parse = createParser(Input, 'body');
  const faults = (value: unknown) => {
    try {
      parse(value);
      return [];
    } catch (error) {
      expect(error).toMatchObject({ code: 'invalid_input', status: 422 });
      return (error as { options: { errors: unknown[] } }).options.errors;
    }
  };

  it('gives the value with its defaults', () => {
    expect(parse({ name: 'ab' })).toEqual({ name: 'ab', limit: 5 });
  });

  it.each<[unknown, string, string]>([
    [[], '', 'expected an object, found a list'],
    [undefined, '', 'expected an object, found nothing'],
    [{}, '/name', 'is required'],
    [{ name: 'a' }, '/name', 'expected at least 2 characters, found 1'],
    [{ name: 'ab', limit: 10 }, '/limit', 'expected a number <= 9, found 10'],
    [{ name: 'ab', limit: '5' }, '/limit', 'expected a whole number, found a string'],
    [{ name: 'ab', mode: 'quick' }, '/mode', 'expected "fast" or "slow", found a string'],
    [{ name: 'ab', extra: 1 }, '/extra', 'expected an object or null, found a number'],
    [{ name: 'ab', extra: { a: 'x' } }, '/extra/a', 'expected a whole number, found a string'],
    [{ name: 'ab', nope: 1 }, '/nope', 'is not known here; known are name, limit, mode, extra, flag, tags'],
  ])('of %j says, at %j, that it %s', (value, path, message) => {
    expect(faults(value)).toEqual([{ in: 'body', path, message }]);
  });

  it('says the first fault in the detail', () => {
    expect(() => parse({ limit: 0 })).toThrow('The body at /name: is required (and 1 more).');
  });

  it('reads numbers, booleans and lists from text in the query only, and leaves the query as it was', () => {
    const query = { name: 'ab', limit: '7', flag: 'true', tags: 'one' };
    expect(createParser(Input, 'query')(query)).toEqual({ name: 'ab', limit: 7, flag: true, tags: ['one'] });
    expect(query.limit).toBe('7');
    expect(() => createParser(Input, 'query')({ name: 'ab', limit: 'x' })).toThrow(/The query at \/limit/);
  });

  it('takes what a later branch of a union takes, however often the ones before fail', () => {
    const parseList = createParser(Type.Union([Type.Array(Type.Integer()), Type.Array(Type.String())]), 'body');
    expect(parseList(Array(200).fill('x'))).toHaveLength(200);
  });

  it('caps the faults', () => {
    expect(faults(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, 1])))).toHaveLength(50);
  });
});
