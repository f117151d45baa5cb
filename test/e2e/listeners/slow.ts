/** Listeners that take as long as a test lets them: they end when their gate is opened, by a document of its name. */
import { defineListener, Type, type ListenerApi } from '../../../server/sdk.ts';

const props = Type.Object({ gate: Type.String() });

export const passesGate = defineListener({ props, timeoutMs: 60_000, run: ({ gate }, _event, api) => pass(gate, api) });

export const passesGateByTwos = defineListener({
  props,
  timeoutMs: 60_000,
  concurrency: 2,
  run: async ({ gate }, _event, api) => {
    const inside = api.data.coll<{ readonly gate: string }>('inside');
    const { _id } = await inside.createDoc({ gate });
    const count = await inside.count({ gate });
    await pass(gate, api);
    await inside.deleteDoc(_id);
    return count;
  },
});

export const opensGate = defineListener({
  props,
  run: async ({ gate }, _event, api) => {
    await api.data.coll<{ readonly _id: string }>('gates').createDoc({ _id: gate });
  },
});

export const outlivesDeadline = defineListener({
  props: Type.Object({}),
  timeoutMs: 150,
  retries: [],
  run: (_props, _event, api) =>
    new Promise((resolve) => {
      api.signal.addEventListener('abort', () => setTimeout(resolve, 60_000));
    }),
});

export const loopsForEver = defineListener({
  props: Type.Object({}),
  timeoutMs: 150,
  retries: [],
  run: () => {
    for (;;);
  },
});

async function pass(gate: string, api: ListenerApi): Promise<string> {
  api.log.info(`waits for ${gate}`);
  while ((await api.data.coll('gates').getDoc(gate)) === null) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return gate;
}

export const takesItsTime = defineListener({
  props: Type.Object({ ms: Type.Number() }),
  run: ({ ms }) => new Promise((resolve) => setTimeout(() => resolve('done'), ms)),
});
