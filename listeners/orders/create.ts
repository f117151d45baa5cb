/** The form "New order": an order made by hand, named after the run so that a repetition makes no second one. */
import { defineListener, Type } from '../../server/sdk.ts';
import { createOnce } from '../_lib/documents.ts';
import type { Order } from '../_lib/orders.ts';

export default defineListener({
  event: Type.Object({
    value: Type.Object({
      customer_email: Type.String({ format: 'email' }),
      amount: Type.Number({ minimum: 0.01, maximum: 1_000_000 }),
      currency: Type.Optional(Type.Union([Type.Literal('EUR'), Type.Literal('USD'), Type.Literal('GBP')])),
      reference: Type.Optional(Type.String({ maxLength: 100 })),
    }),
  }),

  async run(_props, { value }, api) {
    const { customer_email, amount, currency = 'EUR', reference } = value;
    const order: Order = {
      _id: `manual:${api.run.id}`,
      status: 'pending',
      amount: Math.round(amount * 100),
      currency,
      customer_email,
      ...(reference !== undefined && reference !== '' && { reference }),
      created_at: new Date(),
      is_test: false,
      events: [],
    };
    await createOnce(api.data.coll<Order>('orders'), order);
    await api.session.navigate(`/orders/${encodeURIComponent(order._id)}`);
    return { order: order._id };
  },
});
