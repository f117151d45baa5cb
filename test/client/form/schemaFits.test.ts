/** What the inputs of a schema let pass fits the schema. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultOf } from '../../../server/client/components/form/check.ts';
import { gather } from '../../../server/client/components/form/gather.ts';
import { compileSchema, createParser } from '../../../server/lib/schema.ts';
import type { AnyComponent } from '../../../server/schemas/components/base.ts';
import { act } from '../../../server/schemas/components/act.ts';
import { form } from '../../../server/schemas/components/form.ts';
import type { Json, JsonObject } from '../../../server/schemas/json.ts';
import { expand, inputsOf } from './expand.ts';

const words = fc.stringMatching(/^[a-z]{1,6}$/);
const bounds = fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 0, max: 40 }));

/** Shapes for which there are inputs. */
const { member } = fc.letrec<{ member: JsonObject; object: JsonObject }>((tie) => ({
  member: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ type: fc.constant('string'), minLength: fc.nat(3), maxLength: fc.integer({ min: 3, max: 500 }) }),
    fc.constantFrom<JsonObject>(
      { type: 'string' },
      { type: 'string', pattern: '^[a-c]+$' },
      { type: 'string', format: 'email' },
      { type: 'string', format: 'uri' },
      { type: 'string', format: 'uuid' },
      { type: 'string', format: 'date' },
      { type: 'string', format: 'date-time' },
      { type: 'boolean' },
      { type: ['string', 'null'], format: 'email' },
      { type: ['number', 'null'], minimum: 2 },
      { type: 'object', additionalProperties: { type: 'string' } },
      { const: 'fixed' },
    ),
    fc
      .uniqueArray(fc.oneof(words, fc.integer(), fc.boolean()), { minLength: 1, maxLength: 4 })
      .map((values) => ({ enum: values })),
    bounds.map(([minimum, span]) => ({ type: 'integer', minimum, maximum: minimum + span })),
    bounds.map(([from, span]) => ({
      type: 'number',
      exclusiveMinimum: from,
      maximum: from + span + 1,
      multipleOf: 0.5,
    })),
    fc.nat(2).map((minItems) => ({ type: 'array', items: { type: 'string', minLength: 1 }, minItems, maxItems: 5 })),
    fc
      .uniqueArray(words, { minLength: 2, maxLength: 4 })
      .map((values) => ({ type: 'array', items: { enum: values }, minItems: 1 })),
    tie('object'),
  ),
  object: fc
    .dictionary(fc.stringMatching(/^[a-z][a-z.]{0,3}$/), tie('member'), { minKeys: 1, maxKeys: 4 })
    .map((properties) => ({
      type: 'object',
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    })),
}));
const shape = fc
  .tuple(fc.dictionary(words, member, { minKeys: 1, maxKeys: 5 }), fc.infiniteStream(fc.boolean()))
  .map(([properties, isRequired]): JsonObject => {
    const names = Object.keys(properties);
    const all = names.filter((name) => properties[name]!.type === 'object' || isRequired.next().value === true);
    return { type: 'object', properties, required: all, additionalProperties: false };
  });

/** Something that a person may leave in an input: often right, often wrong, often nothing. */
function typed(node: AnyComponent): fc.Arbitrary<Json> {
  const values = ((node.options ?? []) as { value: Json }[]).map(({ value }) => value);
  const text = fc.oneof(
    fc.constantFrom('', 'abc', 'a', 'jane@example.com', 'https://example.com/x', 'b', '😀😀'),
    fc.constant('123e4567-e89b-12d3-a456-426614174000'),
    fc.string({ maxLength: 8 }),
  );
  const own = node.value === undefined ? [] : [fc.constant(node.value as Json)];
  switch (node._type) {
    case 'textfield':
    case 'text_area':
      return fc.oneof(...own, text);
    case 'number_field':
      return fc.oneof(
        ...own,
        fc.constant(null),
        fc.integer({ min: -60, max: 90 }),
        fc.integer({ min: -60, max: 90 }).map((n) => n / 4),
      );
    case 'checkbox':
      return fc.oneof(...own, fc.boolean());
    case 'select':
      return fc.oneof(...own, fc.constant(null), fc.constantFrom(...values));
    case 'multi_select':
      return fc.subarray(values);
    case 'tags':
      return fc.uniqueArray(
        text.filter((word) => word.trim() !== ''),
        { maxLength: 7 },
      );
    case 'key_values':
      return fc.dictionary(words, text, { maxKeys: 2 });
    case 'date_time':
      return fc.oneof(
        fc.constant(null),
        fc
          .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
          .map((date) => (node.mode === 'date' ? date.toISOString().slice(0, 10) : date.toISOString())),
      );
    default:
      return fc.constant(node.value as Json);
  }
}

describe('a form made of a schema', () => {
  it('lets pass only what fits the schema', () => {
    let passed = 0;
    fc.assert(
      fc.property(shape, fc.gen(), (schema, gen) => {
        const inputs = inputsOf(expand(schema));
        const values: Record<string, Json> = {};
        const fields = new Map<string, { readonly whenEmpty?: 'omit' | 'null' }>();
        for (const input of inputs) {
          const name = input.name as string;
          expect(input._type).not.toBe('json_editor');
          const tries = Array.from({ length: 12 }, () => gen(typed, input));
          const right = tries.find((value) => faultOf(input, value) === undefined);
          if (right === undefined) return;
          values[name] = right;
          fields.set(name, input as { readonly whenEmpty?: 'omit' | 'null' });
        }
        passed += 1;
        expect(compileSchema(schema)(gather(fields, values))).toEqual([]);
      }),
      { numRuns: 400 },
    );
    expect(passed).toBeGreaterThan(100);
  });

  it('is made of components that fit their own schemas, whatever the schema', () => {
    const parsers = new Map<string, ReturnType<typeof createParser>>(
      [...act, ...form].map((spec) => [spec.type, createParser(spec.schema, 'body')]),
    );
    const anything = fc.oneof(
      shape,
      fc.dictionary(words, fc.jsonValue()).map((properties) => ({ type: 'object', properties })),
    );
    const fit = (node: AnyComponent): void => {
      expect(() => parsers.get(node._type)!(structuredClone(node))).not.toThrow();
      for (const child of (node.children ?? []) as (AnyComponent | string)[]) if (typeof child !== 'string') fit(child);
    };
    fc.assert(
      fc.property(anything, fc.dictionary(words, fc.jsonValue()), (schema, value) =>
        fit(expand(schema as object, value)),
      ),
      { numRuns: 300 },
    );
  });
});
