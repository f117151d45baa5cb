import { afterEach, describe, expect, it } from 'vitest';
import { createMakeAttempt } from '../../../server/deliveries/sending/attempt.ts';
import type { DeliveryDocument, StoredAttempt } from '../../../server/deliveries/document.ts';
import { createEndpoints } from '../../../server/deliveries/limits/endpoints.ts';
import { createGate } from '../../../server/deliveries/limits/gate.ts';
import type { RecordedAttempt } from '../../../server/deliveries/health/health.ts';
import { createPerform } from '../../../server/deliveries/sending/perform.ts';
import { createRender } from '../../../server/deliveries/sending/render.ts';
import { createSend } from '../../../server/deliveries/sending/send.ts';
import { viewOf, type EventDocument } from '../../../server/events/document.ts';
import { createEgress } from '../../../server/lib/egress.ts';
import { AppError } from '../../../server/lib/errors.ts';
import { createLogger } from '../../../server/lib/log.ts';
import type { Evaluated } from '../../../server/listeners/expressions.ts';
import type { Settlement } from '../../../server/queue/entry.ts';
import type { ReadyRule } from '../../../server/rules/ready.ts';
import type { NewRun } from '../../../server/runs/document.ts';
import { until } from '../../support/until.ts';
import {
  aClock,
  aDelivery,
  anAttempt,
  anEventDocument,
  aRawReceiver,
  aReceiver,
  aRefusingUrl,
  aRule,
  NOW_MS,
  to,
} from './builders.ts';

const closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

function keep<T extends { readonly close: () => unknown }>(opened: T): T {
  closings.push(() => opened.close());
  return opened;
}

let logged = '';
const log = createLogger({ level: 'debug', write: (text) => (logged += text) });

const OWN_URL = 'https://earshot.test/apps/a/webhooks/b';
const LISTENER = { type: 'listener', action: 'onInvoice', propsJson: '{"a":1}' } as const;

interface Setup {
  readonly rule?: ReadyRule;
  /** What only the database knows of yet. */
  readonly stored?: ReadyRule;
  readonly event?: EventDocument | null;
  readonly transformed?: Evaluated;
  readonly startRun?: (run: NewRun) => Promise<{ id: string; isDuplicate: boolean }>;
  readonly listeners?: readonly string[];
}

function setUp({ rule, stored, event = anEventDocument(), transformed, startRun, listeners = ['onInvoice'] }: Setup) {
  const clock = aClock();
  const egress = keep(createEgress({ allow: ['127.0.0.0/8'] }));
  const rules = new Map<string, ReadyRule>(rule === undefined ? [] : [[rule.id, rule]]);
  const endpoints = createEndpoints({ clock });
  const gate = createGate({ rules: { get: (id) => rules.get(id) }, endpoints, clock });
  const recorded: RecordedAttempt[] = [];
  const noted: unknown[] = [];
  const runs: NewRun[] = [];
  const perform = createPerform({
    rules: { get: (id) => rules.get(id), load: () => Promise.resolve(stored) },
    events: { get: () => Promise.resolve(event) },
    viewOf,
    makeAttempt: createMakeAttempt({
      render: createRender({
        expressions: { evaluate: () => Promise.resolve(transformed ?? { status: 'nothing' }) },
        version: '1',
      }),
      send: createSend({ egress, clock }),
      startRun: (run) => {
        runs.push(run);
        return startRun?.(run) ?? Promise.resolve({ id: 'run_1', isDuplicate: false });
      },
      hasListener: (action) => listeners.includes(action),
      clock,
    }),
    gate,
    health: { record: (attempt) => void recorded.push(attempt) },
    failing: {
      note: (_, hasSucceeded) => void noted.push(hasSucceeded),
      disable: (_, reason) => void noted.push(reason),
    },
    isOwnUrl: (url) => url === OWN_URL,
    clock,
    random: () => 0.5,
    log,
  });
  const go = (delivery: Partial<DeliveryDocument> = {}, signal = new AbortController().signal) =>
    perform(aDelivery(delivery), signal);
  return { go, clock, rules, gate, endpoints, recorded, noted, runs, egress };
}

