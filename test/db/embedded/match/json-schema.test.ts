import { Decimal128, Double, Long } from 'bson';
import { describe, expect, it } from 'vitest';
import { compileMatch } from '../../../../server/db/embedded/match/compile.ts';
import { decodeExact, encode } from '../../../../server/db/embedded/values/codec.ts';
import { show } from '../../../../server/db/embedded/values/show.ts';

type Doc = Record<string, unknown>;
const one = (schema: Doc): Doc => ({ properties: { a: schema } });

const rows: [Doc, Doc, boolean][] = [
  [{ required: ['a'] }, { a: 1 }, true],
  [{ required: ['a', 'b'] }, { a: 1 }, false],
  [one({ bsonType: 'int' }), { a: 1 }, true],
  [one({ bsonType: 'int' }), { a: new Double(1) }, false],
  [one({ bsonType: ['long', 'string'] }), { a: Long.fromNumber(1) }, true],
  [one({ type: 'number' }), { a: Decimal128.fromString('1') }, true],
  [one({ type: 'boolean' }), { a: 'x' }, false],
  [one({ bsonType: 'int' }), {}, true],
  [one({ enum: ['x', { p: 1, q: 2 }] }), { a: { q: 2, p: 1 } }, true],
  [one({ enum: ['x', null] }), { a: 'y' }, false],
  [one({ minimum: 3 }), { a: 3 }, true],
  [one({ minimum: 3, exclusiveMinimum: true }), { a: 3 }, false],
  [one({ minimum: 3 }), { a: 'text' }, true],
  [one({ maximum: 3 }), { a: 4 }, false],
  [one({ maximum: 3, exclusiveMaximum: true }), { a: 2.9 }, true],
  [one({ multipleOf: 5 }), { a: 15 }, true],
  [one({ multipleOf: 5 }), { a: 16 }, false],
  [one({ minLength: 2, maxLength: 3 }), { a: '\u{1f600}' }, false],
  [one({ minLength: 2, maxLength: 3 }), { a: 'abc' }, true],
  [one({ pattern: '^a' }), { a: 'ba' }, false],
  [one({ items: { bsonType: 'int' } }), { a: [1, 2] }, true],
  [one({ items: { bsonType: 'int' } }), { a: [1, 'x'] }, false],
  [one({ items: [{ bsonType: 'int' }, { bsonType: 'string' }], additionalItems: false }), { a: [1, 'x'] }, true],
  [one({ items: [{ bsonType: 'int' }], additionalItems: false }), { a: [1, 'x'] }, false],
  [one({ items: [{ bsonType: 'int' }], additionalItems: { bsonType: 'bool' } }), { a: [1, true] }, true],
  [one({ minItems: 1, maxItems: 2 }), { a: [] }, false],
  [one({ uniqueItems: true }), { a: [1, new Double(1)] }, false],
  [
    one({ uniqueItems: true }),
    {
      a: [
        { x: 1, y: 2 },
        { y: 2, x: 1 },
      ],
    },
    false,
  ],
  [one({ uniqueItems: true }), { a: [1, '1'] }, true],
  [one({ properties: { b: { bsonType: 'int' } } }), { a: { b: 'x' } }, false],
  [{ properties: { a: {} }, additionalProperties: false }, { a: 1, b: 2 }, false],
  [
    { properties: { a: {} }, patternProperties: { '^x': { bsonType: 'int' } }, additionalProperties: false },
    { a: 1, xy: 2 },
    true,
  ],
  [{ patternProperties: { '^x': { bsonType: 'int' } } }, { xy: 'no' }, false],
  [{ additionalProperties: { bsonType: 'int' } }, { a: 1, b: 'x' }, false],
  [{ minProperties: 2 }, { a: 1 }, false],
  [{ maxProperties: 1 }, { a: 1, b: 2 }, false],
  [{ dependencies: { a: ['b'] } }, { a: 1 }, false],
  [{ dependencies: { a: ['b'] } }, { b: 1 }, true],
  [{ dependencies: { a: { required: ['b'] } } }, { a: 1, b: 1 }, true],
  [{ allOf: [{ required: ['a'] }, { required: ['b'] }] }, { a: 1 }, false],
  [{ anyOf: [{ required: ['a'] }, { required: ['b'] }] }, { a: 1 }, true],
  [{ oneOf: [{ required: ['a'] }, { required: ['b'] }] }, { a: 1, b: 1 }, false],
  [{ not: { required: ['a'] } }, { b: 1 }, true],
  [{ title: 't', description: 'd', required: ['constructor'] }, {}, false],
];

describe('$jsonSchema', () => {
  it.each(rows.map(([schema, doc, expected]) => [show(schema), show(doc), expected, schema, doc] as const))(
    '%s ? %s → %s',
    (_s, _d, expected, schema, doc) => {
      expect(compileMatch({ $jsonSchema: schema })(decodeExact(encode(doc)))).toBe(expected);
    },
  );
  const faults: [unknown, number][] = [
    ['x', 14],
    [{ foo: 1 }, 9],
    [{ $ref: '#' }, 9],
    [{ type: 'integer' }, 9],
    [{ type: 'object', bsonType: 'object' }, 9],
    [{ bsonType: 'text' }, 2],
    [{ required: [] }, 9],
    [{ required: ['a', 'a'] }, 9],
    [{ minLength: -1 }, 9],
    [{ minimum: 'x' }, 14],
    [{ exclusiveMinimum: true }, 9],
    [{ multipleOf: 0 }, 9],
    [{ properties: { a: 5 } }, 14],
    [{ pattern: 5 }, 14],
  ];
  it.each(faults.map(([schema, code]) => [show(schema), code, schema] as const))(
    '%s is refused with %i',
    (_s, code, schema) => {
      expect(() => compileMatch({ $jsonSchema: schema })).toThrow(expect.objectContaining({ code }));
    },
  );
});
