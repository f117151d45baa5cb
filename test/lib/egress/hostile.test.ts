import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import ipaddr from 'ipaddr.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEgress, type Egress } from '../../../server/lib/egress.ts';
import { createAddressRule } from '../../../server/lib/egress/addresses.ts';
import { connectTcp, type Destination } from '../../../server/lib/egress/connect.ts';
import type { EgressError } from '../../../server/lib/egress/errors.ts';
import { checkHeaders } from '../../../server/lib/egress/headers.ts';
import type { ResolvedAddress } from '../../../server/lib/egress/guard.ts';

const PUBLIC = '93.184.216.34';
const LIMITS = { timeoutMs: 5_000, maxResponseBytes: 65_536 };

/** An egress that dials nothing: names have the given answers, and every dial is noted and then refused. */
function aStubbedEgress(answersByName: Record<string, readonly string[]> = {}, allow: readonly string[] = []) {
  const dialled: Destination[] = [];
  const egress = createEgress({
    allow,
    resolve: (hostname) =>
      Promise.resolve(
        (answersByName[hostname] ?? [PUBLIC]).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
    connect: (destination) => {
      dialled.push(destination);
      return Promise.reject(Object.assign(new Error('stub'), { code: 'ECONNREFUSED' }));
    },
  });
  return { egress, dialled };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'let through',
    (error: unknown) => (error as EgressError).code,
  );
}

