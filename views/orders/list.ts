/** The orders found, as a table. */
import { action, listener, type Component, type ViewContext } from '../../server/sdk.ts';
import type { Order } from '../../listeners/_lib/orders.ts';
import { amountOf, pathOf, statusOf, timeOf, titleOf } from '../_lib/orders.ts';
import { tableOf, type Columns } from '../_lib/table.ts';

const columns: Columns = [
  { key: 'order', title: 'Order' },
  { key: 'customer', title: 'Customer', hideBelow: 'tablet' },
  { key: 'amount', title: 'Amount', align: 'end', sort: true },
  { key: 'status', title: 'Status' },
  { key: 'created', title: 'Received' },
  { key: 'next', title: 'What to do' },
];

export default function list(
  orders: readonly Order[],
  props: { isFiltered: boolean },
  { query }: ViewContext,
): Component {
  return tableOf(
    orders,
    columns,
    (order) => ({
      order: { _type: 'link', text: titleOf(order), to: pathOf(order) },
      customer: order.customer_email ?? null,
      amount: amountOf(order),
      status: statusOf(order),
      created: timeOf(order.created_at),
      next:
        order.status === 'paid'
          ? { _type: 'button', text: 'Ship', size: 'small', onPressed: listener('orders.ship', { order: order._id }) }
          : null,
    }),
    {
      label: 'Orders',
      ...(typeof query.sort === 'string' && { sort: query.sort }),
      onSort: action.setQuery({ sort: '$value' }),
      empty: props.isFiltered
        ? { _type: 'empty', title: 'No order matches', action: { _type: 'link', text: 'Show all', to: '/orders' } }
        : {
            _type: 'empty',
            title: 'No orders yet',
            text: 'A payment webhook bound to the listener payments.paid brings them in.',
            action: { _type: 'link', text: 'Make one by hand', to: '/orders/new' },
          },
    },
  );
}
