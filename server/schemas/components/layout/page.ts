/** The frame of what one route shows: where it is, what it is called, what can be done with the whole of it. */
import { Type, type Static } from 'typebox';
import { component, nodes } from '../base.ts';
import { closed } from '../tokens.ts';

export const page = component(
  'page',
  'A whole page: a title (the only heading of the first level), where it belongs, what can be done with it, and its content.',
  {
    title: Type.String({ maxLength: 300 }),
    subtitle: Type.Optional(Type.String({ maxLength: 1_000 })),
    breadcrumb: Type.Optional(
      Type.Array(
        Type.Object(
          {
            text: Type.String({ maxLength: 200 }),
            to: Type.Optional(Type.String({ maxLength: 2_000 })),
          },
          closed,
        ),
        { maxItems: 8, description: 'From the top down, without the page itself.' },
      ),
    ),
    actions: Type.Optional(nodes('Beside the title; below it on a phone.')),
    children: nodes(),
  },
  {
    examples: [
      {
        title: 'A detail page',
        tree: {
          _type: 'page',
          title: 'Order 2026-0142',
          subtitle: 'Placed by Maja Lindqvist, three articles, to be sent to Uppsala',
          breadcrumb: [
            { text: 'Shop', to: '/' },
            { text: 'Orders', to: '/orders' },
          ],
          actions: [
            { _type: 'status', value: 'succeeded', text: 'Paid' },
            { _type: 'link', text: 'Invoice', to: '/orders/2026-0142/invoice' },
          ],
          children: [
            {
              _type: 'fact_list',
              items: [
                { label: 'Customer', value: { _type: 'person', name: 'Maja Lindqvist', email: 'maja@example.com' } },
                { label: 'Total', value: { _type: 'number', value: 249.5, format: 'currency', currency: 'EUR' } },
                { label: 'Placed', value: { _type: 'time', at: '2026-03-14T09:26:53.000Z', mode: 'absolute' } },
              ],
            },
          ],
        },
      },
      {
        title: 'With nothing on it',
        tree: { _type: 'page', title: 'Repositories', children: [] },
      },
      {
        title: 'A long title',
        tree: {
          _type: 'page',
          title: 'Deliveries-that-were-refused-by-crm.example.com-because-its-certificate-had-run-out-the-night-before',
          breadcrumb: [{ text: 'Rules', to: '/rules' }, { text: 'forward-every-paid-order-to-the-customer-database' }],
          actions: [{ _type: 'link', text: 'Open the rule', to: '/rules/rul_1' }],
          children: [{ _type: 'text', value: 'Words that are too long for the window are broken, not cut.' }],
        },
      },
    ],
  },
);
export type Page = Static<typeof page.schema>;
