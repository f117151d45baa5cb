/** How much there is of everything. */
import type { Component } from '../server/sdk.ts';
import type { Order } from '../listeners/_lib/orders.ts';

interface Data {
  readonly orders: readonly Pick<Order, 'status' | 'amount'>[];
  readonly issues: readonly object[];
  readonly repositories: readonly object[];
}

export default function figures({ orders, issues, repositories }: Data): Component {
  const waiting = orders.filter(({ status }) => status === 'pending').length;
  return {
    _type: 'grid',
    columns: { phone: 2, desk: 4 },
    children: [
      { _type: 'stat', label: 'Orders', value: orders.length, to: '/orders' },
      { _type: 'stat', label: 'Waiting for payment', value: waiting, to: '/orders?status=pending' },
      { _type: 'stat', label: 'Open issues', value: issues.length, to: '/issues' },
      { _type: 'stat', label: 'Repositories', value: repositories.length, to: '/repositories' },
    ],
  };
}
