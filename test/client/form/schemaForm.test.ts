/** From a JSON Schema to inputs: which ones, and that what they let pass fits the schema. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultOf } from '../../../server/client/components/form/check.ts';
import { gather } from '../../../server/client/components/form/gather.ts';
import { compileSchema, createParser } from '../../../server/lib/schema.ts';
import type { AnyComponent } from '../../../server/schemas/components/base.ts';
import { act } from '../../../server/schemas/components/act.ts';
import { form } from '../../../server/schemas/components/form.ts';
import type { SchemaForm } from '../../../server/schemas/components/form/whole.ts';
import { expandSchemaForm } from '../../../server/schemas/components/schemaForm.ts';
import type { Json, JsonObject } from '../../../server/schemas/json.ts';

const expand = (schema: object, value?: object) =>
  expandSchemaForm({ _type: 'schema_form', schema, ...(value && { value }) } as SchemaForm);

/** All inputs, out of their fieldsets. */
const inputsOf = (node: AnyComponent): AnyComponent[] =>
  ((node.children ?? []) as (AnyComponent | string)[]).flatMap((child) =>
    typeof child === 'string' || child._type === 'button' ? [] : child._type === 'fieldset' ? inputsOf(child) : [child],
  );

const inputOf = (schema: object, isRequired = false, value?: Json) =>
  inputsOf(
    expand(
      { type: 'object', properties: { it: schema }, ...(isRequired && { required: ['it'] }) },
      value === undefined ? undefined : { it: value },
    ),
  );

describe('a member of a schema', () => {
  it.each([
    [{ type: 'string' }, { _type: 'textfield', label: 'It', whenEmpty: 'omit' }],
    [
      { type: 'string', maxLength: 2_000 },
      { _type: 'text_area', maxLength: 2_000 },
    ],
    [
      { type: 'string', format: 'email' },
      { _type: 'textfield', format: 'email' },
    ],
    [
      { type: 'string', format: 'uri' },
      { _type: 'textfield', format: 'uri' },
    ],
    [
      { type: 'string', format: 'date' },
      { _type: 'date_time', mode: 'date' },
    ],
    [
      { type: 'string', format: 'date-time' },
      { _type: 'date_time', mode: 'datetime' },
    ],
    [{ type: ['string', 'null'] }, { _type: 'textfield', whenEmpty: 'omit' }],
    [{ anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }] }, { _type: 'date_time', mode: 'date' }],
    [{ enum: ['a', 2, null] }, { _type: 'select', options: [{ value: 'a' }, { value: 2 }] }],
    [
      { anyOf: [{ const: 'a', title: 'A' }, { const: 'b' }] },
      { _type: 'select', options: [{ value: 'a', label: 'A' }, { value: 'b' }] },
    ],
    [{ const: 1 }, { _type: 'select', options: [{ value: 1 }] }],
    [
      { type: 'integer', minimum: 1, exclusiveMaximum: 9 },
      { _type: 'number_field', integer: true, min: 1, exclusiveMax: 9 },
    ],
    [{ type: 'boolean' }, { _type: 'checkbox', value: null }],
    [
      { type: 'boolean', default: true },
      { _type: 'checkbox', value: true },
    ],
    [{ type: 'array', items: { type: 'string' } }, { _type: 'tags' }],
    [
      { type: 'array', items: { enum: ['a'] }, maxItems: 3 },
      { _type: 'multi_select', maxItems: 3 },
    ],
    [{ type: 'object', additionalProperties: { type: 'string' } }, { _type: 'key_values' }],
    [{ type: 'array', items: { type: 'number' } }, { _type: 'json_editor' }],
    [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, { _type: 'json_editor' }],
    [{ type: 'string', not: { const: 'x' } }, { _type: 'json_editor' }],
    [{}, { _type: 'json_editor' }],
    [{ $ref: '#/$defs/nowhere' }, { _type: 'json_editor' }],
  ])('%j', (schema, input) => {
    expect(inputOf(schema)).toMatchObject([input]);
  });

  it('has words: title or its name, description, an example', () => {
    expect(inputOf({ type: 'string', title: 'T', description: 'D', examples: ['E'] })).toMatchObject([
      { label: 'T', help: 'D', hint: 'E' },
    ]);
    expect(
      inputsOf(expand({ properties: { createdAt: { type: 'string' }, due_at: { type: 'string' } } })),
    ).toMatchObject([{ label: 'Created at' }, { label: 'Due at' }]);
  });

  it('that is required is so; a constant is sent unseen, and null where null is right', () => {
    expect(inputOf({ type: 'string' }, true)).toMatchObject([{ required: true }]);
    expect(inputOf({ const: { a: 1 } }, true)).toEqual([{ _type: 'hidden', name: 'it', value: { a: 1 } }]);
    expect(inputOf({ type: ['number', 'null'] }, true)).toMatchObject([{ _type: 'number_field', whenEmpty: 'null' }]);
  });

  it('with a value that its input cannot hold is JSON, so nothing is lost', () => {
    expect(inputOf({ type: 'number' }, false, 'many')).toMatchObject([{ _type: 'json_editor', value: 'many' }]);
    expect(inputOf({ type: 'array', items: { type: 'string' } }, false, [1])).toMatchObject([{ _type: 'json_editor' }]);
  });

  it('that is a reference is what it refers to, but not for ever', () => {
    const schema = {
      type: 'object',
      $defs: { node: { type: 'object', properties: { name: { type: 'string' }, next: { $ref: '#/$defs/node' } } } },
      properties: { first: { $ref: '#/$defs/node', title: 'First' } },
    };
    const inputs = inputsOf(expand(schema));
    expect(inputs[0]).toMatchObject({ _type: 'textfield', name: 'first.name' });
    expect(inputs.at(-1)).toMatchObject({ _type: 'json_editor' });
  });
});

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
    const parsers = new Map([...act, ...form].map((spec) => [spec.type, createParser(spec.schema, 'body')]));
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
