/** Connections that keep to no library's manners: a websocket whose every byte the test says, and paths as they are. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TestServer } from '../../support/server.ts';
import { until } from '../../support/until.ts';

export interface RawSocket {
  readonly send: (data: string | Buffer) => void;
  /** All texts that came and were not taken yet, put together. */
  readonly heard: () => string;
  readonly next: (holding: string) => Promise<string>;
  readonly forget: () => void;
  readonly isClosed: () => boolean;
  /** Reads nothing any more, until it resumes. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly destroy: () => void;
}

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;

/** Connected as far as the transport goes; the greeting of Socket.io is the test's. */
export async function rawSocket(
  server: TestServer,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawSocket> {
  const tcp = connect(server.port, '127.0.0.1');
  let heard = '';
  let bytes = Buffer.alloc(0);
  let isUpgraded = false;
  tcp.on('error', () => undefined);
  tcp.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    if (!isUpgraded) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      isUpgraded = true;
      bytes = bytes.subarray(end + 4);
    }
    for (let frame = frameOf(bytes); frame !== undefined; frame = frameOf(bytes)) {
      if (frame.opcode === TEXT) heard += frame.payload.toString();
      if (frame.opcode === CLOSE) tcp.end();
      bytes = bytes.subarray(frame.length);
    }
  });
  const given = {
    host: `127.0.0.1:${String(server.port)}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    ...headers,
  };
  const lines = Object.entries(given).map(([name, value]) => `${name}: ${value}\r\n`);
  tcp.write(`GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${lines.join('')}\r\n`);
  await until('the transport', () => heard.includes('"pingInterval"'));
  return {
    send: (data) => void tcp.write(toFrame(data)),
    heard: () => heard,
    next: (holding) => until(holding, () => heard.includes(holding) && heard),
    forget: () => (heard = ''),
    isClosed: () => tcp.closed || tcp.readableEnded,
    pause: () => void tcp.pause(),
    resume: () => void tcp.resume(),
    destroy: () => void tcp.destroy(),
  };
}

/** RFC 6455, section 5.2, masked with nothing. */
function toFrame(data: string | Buffer): Buffer {
  const payload = Buffer.from(data as string);
  const head = Buffer.alloc(14);
  head[0] = 0x80 | (typeof data === 'string' ? TEXT : BINARY);
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}

function frameOf(bytes: Buffer): { opcode: number; payload: Buffer; length: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 0x7f;
  const start = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < start) return undefined;
  const size = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  if (bytes.length < start + size) return undefined;
  return { opcode: bytes[0]! & 0x0f, payload: bytes.subarray(start, start + size), length: start + size };
}

/** Status and answer of a path as it is written, without anybody tidying it up. */
export async function rawGet(server: TestServer, path: string): Promise<readonly [number, string]> {
  const socket: Socket = connect(server.port, '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'close');
  return [Number(text.split(' ')[1]), text];
}
