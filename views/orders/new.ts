/** The form for an order made by hand: its fields come from a JSON Schema. */
import { listener, type Component } from '../../server/sdk.ts';

const schema = {
  type: 'object',
  required: ['customer_email', 'amount'],
  properties: {
    customer_email: { type: 'string', format: 'email', title: 'Customer’s e-mail' },
    amount: { type: 'number', minimum: 0.01, maximum: 1_000_000, title: 'Amount' },
    currency: { enum: ['EUR', 'USD', 'GBP'], default: 'EUR', title: 'Currency' },
    reference: { type: 'string', maxLength: 100, title: 'Reference', description: 'What the shop calls it.' },
  },
};

export default function newOrder(): Component {
  return {
    _type: 'page',
    title: 'New order',
    breadcrumb: [
      { text: 'Overview', to: '/' },
      { text: 'Orders', to: '/orders' },
    ],
    children: [{ _type: 'schema_form', schema, submitText: 'Create order', onSubmit: listener('orders.create') }],
  };
}
