/** What holds inputs together: a form, a form made of a schema, and the filters of a page. */
import { Type, type Static } from 'typebox';
import { choice, component, data, event, node, nodes } from '../base.ts';
import type { JsonObject } from '../../json.ts';
import { listener, options } from './shared.ts';

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
  'Inputs that are sent together, by a `button` with `submit` or by Enter. What was typed stays when the run fails.',
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

const Filter = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$',
      description: 'The member of the URL’s query; a date range has two, with From and To behind.',
    }),
    label: Type.String({ maxLength: 100 }),
    type: choice('text', 'select', 'multi_select', 'date_range', 'toggle'),
    options: Type.Optional(options),
    hint: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
);

export const filterBar = component(
  'filter_bar',
  'Filters that live in the URL, so that reload, back button and a sent link keep them. Several chosen values are joined by commas; a toggle is `true` or not there.',
  {
    filters: Type.Array(Filter, { minItems: 1, maxItems: 20 }),
    resets: Type.Optional(
      Type.Array(Type.String({ maxLength: 64 }), {
        maxItems: 20,
        description: 'Members of the query that a change takes away; `page` and `cursor`, unless said.',
      }),
    ),
  },
  {
    examples: [
      {
        title: 'Orders',
        tree: {
          _type: 'filter_bar',
          label: 'Orders',
          filters: [
            { name: 'q', label: 'Search', type: 'text', hint: 'Number or customer' },
            {
              name: 'status',
              label: 'Status',
              type: 'select',
              options: [
                { value: 'open', label: 'Open' },
                { value: 'paid', label: 'Paid' },
                { value: 'shipped', label: 'Shipped' },
              ],
            },
            { name: 'created', label: 'Created', type: 'date_range' },
            { name: 'gift', label: 'Gifts only', type: 'toggle' },
          ],
        },
      },
      {
        title: 'Issues',
        tree: {
          _type: 'filter_bar',
          label: 'Issues',
          filters: [
            { name: 'title', label: 'Title', type: 'text' },
            {
              name: 'labels',
              label: 'Labels',
              type: 'multi_select',
              options: [{ value: 'bug' }, { value: 'docs' }, { value: 'security' }],
            },
          ],
        },
      },
    ],
  },
);
export type FilterBar = Static<typeof filterBar.schema>;
