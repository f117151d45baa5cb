/** Inputs whose value is made of parts: a file, pairs of words, any JSON. */
import { Type, type Static } from 'typebox';
import { component, data, event } from '../base.ts';
import { fieldMembers, hint, listener, readOnly } from './shared.ts';

/** As base64 this is 200 kB, which fits in what one message of a socket may hold. */
export const DEFAULT_FILE_BYTES = 150_000;
export const MAX_FILE_BYTES = 180_000;

const lines = Type.Optional(Type.Integer({ minimum: 1, maximum: 60 }));

export const file = component(
  'file',
  'A small file. It travels within the event; a larger one is refused before it is read.',
  {
    ...fieldMembers,
    hint,
    accept: Type.Optional(
      Type.Array(Type.String({ pattern: '^(\\.[A-Za-z0-9]+|[a-z]+/[A-Za-z0-9.+*-]+)$' }), {
        minItems: 1,
        maxItems: 20,
        description: '`.csv`, `image/*`: what may be chosen.',
      }),
    ),
    maxBytes: Type.Optional(
      Type.Integer({ minimum: 1, maximum: MAX_FILE_BYTES, description: `${DEFAULT_FILE_BYTES}, unless said.` }),
    ),
    onChanged: Type.Optional(event()),
  },
  {
    events: { onChanged: '{ value: { name, type, size, base64 } | null }' },
    examples: [
      {
        title: 'Orders to import',
        tree: {
          _type: 'file',
          label: 'Orders',
          hint: 'Choose a file',
          accept: ['.csv', 'text/csv'],
          help: 'CSV with the columns number, customer, total; at most 150 kB.',
          onChanged: listener('importOrders'),
        },
      },
      {
        title: 'Refused',
        tree: { _type: 'file', label: 'Logo', accept: ['image/*'], maxBytes: 50_000, error: 'Not a picture.' },
      },
    ],
  },
);
export type File = Static<typeof file.schema>;

export const keyValues = component(
  'key_values',
  'Names with a text each, such as headers.',
  {
    value: Type.Optional(
      data<Readonly<Record<string, string>>>({ type: 'object', additionalProperties: { type: 'string' } }),
    ),
    ...fieldMembers,
    keyLabel: Type.Optional(Type.String({ maxLength: 60, description: '“Name”, unless said.' })),
    valueLabel: Type.Optional(Type.String({ maxLength: 60, description: '“Value”, unless said.' })),
    maxItems: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    onChanged: Type.Optional(event()),
  },
  {
    events: { onChanged: '{ value: { [name]: string } }, without lines that have no name' },
    examples: [
      {
        title: 'Headers of a rule',
        tree: {
          _type: 'key_values',
          label: 'Headers',
          keyLabel: 'Header',
          value: { 'x-team': 'payments', 'x-region': 'eu' },
          help: 'Sent with each delivery.',
          onChanged: listener('setHeaders'),
        },
      },
      { title: 'Empty', tree: { _type: 'key_values', label: 'Metadata', value: {} } },
    ],
  },
);
export type KeyValues = Static<typeof keyValues.schema>;

export const jsonEditor = component(
  'json_editor',
  'Any JSON, as text. What is not JSON is said, with line and column, and not sent.',
  {
    value: Type.Optional(data()),
    ...fieldMembers,
    readOnly,
    minLines: lines,
    maxLines: lines,
    onChanged: Type.Optional(event()),
  },
  {
    events: { onChanged: '{ value }: the JSON, 400 ms after the last key, where it is JSON' },
    examples: [
      {
        title: 'A condition',
        tree: {
          _type: 'json_editor',
          label: 'Condition',
          value: { total: { $gte: 100 }, status: { $in: ['paid', 'shipped'] } },
          minLines: 6,
          onChanged: listener('setCondition'),
        },
      },
      {
        title: 'Refused',
        tree: { _type: 'json_editor', label: 'Payload', value: [], error: 'Expected an object.', minLines: 3 },
      },
    ],
  },
);
export type JsonEditor = Static<typeof jsonEditor.schema>;
