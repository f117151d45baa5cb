/** The filters of a page. */
import { Type, type Static } from 'typebox';
import { choice, component } from '../base.ts';
import { options } from './shared.ts';

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
