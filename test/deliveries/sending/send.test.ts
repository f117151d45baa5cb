import { hash, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createRender } from '../../../server/deliveries/sending/render.ts';
import { createSend } from '../../../server/deliveries/sending/send.ts';
import { createEgress } from '../../../server/lib/egress.ts';
import { systemClock } from '../../../server/lib/clock.ts';
import type { ReadyRule } from '../../../server/rules/ready.ts';
import { until } from '../../support/until.ts';
import { anEvent, aRawReceiver, aReceiver, aRefusingUrl, aRule, to } from './builders.ts';

const closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

function keep<T extends { readonly close: () => unknown }>(opened: T): T {
  closings.push(() => opened.close());
  return opened;
}

const render = createRender({
  expressions: { evaluate: () => Promise.resolve({ status: 'nothing' }) },
  version: '1',
});

async function send(url: string, rule: Partial<ReadyRule> = {}, headers: Record<string, string> = {}, allow = true) {
  const egress = keep(createEgress({ allow: allow ? ['127.0.0.0/8'] : [] }));
  const whole = aRule({ target: to(url, headers), timeoutMs: 3_000, ...rule });
  const rendered = await render(whole, anEvent(), { nowMs: Date.now() });
  if (rendered.status !== 'ready') throw new Error('expected a request');
  const { timeoutMs, scheduleMs } = whole;
  return createSend({ egress, clock: systemClock })(rendered, { timeoutMs, scheduleMs });
}

