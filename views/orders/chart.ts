/** Orders a day. */
import type { Component } from '../../server/sdk.ts';
import type { Order } from '../../listeners/_lib/orders.ts';
import { isoOf } from '../_lib/times.ts';

export default function chart(orders: readonly Order[]): Component {
  const counts = new Map<string, number>();
  for (const { created_at: at } of orders) {
    const day = isoOf(at)?.slice(0, 10);
    if (day !== undefined) counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  const days = [...counts.keys()].sort();
  const content: Component =
    days.length === 0
      ? { _type: 'empty', title: 'No orders yet' }
      : {
          _type: 'chart',
          label: 'Orders a day',
          kind: 'bar',
          x: days,
          series: [{ name: 'Orders', values: days.map((day) => counts.get(day) ?? 0), tone: 'info' }],
        };
  return { _type: 'card', children: [content] };
}
