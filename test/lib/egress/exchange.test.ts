import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createEgress, type EgressDeps, type EgressRequest } from '../../../server/lib/egress.ts';
import type { EgressError } from '../../../server/lib/egress/errors.ts';
import { TEST_CERT, TEST_KEY } from './certificate.ts';

const closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

function anEgress(deps: EgressDeps = {}) {
  const egress = createEgress({ allow: ['127.0.0.0/8'], resolve: answer('127.0.0.1'), ...deps });
  closings.push(() => egress.close());
  return egress;
}

function answer(address: string) {
  return () => Promise.resolve([{ address, family: 4 }]);
}

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closings.push(() => {
    if (server instanceof http.Server || server instanceof https.Server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function aReceiver(handle: http.RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(http.createServer(handle))}/`;
}

/** A server that answers any connection with these bytes, and then does as told. */
async function aRawReceiver(bytes: string, then: (socket: net.Socket) => void = () => undefined): Promise<string> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(bytes);
      then(socket);
    });
  });
  closings.push(() => sockets.forEach((socket) => socket.destroy()));
  return `http://127.0.0.1:${await listen(server)}/`;
}

function to(url: string, more: Partial<EgressRequest> = {}): EgressRequest {
  return { url, timeoutMs: 10_000, maxResponseBytes: 65_536, ...more };
}

async function faultOf(work: Promise<unknown>): Promise<EgressError> {
  const outcome: unknown = await work.then(
    () => 'no fault',
    (error: unknown) => error,
  );
  return outcome as EgressError;
}

describe('a request', () => {
  it('carries method, headers and bytes, and brings status, headers and bytes back', async () => {
    const seen: unknown[] = [];
    const url = await aReceiver((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push(request.method, request.url, request.headers['x-a'], Buffer.concat(chunks).toString('hex'));
        response.writeHead(418, { 'x-b': ['1', '2'] }).end(Buffer.from([0, 255]));
      });
    });
    const body = new Uint8Array([1, 2, 255]);
    const got = await anEgress().request(to(`${url}p?q=%20`, { method: 'POST', headers: { 'x-a': 'y' }, body }));
    expect(seen).toEqual(['POST', '/p?q=%20', 'y', '0102ff']);
    expect(got).toMatchObject({ status: 418, headers: { 'x-b': '1, 2' }, isCut: false, remoteAddress: '127.0.0.1' });
    expect([...got.body]).toEqual([0, 255]);
  });

  it('splits its time by part, and a kept connection has no lookup and no connect', async () => {
    const url = await aReceiver((_request, response) => response.end('ok'));
    const named = url.replace('127.0.0.1', 'receiver.test');
    const egress = anEgress();
    const first = await egress.request(to(named));
    expect(first.timings).toEqual({
      dnsMs: expect.any(Number),
      connectMs: expect.any(Number),
      tlsMs: null,
      firstByteMs: expect.any(Number),
      totalMs: expect.any(Number),
    });
    expect(first.timings.totalMs).toBeGreaterThanOrEqual(first.timings.firstByteMs ?? Infinity);
    await setImmediate(); // the turn in which the connection becomes free again
    const second = await egress.request(to(named));
    expect(second.timings).toMatchObject({ dnsMs: null, connectMs: null, tlsMs: null });
  });

  it('passes over early hints to the answer itself', async () => {
    const url = await aRawReceiver(
      'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
    );
    const got = await anEgress().request(to(url));
    expect([got.status, Buffer.from(got.body).toString()]).toEqual([200, 'ok']);
  });

  it('unpacks nothing', async () => {
    const packed = gzipSync(Buffer.alloc(1_000_000));
    const url = await aReceiver((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
    });
    const got = await anEgress().request(to(url));
    expect(Buffer.from(got.body).equals(packed)).toBe(true);
  });

  it('refuses methods that are not for requests', async () => {
    const egress = anEgress();
    for (const method of ['CONNECT', 'TRACE', 'get', 'A\r\nB']) {
      expect(await faultOf(egress.request(to('http://receiver.test/', { method })))).toMatchObject({
        code: 'invalid_request',
      });
    }
  });
});

