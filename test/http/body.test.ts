import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBodyReader } from '../../server/http/body.ts';
import { problemOf } from '../../server/http/problem.ts';

const LIMIT = 64 * 1024;
let server: Server;
let port = 0;

beforeAll(async () => {
  const readBody = createBodyReader({ limitBytes: LIMIT });
  server = createServer((req, res) => {
    readBody(req).then(
      (body) => res.end(`${String(body.length)}:${body.subarray(0, 20).toString()}`),
      (error: unknown) => {
        const { status, body } = problemOf(error, 'req_test');
        res.writeHead(status, { connection: 'close' }).end(body.code);
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function post(body: Uint8Array | string, headers: Record<string, string> = {}) {
  const response = await fetch(`http://127.0.0.1:${String(port)}/`, { method: 'POST', body: body as never, headers });
  return { status: response.status, text: await response.text() };
}

/** Sends the bytes as they are and gives back everything the server said before it hung up. */
function raw(text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(text));
    let said = '';
    socket.on('data', (chunk) => (said += chunk.toString()));
    socket.on('close', () => resolve(said));
    socket.on('error', () => resolve(said));
  });
}

describe('createBodyReader', () => {
  it('reads a body as its bytes', async () => {
    expect(await post('{"a":1}')).toEqual({ status: 200, text: '7:{"a":1}' });
  });

  it('takes a request without a body as an empty one', async () => {
    expect(await raw('POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toContain('0:');
  });

  it('inflates gzip', async () => {
    expect(await post(gzipSync('hello'), { 'content-encoding': 'gzip' })).toEqual({ status: 200, text: '5:hello' });
  });

  it.each([
    ['a declared length over the limit', Buffer.alloc(LIMIT + 1), {}, 413, 'body_too_large'],
    [
      'a small body that inflates beyond the limit',
      gzipSync(Buffer.alloc(LIMIT * 100)),
      { 'content-encoding': 'gzip' },
      413,
      'body_too_large',
    ],
    ['two codings', gzipSync('x'), { 'content-encoding': 'gzip, gzip' }, 415, 'unsupported_media_type'],
    ['an unknown coding', Buffer.from('x'), { 'content-encoding': 'zstd' }, 415, 'unsupported_media_type'],
    [
      'bytes that are not what the coding says',
      Buffer.from('not gzip'),
      { 'content-encoding': 'gzip' },
      400,
      'malformed_body',
    ],
  ])('refuses %s', async (_name, body, headers, status, code) => {
    expect(await post(body, headers as Record<string, string>)).toEqual({ status, text: code });
  });

  it('refuses a chunked body as soon as it passes the limit', async () => {
    const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
    const said = await raw(
      `POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(3)}0\r\n\r\n`,
    );
    expect(said).toContain('body_too_large');
  });

  it('takes a body of exactly the limit', async () => {
    expect((await post(Buffer.alloc(LIMIT, 'a'))).status).toBe(200);
  });
});
