/** From a JSON Schema to inputs: which ones. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../server/schemas/json.ts';
import { expand, inputsOf } from './expand.ts';

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
