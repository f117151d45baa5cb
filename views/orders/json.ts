/** The newest orders for other front ends: any JSON, live as well. A listener in it becomes a function of the client. */
import { listener } from '../../server/sdk.ts';
import type { Order } from '../../listeners/_lib/orders.ts';

export default function json(orders: readonly Order[]) {
  return {
    orders: orders.map((order) => ({
      id: order._id,
      status: order.status,
      amount: order.amount ?? null,
      currency: order.currency ?? null,
      ...(order.status === 'paid' && { ship: listener('orders.ship', { order: order._id }) }),
    })),
  };
}
