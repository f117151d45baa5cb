/** Listeners that fail, each in its way. */
import { defineListener, NonRetriableError, Type } from '../../../server/sdk.ts';

const props = Type.Object({});

export const failsOnce = defineListener({
  props,
  retries: [10],
  run: (_props, _event, api) => {
    api.log.info('attempt', { attempt: api.run.attempt });
    if (api.run.attempt === 1) throw new Error('not the first time');
    return { attempt: api.run.attempt };
  },
});

export const failsTwiceOfTwo = defineListener({
  props,
  retries: [10],
  run: (_props, _event, api) => {
    throw new RangeError(`attempt ${api.run.attempt} of two`);
  },
});

export const failsForGood = defineListener({
  props,
  retries: [10, 10, 10],
  run: () => {
    throw new NonRetriableError('no use in trying again');
  },
});

export const failsUntilRepaired = defineListener({
  props,
  retries: [],
  run: async (_props, _event, api) => {
    if ((await api.data.coll('repairs').count()) === 0) throw new Error('still broken');
    return 'repaired';
  },
});

interface Order {
  readonly lines: readonly { readonly price: number }[];
}

/** The types and the line breaks are there to be taken out: the line in the stack must still be this file's. */
export const failsDeep = defineListener({
  props,
  retries: [],
  run: async (_props, event) => {
    await Promise.resolve();
    return totalOf(event as Order);
  },
});

function totalOf(order: Order): number {
  const first = order.lines[0]!;
  if (first.price < 0) throw new Error('a negative price'); // LINE
  return first.price;
}

export const answersNoJson = defineListener({ props, retries: [], run: () => 1n });
export const exits = defineListener({ props, retries: [], run: () => process.exit(3) });

export function throwsPlainly(): never {
  throw new Error('plainly');
}
