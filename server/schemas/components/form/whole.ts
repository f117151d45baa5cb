/** What holds inputs together. */
import { Type, type Static } from 'typebox';
import { component, data, event, node, nodes } from '../base.ts';
import type { JsonObject } from '../../json.ts';
import { listener } from './shared.ts';

const submits = { onSubmit: '{ value: { [name]: … } }' };
const endings = {
  error: Type.Optional(Type.String({ maxLength: 2_000, description: 'What is wrong with the whole.' })),
  errors: Type.Optional(
    data<Readonly<Record<string, string>>>({
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'By the name of the input: what is wrong, in a sentence. The first is focused.',
    }),
  ),
  clearOnSuccess: Type.Optional(
    Type.Boolean({ description: 'Once the run succeeded, what was typed gives way to what the tree says.' }),
  ),
};

export const form = component(
  'form',
  'Inputs that are sent together, by a `button` with `submit` or by Enter. What was typed stays when the run fails, or when its listener gives back `{ errors: { name: text } }`.',
  {
    child: Type.Optional(node()),
    children: Type.Optional(nodes()),
    value: Type.Optional(
      data<JsonObject>({ type: 'object', description: 'By name: values of inputs that say none themselves.' }),
    ),
    ...endings,
    onSubmit: Type.Optional(event()),
  },
  {
    events: submits,
    examples: [
      {
        title: 'A new issue',
        tree: {
          _type: 'form',
          children: [
            { _type: 'textfield', label: 'Title', name: 'title', required: true, maxLength: 200 },
            { _type: 'text_area', label: 'What happens', name: 'body', minLines: 3 },
            {
              _type: 'select',
              label: 'Kind',
              name: 'kind',
              value: 'bug',
              options: [
                { value: 'bug', label: 'Bug' },
                { value: 'idea', label: 'Idea' },
              ],
            },
            { _type: 'button', text: 'Create issue', submit: true },
          ],
          clearOnSuccess: true,
          onSubmit: listener('createIssue'),
        },
      },
      {
        title: 'Refused by the server',
        tree: {
          _type: 'form',
          value: { number: '1042', total: -1 },
          errors: { total: 'Expected at least 0.' },
          children: [
            { _type: 'textfield', label: 'Number', name: 'number' },
            { _type: 'number_field', label: 'Total', name: 'total', unit: '€' },
            { _type: 'button', text: 'Save', submit: true },
          ],
          onSubmit: listener('saveOrder'),
        },
      },
    ],
  },
);
export type Form = Static<typeof form.schema>;

export const fieldset = component(
  'fieldset',
  'Inputs that belong together, under their `label`.',
  {
    children: nodes(),
    help: Type.Optional(Type.String({ maxLength: 1_000 })),
    disabled: Type.Optional(Type.Boolean({ description: 'All that is in it.' })),
  },
  {
    examples: [
      {
        title: 'Part of a form',
        tree: {
          _type: 'fieldset',
          label: 'Address',
          help: 'Where the order goes.',
          children: [
            { _type: 'textfield', label: 'Street', name: 'address.street', value: '12 rue des Lilas' },
            { _type: 'textfield', label: 'Town', name: 'address.town', value: 'Lyon' },
          ],
        },
      },
      {
        title: 'Not now',
        tree: {
          _type: 'fieldset',
          label: 'Invoice',
          disabled: true,
          children: [{ _type: 'checkbox', label: 'Send by e-mail', value: true }],
        },
      },
    ],
  },
);
export type Fieldset = Static<typeof fieldset.schema>;

export const hidden = component(
  'hidden',
  'A member of a form’s value that is not shown. A browser can be made to send another one: what must hold, check in the listener, or put it into the listener’s props.',
  { name: Type.String({ maxLength: 500 }), value: data() },
  {
    examples: [
      { title: 'A mark', tree: { _type: 'hidden', name: 'source', value: 'orders page' } },
      { title: 'An object', tree: { _type: 'hidden', name: 'address', value: {} } },
    ],
  },
);
export type Hidden = Static<typeof hidden.schema>;

export const schemaForm = component(
  'schema_form',
  'A form with an input for each member of a JSON Schema. The browser gets the inputs, never the schema.',
  {
    schema: data<JsonObject>({ type: 'object' }),
    value: Type.Optional(data<JsonObject>({ type: 'object' })),
    ...endings,
    submitText: Type.Optional(Type.String({ maxLength: 60, description: '“Save”, unless said.' })),
    disabled: Type.Optional(Type.Boolean()),
    onSubmit: Type.Optional(event()),
  },
  {
    events: submits,
    examples: [
      {
        title: 'An order',
        tree: {
          _type: 'schema_form',
          schema: {
            type: 'object',
            required: ['number', 'customer', 'total'],
            properties: {
              number: { type: 'string', title: 'Number', minLength: 1, examples: ['1042'] },
              status: { enum: ['open', 'paid', 'shipped'], default: 'open', title: 'Status' },
              total: { type: 'number', minimum: 0, title: 'Total', description: 'In euros.' },
              gift: { type: 'boolean', title: 'Gift' },
              customer: {
                type: 'object',
                title: 'Customer',
                required: ['email'],
                properties: {
                  name: { type: 'string', title: 'Name' },
                  email: { type: 'string', format: 'email', title: 'E-mail' },
                },
              },
            },
          },
          value: { number: '1042', total: 129.9 },
          submitText: 'Save order',
          onSubmit: listener('saveOrder'),
        },
      },
      {
        title: 'A rule, with lists and JSON',
        tree: {
          _type: 'schema_form',
          schema: {
            type: 'object',
            required: ['url', 'events'],
            properties: {
              url: { type: 'string', format: 'uri', title: 'Address' },
              events: { type: 'array', items: { type: 'string' }, minItems: 1, title: 'Event types' },
              regions: { type: 'array', items: { enum: ['eu', 'us'] }, uniqueItems: true, maxItems: 2 },
              starts: { type: 'string', format: 'date-time', title: 'Starts at' },
              filter: { title: 'Filter', description: 'Any JSON.' },
            },
          },
          submitText: 'Create rule',
          onSubmit: listener('createRule'),
        },
      },
    ],
  },
);
export type SchemaForm = Static<typeof schemaForm.schema>;
