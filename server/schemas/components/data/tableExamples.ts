/** Tables as the gallery, the documentation and the tests show them. */
import type { AnyComponent, Example, Node } from '../base.ts';

const status = (value: string): AnyComponent => ({ _type: 'status', value });
const time = (at: string): AnyComponent => ({ _type: 'time', at });

const orders = {
  _type: 'table',
  key: 'orders',
  label: 'Orders',
  columns: [
    { key: 'number', title: 'Order', width: 130, sort: true },
    { key: 'customer', title: 'Customer', sort: true },
    { key: 'status', title: 'Status', width: 150 },
    { key: 'total', title: 'Total', align: 'end', width: 130, sort: true },
    { key: 'placed', title: 'Placed', width: 170, sort: true, hideBelow: 'desk' },
  ],
  order: ['ord_104', 'ord_103', 'ord_102', 'ord_101'],
  rows: {
    ord_104: row('#1104', 'Ada Lovelace', status('running'), '€ 1,249.00', '2026-03-21T09:41:07Z'),
    ord_103: row('#1103', 'Grace Hopper', status('succeeded'), '€ 89.90', '2026-03-21T09:12:44Z'),
    ord_102: row('#1102', 'Marie Skłodowska-Curie', status('failed'), '€ 412.50', '2026-03-21T08:55:10Z'),
    ord_101: row('#1101', 'Émilie du Châtelet', status('queued'), '€ 19.00', '2026-03-20T17:03:31Z'),
  },
  sort: { key: 'placed', dir: 'desc' },
  select: true,
  rowLink: '/orders/$id',
  live: 'buffer',
  total: 1204,
  hasMore: true,
  cursor: 'ord_101',
  onSort: { _type: 'action', action: 'set_query', query: { sort: '$value' } },
  onLoadMore: { _type: 'action', action: 'set_query', query: { after: '$value' } },
} as const satisfies AnyComponent;

function row(number: string, customer: string, state: AnyComponent, total: string, placed: string) {
  return { number, customer, status: state, total, placed: time(placed) } satisfies Record<string, Node>;
}

const webhooks: AnyComponent = {
  _type: 'table',
  label: 'Webhooks',
  columns: [
    { key: 'name', title: 'Webhook' },
    { key: 'listener', title: 'Listener', hideBelow: 'desk' },
    { key: 'day', title: 'Last 24 h', width: 170 },
    { key: 'failed', title: 'Failed', align: 'end', width: 90 },
    { key: 'act', title: '', align: 'end', width: 130 },
  ],
  order: ['stripe', 'github', 'shop'],
  rows: {
    stripe: webhook('Stripe payments', 'orderPaid', [4, 9, 6, 11, 14, 8, 17], 2),
    github: webhook('GitHub issues', 'issueOpened', [1, 0, 2, 5, 3, 1, 4], 0),
    shop: webhook('Shop orders of the old system, kept until everything has moved', 'importOrder', [0, 0, 0], null),
  },
  onOpen: { _type: 'listener', name: 'openWebhook', props: {} },
};

function webhook(name: string, listener: string, values: readonly number[], failed: number | null) {
  return {
    name,
    listener,
    day: { _type: 'sparkline', values, label: `Requests to ${name}` },
    failed,
    act: {
      _type: 'button',
      text: 'Send test',
      size: 'small',
      onPressed: { _type: 'listener', name: 'sendTest', props: {} },
    },
  };
}

const count = 300;
const ids = Array.from({ length: count }, (_, at) => `run_${String(count - at).padStart(4, '0')}`);
const listeners = ['orderPaid', 'issueOpened', 'nightlyReport'] as const;

const runs: AnyComponent = {
  _type: 'table',
  label: 'Runs',
  dense: true,
  columns: [
    { key: 'id', title: 'Run', width: 140 },
    { key: 'listener', title: 'Listener' },
    { key: 'attempts', title: 'Attempts', align: 'end', width: 110, hideBelow: 'tablet' },
    { key: 'ms', title: 'Took (ms)', align: 'end', width: 120, sort: true },
  ],
  order: ids,
  rows: Object.fromEntries(
    ids.map((id, at) => [
      id,
      { id, listener: listeners[at % 3]!, attempts: at % 17 === 0 ? 3 : 1, ms: 8 + ((at * 37) % 251) },
    ]),
  ),
  sort: '-ms',
  rowLink: '/runs/$id',
  onSort: { _type: 'action', action: 'set_query', query: { sort: '$value' } },
};

const none: AnyComponent = {
  _type: 'table',
  label: 'Deliveries',
  columns: [
    { key: 'event', title: 'Event' },
    { key: 'url', title: 'Sent to' },
  ],
  order: [],
  rows: {},
  empty: {
    _type: 'empty',
    title: 'Nothing has been sent yet',
    text: 'A delivery is one event on its way to one address.',
  },
};

export const tableExamples: readonly Example[] = [
  { title: 'Orders: links, ticks, sorting, more to load', tree: orders },
  { title: 'Webhooks: components in cells', tree: webhooks },
  { title: '300 runs: only what is in sight is drawn', tree: runs },
  { title: 'Nothing yet', tree: none },
];
