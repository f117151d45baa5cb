/** One order: what is known of it, what to do next, and a note. */
import { listener, type Component } from '../../server/sdk.ts';
import type { Order } from '../../listeners/_lib/orders.ts';
import { amountOf, statusOf, timeOf, titleOf } from '../_lib/orders.ts';

const breadcrumb = [
  { text: 'Overview', to: '/' },
  { text: 'Orders', to: '/orders' },
];

export default function detail([order]: readonly Order[]): Component {
  if (order === undefined) {
    return {
      _type: 'page',
      title: 'Order',
      breadcrumb,
      children: [{ _type: 'empty', title: 'There is no such order', text: 'It may have been deleted.' }],
    };
  }
  const props = { order: order._id };
  return {
    _type: 'page',
    title: titleOf(order),
    breadcrumb,
    actions: [
      statusOf(order),
      {
        _type: 'button',
        text: 'Mark as shipped',
        disabled: order.status !== 'paid',
        onPressed: listener('orders.ship', props),
      },
    ],
    children: [
      {
        _type: 'fact_list',
        columns: 2,
        items: [
          { label: 'Id', value: { _type: 'copyable', value: order._id } },
          { label: 'Amount', value: amountOf(order) },
          { label: 'Customer', value: order.customer_email ?? null },
          { label: 'Received', value: timeOf(order.created_at) },
          { label: 'Paid', value: timeOf(order.paid_at) },
          { label: 'Shipped', value: timeOf(order.shipped_at) },
        ],
      },
      {
        _type: 'card',
        title: 'Note',
        children: [
          {
            _type: 'form',
            onSubmit: listener('orders.note', props),
            children: [
              { _type: 'text_area', name: 'note', label: 'What the next person should know', value: order.note ?? '' },
              { _type: 'button', text: 'Save note', submit: true },
            ],
          },
        ],
      },
    ],
  };
}
