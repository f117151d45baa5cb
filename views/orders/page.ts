/** The list of orders with its filters. They stand in the URL, so a reload, the back button and a sent link keep them. */
import { action, view, type Component, type ViewContext } from '../../server/sdk.ts';
import { statusOptions } from '../_lib/orders.ts';

const SORTS = new Map<unknown, Record<string, 1 | -1>>([
  ['amount', { amount: 1 }],
  ['-amount', { amount: -1 }],
]);

export default function page(_data: unknown, _props: unknown, { query }: ViewContext): Component {
  return {
    _type: 'page',
    title: 'Orders',
    breadcrumb: [{ text: 'Overview', to: '/' }],
    actions: [{ _type: 'button', text: 'New order', leftIcon: 'add', onPressed: action.navigate('/orders/new') }],
    children: [
      {
        _type: 'filter_bar',
        label: 'Orders',
        filters: [
          { name: 'customer', label: 'Customer', type: 'text', hint: 'The whole address' },
          { name: 'status', label: 'Status', type: 'select', options: statusOptions },
        ],
      },
      view('orders.list', {
        find: {
          coll: 'orders',
          query: {
            ...(query.status !== undefined && { status: '@query.status' }),
            ...(query.customer !== undefined && { customer_email: '@query.customer' }),
          },
          options: { sort: SORTS.get(query.sort) ?? { created_at: -1 }, limit: 100 },
        },
        props: { isFiltered: query.status !== undefined || query.customer !== undefined },
      }),
    ],
  };
}
