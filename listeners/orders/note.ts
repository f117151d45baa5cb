/** The form on an order's page: keeps what somebody wrote about it. */
import { defineListener, Type } from '../../server/sdk.ts';
import type { Order } from '../_lib/orders.ts';

export default defineListener({
  props: Type.Object({ order: Type.String() }),
  event: Type.Object({ value: Type.Object({ note: Type.Optional(Type.String({ maxLength: 2_000 })) }) }),

  async run({ order }, { value }, api) {
    await api.data.coll<Order>('orders').updateMany({ _id: order }, { $set: { note: value.note ?? '' } });
    await api.session.toast({ text: 'Note saved.', tone: 'success' });
  },
});
