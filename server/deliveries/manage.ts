/** What the management API may do with deliveries. */
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { Delivery, DeliverySummary } from '../schemas/delivery.ts';
import type { Page, PageOf } from '../schemas/list.ts';
import type { DeliveryDocument } from './document.ts';
import type { Order } from './order/order.ts';
import { deliveryNotFound } from './resend.ts';
import { cancellation, type DeliveryStore } from './store.ts';
import type { DeliveryFilter } from './storeQuery.ts';
import { toDelivery, toSummary } from './view.ts';

export interface ManageDeliveriesDeps {
  readonly store: Pick<DeliveryStore, 'get' | 'list' | 'change'>;
  readonly order: Pick<Order, 'promote'>;
  readonly resend: (environmentId: number, id: string) => Promise<DeliveryDocument>;
  readonly clock: Clock;
}

export interface ManageDeliveries {
  /** Newest first. */
  readonly list: (environmentId: number, filter: DeliveryFilter, page: Page) => Promise<PageOf<DeliverySummary>>;
  readonly get: (environmentId: number, id: string) => Promise<Delivery>;
  /** A new delivery of the same event to the same rule. */
  readonly resend: (environmentId: number, id: string) => Promise<DeliverySummary>;
  /** Ends a delivery that waits; `conflict` while it is being sent, and when it is over. */
  readonly cancel: (environmentId: number, id: string) => Promise<Delivery>;
}

export function createManageDeliveries({ store, order, resend, clock }: ManageDeliveriesDeps): ManageDeliveries {
  async function find(environmentId: number, id: string): Promise<DeliveryDocument> {
    const found = await store.get(environmentId, id);
    if (found === null) throw deliveryNotFound(id);
    return found;
  }

  return {
    list: async (environmentId, filter, page) => {
      const { items, next } = await store.list(environmentId, filter, page);
      return { items: items.map(toSummary), next };
    },

    get: async (environmentId, id) => toDelivery(await find(environmentId, id)),

    resend: async (environmentId, id) => toSummary(await resend(environmentId, id)),

    cancel: async (environmentId, id) => {
      const error = { code: 'canceled', message: 'It was canceled by hand.' };
      const before = await store.change(
        environmentId,
        id,
        ['queued', 'waiting'],
        cancellation(error, new Date(clock.now())),
      );
      // The next of its order need not wait for the sweep.
      if (before?.order_head !== undefined) void order.promote(before.order_head);
      const delivery = await find(environmentId, id);
      if (before === null && delivery.status !== 'canceled') {
        throw new AppError('conflict', {
          detail:
            delivery.status === 'running'
              ? `Delivery '${id}' is being sent; it can be canceled between two attempts.`
              : `Delivery '${id}' has ended already: it is ${delivery.status}.`,
        });
      }
      return toDelivery(delivery);
    },
  };
}
