/** How an order is shown, wherever it is. */
import type { Component } from '../../server/sdk.ts';
import type { Order } from '../../listeners/_lib/orders.ts';
import { isoOf, type Moment } from './times.ts';

const STATUS = {
  pending: { value: 'queued', text: 'Waiting for payment' },
  paid: { value: 'succeeded', text: 'Paid' },
  shipped: { value: 'delivered', text: 'Shipped' },
} as const;

export const statusOptions = Object.entries(STATUS).map(([value, { text }]) => ({ value, label: text }));

export function statusOf({ status }: Order): Component {
  return { _type: 'status', ...STATUS[status] };
}

export function amountOf({ amount, currency }: Pick<Order, 'amount' | 'currency'>): Component {
  const value = amount === undefined ? null : amount / 100;
  return { _type: 'number', value, format: 'currency', ...(currency !== undefined && { currency }) };
}

export function timeOf(at: Moment): Component {
  return { _type: 'time', at: isoOf(at) };
}

export const titleOf = ({ reference, customer_email, _id }: Order): string => reference ?? customer_email ?? _id;
export const pathOf = ({ _id }: Order): string => `/orders/${encodeURIComponent(_id)}`;
