/** Values as the gallery, the documentation and the tests show them. */
import type { AnyComponent, Example } from '../base.ts';

const order = {
  id: 'ord_104',
  customer: { name: 'Ada Lovelace', email: 'ada@example.com', address: { city: 'London', postcode: 'W1J 7NT' } },
  lines: [
    { sku: 'PAPER-A4', quantity: 12, price: 4.5 },
    { sku: 'INK-BLACK', quantity: 1, price: 1195 },
  ],
  paid: true,
  note: null,
};

const before = { status: 'placed', total: 1195, lines: 1, customer: { name: 'Ada Lovelace', city: 'London' } };
const after = {
  customer: { city: 'London', name: 'Ada Lovelace', vat: 'GB123456789' },
  lines: 2,
  status: 'paid',
  total: 1249,
};

const long = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`field${at}`, at * 7]));

const jsonTree: AnyComponent = { _type: 'json', label: 'Order', value: order, name: 'ord_104.json' };
const bigTree: AnyComponent = {
  _type: 'json',
  label: 'Event as it came',
  text: '{"id": 12345678901234567890123, "object": "charge", "amount": 124900, "currency": "eur", "refs": [9007199254740993]}',
};
const listTree: AnyComponent = {
  _type: 'json',
  label: '500 rows',
  depth: 1,
  value: Array.from({ length: 500 }, (_, at) => ({ id: at, even: at % 2 === 0 })),
};

export const jsonExamples: readonly Example[] = [
  { title: 'An order', tree: jsonTree },
  { title: 'Integers of any length', tree: bigTree },
  { title: 'A long list', tree: listTree },
];

export const diffExamples: readonly Example[] = [
  { title: 'An order was paid', tree: { _type: 'diff', label: 'Change of ord_104', before, after } },
  {
    title: 'One of forty members changed',
    tree: {
      _type: 'diff',
      label: 'Settings',
      before: long,
      after: { ...long, field20: 141 },
      beforeTitle: 'Yesterday',
      afterTitle: 'Today',
    },
  },
  { title: 'Nothing changed', tree: { _type: 'diff', before: [1, 2, 3], after: [1, 2, 3] } },
];

export const logExamples: readonly Example[] = [
  {
    title: 'Of one run',
    tree: {
      _type: 'log',
      label: 'Log of run_0007',
      lines: [
        { at: '2026-03-21T09:41:07.120Z', level: 'debug', text: 'event charge.succeeded, 1,243 bytes' },
        { at: '2026-03-21T09:41:07.124Z', level: 'info', text: 'order ord_104 found' },
        {
          at: '2026-03-21T09:41:07.190Z',
          level: 'warn',
          text: 'customer has no address; the shop’s own is used instead',
        },
        {
          at: '2026-03-21T09:41:07.201Z',
          level: 'error',
          text: 'Error: stock of PAPER-A4 is 3, and 12 were asked for\n    at reserve (listeners/orderPaid.ts:24:11)\n    at orderPaid (listeners/orderPaid.ts:9:3)',
        },
      ],
    },
  },
  {
    title: 'Many lines',
    tree: {
      _type: 'log',
      label: 'Import',
      height: 'small',
      lines: Array.from({ length: 600 }, (_, at) => ({ level: 'info', text: `row ${at + 1} of 600 imported` })),
    },
  },
  { title: 'No lines', tree: { _type: 'log', label: 'Log', height: 'small', lines: [] } },
];
