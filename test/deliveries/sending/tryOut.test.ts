import { afterEach, describe, expect, it } from 'vitest';
import { createMakeAttempt } from '../../../server/deliveries/sending/attempt.ts';
import { createRender } from '../../../server/deliveries/sending/render.ts';
import { createSend } from '../../../server/deliveries/sending/send.ts';
import { createTryOut } from '../../../server/deliveries/sending/tryOut.ts';
import { createEgress } from '../../../server/lib/egress.ts';
import { createIdMaker } from '../../../server/lib/ids.ts';
import { compileSchema } from '../../../server/lib/schema.ts';
import type { Evaluated } from '../../../server/listeners/expressions.ts';
import type { ReadyRule } from '../../../server/rules/ready.ts';
import { Attempt } from '../../../server/schemas/delivery.ts';
import type { JsonObject } from '../../../server/schemas/json.ts';
import { aClock, aReceiver, aRule, to } from './builders.ts';

const closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

function tryOut(rule: ReadyRule, transformed: Evaluated = { status: 'nothing' }): Promise<Attempt> {
  const clock = aClock();
  const egress = createEgress({ allow: ['127.0.0.0/8'] });
  closings.push(() => egress.close());
  const run = createTryOut({
    findRule: () => Promise.resolve(rule),
    example: (_, patterns) => Promise.resolve({ type: patterns[0]!, data: { id: 7 } }),
    makeAttempt: createMakeAttempt({
      render: createRender({ expressions: { evaluate: () => Promise.resolve(transformed) }, version: '1' }),
      send: createSend({ egress, clock }),
      startRun: () => Promise.resolve({ id: 'run_1', isDuplicate: false }),
      hasListener: () => true,
      clock,
    }),
    newId: createIdMaker(clock.now),
    clock,
  });
  return run(2, rule.id);
}

/** Any attempt, as the API promises it. */
const check = compileSchema(Attempt as unknown as JsonObject);

describe('trying a rule out', () => {
  it('sends the example, signed, and shows the attempt, even of a disabled rule', async () => {
    const receiver = await aReceiver((res) => res.end('thanks'));
    closings.push(receiver.close);
    const rule = aRule({ isEnabled: false, events: ['bills.created'], format: 'lehjah', target: to(receiver.url) });
    const attempt = await tryOut(rule);
    expect(receiver.received[0]?.body.toString()).toBe('{"event":"bills.created","data":{"id":7}}');
    expect(receiver.received[0]?.headers['webhook-id']).toMatch(/^evt_/);
    expect(attempt).toMatchObject({ attempt: 1, status: 'succeeded', response: { status: 200, body: 'thanks' } });
    expect(check(attempt)).toEqual([]);
  });

  it.each<[string, Evaluated, string]>([
    ['drops it', { status: 'nothing' }, 'dropped'],
    ['fails', { status: 'failed', reason: 'no' }, 'transform_failed'],
    ['cannot be run now', { status: 'unavailable' }, 'unavailable'],
  ])('says so when the transform %s', async (_, transformed, code) => {
    const attempt = await tryOut(aRule({ transform: 'x' }), transformed);
    expect(attempt).toMatchObject({ status: 'failed', request: null, error: { code } });
    expect(check(attempt)).toEqual([]);
  });

  it('refuses a rule that cannot be used', async () => {
    const rule = aRule({ isEnabled: false, unusable: 'Its secret cannot be read.', keys: [] });
    await expect(tryOut(rule)).rejects.toMatchObject({ code: 'conflict', message: 'Its secret cannot be read.' });
  });

  it('starts the run of a listener', async () => {
    const target = { type: 'listener', action: 'onInvoice', propsJson: '{}' } as const;
    expect(await tryOut(aRule({ target }))).toMatchObject({ status: 'succeeded', run: 'run_1' });
  });
});
