/** Receivers that behave as badly as receivers do, each on a port of its own, and one that does not. */
import { createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../support/earshot.ts';

const GIGABYTE = 1024 ** 3;
const CHUNK = Buffer.alloc(64 * 1024, 'x');

export interface Receivers {
  /** By how they behave: refuse, hang, trickle, close, flaky, redirect, flood, good. */
  readonly urls: Readonly<Record<Misbehaviour | 'good', string>>;
  /** When each event came to the good one, by its webhook-id. */
  readonly receivedAt: ReadonlyMap<string, number>;
  /** What the one that sends a gigabyte got rid of, in bytes, over all connections. */
  readonly flooded: () => number;
  readonly close: () => Promise<void>;
}

export const misbehaviours = ['refuse', 'hang', 'trickle', 'close', 'flaky', 'redirect', 'flood'] as const;
export type Misbehaviour = (typeof misbehaviours)[number];

export async function startReceivers(): Promise<Receivers> {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const receivedAt = new Map<string, number>();
  const seen = new Set<string>();
  let flooded = 0;

  /** Calls `answer` with each request's webhook-id once the request is complete. */
  async function serve(answer: (socket: Socket, id: string) => void): Promise<string> {
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        for (let request = firstOf(text); request !== undefined; request = firstOf(text)) {
          text = text.slice(request.length);
          answer(socket, /^webhook-id: *(\S+)/im.exec(request)?.[1] ?? '');
        }
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : '')}/`;
  }

  const urls = {
    refuse: `http://127.0.0.1:${String(await freePort())}/`,
    hang: await serve(() => undefined),
    trickle: await serve((socket) => {
      socket.write(head(200, 'content-length: 100000'));
      const timer = setInterval(() => socket.write('x'), 1_000);
      socket.once('close', () => clearInterval(timer));
    }),
    close: await serve((socket) => {
      socket.write(`${head(200, 'content-length: 1000')}half`, () => socket.destroy());
    }),
    flaky: await serve((socket, id) => {
      socket.write(head(seen.has(id) ? 200 : 500, 'content-length: 0'));
      seen.add(id);
    }),
    redirect: await serve((socket) => {
      socket.write(head(302, 'location: http://169.254.169.254/\r\ncontent-length: 0'));
    }),
    flood: await serve((socket) => {
      socket.write(head(200, `content-length: ${String(GIGABYTE)}`));
      const pour = (): void => {
        if (socket.destroyed) return;
        flooded += CHUNK.length;
        if (socket.write(CHUNK)) setImmediate(pour);
        else socket.once('drain', pour);
      };
      pour();
    }),
    good: await serve((socket, id) => {
      receivedAt.set(id, Date.now());
      socket.write(head(200, 'content-length: 0'));
    }),
  };

  return {
    urls,
    receivedAt,
    flooded: () => flooded,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

/** The first whole request in the text. */
function firstOf(text: string): string | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, headEnd))?.[1] ?? 0);
  const end = headEnd + 4 + length;
  return text.length < end ? undefined : text.slice(0, end);
}

function head(status: number, headers: string): string {
  return `HTTP/1.1 ${String(status)} So\r\n${headers}\r\n\r\n`;
}