const BLOCKED_HOSTS: readonly string[] = [
  // 1-12: loopback, spelled
  ...['127.0.0.1', '127.1', '127.0.1', '127.255.255.254', '2130706433', '0x7f000001', '0x7f.0.0.1', '0x7f.1'],
  ...['017700000001', '0177.0.0.1', '0177.0x0.0.1', '127.0.0.1.'],
  // 13-17: digits of other alphabets
  ...['①②⑦.⓪.⓪.①', '１２７.０.０.１', '127。0。0。1', '127．0．0．1', '%31%32%37.0.0.1'],
  // 18-25: this host
  ...['0', '0.0.0.0', '00000000', 'localhost', 'localhost.', 'LOCALHOST', 'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ', 'foo.localhost'],
  // 26-31: private
  ...['10.0.0.1', '10.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.257'],
  // 32-36: metadata
  ...['169.254.169.254', '169.254.43518', '0xa9fea9fe', '2852039166', '0251.0376.0251.0376'],
  // 37-51: shared, cloud, documentation, multicast, reserved
  ...['100.64.0.1', '100.100.100.200', '168.63.129.16', '192.0.0.192', '192.0.0.1', '192.0.2.1', '198.18.0.1'],
  ...['198.51.100.1', '203.0.113.1', '192.88.99.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  'metadata.google.internal',
  // 52-61: IPv6 loopback, and IPv4 wrapped in IPv6
  ...['[::]', '[::1]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::ffff:a9fe:a9fe]'],
  ...['[::127.0.0.1]', '[::7f00:1]', '[::ffff:0:127.0.0.1]', '[::ffff:10.0.0.1]'],
  // 62-69: NAT64, 6to4, Teredo, ORCHID
  ...['[64:ff9b::7f00:1]', '[64:ff9b::169.254.169.254]', '[64:ff9b:1::7f00:1]', '[2002:7f00:1::]'],
  ...['[2002:a9fe:a9fe::1]', '[2001:0:7f00:1:0:0:80ff:fffe]', '[2001:10::1]', '[2001:20::1]'],
  // 70-80: documentation, SRv6, discard, unique local, link-local, site-local, multicast, a zone
  ...['[2001:db8::1]', '[3fff::1]', '[5f00::1]', '[100::1]', '[fc00::1]', '[fd00:ec2::254]', '[fd20:ce::254]'],
  ...['[fe80::1]', '[fec0::1]', '[ff02::1]', '[fe80::1%25eth0]'],
  // 81-88: no host at all
  ...['425.510.425.510', '1.2.3.4.5', '0x100000000', '256.1.1.1', '1.1.1.09', '[::1', 'xn--', 'ex%00ample.com'],
];
const BLOCKED_URLS: readonly string[] = [
  // 89-99: user names, ports, schemes
  ...['http://user:p@ok.test/', 'http://ok.test@127.0.0.1/', 'http://127.0.0.1\\@ok.test/', 'http://ok.test:22/'],
  ...['http://ok.test:0/', 'http://ok.test:6379/', 'file:///etc/passwd', 'gopher://ok.test/', 'data:text/plain,x'],
  ...['ftp://ok.test/', 'ws://ok.test/'],
];
const BLOCKED_HEADERS: readonly (readonly [name: string, value: string])[] = [
  // 108-114
  ['x-a', 'a\r\nX: 1'],
  ['x-a', 'a\nb'],
  ['x-a', 'a\0b'],
  ['x a', '1'],
  ['Host', 'inside.test'],
  ['Connection', 'upgrade'],
  ['Webhook-Signature', 'v1,forged'],
];
const rows = [...BLOCKED_HOSTS.map((host) => `http://${host}/`), ...BLOCKED_URLS];

describe('the hostile table', () => {
  it('has the rows it is known for', () => {
    expect(rows).toHaveLength(99); // 100 to 107 are the DNS and connection tests below
    expect(BLOCKED_HEADERS).toHaveLength(7);
  });

  it.each(rows.map((url, i) => [i + 1, url] as const))(
    'row %i: %s is refused and nothing is dialled',
    async (_, url) => {
      const { egress, dialled } = aStubbedEgress();
      expect(await codeOf(egress.check(url))).toMatch(/^(egress_blocked|invalid_url)$/);
      expect(await codeOf(egress.request({ url, ...LIMITS }))).toMatch(/^(egress_blocked|invalid_url)$/);
      expect(dialled).toEqual([]);
      await egress.close();
    },
  );

  it.each(BLOCKED_HEADERS)('header %j: %j is refused', (name, value) => {
    expect(() => checkHeaders({ [name]: value }, ['webhook-'])).toThrow(
      expect.objectContaining({ code: 'invalid_header' }),
    );
  });

  it('never shows the value of a refused header', () => {
    expect(() => checkHeaders({ 'x-key': 'planted-secret\n' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('planted-secret') }),
    );
  });

  it('lets a public name and a public address through, so that the table means something', async () => {
    const { egress, dialled } = aStubbedEgress();
    for (const url of [
      'http://ok.test/',
      'https://ok.test./x',
      'http://93.184.216.34:8080/',
      'http://[2606:4700::1111]/',
    ])
      expect(await codeOf(egress.request({ url, ...LIMITS }))).toBe('connection_refused');
    expect(dialled.map(({ addresses }) => addresses.map(({ address }) => address))).toEqual([
      [PUBLIC],
      [PUBLIC],
      [PUBLIC],
      ['2606:4700::1111'],
    ]);
  });

  it.each<[string, readonly string[]]>([
    ['100: a private address', ['10.0.0.1']],
    ['101: a public and a loopback address', [PUBLIC, '127.0.0.1']],
    ['102: IPv6 loopback and a public address', ['::1', PUBLIC]],
    ['104: what a CNAME to the inside ends at', ['192.168.1.1']],
    ['a mapped address', ['::ffff:127.0.0.1']],
    ['text that is no address', ['inside']],
  ])('row %s as the answer is refused', async (_, answers) => {
    const { egress, dialled } = aStubbedEgress({ 'hostile.test': answers });
    expect(await codeOf(egress.check('http://hostile.test/'))).toBe('egress_blocked');
    expect(await codeOf(egress.request({ url: 'http://hostile.test/', ...LIMITS }))).toBe('egress_blocked');
    expect(dialled).toEqual([]);
  });

  it('row 103: a name that is public at the check and private at the connection is refused there', async () => {
    const answers = [PUBLIC, '127.0.0.1'];
    const dialled: Destination[] = [];
    const egress = createEgress({
      resolve: () => Promise.resolve([{ address: answers.shift() ?? '', family: 4 }]),
      connect: (destination) => {
        dialled.push(destination);
        return Promise.reject(new Error('stub'));
      },
    });
    await egress.check('http://rebind.test/');
    expect(await codeOf(egress.request({ url: 'http://rebind.test/', ...LIMITS }))).toBe('egress_blocked');
    expect(dialled).toEqual([]);
  });

  it('refuses a socket that ended somewhere else than its checked address, before a byte is sent', async () => {
    let received = 0;
    const server = createServer((_request, response) => {
      received++;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const egress = createEgress({
      resolve: () => Promise.resolve([{ address: PUBLIC, family: 4 }]),
      connect: (to, signal) => connectTcp({ ...to, addresses: [{ address: '127.0.0.1', family: 4 }] }, signal),
    });
    expect(await codeOf(egress.request({ url: `http://ok.test:${port}/`, ...LIMITS }))).toBe('egress_blocked');
    expect(received).toBe(0);
    await egress.close();
    server.close();
  });

  it('row 105: a redirect is an answer, not an order', async () => {
    const { url, egress, requests, stop } = await aServer((_path, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    });
    expect(await egress.request({ url, ...LIMITS })).toMatchObject({ status: 302 });
    expect(requests).toEqual(['/']);
    await stop();
  });

  it('row 106: a kept connection goes where it was checked, and the next new one is checked again', async () => {
    const { port, requests, stop } = await aServer((path, response) => {
      response.writeHead(200, path === '/last' ? { connection: 'close' } : {}).end();
    });
    let address = '127.0.0.1';
    const egress = createEgress({
      allow: ['127.0.0.0/8'],
      resolve: () => Promise.resolve([{ address, family: 4 }]),
    });
    const url = `http://rebind.test:${port}`;
    await egress.request({ url: `${url}/first`, ...LIMITS });
    address = '10.0.0.1';
    await setImmediate(); // the turn in which the connection becomes free again
    const kept = await egress.request({ url: `${url}/last`, ...LIMITS });
    expect(kept.remoteAddress).toBe('127.0.0.1');
    expect(await codeOf(egress.request({ url: `${url}/never`, ...LIMITS }))).toBe('egress_blocked');
    expect(requests).toEqual(['/first', '/last']);
    await egress.close();
    await stop();
  });

  it('row 107: an empty answer is a name without an address', async () => {
    const { egress } = aStubbedEgress({ 'empty.test': [] });
    expect(await codeOf(egress.check('http://empty.test/'))).toBe('dns_failed');
  });

  it('keeps an escaped line break in a path escaped', async () => {
    const { url, egress, requests, stop } = await aServer((_path, response) => response.end());
    await egress.request({ url: `${url}%0d%0aX:%201`, ...LIMITS });
    expect(requests).toEqual(['/%0d%0aX:%201']);
    await stop();
  });
});

describe('the rule for addresses', () => {
  const { isPublic } = createAddressRule({ allow: [], allowLoopback: () => false });

  it('never calls an address public that a second opinion calls special', () => {
    const anAddress = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.ipV4().map((v4) => `::ffff:${v4}`),
      fc.ipV4().map((v4) => `64:ff9b::${v4}`),
    );
    fc.assert(
      fc.property(anAddress, (address) => !isPublic(address) || ipaddr.parse(address).range() === 'unicast'),
      { numRuns: 20_000 },
    );
  });

  it('opens exactly the ranges that are named', async () => {
    const answers = { 'a.test': ['10.1.2.3'], 'b.test': ['10.2.0.1'], 'c.internal': ['fd00::7'] };
    const { egress } = aStubbedEgress(answers, ['10.1.0.0/16', 'fd00::/8']);
    expect(await codeOf(egress.check('http://a.test/'))).toBe('let through');
    expect(await codeOf(egress.check('http://b.test/'))).toBe('egress_blocked');
    expect(await codeOf(egress.check('http://10.1.255.255/'))).toBe('let through');
    expect(await codeOf(egress.check('http://c.internal/'))).toBe('let through');
  });

  it('does not let an inside name stand for a public address', async () => {
    const { egress } = aStubbedEgress({ localhost: [PUBLIC] }, ['10.0.0.0/8']);
    expect(await codeOf(egress.check('http://localhost/'))).toBe('egress_blocked');
  });

  it.each(['10.0.0.0/33', '10.0.0', 'fe80::1%eth0/64', 'x', '', '10.0.0.0/8/8', '10.0.0.0/-1', '::/129'])(
    'refuses the setting %j aloud',
    (cidr) => {
      expect(() => createEgress({ allow: [cidr] })).toThrow(/is not a range of addresses/);
    },
  );
});

async function aServer(
  answer: (path: string, response: ServerResponse) => void,
): Promise<{ url: string; port: number; egress: Egress; requests: string[]; stop: () => Promise<void> }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer(request.url ?? '', response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const egress = createEgress({
    allow: ['127.0.0.0/8'],
    resolve: (): Promise<readonly ResolvedAddress[]> => Promise.resolve([]),
  });
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    egress,
    requests,
    async stop() {
      await egress.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
