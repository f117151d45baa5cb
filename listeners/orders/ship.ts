/** The button "Mark as shipped". Which order is meant stands in the props, which no browser can read or change. */
import { defineListener, Type } from '../../server/sdk.ts';
import type { Order } from '../_lib/orders.ts';

export default defineListener({
  props: Type.Object({ order: Type.String() }),

  async run({ order }, _event, api) {
    const orders = api.data.coll<Order>('orders');
    const { matched } = await orders.updateMany(
      { _id: order, status: 'paid' },
      { $set: { status: 'shipped', shipped_at: new Date() } },
    );
    if (matched === 0) await api.session.toast({ text: 'Only a paid order can be shipped.', tone: 'warning' });
    return { shipped: matched > 0 };
  },
});
