/** Says what it takes. */
import { defineListener, Type } from '../../../server/sdk.ts';

export default defineListener({
  props: Type.Object({ userId: Type.Integer({ minimum: 1 }) }, { additionalProperties: false }),
  event: Type.Object({ amount: Type.Number() }),
  timeoutMs: 5_000,
  retries: [10, 20],
  concurrency: 3,
  run: ({ userId }, { amount }) => ({ userId, amount }),
});
