import { describe, expect, it } from 'vitest';
import exampleListener from '../../listeners/exampleListener.ts';
import { aFakeApi } from './fakeApi.ts';

describe('exampleListener', () => {
  it('gets the props of the webhook and the data of the trigger, and keeps them once per run', async () => {
    const api = aFakeApi({ runId: 'run_a' });
    const result = await exampleListener({ userId: 1 }, { triggerData: 'someData' }, api);
    await exampleListener({ userId: 1 }, { triggerData: 'someData' }, api);
    expect(result).toEqual({ userId: 1, triggerData: 'someData' });
    expect(api.docs('triggers')).toEqual([{ _id: 'run_a', userId: 1, triggerData: 'someData' }]);
  });

  it.each([null, {}, [], 'text'])('runs with %j too', async (event) => {
    expect(await exampleListener({}, event as never, aFakeApi())).toEqual({ userId: null, triggerData: null });
  });
});
