import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { createRender, type Rendered } from '../../../server/deliveries/sending/render.ts';
import type { Evaluated } from '../../../server/listeners/expressions.ts';
import type { ReadyRule } from '../../../server/rules/ready.ts';
import type { Event } from '../../../server/schemas/event.ts';
import { anEvent, aRule, NOW_MS, SECRET, to } from './builders.ts';

const OTHER_SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

function renderWith(outcome?: Evaluated, asked: string[][] = []) {
  const evaluate = (expression: string, inputJson: string) => {
    asked.push([expression, inputJson]);
    return Promise.resolve(outcome ?? { status: 'failed' as const, reason: 'nobody should have asked' });
  };
  const render = createRender({ expressions: { evaluate }, version: '1.2.3' });
  return (rule: ReadyRule, event: Event = anEvent(), options = {}) =>
    render(rule, event, { nowMs: NOW_MS, ...options });
}

async function ready(work: Promise<Rendered>) {
  const rendered = await work;
  if (rendered.status !== 'ready') throw new Error(`expected a request, found ${JSON.stringify(rendered)}`);
  return { ...rendered, text: Buffer.from(rendered.body).toString() };
}

describe('render', () => {
  it('makes the whole request', async () => {
    const rule = aRule({ method: 'PUT', target: to('https://receiver.test/a?b=c', { 'X-Tenant': 't' }) });
    const { headers, method, url, text } = await ready(renderWith()(rule));
    expect({ method, url }).toEqual({ method: 'PUT', url: 'https://receiver.test/a?b=c' });
    expect(text).toBe(
      '{"type":"invoices.created","timestamp":"2026-03-04T05:06:07.000Z","data":{"id":1,"tag":"adasd"}}',
    );
    expect(headers).toEqual({
      'x-tenant': 't',
      'content-type': 'application/json',
      'user-agent': 'Earshot/1.2.3',
      'earshot-hops': '1',
      'webhook-id': 'evt_01',
      'webhook-timestamp': String(Math.floor(NOW_MS / 1_000)),
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
    });
  });

  it('signs so that standardwebhooks accepts it, fresh at each attempt, under the same id', async () => {
    const nowMs = Date.now();
    const first = await ready(renderWith()(aRule(), anEvent(), { nowMs }));
    const second = await ready(renderWith()(aRule(), anEvent(), { nowMs: nowMs + 5_000 }));
    for (const { text, headers } of [first, second]) new Webhook(SECRET).verify(text, { ...headers });
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(second.headers['webhook-timestamp']).not.toBe(first.headers['webhook-timestamp']);
    expect(second.headers['webhook-signature']).not.toBe(first.headers['webhook-signature']);
  });

  it.each([
    [NOW_MS + 1, 2],
    [NOW_MS, 1],
    [NOW_MS - 1, 1],
  ])('with an old secret that signs until %i has %i signatures', async (untilMs, count) => {
    const keys = [
      { secret: SECRET, untilMs: null },
      { secret: OTHER_SECRET, untilMs },
    ];
    const { headers } = await ready(renderWith()(aRule({ keys })));
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(count);
  });

  it('lets no custom header replace one of its own, in any case of letters', async () => {
    const own = await ready(renderWith()(aRule()));
    const custom = {
      'Webhook-Signature': 'v1,forged',
      'WEBHOOK-ID': 'evt_other',
      'webhook-timestamp': '0',
      'Webhook-Extra': 'x',
      'User-Agent': 'curl',
      'Content-Type': 'text/html',
      'Earshot-Hops': '-9',
    };
    const { headers } = await ready(renderWith()(aRule({ target: to('https://receiver.test/hook', custom) })));
    expect(headers).toEqual(own.headers);
  });

  it('lets a custom header replace no attribute of a binary cloud event', async () => {
    const target = to('https://receiver.test/', { 'CE-Id': 'other', 'ce-myextension': 'x' });
    const { headers } = await ready(renderWith()(aRule({ format: 'cloudevents-binary', target })));
    expect(headers).toMatchObject({ 'ce-id': 'evt_01', 'ce-myextension': 'x', 'content-type': 'application/json' });
  });

  it('counts the hops of the event', async () => {
    const { headers } = await ready(renderWith()(aRule(), anEvent(), { hops: 3 }));
    expect(headers['earshot-hops']).toBe('4');
  });

  it('sends no body with GET, and signs that; DELETE has one', async () => {
    const nowMs = Date.now();
    const get = await ready(renderWith()(aRule({ method: 'GET' }), anEvent(), { nowMs }));
    expect(get.text).toBe('');
    expect(get.headers).not.toHaveProperty('content-type');
    new Webhook(SECRET).verify('', { ...get.headers }, { jsonParse: false });
    expect((await ready(renderWith()(aRule({ method: 'DELETE' })))).text).toContain('"data"');
  });
});

describe('a transform', () => {
  const transformed = (format: ReadyRule['format']) => aRule({ transform: '{ "total": data.id }', format });

  it('is given the whole event', async () => {
    const asked: string[][] = [];
    await renderWith({ status: 'value', json: '1' }, asked)(transformed('raw'));
    expect(asked).toEqual([['{ "total": data.id }', JSON.stringify(anEvent())]]);
  });

  it.each<[ReadyRule['format'], string, string, string]>([
    ['raw', '{"b":1,"a":2}', '{"b":1,"a":2}', 'application/json'],
    ['raw', '"a=1&b=2"', 'a=1&b=2', 'text/plain; charset=utf-8'],
    ['lehjah', '{"b":1}', '{"event":"invoices.created","data":{"b":1}}', 'application/json'],
    ['lehjah', '"x"', '{"event":"invoices.created","data":"x"}', 'application/json'],
  ])('with %s and the output %s sends %s', async (format, json, body, contentType) => {
    const { text, headers } = await ready(renderWith({ status: 'value', json })(transformed(format)));
    expect(text).toBe(body);
    expect(headers['content-type']).toBe(contentType);
  });

  it('that writes another format may say which in a header of the rule', async () => {
    const target = to('https://receiver.test/', { 'Content-Type': 'application/x-www-form-urlencoded' });
    const rule = { ...transformed('raw'), target };
    const { text, headers } = await ready(renderWith({ status: 'value', json: '"a=1"' })(rule));
    expect(text).toBe('a=1');
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it.each<[Evaluated, Rendered]>([
    [{ status: 'nothing' }, { status: 'dropped' }],
    [
      { status: 'failed', reason: 'It ran too long.' },
      { status: 'failed', reason: 'It ran too long.' },
    ],
    [{ status: 'unavailable' }, { status: 'unavailable' }],
  ])('that ends as %j renders %j', async (outcome, rendered) => {
    expect(await renderWith(outcome)(transformed('raw'))).toEqual(rendered);
  });

  it('for a listener gives what the listener gets', async () => {
    const target = { type: 'listener', action: 'onInvoice', propsJson: '{}' } as const;
    const json = await renderWith()(aRule({ target, format: 'lehjah' }));
    expect(json).toMatchObject({ status: 'listener', kind: 'json' });
    expect(Buffer.from((json as { body: Uint8Array }).body).toString()).toContain('"event":"invoices.created"');
    const rule = { ...transformed('raw'), target };
    expect(await renderWith({ status: 'value', json: '"x"' })(rule)).toEqual({
      status: 'listener',
      kind: 'text',
      body: Buffer.from('x'),
    });
  });
});