describe('a receiver that misbehaves', () => {
  it('and trickles for ever is left when the whole time is up', async () => {
    const url = await aRawReceiver('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n', (socket) => {
      const timer = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const fault = await faultOf(anEgress().request(to(url, { timeoutMs: 200 })));
    expect(fault).toMatchObject({ code: 'timeout', status: 200 });
    expect(fault.timings?.totalMs).toBeGreaterThanOrEqual(199);
  });

  it('and never answers is left when the time is up', async () => {
    const url = await aRawReceiver('');
    expect(await faultOf(anEgress().request(to(url, { timeoutMs: 100 })))).toMatchObject({ code: 'timeout' });
  });

  it('and never lets its name be looked up is left when the time is up', async () => {
    const egress = anEgress({ resolve: () => new Promise(() => undefined) });
    expect(await faultOf(egress.request(to('http://slow.test/', { timeoutMs: 50 })))).toMatchObject({
      code: 'timeout',
    });
  });

  it('and sends without end is left at the limit', async () => {
    const closed: Promise<void>[] = [];
    const url = await aReceiver((_request, response) => {
      closed.push(new Promise((resolve) => response.on('close', resolve)));
      const push = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', push);
      push();
    });
    const egress = anEgress();
    expect(await faultOf(egress.request(to(url)))).toMatchObject({ code: 'response_too_large', status: 200 });
    const cut = await egress.request(to(url, { tooLarge: 'cut', maxResponseBytes: 100 }));
    expect(cut).toMatchObject({ status: 200, isCut: true });
    expect(cut.body).toHaveLength(100);
    expect(await Promise.all(closed)).toHaveLength(2);
  });

  it('may send exactly as much as is allowed', async () => {
    const url = await aReceiver((_request, response) => response.end('12345'));
    expect(await anEgress().request(to(url, { maxResponseBytes: 5 }))).toMatchObject({ isCut: false });
    expect(await faultOf(anEgress().request(to(url, { maxResponseBytes: 4 })))).toMatchObject({
      code: 'response_too_large',
    });
  });

  it.each<[string, string, (socket: net.Socket) => void, string]>([
    ['closes mid-response', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx', (s) => void s.end(), 'connection_closed'],
    ['resets', '', (s) => void s.resetAndDestroy(), 'connection_closed'],
    ['speaks no HTTP', 'SSH-2.0-OpenSSH\r\n', (s) => void s.end(), 'invalid_response'],
    [
      'sends 20 KB of headers',
      `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`,
      () => undefined,
      'response_too_large',
    ],
  ])('and %s fails by that name', async (_, bytes, then, code) => {
    expect(await faultOf(anEgress().request(to(await aRawReceiver(bytes, then))))).toMatchObject({ code });
  });

  it('and is not there refuses the connection', async () => {
    const server = http.createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const fault = await faultOf(anEgress().request(to(`http://127.0.0.1:${port}/`)));
    expect(fault).toMatchObject({ code: 'connection_refused' });
    expect(fault.timings?.totalMs).toBeGreaterThan(0);
  });

  it('and has no name fails by that name', async () => {
    const egress = anEgress({ resolve: () => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' })) });
    expect(await faultOf(egress.request(to('http://gone.test/')))).toMatchObject({ code: 'dns_failed' });
  });
});

describe('https', () => {
  const aSecureReceiver = () =>
    listen(https.createServer({ key: TEST_KEY, cert: TEST_CERT }, (_request, response) => response.end('safe')));

  it('demands a certificate that is trusted', async () => {
    const port = await aSecureReceiver();
    const fault = await faultOf(anEgress().request(to(`https://receiver.test:${port}/`)));
    expect(fault).toMatchObject({ code: 'tls_failed' });
    expect(fault.timings?.connectMs).toEqual(expect.any(Number));
  });

  it('demands one for the name that was asked for', async () => {
    const port = await aSecureReceiver();
    const egress = anEgress({ ca: [TEST_CERT] });
    expect(await faultOf(egress.request(to(`https://other.test:${port}/`)))).toMatchObject({ code: 'tls_failed' });
    const got = await egress.request(to(`https://receiver.test:${port}/`));
    expect(got.timings.tlsMs).toEqual(expect.any(Number));
    expect(Buffer.from(got.body).toString()).toBe('safe');
  });

  it('fails by name where the other side speaks plain HTTP', async () => {
    const url = await aReceiver((_request, response) => response.end());
    expect(await faultOf(anEgress().request(to(url.replace('http:', 'https:'))))).toMatchObject({ code: 'tls_failed' });
  });

  it('can be demanded', async () => {
    const egress = anEgress({ httpsOnly: true });
    expect(await faultOf(egress.check('http://receiver.test/'))).toMatchObject({ code: 'egress_blocked' });
    await egress.check('https://receiver.test/');
  });
});

describe('the caller', () => {
  it('can call a request off, before and during', async () => {
    const url = await aRawReceiver('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx');
    const egress = anEgress();
    expect(await faultOf(egress.request(to(url, { signal: AbortSignal.abort() })))).toMatchObject({ code: 'aborted' });
    const controller = new AbortController();
    const work = faultOf(egress.request(to(url, { signal: controller.signal })));
    controller.abort();
    expect(await work).toMatchObject({ code: 'aborted' });
  });

  it('gets an error, not silence, when the door closes during a request', async () => {
    const egress = anEgress();
    const work = faultOf(egress.request(to(await aRawReceiver(''))));
    await egress.close();
    expect(await work).toMatchObject({ name: 'EgressError' });
    expect(await faultOf(egress.request(to('http://127.0.0.1:9/')))).toMatchObject({ code: 'closed' });
  });
});

describe('loopback', () => {
  it('closes for kept connections too', async () => {
    let isOpen = true;
    const url = (await aReceiver((_request, response) => response.end())).replace('127.0.0.1', 'hidden.test');
    const egress = anEgress({ allow: [], allowLoopback: () => isOpen });
    expect(await egress.request(to(url))).toMatchObject({ status: 200 });
    isOpen = false;
    expect(await faultOf(egress.request(to(url)))).toMatchObject({ code: 'egress_blocked' });
  });
});

describe('Earshot itself', () => {
  const trigger = '/apps/14361375-54d4-4ddb-8d2d-0dd212e13cd1/webhooks/c14990db-96a1-44c6-b13a-8ab12db96f61';
  const egress = createEgress({
    allowLoopback: () => true,
    ownUrls: () => ['http://127.0.0.1:4000', 'https://hooks.example.com', 'https://example.com/hooks'],
    resolve: (name) =>
      Promise.resolve([{ address: name.endsWith('example.com') ? '93.184.216.34' : '127.0.0.1', family: 4 }]),
  });

  it.each([
    [`http://127.0.0.1:4000${trigger}`, 'let through'],
    [`http://localhost:4000${trigger}`, 'let through'],
    [`https://hooks.example.com${trigger}`, 'let through'],
    [`https://example.com/hooks${trigger}`, 'let through'],
    ['https://example.com/hooks/app/tokens', 'egress_blocked'],
    ['https://example.com/shop', 'let through'],
    [`https://example.com/hooks/app${trigger}`, 'egress_blocked'],
    ['http://127.0.0.1:5000/app/tokens', 'let through'],
    ['http://127.0.0.1:4000/app/tokens', 'egress_blocked'],
    ['http://127.1:4000/app/tokens', 'egress_blocked'],
    ['http://127.0.0.2:4000/app/tokens', 'egress_blocked'],
    ['http://[::1]:4000/app/tokens', 'egress_blocked'],
    ['http://x.localhost:4000/app/tokens', 'egress_blocked'],
    ['https://hooks.example.com/app/tokens', 'egress_blocked'],
    [`http://127.0.0.1:4000${trigger}/../../../../app/tokens`, 'egress_blocked'],
    [`http://127.0.0.1:4000${trigger}%2f..%2f..`, 'egress_blocked'],
    [`http://alias.test:4000${trigger}`, 'egress_blocked'],
    ['http://alias.test:5000/', 'let through'],
  ])('%s is %s', async (url, outcome) => {
    const fault = await faultOf(egress.check(url));
    expect(typeof fault === 'string' ? 'let through' : fault.code).toBe(outcome);
  });

  it.each([
    [`http://127.0.0.1:4000${trigger}`, true],
    [`http://[::1]:4000${trigger}`, true],
    [`https://hooks.example.com${trigger}`, true],
    [`https://example.com/hooks${trigger}`, true],
    ['https://example.com/shop', false],
    ['http://127.0.0.1:5000/', false],
    ['https://elsewhere.test/', false],
  ])('knows whether %s leads back to it: %s', (url, isOwn) => {
    expect(egress.isOwn(url)).toBe(isOwn);
  });
});
