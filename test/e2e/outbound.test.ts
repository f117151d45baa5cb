import { createHash } from 'node:crypto';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { remove, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

let server: TestServer;
let receiver: Receiver;
let paths = 0;

beforeAll(async () => {
  server = await startServer();
  receiver = await startReceiver((request, response, nth) => {
    const status = /^\/answer\/(\d+)/.exec(request.path)?.[1];
    response.statusCode = status === undefined ? 200 : Number(status);
    if (request.path.startsWith('/flaky') && nthAt(request.path) === 1) response.statusCode = 500;
    response.end(`answer ${String(nth)}`);
  });
});
const nthAt = (path: string): number => receiver.received.filter((one) => one.path === path).length;

afterAll(async () => {
  await receiver.close();
  await remove(server);
});

async function ok(method: string, path: string, body?: unknown, status = 200, token?: string): Promise<any> {
  const answer = await server.api(method, path, body, token);
  expect(answer.body, `${method} ${path}`).toSatisfy(() => answer.status === status);
  return answer.body;
}

/** A rule to a path of its own at the receiver. */
async function aRule(input: Record<string, unknown>, path = `/${String(++paths)}`, token?: string) {
  const rule = await ok('POST', '/app/rules', { target: { url: receiver.url + path }, ...input }, 201, token);
  return { ...rule, path } as { id: string; secret: string; path: string };
}
const publish = (event: object, token?: string) => ok('POST', '/app/events', event, 202, token);
const deliveriesOf = async (filter: string) => (await ok('GET', `/app/deliveries?${filter}`)).data as any[];
async function deliveryWhen(event: string, rule: string, status: string): Promise<any> {
  const found = await until(`delivery of ${event} to be ${status}`, async () =>
    (await deliveriesOf(`event=${event}&rule=${rule}`)).find((one) => one.status === status),
  );
  return ok('GET', `/app/deliveries/${found.id}`);
}

describe('what each seed documents', () => {
  it('leaves as Lehjah documents it', async () => {
    const { path } = await aRule({ events: ['NEW_BUSINESS'], format: 'lehjah' });
    await publish({ type: 'NEW_BUSINESS', data: {} });
    const [request] = await receiver.waitFor(1, path);
    expect(request!.text).toBe('{"event":"NEW_BUSINESS","data":{}}');
    expect(request!.headers['content-type']).toBe('application/json');
  });

  it.each([
    ['staging', 'sandbox'],
    ['production', 'production'],
  ] as const)('leaves as Built documents it, from %s', async (environment, name) => {
    const token = server.tokens[name];
    const { path } = await aRule({ events: ['business_loans.*'], format: 'built' }, undefined, token);
    const key = '26053e97-f78a-4d25-a519-4eed22ba5c41';
    await publish({ type: 'business_loans.deleted', data: { id: 1, tag: 'adasd' }, idempotency_key: key }, token);
    const [request] = await receiver.waitFor(1, path);
    expect(request!.text).toBe(
      `{"event":"business_loans.deleted","message":"Business_Loan deleted successfully.","idempotency_key":"${key}","environment":"${environment}","data":{"id":1,"tag":"adasd"}}`,
    );
  });

  it('leaves as SoftLedger documents it, and for each document of a bulk too', async () => {
    const { path } = await aRule({ events: ['Bill.*'], format: 'softledger' });
    const event = { type: 'Bill.Paid', tenant_id: 't-9', occurred_at: '2022-12-21T14:06:00.000Z' };
    const { results } = await ok('POST', '/app/events/batch', {
      events: [1, 2, 3].map((id) => ({ ...event, data: { _id: id } })),
    });
    const requests = await receiver.waitFor(3, path);
    const bodies = requests.map(({ text }) => JSON.parse(text)).sort((a, b) => a.objectId - b.objectId);
    expect(bodies.map(({ objectId }) => objectId)).toEqual([1, 2, 3]);
    expect(Object.keys(bodies[0])).toEqual(['uuid', 'date', 'objectType', 'action', 'objectId', 'tenantId']);
    expect(bodies[0]).toMatchObject({ date: event.occurred_at, objectType: 'Bill', action: 'Paid', tenantId: 't-9' });
    expect(bodies[0].uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(results).toHaveLength(3);
  });

  it('closes the loop of Lenra: an event runs a listener of the app', async () => {
    const rule = await ok(
      'POST',
      '/app/rules',
      { events: ['orders.paid'], target: { action: 'echo', props: { from: 'rule' } } },
      201,
    );
    const { id } = await publish({ type: 'orders.paid', data: { order: 7 } });
    const { attempts } = await deliveryWhen(id, rule.id, 'delivered');
    const run = await server.runAtEnd(attempts[0].run);
    expect(run).toMatchObject({ status: 'succeeded', props: { from: 'rule' }, trigger: { type: 'event', event: id } });
    expect(run.event).toMatchObject({ type: 'orders.paid', data: { order: 7 } });
  });
});

describe('a signed request', () => {
  it('is what Standard Webhooks and Svix verify', async () => {
    const rule = await aRule({ events: ['signed.thing'] });
    const { id } = await publish({ type: 'signed.thing', data: { ü: '✓' } });
    const [request] = await receiver.waitFor(1, rule.path);
    const headers = request!.headers as Record<string, string>;
    expect(headers['webhook-id']).toBe(id);
    for (const verifier of [new StandardWebhook(rule.secret), new SvixWebhook(rule.secret)]) {
      expect(verifier.verify(request!.text, headers)).toMatchObject({ type: 'signed.thing', data: { ü: '✓' } });
    }
    const delivery = await deliveryWhen(id, rule.id, 'delivered');
    expect(delivery.attempts[0].request.body_sha256).toBe(createHash('sha256').update(request!.body).digest('hex'));
    expect(JSON.stringify(delivery)).not.toContain(rule.secret.slice(6));
  });

  it('signs with the old secret too while a rotation overlaps', async () => {
    const rule = await aRule({ events: ['rotated.thing'] });
    const { secret } = await ok('POST', `/app/rules/${rule.id}/rotate`, {});
    await publish({ type: 'rotated.thing', data: 1 });
    const [request] = await receiver.waitFor(1, rule.path);
    const headers = request!.headers as Record<string, string>;
    for (const one of [rule.secret, secret]) new StandardWebhook(one).verify(request!.text, headers);
    expect(headers['webhook-signature']!.split(' ')).toHaveLength(2);
  });
});

describe('a delivery', () => {
  it('is tried again under the same id, signed afresh', async () => {
    const rule = await aRule({ events: ['flaky.thing'], retry: { schedule_s: [0, 0.1] } }, `/flaky/${String(++paths)}`);
    const { id } = await publish({ type: 'flaky.thing', data: 1 });
    const requests = await receiver.waitFor(2, rule.path);
    expect(requests.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
    const { attempts } = await deliveryWhen(id, rule.id, 'delivered');
    expect(attempts.map(({ status }: any) => status)).toEqual(['failed', 'succeeded']);
    expect(attempts[0]).toMatchObject({ error: { code: 'http_status' }, response: { status: 500 } });
  });

  it('rests as dead when its schedule is used up, and goes again when it is sent again by hand', async () => {
    const rule = await aRule({ events: ['dead.thing'], retry: { schedule_s: [0, 0] } }, '/answer/500');
    const { id } = await publish({ type: 'dead.thing', data: 1 });
    const dead = await deliveryWhen(id, rule.id, 'dead');
    expect(dead.attempts).toHaveLength(2);
    await ok('PATCH', `/app/rules/${rule.id}`, { target: { url: `${receiver.url}/mended` } });
    const again = await ok('POST', `/app/deliveries/${dead.id}/resend`, undefined, 202);
    expect(again.resend_of).toBe(dead.id);
    const [request] = await receiver.waitFor(1, '/mended');
    expect(request!.headers['webhook-id']).toBe(id);
  });

  it('does not follow a redirect and says so', async () => {
    const rule = await aRule({ events: ['moved.thing'], retry: { schedule_s: [0] } }, '/answer/302');
    const { id } = await publish({ type: 'moved.thing', data: 1 });
    expect((await deliveryWhen(id, rule.id, 'dead')).error.code).toBe('redirect');
  });

  it('ends a rule whose receiver is gone for good, and that is an event too', async () => {
    const watcher = await aRule({ events: ['rule.disabled'] });
    const rule = await aRule({ events: ['gone.thing'] }, '/answer/410');
    await publish({ type: 'gone.thing', data: 1 });
    const requests = await receiver.waitFor(1, watcher.path);
    expect(JSON.parse(requests[0]!.text)).toMatchObject({ type: 'rule.disabled', data: { rule: rule.id } });
    const now = await ok('GET', `/app/rules/${rule.id}`);
    expect(now).toMatchObject({ enabled: false });
    expect(now.disabled_reason).toMatch(/410/);
  });

  it('keeps the order of its key', async () => {
    const rule = await aRule({
      events: ['ordered.thing'],
      ordering: { by: 'data.customer' },
      retry: { schedule_s: [0, 0.05] },
    });
    for (let i = 0; i < 30; i++) await publish({ type: 'ordered.thing', data: { customer: i % 3, i } });
    const requests = await receiver.waitFor(30, rule.path);
    for (const customer of [0, 1, 2]) {
      const mine = requests.map(({ text }) => JSON.parse(text).data).filter((data) => data.customer === customer);
      expect(mine.map(({ i }) => i)).toEqual(Array.from({ length: 10 }, (_, n) => n * 3 + customer));
    }
  });

  it('is filtered and transformed; what fails or gives nothing is its own affair', async () => {
    const events = ['priced.thing'];
    const big = await aRule({
      events,
      filter: { 'data.amount': { $gt: 100 } },
      transform: '{ "text": "got " & data.amount }',
    });
    const bad = await aRule({ events, transform: '$error("no")' });
    const none = await aRule({ events, transform: 'nothing.here' });
    const { id } = await publish({ type: 'priced.thing', data: { amount: 120 } });
    const small = await publish({ type: 'priced.thing', data: { amount: 50 } });
    expect(small.rules).not.toContain(big.id);
    expect((await receiver.waitFor(1, big.path))[0]!.text).toBe('{"text":"got 120"}');
    expect((await deliveryWhen(id, bad.id, 'dead')).error.code).toBe('transform_failed');
    expect((await deliveryWhen(id, none.id, 'dropped')).attempts).toEqual([]);
  });

  it('tells of a change that a listener made, one event per document', async () => {
    const rule = await aRule({ events: ['widgets.*'] });
    const run = await server.run('changeData');
    expect(run.status).toBe('succeeded');
    const requests = await receiver.waitFor(5, rule.path);
    const bodies = requests.map(({ text }) => JSON.parse(text));
    expect(bodies.map(({ type }) => type).sort()).toEqual([
      'widgets.created',
      'widgets.created',
      'widgets.created',
      'widgets.deleted',
      'widgets.updated',
    ]);
    expect(bodies.find(({ type }) => type === 'widgets.updated')).toMatchObject({
      changed: ['colour'],
      data: { colour: 'red', size: 1 },
    });
  });

  it('stops an event that comes back through our own webhooks', async () => {
    const hook = await server.hook('emitAgain');
    const rule = await aRule({ events: ['round.trip'] });
    await ok('PATCH', `/app/rules/${rule.id}`, { target: { url: hook.url } });
    await publish({ type: 'round.trip', data: 0 });
    const stopped = await until('the loop to be stopped', async () =>
      (await deliveriesOf(`rule=${rule.id}&status=dead`)).find(({ error }) => error.code === 'loop_detected'),
    );
    expect(stopped.event_type).toBe('round.trip');
    expect((await deliveriesOf(`rule=${rule.id}`)).length).toBe(6);
  });
});

describe('recovering', () => {
  it('sends what happened before the rule was there, counted first', async () => {
    const since = new Date(Date.now() - 1).toISOString();
    for (let i = 0; i < 12; i++) await publish({ type: 'before.rule', data: i });
    const rule = await aRule({ events: ['before.*'], filter: { data: { $gte: 2 } } });
    const input = { since, unmatched: true, rate: 1_000 };
    expect(await ok('POST', `/app/rules/${rule.id}/recover`, { ...input, preview: true })).toEqual({
      count: 10,
      is_complete: true,
    });
    const { id } = await ok('POST', `/app/rules/${rule.id}/recover`, input, 202);
    const requests = await receiver.waitFor(10, rule.path);
    expect(requests.map(({ text }) => JSON.parse(text).data).sort((a, b) => a - b)).toEqual([
      2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
    await until(
      'the recovery to be finished',
      async () => (await ok('GET', `/app/recoveries/${id}`)).status === 'finished',
    );
  });
});

describe('explaining', () => {
  it('says which clause kept an event out, and shows the exact bytes of the others', async () => {
    await publish({ type: 'explained.thing', data: { amount: 5 } });
    await publish({ type: 'explained.thing', data: { amount: 500 } });
    const answer = await ok('POST', '/app/rules/preview', {
      rule: { events: ['explained.*'], filter: { 'data.amount': { $gt: 100 } }, target: { url: `${receiver.url}/x` } },
      last: 2,
    });
    expect(JSON.stringify(answer)).toContain('data.amount');
    expect(JSON.stringify(answer)).toContain('curl');
  });

  it('tries a rule out with an example from the catalogue', async () => {
    const rule = await aRule({ events: ['invoices.created'], format: 'built' });
    const attempt = await ok('POST', `/app/rules/${rule.id}/test`, {});
    expect(attempt).toMatchObject({ status: 'succeeded', response: { status: 200 } });
    const [request] = await receiver.waitFor(1, rule.path);
    expect(JSON.parse(request!.text)).toMatchObject({ event: 'invoices.created', environment: 'staging' });
    const health = await ok('GET', `/app/rules/${rule.id}/health`);
    expect(health.endpoint.state).toBe('open');
  });
});