describe('an attempt at a real receiver', () => {
  it('writes down what went out and what came back', async () => {
    const receiver = keep(
      await aReceiver((res) => {
        res.writeHead(201, { 'x-answer': 'a', 'set-cookie': 'session=1' });
        res.end('grüezi');
      }),
    );
    const { exchange, verdict } = await send(
      receiver.url,
      {},
      { Authorization: 'Bearer the-token-of-the-test', 'X-Tenant': 't' },
    );
    const got = receiver.received[0]!;
    expect(verdict.type).toBe('succeeded');
    expect(got.headers).toMatchObject({
      authorization: 'Bearer the-token-of-the-test',
      'x-tenant': 't',
      'earshot-hops': '1',
    });
    expect(exchange).toMatchObject({
      status: 'succeeded',
      error: null,
      request: {
        method: 'POST',
        url: receiver.url,
        headers: { authorization: '[redacted]', 'x-tenant': 't', 'webhook-id': 'evt_01' },
        body_sha256: hash('sha256', got.body),
        body_bytes: got.body.length,
      },
      response: {
        status: 201,
        headers: { 'x-answer': 'a', 'set-cookie': '[redacted]' },
        body: 'grüezi',
        body_encoding: 'utf8',
        truncated: false,
      },
      timings: { dns_ms: null, connect_ms: expect.any(Number), first_byte_ms: expect.any(Number) },
    });
    expect(exchange.request?.headers['webhook-signature']).toBe(got.headers['webhook-signature']);
    expect(JSON.stringify(exchange)).not.toContain('the-token');
  });

  it('keeps no header whose name a database would take for an operator', async () => {
    const receiver = keep(
      await aRawReceiver('HTTP/1.1 200 OK\r\n$ref: a\r\n$id: b\r\nx-a: c\r\ncontent-length: 0\r\n\r\n'),
    );
    const { exchange } = await send(receiver.url);
    expect(exchange.response?.headers).toEqual({ 'x-a': 'c', 'content-length': '0' });
  });

  it('sends no body with GET', async () => {
    const receiver = keep(await aReceiver());
    const { exchange } = await send(receiver.url, { method: 'GET' });
    expect(receiver.received[0]).toMatchObject({ method: 'GET', body: Buffer.alloc(0) });
    expect(exchange.request).toMatchObject({ body_bytes: 0 });
  });

  it.each([
    ['text beyond the limit', Buffer.from('a'.repeat(40_000)), 'utf8', 'a'.repeat(16_384), true],
    ['a character on the cut', Buffer.from(`${'a'.repeat(16_383)}ü and more`), 'utf8', 'a'.repeat(16_383), true],
    ['exactly the limit', Buffer.from('b'.repeat(16_384)), 'utf8', 'b'.repeat(16_384), false],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0]), 'base64', '//4A', false],
    ['nothing', Buffer.alloc(0), 'utf8', '', false],
  ])('keeps of %s what it should', async (_, answer, encoding, body, truncated) => {
    const receiver = keep(await aReceiver((res) => res.end(answer)));
    const { exchange } = await send(receiver.url);
    expect(exchange.response).toMatchObject({ body_encoding: encoding, body, truncated });
  });

  it('hangs up on 1 GB after 64 KiB, and takes the status for an answer', async () => {
    let written = 0;
    let isGone = false;
    const chunk = randomBytes(64 * 1024);
    const receiver = keep(
      await aReceiver((res) => {
        res.writeHead(200, { 'content-length': String(1024 ** 3) });
        res.on('close', () => (isGone = true));
        const more = () => {
          while (!isGone && written < 1024 ** 3) {
            written += chunk.length;
            if (!res.write(chunk)) return void res.once('drain', more);
          }
        };
        more();
      }),
    );
    const { exchange, verdict } = await send(receiver.url);
    expect(verdict.type).toBe('succeeded');
    expect(exchange.response).toMatchObject({ status: 200, truncated: true, body_encoding: 'base64' });
    expect(Buffer.from(exchange.response!.body, 'base64')).toEqual(chunk.subarray(0, 16_384));
    await until('the receiver to see that nobody reads on', () => isGone);
    expect(written).toBeLessThan(32 * 1024 * 1024);
  });

  it('follows no redirect and says where it points', async () => {
    const other = keep(await aReceiver());
    const receiver = keep(
      await aReceiver((res) => {
        res.writeHead(302, { location: other.url });
        res.end();
      }),
    );
    const { exchange, verdict } = await send(receiver.url);
    expect(exchange).toMatchObject({ status: 'failed', response: { status: 302 } });
    expect(exchange.error).toEqual({ code: 'redirect', message: expect.stringContaining(other.url) });
    expect(verdict.signal.type).toBe('answered');
    expect(other.received).toEqual([]);
  });

  it('names a refused connection', async () => {
    const { exchange, verdict } = await send(await aRefusingUrl());
    expect(exchange).toMatchObject({ error: { code: 'connection_refused' }, response: null });
    expect(verdict.signal.type).toBe('unreachable');
  });

  it.each<[string, string, string]>([
    ['hangs', '', 'timeout'],
    ['hangs after its head', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n', 'timeout'],
    ['says what is no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'invalid_response'],
  ])('names a receiver that %s', async (_, bytes, code) => {
    const receiver = keep(await aRawReceiver(bytes));
    const { exchange, verdict } = await send(receiver.url, { timeoutMs: 300 });
    expect(exchange).toMatchObject({ status: 'failed', error: { code }, response: null });
    expect(verdict.signal.type).toBe('unreachable');
  });

  it('says that the head of a response had come', async () => {
    const receiver = keep(await aRawReceiver('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'));
    const { exchange } = await send(receiver.url, { timeoutMs: 300 });
    expect(exchange.error?.message).toContain('status 200');
  });

  it('gives a receiver that trickles no more than its whole time', async () => {
    const receiver = keep(
      await aRawReceiver('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n', (socket) => {
        const timer = setInterval(() => socket.write('x'), 50);
        socket.on('close', () => clearInterval(timer));
      }),
    );
    const { exchange } = await send(receiver.url, { timeoutMs: 400 });
    expect(exchange.error?.code).toBe('timeout');
    expect(exchange.timings.total_ms).toBeGreaterThanOrEqual(390);
    expect(exchange.timings.total_ms).toBeLessThan(3_000);
  });

  it('names a receiver that hangs up in the middle of its response', async () => {
    const receiver = keep(
      await aRawReceiver('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', (socket) => socket.end()),
    );
    const { exchange } = await send(receiver.url);
    expect(['connection_closed', 'invalid_response']).toContain(exchange.error?.code);
  });

  it.each([
    ['a blocked address', 'http://127.0.0.1:9/', {}, 'egress_blocked'],
    ['a URL that is none', 'nothing', {}, 'invalid_url'],
    ['a header that breaks out of its line', 'http://127.0.0.1:9/', { 'x-a': 'b\r\nx-c: d' }, 'invalid_header'],
    ['a header of the connection', 'http://127.0.0.1:9/', { Host: 'other.test' }, 'invalid_header'],
  ])('sends nothing for %s', async (_, url, headers, code) => {
    const { exchange } = await send(url, {}, headers, code !== 'egress_blocked');
    expect(exchange).toMatchObject({ status: 'failed', error: { code }, response: null });
    expect(exchange.error?.message).not.toContain('x-c');
  });
});
