/** The list of orders with its filters. They stand in the URL, so a reload, the back button and a sent link keep them. */
import { action, view, type Component, type ViewContext } from '../../server/sdk.ts';
import { statusOptions } from '../_lib/orders.ts';

export default function page(_data: unknown, _props: unknown, { query }: ViewContext): Component {
  const sort = query.sort === 'amount' ? { amount: 1 } : query.sort === '-amount' ? { amount: -1 } : { created_at: -1 };
  return {
    _type: 'page',
    title: 'Orders',
    breadcrumb: [{ text: 'Overview', to: '/' }],
    actions: [{ _type: 'button', text: 'New order', leftIcon: 'plus', onPressed: action.navigate('/orders/new') }],
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
          options: { sort: sort as Record<string, 1 | -1>, limit: 100 },
        },
        props: { isFiltered: query.status !== undefined || query.customer !== undefined },
      }),
    ],
  };
}
