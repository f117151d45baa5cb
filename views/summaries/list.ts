/** The summaries, newest first. */
import type { Component } from '../../server/sdk.ts';
import type { Summary } from '../../listeners/_lib/summaries.ts';
import { amountOf } from '../_lib/orders.ts';
import { tableOf, type Columns } from '../_lib/table.ts';
import { isoOf } from '../_lib/times.ts';

const columns: Columns = [
  { key: 'day', title: 'Day' },
  { key: 'zone', title: 'Time zone', hideBelow: 'tablet' },
  { key: 'orders', title: 'Orders', align: 'end' },
  { key: 'paid', title: 'Paid', align: 'end' },
  { key: 'revenue', title: 'Revenue', align: 'end' },
  { key: 'made', title: 'Made', hideBelow: 'desk' },
];

export default function list(summaries: readonly Summary[]): Component {
  return tableOf(
    summaries,
    columns,
    ({ day, timezone, orders, by_status, revenue, made_at }) => ({
      day,
      zone: timezone,
      orders,
      paid: (by_status.paid ?? 0) + (by_status.shipped ?? 0),
      revenue: { _type: 'wrap', spacing: 8, alignment: 'end', children: revenue.map(amountOf) },
      made: { _type: 'time', at: isoOf(made_at) },
    }),
    {
      label: 'Summaries',
      empty: {
        _type: 'empty',
        title: 'No summaries yet',
        text: 'The cron nightly-orders makes the first one at the next midnight.',
      },
    },
  );
}
