/** A server with sockets on a port of its own, everything behind it faked, and real clients. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import pino from 'pino';
import { problemOf } from '../../server/http/problem.ts';
import { AppError } from '../../server/lib/errors.ts';
import { createIdMaker } from '../../server/lib/ids.ts';
import type { NewRun } from '../../server/runs/document.ts';
import type { RunScope } from '../../server/runs/host.ts';
import type { RunResult } from '../../server/runs/waiters.ts';
import type { ClientToServer, Hello, OpenAnswer, RunAnswer, ServerToClient } from '../../server/schemas/socket.ts';
import type { Access } from '../../server/schemas/token.ts';
import type { User } from '../../server/schemas/user.ts';
import type { SocketLimits } from '../../server/sockets/limits.ts';
import { createSockets } from '../../server/sockets/sockets.ts';
import { until } from '../support/until.ts';
import { aLivePages } from './pages.ts';

export type Client = Socket<ServerToClient, ClientToServer>;
export type App = Awaited<ReturnType<typeof startSockets>>;

/** `origin: null` sends none. */
type ClientOptions = Partial<ManagerOptions & SocketOptions> & { readonly origin?: string | null };

export function aUser(change: Partial<User> = {}): User {
  return {
    id: 'usr_1',
    environment_id: 1,
    email: 'ada@example.test',
    name: 'Ada',
    roles: [],
    status: 'active',
    created_at: '2026-01-01T00:00:00.000Z',
    joined_at: '2026-01-01T00:00:00.000Z',
    last_seen_at: null,
    ...change,
  };
}

