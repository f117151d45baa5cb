import { describe, expect, it } from 'vitest';
import ship from '../../listeners/orders/ship.ts';
import paid from '../../listeners/payments/paid.ts';
import { NonRetriableError } from '../../server/sdk.ts';
import { aFakeApi } from './fakeApi.ts';

const CREATED_S = 1_700_000_000;

function aSession(object: Record<string, unknown> = {}, event: Record<string, unknown> = {}) {
  return {
    id: 'evt_session',
    object: 'event',
    type: 'checkout.session.completed',
    created: CREATED_S,
    livemode: true,
    data: {
      object: {
        id: 'cs_1',
        object: 'checkout.session',
        payment_intent: 'pi_1',
        payment_status: 'paid',
        amount_total: 4900,
        currency: 'eur',
        client_reference_id: 'order-7',
        customer_details: { email: 'jo@example.com', name: null },
        ...object,
      },
    },
    ...event,
  };
}

function anIntent(object: Record<string, unknown> = {}) {
  return {
    id: 'evt_intent',
    object: 'event',
    type: 'payment_intent.succeeded',
    created: CREATED_S + 1,
    livemode: true,
    data: {
      object: {
        id: 'pi_1',
        object: 'payment_intent',
        amount: 4900,
        amount_received: 4900,
        currency: 'eur',
        metadata: {},
        ...object,
      },
    },
  };
}

const PAID_ORDER = {
  _id: 'stripe:pi_1',
  status: 'paid',
  amount: 4900,
  currency: 'EUR',
  reference: 'order-7',
  customer_email: 'jo@example.com',
  created_at: new Date(CREATED_S * 1000),
  is_test: false,
};

describe('payments.paid', () => {
  it('makes one order of the two events of a payment, in whatever order they come', async () => {
    for (const events of [
      [aSession(), anIntent()],
      [anIntent(), aSession()],
    ]) {
      const api = aFakeApi();
      for (const event of events) await paid({}, event, api);
      expect(api.docs('orders')).toEqual([
        { ...PAID_ORDER, paid_at: expect.any(Date), events: events.map(({ id }) => id) },
      ]);
    }
  });

  it('leaves an order that has been shipped as it is, when another event comes late', async () => {
    const api = aFakeApi();
    await paid({}, anIntent(), api);
    await ship({ order: 'stripe:pi_1' }, {}, api);
    await paid({}, aSession(), api);
    expect(api.docs('orders')).toMatchObject([{ status: 'shipped', reference: 'order-7' }]);
  });

  it('changes nothing when an event comes twice', async () => {
    const api = aFakeApi();
    await paid({}, aSession(), api);
    const once = api.docs('orders');
    expect(once).toEqual([{ ...PAID_ORDER, paid_at: new Date(CREATED_S * 1000), events: ['evt_session'] }]);
    await paid({}, aSession(), api);
    expect(api.docs('orders')).toEqual(once);
  });

  it('waits for a payment that takes days, and never takes back that it came', async () => {
    const api = aFakeApi();
    const started = aSession({ payment_status: 'unpaid' });
    expect(await paid({}, started, api)).toEqual({ order: 'stripe:pi_1', status: 'pending' });
    expect(api.docs('orders')).toMatchObject([{ status: 'pending', amount: 4900 }]);
    expect(api.docs('orders')[0]).not.toHaveProperty('paid_at');
    await paid({}, { ...aSession(), id: 'evt_later', type: 'checkout.session.async_payment_succeeded' }, api);
    await paid({}, started, api);
    expect(api.docs('orders')).toMatchObject([{ status: 'paid', events: ['evt_session', 'evt_later'] }]);
  });

  it('names the order after the session where nothing was to be paid', async () => {
    const api = aFakeApi();
    await paid({}, aSession({ payment_intent: null, payment_status: 'no_payment_required', amount_total: 0 }), api);
    expect(api.docs('orders')).toMatchObject([{ _id: 'stripe:cs_1', status: 'paid', amount: 0 }]);
  });

  it('reads an expanded payment, and the reference from the metadata', async () => {
    const api = aFakeApi();
    await paid(
      {},
      aSession({ payment_intent: { id: 'pi_9' }, client_reference_id: null, metadata: { order_id: 'o-9' } }),
      api,
    );
    expect(api.docs('orders')).toMatchObject([{ _id: 'stripe:pi_9', reference: 'o-9' }]);
  });

  it('passes over test payments when its props say so', async () => {
    const api = aFakeApi();
    expect(await paid({ live_only: true }, aSession({}, { livemode: false }), api)).toEqual({
      ignored: 'a test payment',
    });
    expect(api.docs('orders')).toEqual([]);
    await paid({}, aSession({}, { livemode: false }), api);
    expect(api.docs('orders')).toMatchObject([{ is_test: true }]);
  });

  it.each([null, 'text', [], {}, { type: 7 }, { type: 'charge.refunded' }, { type: 'constructor' }])(
    'ignores %j',
    async (event) => {
      expect(await paid({}, event, aFakeApi())).toEqual({ ignored: expect.any(String) });
    },
  );

  it.each([
    [aSession({}, { id: undefined })],
    [aSession({}, { data: null })],
    [aSession({ id: null, payment_intent: null })],
  ])('gives up at once on a payment it cannot read', async (event) => {
    await expect(paid({}, event, aFakeApi())).rejects.toThrow(NonRetriableError);
  });
});
