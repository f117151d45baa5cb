import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import type { DeliveryDocument, StoredAttempt } from '../../../server/deliveries/document.ts';
import type { EventDocument } from '../../../server/events/document.ts';
import type { ReadyRule, ReadyTarget } from '../../../server/rules/ready.ts';
import type { Event } from '../../../server/schemas/event.ts';
import { DEFAULT_SCHEDULE_S } from '../../../server/schemas/rule.ts';

export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const NOW_MS = Date.parse('2026-03-04T05:06:07.890Z');

export function aClock(nowMs = NOW_MS) {
  let ms = nowMs;
  return {
    now: () => ms,
    move: (byMs: number) => {
      ms += byMs;
    },
  };
}

export function aRule(change: Partial<ReadyRule> = {}): ReadyRule {
  return {
    id: 'rul_1',
    environmentId: 2,
    revision: 3,
    name: null,
    isEnabled: true,
    events: ['*'],
    passes: () => true,
    transform: null,
    format: 'standard',
    target: to('https://receiver.test/hook'),
    method: 'POST',
    timeoutMs: 5_000,
    maxInFlight: 50,
    rate: null,
    orderBy: null,
    scheduleMs: DEFAULT_SCHEDULE_S.map((seconds) => seconds * 1_000),
    keys: [{ secret: SECRET, untilMs: null }],
    failingSince: null,
    createdAt: new Date(0),
    ...change,
  };
}

export function to(url: string, headers: Readonly<Record<string, string>> = {}): ReadyTarget {
  return { type: 'url', url, headers };
}

export function anEvent(change: Partial<Event> = {}): Event {
  return {
    id: 'evt_01',
    type: 'invoices.created',
    data: { id: 1, tag: 'adasd' },
    occurred_at: '2026-03-04T05:06:07.000Z',
    environment: 'sandbox',
    source: { type: 'api' },
    created_at: '2026-03-04T05:06:07.000Z',
    ...change,
  };
}

export function anEventDocument(change: Partial<EventDocument> = {}): EventDocument {
  const at = new Date('2026-03-04T05:06:07.000Z');
  return {
    _id: 'evt_01',
    status: 'routed',
    attempt: 1,
    environment_id: 2,
    type: 'invoices.created',
    data: '{"id":1,"tag":"adasd"}',
    occurred_at: at,
    created_at: at,
    source: { type: 'api' },
    ...change,
  };
}

export function aDelivery(change: Partial<DeliveryDocument> = {}): DeliveryDocument {
  return {
    _id: 'dlv_1',
    status: 'running',
    environment_id: 2,
    rule_id: 'rul_1',
    event_id: 'evt_01',
    event_type: 'invoices.created',
    lane: '2:rul_1',
    owner: 'me',
    attempt: 1,
    created_at: new Date(NOW_MS - 1_000),
    claimed_at: new Date(NOW_MS),
    due_at: new Date(NOW_MS + 30_000),
    ...change,
  };
}

export function anAttempt(change: Partial<StoredAttempt> = {}): StoredAttempt {
  return {
    attempt: 1,
    status: 'failed',
    at: new Date(NOW_MS),
    timings: { dns_ms: null, connect_ms: null, tls_ms: null, first_byte_ms: null, total_ms: 5 },
    request: null,
    response: null,
    error: { code: 'http_status', message: 'no' },
    rule_revision: 3,
    ...change,
  };
}

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  readonly close: () => void;
}

/** A real receiver on a port of its own, which keeps what it was sent. */
export async function aReceiver(
  answer: (res: http.ServerResponse, received: Received, count: number) => void = (res) => res.end('ok'),
): Promise<Receiver> {
  const received: Received[] = [];
  const server = http.createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { method = '', url = '', headers } = req;
      received.push({ method, url, headers: headers as Record<string, string>, body: Buffer.concat(chunks) });
      answer(res, received.at(-1)!, received.length);
    });
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Answers any request with these bytes, and then does as told. */
export async function aRawReceiver(bytes: string, then: (socket: net.Socket) => void = () => undefined) {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(bytes);
      then(socket);
    });
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/hook`,
    close: () => {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}

/** A URL at which nobody listens. */
export async function aRefusingUrl(): Promise<string> {
  const server = net.createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/hook`;
}

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
