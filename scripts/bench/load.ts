/**
 * A load generator in a process of its own: a fixed number of keep-alive connections, each with one request under way,
 * at full speed or at a given rate. Raw sockets and one prepared request keep its own cost small and the same for every
 * subject. Told what to do by one message from its parent; answers with one message.
 */
import { connect, type Socket } from 'node:net';

export interface LoadOrder {
  readonly port: number;
  readonly path: string;
  readonly body: string;
  readonly connections: number;
  readonly durationMs: number;
  /** Requests per second in all; at full speed when left out. */
  readonly ratePerS?: number;
  /** Ends after so many requests, if that is sooner. */
  readonly maxRequests?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text of the body that gives way to the time of sending: milliseconds with three decimals, 17 characters. */
  readonly stamp?: string;
}

export interface LoadReport {
  /** Milliseconds since the epoch. */
  readonly beganAtMs: number;
  readonly requests: number;
  readonly perS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** How many answers there were of each status; anything but 2xx is a fault of the run. */
  readonly statuses: Readonly<Record<string, number>>;
}

async function load(order: LoadOrder): Promise<LoadReport> {
  const more = Object.entries(order.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${order.path} HTTP/1.1\r\nhost: 127.0.0.1:${order.port}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(order.body)}\r\n${more.join('')}\r\n`;
  const request = Buffer.from(head + order.body);
  const stampAt = order.stamp === undefined ? -1 : request.indexOf(order.stamp);
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const began = performance.now();
  const endsAt = began + order.durationMs;
  let sent = 0;

  const mayBeginAt = (): number => (order.ratePerS === undefined ? 0 : began + (sent / order.ratePerS) * 1000);

  async function client(): Promise<void> {
    const socket = connect({ port: order.port, host: '127.0.0.1', noDelay: true });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const next = responses(socket);
    while (performance.now() < endsAt && sent < (order.maxRequests ?? Infinity)) {
      const waitMs = mayBeginAt() - performance.now();
      sent++;
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const at = performance.now();
      if (stampAt >= 0) request.write(stampNow(), stampAt, 'latin1');
      socket.write(stampAt >= 0 ? Buffer.from(request) : request);
      const status = await next();
      latencies.push(performance.now() - at);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    socket.destroy();
  }

  await Promise.all(Array.from({ length: order.connections }, client));
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return {
    beganAtMs: performance.timeOrigin + began,
    requests: latencies.length,
    perS: latencies.length / ((performance.now() - began) / 1000),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    statuses,
  };
}

/** Milliseconds since the epoch, to the microsecond: the same clock in every process of this machine. */
function stampNow(): string {
  return (performance.timeOrigin + performance.now()).toFixed(3);
}

/** Hands out the status of one response after another; every subject sends Content-Length. */
function responses(socket: Socket): () => Promise<string> {
  let buffered = '';
  let waiting: ((status: string) => void) | undefined;
  socket.setEncoding('latin1');
  socket.on('error', () => undefined);
  socket.on('close', () => waiting?.('closed'));
  socket.on('data', (chunk: string) => {
    buffered = buffered === '' ? chunk : buffered + chunk;
    const headEnd = buffered.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const length = Number(/content-length: *(\d+)/i.exec(buffered.slice(0, headEnd))?.[1] ?? 0);
    if (buffered.length < headEnd + 4 + length) return;
    const status = buffered.slice(9, 12);
    buffered = buffered.slice(headEnd + 4 + length);
    const resolve = waiting;
    waiting = undefined;
    resolve?.(status);
  });
  return () => new Promise((resolve) => (waiting = resolve));
}

process.once('message', (order: LoadOrder) => {
  load(order).then(
    (report) => process.send?.(report, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
