/** What a browser loads, from a folder like the one the client's build leaves. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestAppOptions } from './support/app.ts';

const PAGE = `<!doctype html><meta name="csp-nonce" content="__CSP_NONCE__"><style nonce="__CSP_NONCE__">p{}</style>
<script type="module" src="/assets/index-abc123.js"></script>`;
const SCRIPT = 'export const words = "'.concat('a word and '.repeat(200), '";');
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', host: 'localhost:4000' };

let folder: string;
let clientDir: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'earshot-pages-'));
  clientDir = join(folder, 'client');
  mkdirSync(join(clientDir, 'assets', 'parts'), { recursive: true });
  const files: Record<string, string | Buffer> = {
    'index.html': PAGE,
    'sdk.js': 'export const connect = 1;',
    'favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'secret.txt': 'not for the world',
    'assets/index-abc123.js': SCRIPT,
    'assets/index-abc123.js.br': brotliCompressSync(SCRIPT),
    'assets/index-abc123.js.gz': gzipSync(SCRIPT),
    'assets/old-1.css': 'p{}',
    'assets/old-1.css.gz': gzipSync('p{}'),
    'assets/parts/x.woff2': 'font',
    'assets/.hidden.js': 'no',
    'assets/page.html': '<script>1</script>',
    '../outside.js': 'outside',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(clientDir, name), content);
});
afterAll(() => rmSync(folder, { recursive: true }));

function aServer(options: TestAppOptions = {}) {
  const asked: unknown[] = [];
  const server = testApp({
    ...options,
    pages: {
      clientDir,
      isPage: (environmentId, path) => {
        asked.push([environmentId, path]);
        return path === '/' || path.startsWith('/orders');
      },
      components: () => ({ button: { type: 'object' } }),
    },
  });
  return { ...server, asked };
}
const get = (path: string, headers: Record<string, string> = HTML, options: TestAppOptions = {}) =>
  request(aServer(options).app).get(path).set(headers);

/** Supertest and fetch would resolve the dots of a path before they send it. */
async function getAsItStands(path: string): Promise<{ status?: number; text: string; cacheControl?: string }> {
  const listening = aServer().app.listen(0, '127.0.0.1');
  await new Promise((resolve) => listening.once('listening', resolve));
  const { port } = listening.address() as AddressInfo;
  try {
    return await new Promise((resolve, reject) => {
      const sent = httpGet({ port, host: '127.0.0.1', path, headers: { host: 'localhost' }, agent: false }, (res) => {
        let text = '';
        res.on('data', (chunk: Buffer) => (text += chunk.toString()));
        res.on('end', () =>
          resolve({ status: res.statusCode!, text, cacheControl: res.headers['cache-control'] ?? '' }),
        );
      });
      sent.on('error', reject);
    });
  } finally {
    listening.close();
  }
}

