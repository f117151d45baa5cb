/**
 * A payment webhook in Stripe's shape keeps the collection `orders` up to date. A payment is told about in several
 * events, in any order, each of them perhaps twice; together they make one order, named after the payment.
 * Bind it with `verify: { type: "stripe", secret: "whsec_…" }`.
 */
import { defineListener, NonRetriableError, Type } from '../../server/sdk.ts';
import { createOnce } from '../_lib/documents.ts';
import type { Order } from '../_lib/orders.ts';
import { isObject, parts, text, time, whole, type Parts } from '../_lib/read.ts';

/** What each type of event tells about its order. */
const READERS: Readonly<Record<string, (object: Parts, at: Date | null) => Told>> = {
  'checkout.session.completed': readSession,
  'checkout.session.async_payment_succeeded': readSession,
  'payment_intent.succeeded': readIntent,
};

interface Told {
  readonly payment: string | null;
  readonly isPaid: boolean;
  readonly fields: Parts;
}

export default defineListener({
  props: Type.Object(
    { live_only: Type.Optional(Type.Boolean({ description: 'Pass over payments made in test mode.' })) },
    { additionalProperties: false },
  ),

  async run({ live_only = false }, event, api) {
    const { id, type, created, livemode, data } = parts(event);
    const read = typeof type === 'string' && Object.hasOwn(READERS, type) ? READERS[type] : undefined;
    if (read === undefined) return { ignored: text(type) ?? 'not a payment event' };
    if (live_only && livemode !== true) return { ignored: 'a test payment' };

    const { object } = parts(data);
    const eventId = text(id);
    if (!isObject(object) || eventId === null) throw new NonRetriableError('expected an event with id and data.object');
    const { payment, isPaid, fields } = read(object, time(created));
    if (payment === null) throw new NonRetriableError('expected data.object to have an id');

    const _id = `stripe:${payment}`;
    const orders = api.data.coll<Order>('orders');
    await createOnce(orders, { _id, status: 'pending', is_test: livemode !== true, events: [] });
    // An event that says "not yet" never takes back one that said "paid".
    const told = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
    const at = time(created);
    const more = { $addToSet: { events: eventId }, ...(at !== null && { $min: { created_at: at } }) };
    const pay = { $set: { ...told, ...(isPaid && { status: 'paid' }) }, ...more };
    // What has been shipped stays so, whatever comes late.
    const { matched } = await orders.updateMany({ _id, shipped_at: { $exists: false } }, pay);
    if (matched === 0) await orders.updateMany({ _id }, { $set: told, ...more });
    api.log.info(`order ${_id} ${isPaid ? 'is paid' : 'waits for its payment'}`, { type, amount: fields.amount });
    return { order: _id, status: isPaid ? 'paid' : 'pending' };
  },
});

function readSession(session: Parts, at: Date | null): Told {
  const isPaid = session.payment_status !== 'unpaid';
  return {
    // A session without a payment (nothing to pay, or a subscription) stands for itself.
    payment: text(session.payment_intent) ?? text(parts(session.payment_intent).id) ?? text(session.id),
    isPaid,
    fields: {
      amount: whole(session.amount_total),
      currency: text(session.currency)?.toUpperCase() ?? null,
      reference: text(session.client_reference_id) ?? text(parts(session.metadata).order_id),
      customer_email: text(parts(session.customer_details).email) ?? text(session.customer_email),
      paid_at: isPaid ? at : null,
    },
  };
}

function readIntent(intent: Parts, at: Date | null): Told {
  return {
    payment: text(intent.id),
    isPaid: true,
    fields: {
      amount: whole(intent.amount_received) ?? whole(intent.amount),
      currency: text(intent.currency)?.toUpperCase() ?? null,
      reference: text(parts(intent.metadata).order_id),
      customer_email: text(intent.receipt_email),
      paid_at: at,
    },
  };
}
