/** Inputs that open a list to pick from. */
import { Type, type Static } from 'typebox';
import { component, event } from '../base.ts';
import { Scalar, chosen, fieldMembers, hint, listener, options, statuses } from './shared.ts';

const labels = ['bug', 'feature', 'docs', 'security'].map((value) => ({ value }));
const search = {
  searchable: Type.Optional(Type.Boolean({ description: 'Typing narrows the options.' })),
  onSearch: Type.Optional(event('What was typed goes to the server; the options that fit come with the next tree.')),
};
const searched = '{ value: string }, 300 ms after the last key';

export const select = component(
  'select',
  'One of many.',
  {
    value: Type.Optional(Scalar),
    options,
    ...fieldMembers,
    hint,
    clearable: Type.Optional(Type.Boolean()),
    ...search,
    onChanged: Type.Optional(event()),
  },
  {
    events: { ...chosen, onSearch: searched },
    examples: [
      {
        title: 'A status',
        tree: { _type: 'select', label: 'Status', value: 'open', options: statuses, onChanged: listener('setStatus') },
      },
      {
        title: 'A customer, looked for on the server',
        tree: {
          _type: 'select',
          label: 'Customer',
          hint: 'Type a name',
          searchable: true,
          clearable: true,
          options: [
            { value: 'cus_1', label: 'Ada Lovelace', group: 'Regular' },
            { value: 'cus_2', label: 'Grace Hopper', group: 'Regular' },
            { value: 'cus_3', label: 'Edith Clarke', group: 'New' },
          ],
          onSearch: listener('findCustomers'),
          onChanged: listener('setCustomer'),
        },
      },
      {
        title: 'Refused',
        tree: { _type: 'select', label: 'Warehouse', options: statuses, error: 'Choose one.', required: true },
      },
    ],
  },
);
export type Select = Static<typeof select.schema>;

export const multiSelect = component(
  'multi_select',
  'Several of many.',
  {
    value: Type.Optional(Type.Array(Scalar, { maxItems: 1_000 })),
    options,
    ...fieldMembers,
    hint,
    clearable: Type.Optional(Type.Boolean()),
    minItems: Type.Optional(Type.Integer({ minimum: 0 })),
    maxItems: Type.Optional(Type.Integer({ minimum: 1 })),
    ...search,
    onChanged: Type.Optional(event()),
  },
  {
    events: { onChanged: '{ value: [] }: the values of the options', onSearch: searched },
    examples: [
      {
        title: 'Labels of an issue',
        tree: {
          _type: 'multi_select',
          label: 'Labels',
          value: ['bug', 'security'],
          options: labels,
          clearable: true,
          onChanged: listener('setLabels'),
        },
      },
      {
        title: 'At most two',
        tree: { _type: 'multi_select', label: 'Reviewers', hint: 'Up to two', maxItems: 2, options: labels },
      },
    ],
  },
);
export type MultiSelect = Static<typeof multiSelect.schema>;

export const tags = component(
  'tags',
  'Words of a person’s own. Enter or a comma ends one.',
  {
    value: Type.Optional(Type.Array(Type.String({ maxLength: 1_000 }), { maxItems: 1_000 })),
    suggestions: Type.Optional(Type.Array(Type.String({ maxLength: 1_000 }), { maxItems: 1_000 })),
    ...fieldMembers,
    hint,
    minItems: Type.Optional(Type.Integer({ minimum: 0 })),
    maxItems: Type.Optional(Type.Integer({ minimum: 1 })),
    minLength: Type.Optional(Type.Integer({ minimum: 0, description: 'Of each.' })),
    maxLength: Type.Optional(Type.Integer({ minimum: 1, description: 'Of each.' })),
    pattern: Type.Optional(
      Type.String({ maxLength: 500, description: 'A regular expression that each has to match.' }),
    ),
    onChanged: Type.Optional(event()),
  },
  {
    events: { onChanged: '{ value: string[] }' },
    examples: [
      {
        title: 'Topics of a repository',
        tree: {
          _type: 'tags',
          label: 'Topics',
          value: ['webhooks', 'typescript'],
          suggestions: ['webhooks', 'realtime', 'low-code'],
          onChanged: listener('setTopics'),
        },
      },
      {
        title: 'Empty',
        tree: { _type: 'tags', label: 'Event types', hint: 'orders.created', help: 'Enter after each.', maxItems: 20 },
      },
    ],
  },
);
export type Tags = Static<typeof tags.schema>;