function attemptIn({ push }: Settlement): StoredAttempt {
  return (push?.attempts as { $each: StoredAttempt[] }).$each[0]!;
}

describe('performing a delivery', () => {
  it('delivers', async () => {
    const receiver = keep(await aReceiver());
    const { go, recorded, noted, gate } = setUp({ rule: aRule({ target: to(receiver.url) }) });
    const settlement = await go({ attempt: 2 });
    expect(settlement.set).toEqual({ status: 'delivered', tries: 1, finished_at: new Date(NOW_MS) });
    expect(attemptIn(settlement)).toMatchObject({
      attempt: 2,
      status: 'succeeded',
      at: new Date(NOW_MS),
      rule_revision: 3,
    });
    expect(receiver.received[0]?.body.toString()).toBe(
      '{"type":"invoices.created","timestamp":"2026-03-04T05:06:07.000Z","data":{"id":1,"tag":"adasd"}}',
    );
    expect(recorded).toEqual([
      {
        ruleId: 'rul_1',
        endpoint: { environmentId: 2, url: receiver.url },
        durationMs: expect.any(Number),
        error: null,
      },
    ]);
    expect(noted).toEqual([true]);
    expect(gate.roomIn('2:rul_1', 0)).toBe(50);
  });

  it('tries a receiver again that answered 500, with the same id, and delivers', async () => {
    const receiver = keep(await aReceiver((res, _, count) => res.writeHead(count === 1 ? 500 : 200).end()));
    const { go, noted, clock } = setUp({ rule: aRule({ target: to(receiver.url) }) });
    const first = await go();
    expect(first.set).toMatchObject({ status: 'queued', tries: 1, due_at: new Date(NOW_MS + 5_000) });
    clock.move(5_000);
    const second = await go({ attempt: 2, tries: 1, error: attemptIn(first).error!, attempts: [attemptIn(first)] });
    expect(second).toMatchObject({ set: { status: 'delivered', tries: 2 }, unset: ['error'] });
    expect(noted).toEqual([false, true]);
    const [a, b] = receiver.received;
    expect(b?.headers['webhook-id']).toBe(a?.headers['webhook-id']);
    expect(Number(b?.headers['webhook-timestamp'])).toBe(Number(a?.headers['webhook-timestamp']) + 5);
  });

  it('gives up when the schedule is used up', async () => {
    const receiver = keep(await aReceiver((res) => res.writeHead(500).end()));
    const { go } = setUp({ rule: aRule({ target: to(receiver.url) }) });
    expect((await go({ tries: 9 })).set).toMatchObject({ status: 'dead', tries: 10, error: { code: 'http_status' } });
  });

  it('ends with 410, and asks for the rule to be disabled', async () => {
    const receiver = keep(await aReceiver((res) => res.writeHead(410).end()));
    const { go, noted } = setUp({ rule: aRule({ target: to(receiver.url) }) });
    expect((await go()).set).toMatchObject({ status: 'dead' });
    expect(noted).toEqual([false, expect.stringContaining('410 Gone')]);
  });

  it.each([
    ['seconds', () => '40'],
    ['a date', () => new Date(NOW_MS + 40_000).toUTCString()],
  ])('slows a whole endpoint down that asks for it in %s', async (_, after) => {
    const receiver = keep(await aReceiver((res) => res.writeHead(429, { 'retry-after': after() }).end()));
    const { go, gate, clock } = setUp({ rule: aRule({ target: to(receiver.url) }) });
    const settlement = await go();
    const waitMs = (settlement.set.due_at as Date).getTime() - clock.now();
    expect(waitMs).toBeGreaterThan(38_000);
    expect(waitMs).toBeLessThanOrEqual(40_000);
    expect(gate.roomIn('2:rul_1', 0)).toBe(0);
    expect(gate.wakeAt('2:rul_1')).toBe(clock.now() + waitMs);
    const other = await go({ _id: 'dlv_2', attempt: 4 });
    expect(other).toEqual({ set: { status: 'queued', due_at: new Date(clock.now() + waitMs), attempt: 3 } });
    expect(receiver.received).toHaveLength(1);
  });

  it('breaks an endpoint that refuses, probes it, and opens it when it is back', async () => {
    const url = await aRefusingUrl();
    const { go, endpoints, clock, rules } = setUp({ rule: aRule({ target: to(url) }) });
    for (let i = 0; i < 5; i++) expect(attemptIn(await go()).error?.code).toBe('connection_refused');
    expect(endpoints.stateOf({ environmentId: 2, url }).state).toBe('broken');
    expect((await go({ attempt: 7 })).set).toMatchObject({ status: 'queued', attempt: 6 });
    clock.move(5_000);
    const receiver = keep(await aReceiver());
    rules.set('rul_1', aRule({ target: to(receiver.url) }));
    expect((await go()).set.status).toBe('delivered');
  });

  it('leaves the endpoint as it was when a receiver hangs once, and names it', async () => {
    const receiver = keep(await aRawReceiver(''));
    const { go, endpoints } = setUp({ rule: aRule({ target: to(receiver.url), timeoutMs: 200 }) });
    expect(attemptIn(await go()).error?.code).toBe('timeout');
    expect(endpoints.stateOf({ environmentId: 2, url: receiver.url }).state).toBe('open');
  });

  it.each<[string, Setup, Partial<DeliveryDocument>, object]>([
    ['a deleted rule', {}, {}, { status: 'canceled', error: { code: 'rule_deleted' } }],
    ['a disabled rule', { rule: aRule({ isEnabled: false }) }, { attempt: 3 }, { status: 'queued', attempt: 2 }],
    ['an event that is gone', { rule: aRule(), event: null }, {}, { status: 'dead', error: { code: 'event_gone' } }],
    [
      'a transform that gives nothing',
      { rule: aRule({ transform: 'x', rate: 1 }) },
      {},
      { status: 'dropped', finished_at: new Date(NOW_MS) },
    ],
    [
      'a transform that fails',
      { rule: aRule({ transform: 'x' }), transformed: { status: 'failed', reason: 'It ran too long.' } },
      {},
      { status: 'dead', error: { code: 'transform_failed', message: 'The transform failed: It ran too long.' } },
    ],
    [
      'a transform that nobody could run',
      { rule: aRule({ transform: 'x' }), transformed: { status: 'unavailable' } },
      { attempt: 3 },
      { status: 'queued', attempt: 2, due_at: new Date(NOW_MS + 1_000) },
    ],
    [
      'an event that came back once too often to our own URL',
      { rule: aRule({ target: to(OWN_URL) }), event: anEventDocument({ hops: 5 }) },
      {},
      { status: 'dead', error: { code: 'loop_detected' } },
    ],
    [
      'an event that came back once too often to a listener',
      { rule: aRule({ target: LISTENER }), event: anEventDocument({ hops: 5 }) },
      {},
      { status: 'dead', error: { code: 'loop_detected' } },
    ],
    [
      'a delivery under which the process died five times',
      { rule: aRule() },
      { attempt: 6, attempts: Array.from({ length: 5 }, () => anAttempt({ status: 'lost' })) },
      { status: 'queued', attempt: 5, due_at: new Date(NOW_MS + 1_005) },
    ],
    [
      'a header that cannot be sent',
      { rule: aRule({ target: to('http://127.0.0.1:9/', { 'x-a': 'b\nc' }) }) },
      {},
      { status: 'dead', error: { code: 'invalid_header' } },
    ],
  ])('settles %s without a request', async (_, setup, delivery, set) => {
    const { go, gate } = setUp(setup);
    const room = gate.roomIn('2:rul_1', 0);
    expect((await go(delivery)).set).toMatchObject(set);
    expect(gate.roomIn('2:rul_1', 0)).toBe(room);
  });

  it('lets an event through that came back often to somebody else', async () => {
    const receiver = keep(await aReceiver());
    const { go } = setUp({ rule: aRule({ target: to(receiver.url) }), event: anEventDocument({ hops: 9 }) });
    expect((await go()).set.status).toBe('delivered');
    expect(receiver.received[0]?.headers['earshot-hops']).toBe('10');
  });

  it('asks the database before it takes a rule for deleted', async () => {
    const receiver = keep(await aReceiver());
    const { go } = setUp({ stored: aRule({ target: to(receiver.url) }) });
    expect((await go()).set.status).toBe('delivered');
  });

  it('is canceled when a person calls it off, and keeps what is known', async () => {
    const receiver = keep(await aReceiver(() => undefined));
    const { go } = setUp({ rule: aRule({ target: to(receiver.url) }) });
    const abort = new AbortController();
    const settling = go({}, abort.signal);
    await until('the request to arrive', () => receiver.received.length === 1);
    abort.abort(new Error('canceled'));
    const settlement = await settling;
    expect(settlement).toMatchObject({
      set: { status: 'canceled' },
      push: { attempts: { error: { code: 'aborted' } } },
    });
  });

  it('is given back, and not counted, when the server stops under it', async () => {
    const receiver = keep(await aReceiver(() => undefined));
    const { go, egress } = setUp({ rule: aRule({ target: to(receiver.url) }) });
    const settling = go({ attempt: 2 });
    await until('the request to arrive', () => receiver.received.length === 1);
    await egress.close();
    expect((await settling).set).toMatchObject({ status: 'queued', attempt: 1 });
  });

  it('writes one line about each attempt, with no secret and no path in it', async () => {
    const receiver = keep(await aReceiver((res) => res.writeHead(500).end('secret answer')));
    const target = to(`${receiver.url}?token=abc123`, { authorization: 'Bearer verysecret' });
    const { go } = setUp({ rule: aRule({ target }) });
    await new Promise((resolve) => setImmediate(resolve)); // the lines of the tests before are written by then
    logged = '';
    await go();
    await until('the line', () => logged.includes('delivery.attempted'));
    const line = JSON.parse(logged.trim());
    expect(line).toMatchObject({ msg: 'delivery.attempted', deliveryId: 'dlv_1', status: 'queued', answered: 500 });
    expect(logged).not.toMatch(/abc123|verysecret|whsec|secret answer/);
  });
});