export async function startSockets(options: { limits?: Partial<SocketLimits>; listeners?: readonly string[] } = {}) {
  const pages = aLivePages();
  const listeners = new Set(options.listeners ?? []);
  const tokens = new Map<string, Access>();
  /** By the cookie header, as it comes. */
  const sessions = new Map<string, { sessionId: string; user: User }>();
  const joined: string[] = [];
  /** Sessions, each time that somebody did something. */
  const used: string[] = [];
  const runs: (NewRun & { readonly id: string })[] = [];
  const heard = new Map<string, Set<(result: RunResult) => void>>();
  const outcomes = new Map<string, RunResult>();
  const hearEnded: Parameters<Parameters<typeof createSockets>[0]['sessions']['onEnded']>[0][] = [];
  const hearUser: ((user: User) => void)[] = [];
  const hearPages: (() => void)[] = [];

  const sockets = createSockets({
    pages: pages.live,
    onPagesChange: (hear) => void hearPages.push(hear),
    startRun: async (run) => {
      await Promise.resolve();
      const isTaken = (other: NewRun): boolean =>
        run.dedupe !== undefined &&
        run.dedupe.windowMs > 0 &&
        other.dedupe?.keys.some((key) => run.dedupe!.keys.includes(key)) === true;
      const first = runs.findLast(isTaken);
      if (first !== undefined) return { id: first.id, isDuplicate: true };
      const id = `run_${runs.length + 1}`;
      runs.push({ ...run, id });
      return { id, isDuplicate: false };
    },
    waiters: {
      follow: (_environmentId, id, hear, signal) => {
        const hearing = heard.get(id) ?? new Set();
        heard.set(id, hearing.add(hear));
        signal.addEventListener('abort', () => hearing.delete(hear));
        const known = outcomes.get(id);
        if (known !== undefined) queueMicrotask(() => hear(known));
      },
    },
    hasListener: (name) => listeners.has(name),
    authenticate: (token) => Promise.resolve(tokens.get(token)),
    sessions: {
      look: (cookie) => Promise.resolve(cookie === undefined ? undefined : sessions.get(cookie)),
      identify: (cookie) => {
        const found = cookie === undefined ? undefined : sessions.get(cookie);
        if (found !== undefined) used.push(found.sessionId);
        return Promise.resolve(found);
      },
      onEnded: (hear) => void hearEnded.push(hear),
    },
    users: {
      markJoined: (_environmentId, userId) => {
        joined.push(userId);
        return Promise.resolve();
      },
      onChanged: (hear) => void hearUser.push(hear),
    },
    isKnownHost: (host) => host?.startsWith('127.0.0.1') === true,
    isOwnOrigin: (origin, host) => origin === `http://${host}`,
    allowedOrigins: ['https://shop.example'],
    addressOf: (req) => String(req.headers['x-address'] ?? req.socket.remoteAddress),
    observe: () => undefined,
    problemOf,
    version: '1.2.3',
    isDevelopment: true,
    newId: createIdMaker(Date.now),
    clock: { now: () => Date.now() },
    log: pino({ level: 'silent' }),
    limits: { beginAfterMs: 60_000, ...options.limits },
  });
  const server = createServer((_req, res) => res.writeHead(404).end());
  sockets.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients: Client[] = [];

  return {
    url,
    pages,
    sockets,
    listeners,
    tokens,
    sessions,
    runs,
    joined,
    used,
    tellEnded: (ended: Parameters<(typeof hearEnded)[0]>[0]) => hearEnded.forEach((hear) => hear(ended)),
    tellUser: (user: User) => hearUser.forEach((hear) => hear(user)),
    tellPages: () => hearPages.forEach((hear) => hear()),
    /** Ends the attempt of a run. */
    settle: (id: string, result: Omit<RunResult, '_id'>) => {
      const told = { _id: id, ...result };
      outcomes.set(id, told);
      for (const hear of [...(heard.get(id) ?? [])]) {
        if (result.status !== 'queued') heard.get(id)?.delete(hear);
        hear(told);
      }
    },
    /** A client that has not connected yet. */
    client: ({ origin = url, ...more }: ClientOptions = {}): Client => {
      const client: Client = io(url, {
        transports: ['websocket'],
        forceNew: true,
        autoConnect: false,
        reconnection: false,
        ...more,
        extraHeaders: { ...(origin !== null && { origin }), ...more.extraHeaders },
      });
      clients.push(client);
      return client;
    },
    stop: async () => {
      clients.forEach((client) => client.disconnect());
      sockets.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const cookie = (value: string) => ({ extraHeaders: { cookie: value } });

/** Connects and waits for the greeting. */
export async function greeted(client: Client): Promise<Hello> {
  return new Promise((resolve, reject) => {
    client.once('hello', resolve);
    client.once('connect_error', reject);
    client.connect();
  });
}

/** The problem with which connecting fails. */
export async function refused(client: Client): Promise<{ readonly message: string; readonly code?: string }> {
  return new Promise((resolve, reject) => {
    client.once('hello', () => reject(new Error('was let in')));
    client.once('connect_error', (error) => {
      const { data } = error as { data?: { code: string } };
      resolve({ message: error.message, ...data });
    });
    client.connect();
  });
}

export const open = (client: Client, path: string, more: object = {}): Promise<OpenAnswer> =>
  client.timeout(10_000).emitWithAck('open', { path, ...more });

export async function opened(client: Client, path: string, more: object = {}) {
  const answer = await open(client, path, more);
  if (!answer.ok) throw new AppError('internal', { detail: `${path}: ${answer.problem.code}` });
  return answer;
}

let presses = 0;

export const press = (client: Client, route: string, code: string, more: object = {}): Promise<RunAnswer> =>
  client
    .timeout(10_000)
    .emitWithAck('run', { route, code, press: `press-${String(++presses).padStart(6, '0')}`, ...more });

/** Everything a client is told of one kind, from now on. */
export function told<E extends keyof ServerToClient>(client: Client, event: E): Parameters<ServerToClient[E]>[0][] {
  const all: Parameters<ServerToClient[E]>[0][] = [];
  client.on(event, ((message: Parameters<ServerToClient[E]>[0]) => void all.push(message)) as never);
  return all;
}

export const closed = (client: Client): Promise<true> => until('the client is closed', () => !client.connected);

/** Cuts the transport, as a network does. */
export function cut(client: Client): void {
  client.io.engine.close();
}

export const scopeOf = (connection: string | null, change: Partial<RunScope> = {}): RunScope => ({
  runId: 'run_1',
  action: 'ship',
  environmentId: 1,
  userId: null,
  connection,
  hops: 0,
  signal: new AbortController().signal,
  ...change,
});
