/**
 * Where deliveries end: a server in a process of its own that answers 200 at once and keeps the time from the stamp in
 * each body to its arrival, and another one that never answers. Told by messages what to do; see SinkOrder.
 */
import { createServer } from 'node:http';
import { createServer as createSilentServer } from 'node:net';

export interface SinkPorts {
  readonly port: number;
  /** Takes connections and never answers. */
  readonly silentPort: number;
}

/** `reset` forgets what came so far; `report` answers with a SinkReport. */
export type SinkOrder = 'reset' | 'report';

export interface SinkReport {
  readonly count: number;
  readonly unsigned: number;
  /** Milliseconds since the epoch; 0 where nothing came. */
  readonly lastAtMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

const STAMP = /"at":"(\d{13}\.\d{3})"/;

let latencies: number[] = [];
let unsigned = 0;
let lastAtMs = 0;

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('latin1');
  request.on('data', (chunk: string) => (body += chunk));
  request.on('end', () => {
    lastAtMs = performance.timeOrigin + performance.now();
    latencies.push(lastAtMs - Number(STAMP.exec(body)?.[1] ?? NaN));
    if (!String(request.headers['webhook-signature']).startsWith('v1,')) unsigned++;
    response.end();
  });
});
server.keepAliveTimeout = 120_000;
const silent = createSilentServer((socket) => {
  socket.on('error', () => undefined).resume();
});

function reset(): void {
  latencies = [];
  unsigned = 0;
  lastAtMs = 0;
}

function report(): SinkReport {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { count: latencies.length, unsigned, lastAtMs, p50Ms: at(0.5), p95Ms: at(0.95) };
}

process.on('message', (order: SinkOrder) => {
  if (order === 'reset') reset();
  process.send?.(order === 'reset' ? {} : report());
});

const portOf = (address: ReturnType<typeof server.address>): number =>
  typeof address === 'object' ? (address?.port ?? 0) : 0;
server.listen(0, '127.0.0.1', () =>
  silent.listen(0, '127.0.0.1', () => {
    const ports: SinkPorts = { port: portOf(server.address()), silentPort: portOf(silent.address()) };
    process.send?.(ports);
  }),
);