describe('a delivery to a listener', () => {
  it('is a run with what was rendered as its event', async () => {
    const rule = aRule({ target: LISTENER, format: 'lehjah' });
    const { go, runs, noted } = setUp({ rule, event: anEventDocument({ hops: 2 }) });
    const settlement = await go();
    expect(settlement.set.status).toBe('delivered');
    expect(attemptIn(settlement)).toMatchObject({ status: 'succeeded', run: 'run_1', request: null, response: null });
    expect(runs).toEqual([
      {
        environmentId: 2,
        action: 'onInvoice',
        trigger: { type: 'event', event: 'evt_01', rule: 'rul_1', delivery: 'dlv_1' },
        propsJson: '{"a":1}',
        event: { kind: 'json', bytes: Buffer.from('{"event":"invoices.created","data":{"id":1,"tag":"adasd"}}') },
        dedupe: { keys: ['delivery:dlv_1'], windowMs: 7 * 86_400_000 },
        hops: 3,
      },
    ]);
    expect(noted).toEqual([true]);
  });

  it('that was started by a lost attempt already is that run', async () => {
    const startRun = () => Promise.resolve({ id: 'run_before', isDuplicate: true });
    const { go } = setUp({ rule: aRule({ target: LISTENER }), startRun });
    expect(attemptIn(await go()).run).toBe('run_before');
  });

  it.each<[string, Setup, string]>([
    ['of which there is none', { listeners: [] }, 'listener_not_found'],
    [
      'for which too much waits',
      { startRun: () => Promise.reject(new AppError('overloaded', { detail: 'Too much.' })) },
      'overloaded',
    ],
  ])('%s is tried again', async (_, setup, code) => {
    const { go } = setUp({ rule: aRule({ target: LISTENER }), ...setup });
    const settlement = await go();
    expect(settlement.set).toMatchObject({ status: 'queued', error: { code } });
    expect(attemptIn(settlement)).not.toHaveProperty('run');
  });
});
