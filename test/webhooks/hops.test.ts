import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSealer } from '../../server/lib/sealed.ts';
import type { NewRun } from '../../server/runs/document.ts';
import { HOPS_HEADER, MAX_HOPS } from '../../server/schemas/event.ts';
import { makeReady } from '../../server/webhooks/ready.ts';
import { createReceive } from '../../server/webhooks/receive.ts';
import { aClock, aWebhook } from './builders.ts';

const document = aWebhook();
const webhook = makeReady(document, createSealer({ key: randomBytes(32) }));

/** What a request with these hop headers starts. */
async function receiveWith(values: readonly string[] | undefined): Promise<NewRun[]> {
  const started: NewRun[] = [];
  const receive = createReceive({
    appUuid: 'app',
    webhooks: { peek: () => webhook, get: () => Promise.resolve(webhook) },
    startRun: (run) => {
      started.push(run);
      return Promise.resolve({ id: 'run_1', isDuplicate: false });
    },
    waiters: { wait: () => Promise.resolve(undefined) },
    clock: aClock(),
  });
  const request = {
    appUuid: 'app',
    webhookUuid: document.uuid,
    method: 'POST',
    path: '/',
    query: '',
    headers: { 'content-type': ['application/json'], ...(values && { [HOPS_HEADER]: values }) },
    body: Buffer.from('{}'),
    remoteAddress: '127.0.0.1',
  };
  await receive(request).catch((error: unknown) => {
    if (started.length > 0) throw new Error('it was refused after it had been stored');
    throw error;
  });
  return started;
}

describe('the hops a request tells of', () => {
  it.each<[readonly string[] | undefined, number]>([
    [undefined, 0],
    [['0'], 0],
    [['1'], 1],
    [['005'], 5],
    [[String(MAX_HOPS)], MAX_HOPS],
    [['1', '3'], 3],
    [['-1'], 0],
    [['1.5'], 0],
    [['1e1'], 0],
    [['1000'], 0],
    [[' 9'], 0],
    [['x'], 0],
    [[''], 0],
  ])('%j → a run with %i', async (values, hops) => {
    expect((await receiveWith(values)).map((run) => run.hops)).toEqual([hops]);
  });

  it.each([[String(MAX_HOPS + 1)], ['999'], ['1', '99']])('%j → nothing is stored', async (...values) => {
    await expect(receiveWith(values)).rejects.toMatchObject({ code: 'loop_detected', status: 508 });
  });
});