describe('a page', () => {
  it('comes with these headers and no others', async () => {
    const answer = await get('/orders/42?status=open');
    expect(answer.status).toBe(200);
    const nonce = /content="([\w-]{22})"/.exec(answer.text)?.[1] ?? '?';
    const { date: _date, 'x-request-id': _id, connection: _connection, ...headers } = answer.headers;
    expect(headers).toEqual({
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(Buffer.byteLength(answer.text)),
      'cache-control': 'no-store',
      'content-security-policy': [
        "default-src 'self'",
        "script-src 'self'",
        `style-src 'self' 'nonce-${nonce}'`,
        "img-src 'self' data:",
        "connect-src 'self' ws://localhost:4000 wss://localhost:4000",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
      ].join('; '),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'origin-agent-cluster': '?1',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-dns-prefetch-control': 'off',
      'x-download-options': 'noopen',
      'x-frame-options': 'DENY',
      'x-permitted-cross-domain-policies': 'none',
      'x-xss-protection': '0',
    });
    expect(answer.text).toBe(PAGE.replaceAll('__CSP_NONCE__', nonce));
  });

  it('has another nonce each time', async () => {
    const policies = [await get('/'), await get('/')].map(({ headers }) => headers['content-security-policy']!);
    expect(new Set(policies).size).toBe(2);
  });

  it('lets itself connect to the public address too, and asks for https to be kept', async () => {
    const { headers } = await get('/', HTML, { publicUrl: 'https://app.test' });
    expect(headers['content-security-policy']).toContain(
      'ws://localhost:4000 wss://localhost:4000 ws://app.test wss://',
    );
    expect(headers['strict-transport-security']).toContain('max-age=');
  });

  it.each([
    ['/', 200, [[1, '/']]],
    ['/nothing', 404, [[1, '/nothing']]],
    ['/orders/a%20b', 200, [[1, '/orders/a%20b']]],
    ['/orders/%zz', 404, []],
    ['/@sandbox', 200, [[2, '/']]],
    ['/@sandbox/orders', 200, [[2, '/orders']]],
    ['/@sandboxes/orders', 404, [[1, '/@sandboxes/orders']]],
    ['/_earshot/sign-in', 200, []],
    ['/@sandbox/_earshot/invite', 200, []],
    ['/appointments', 404, [[1, '/appointments']]],
  ])('%s is answered %i, always with the client', async (path, status, asked) => {
    const server = aServer();
    const answer = await request(server.app).get(path).set(HTML);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain('/assets/index-abc123.js');
    expect(server.asked).toEqual(asked);
  });

  it('answers HEAD like GET, without a body', async () => {
    const answer = await request(aServer().app).head('/orders').set(HTML);
    expect(answer.status).toBe(200);
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(100);
    expect(answer.headers['content-security-policy']).toContain('nonce-');
    expect(answer.text).toBeUndefined();
  });

  it.each([
    '/app',
    '/app/nothing',
    '/apps/x',
    '/auth/nothing',
    '/docs/x',
    '/metrics/x',
    '/health',
    '/socket.io/?EIO=4',
  ])('is not what an address of the API is answered with: %s', async (path) => {
    const answer = await get(path);
    expect(answer.body).toMatchObject({ status: 404, code: 'not_found' });
  });

  it.each([
    ['a program', 'get', {}],
    ['a program that takes anything', 'get', { accept: '*/*' }],
    ['a program that wants JSON', 'get', { accept: 'application/json' }],
    ['one that refuses HTML', 'get', { accept: 'application/json, text/html;q=0' }],
    ['a form', 'post', { accept: 'text/html' }],
  ] as const)('is not for %s', async (_name, method, headers) => {
    const answer = await request(aServer().app)
      [method]('/orders')
      .set({ host: 'localhost', ...headers });
    expect(answer.body).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('is not given to other hosts, whatever they ask', async () => {
    expect((await get('/', { ...HTML, host: 'evil.test; script-src *' })).status).toBe(421);
  });

  it('says so plainly while the client is not built', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty, { recursive: true });
    const { app } = testApp({ pages: { clientDir: empty, isPage: () => true, components: () => ({}) } });
    const page = await request(app).get('/').set(HTML);
    expect(page.status).toBe(503);
    expect(page.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(page.text).toContain('not built');
    expect((await request(app).get('/sdk.js').set(HTML)).body).toMatchObject({ status: 404, code: 'not_found' });
    writeFileSync(join(empty, 'index.html'), PAGE);
    expect((await request(app).get('/').set(HTML)).status).toBe(200);
  });

  it('stands in the log without its address', async () => {
    const server = aServer();
    await request(server.app).get('/orders/secret-42').set(HTML);
    await expect.poll(() => server.lines.length).toBe(1);
    expect(server.lines[0]).toMatchObject({ route: '(page)', status: 200 });
    expect(JSON.stringify(server.lines)).not.toContain('secret-42');
  });
});

describe('files of the client', () => {
  it.each([
    ['br, gzip', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['identity', undefined],
  ])('are sent as the browser takes them: %s', async (accepted, coding) => {
    const answer = await get('/assets/index-abc123.js', { 'accept-encoding': accepted, host: 'localhost' });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-encoding']).toBe(coding);
    expect(answer.headers.vary?.toLowerCase()).toBe('accept-encoding');
    expect(answer.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    if (coding !== 'br') expect(answer.text).toBe(SCRIPT); // supertest does not open br
    expect(Number(answer.headers['content-length'])).toBe(
      { br: brotliCompressSync(SCRIPT), gzip: gzipSync(SCRIPT), none: Buffer.from(SCRIPT) }[coding ?? 'none']?.length,
    );
  });

  it('are sent as they are where there is no smaller copy that fits', async () => {
    const only = await get('/assets/old-1.css', { 'accept-encoding': 'br', host: 'localhost' });
    expect(only.headers).not.toHaveProperty('content-encoding');
    expect(only.headers['content-type']).toBe('text/css; charset=utf-8');
    const font = await get('/assets/parts/x.woff2');
    expect(font.headers['content-type']).toBe('font/woff2');
  });

  it('are asked for again where their name does not change with them', async () => {
    const { app } = aServer();
    const first = await request(app).get('/favicon.svg').set(HTML);
    expect(first.headers).toMatchObject({ 'cache-control': 'no-cache', 'content-type': 'image/svg+xml' });
    const since = { ...HTML, 'if-modified-since': first.headers['last-modified'] ?? '' };
    expect((await request(app).get('/favicon.svg').set(since)).status).toBe(304);
  });

  it('let pages of other sites load the module, and nothing else', async () => {
    const { headers } = await get('/sdk.js');
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['cross-origin-resource-policy']).toBe('cross-origin');
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    expect((await get('/assets/index-abc123.js')).headers).not.toHaveProperty('access-control-allow-origin');
  });

  it.each([
    '/assets/../secret.txt',
    '/assets/../index.html',
    '/assets/../../outside.js',
    '/assets/%2e%2e/secret.txt',
    '/assets/..%2fsecret.txt',
    '/assets/parts/..%5c..%5csecret.txt',
    '/assets//index-abc123.js',
    '/assets/index-abc123.js%00.css',
    '/assets/.hidden.js',
    '/assets/page.html',
    '/assets/index-abc123.js.br',
    '/assets/nothing-1.js',
    '/assets/parts',
    '/assets/',
    '/secret.txt',
  ])('are no way to others: %s', async (path) => {
    const { status, text, cacheControl } = await getAsItStands(path);
    expect(JSON.parse(text)).toMatchObject({ status: 404, code: 'not_found' });
    expect([status, cacheControl]).toEqual([404, 'no-store']);
  });

  it('are no fault of ours whatever a request demands of them', async () => {
    for (const demand of [{ range: 'bytes=9999999-' }, { 'if-match': '"x"' }, { range: 'x' }] as Record<
      string,
      string
    >[]) {
      const answer = await get('/assets/index-abc123.js', { ...HTML, ...demand });
      expect(answer.status).toBeLessThan(500);
    }
  });
});

describe('/components.json', () => {
  it('is for editors, and sent again only when it changed', async () => {
    const { app } = aServer();
    const first = await request(app).get('/components.json').set('host', 'localhost');
    expect(first.body).toEqual({ button: { type: 'object' } });
    expect(first.headers['content-type']).toBe('application/json; charset=utf-8');
    const again = { host: 'localhost', 'if-none-match': first.headers.etag ?? '' };
    expect((await request(app).get('/components.json').set(again)).status).toBe(304);
  });
});
