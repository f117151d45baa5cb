/** Listeners with limits of all kinds. */
import { defineListener, Type, type ListenerApi } from '../../../server/sdk.ts';

const event = Type.Object({ customer: Type.String(), n: Type.Integer() });

/** How many runs are inside at a time, this one among them. An attempt that was cut off stays inside until it is made again. */
async function note(name: string, customer: string, api: ListenerApi, ms = 50): Promise<number> {
  const inside = api.data.coll<{ readonly name: string; readonly customer: string }>('inside_limits');
  await inside.updateDoc({ _id: api.run.id, name, customer }, { upsert: true });
  const count = await inside.count({ name, customer });
  await new Promise((resolve) => setTimeout(resolve, ms));
  await inside.deleteDoc(api.run.id);
  return count;
}

export const oneByCustomer = defineListener({
  event,
  concurrency: { limit: 1, by: 'event.customer' },
  run: (_props, { customer }, api) => note('one', customer, api),
});

export const oneByCustomerRetried = defineListener({
  event,
  retries: [100, 100],
  concurrency: { limit: 1, by: 'event.customer' },
  run: async (_props, { customer }, api) => {
    const count = await note('retried', customer, api);
    if (api.run.attempt < 3) throw new Error('once more');
    return count;
  },
});

export const oneByCustomerSlowly = defineListener({
  event,
  concurrency: { limit: 1, by: 'event.customer' },
  run: (_props, { customer }, api) => note('slow', customer, api, 1_500),
});

export const threeASecond = defineListener({
  rate: { limit: 3, per: 'second' },
  run: () => Date.now(),
});

export const debounced = defineListener({
  debounce: { waitMs: 400, maxWaitMs: 5_000, by: 'event.order' },
  event: Type.Object({ order: Type.String(), n: Type.Integer() }),
  run: (_props, { n }) => n,
});

export const batched = defineListener({
  batch: { size: 5, waitMs: 600 },
  event: Type.Array(Type.Object({ n: Type.Integer() })),
  run: (_props, events) => events.map(({ n }) => n),
});
