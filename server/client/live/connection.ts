/**
 * The one connection of a page to its server, and how it comes back.
 *
 *   connecting ──▶ live ──lost──▶ waiting ──its time came, the network is back, the tab is looked at──▶ connecting
 *        └──────refused──────────────▲
 *   any ──stop──▶ stopped
 */
import { io, type Socket } from 'socket.io-client';
import type {
  ClientToServer,
  Hello,
  OpenAnswer,
  OpenRequest,
  RunAnswer,
  RunRequest,
  ServerToClient,
  SocketAuth,
} from '../../schemas/socket.ts';
import { around, isSeen } from './around.ts';
import { createStore, type Readable } from './store.ts';

export type ConnectionState =
  | { readonly status: 'connecting' | 'live' | 'stopped' }
  | { readonly status: 'waiting'; readonly retryAtMs: number; readonly isOffline: boolean; readonly reason: string };

export interface Connection {
  readonly state: Readable<ConnectionState>;
  readonly hello: Readable<Hello | undefined>;
  /** Rejects when the connection is lost before the answer. */
  readonly open: (request: OpenRequest) => Promise<OpenAnswer>;
  readonly close: (route: string) => void;
  readonly run: (request: RunRequest) => Promise<RunAnswer>;
  readonly on: <E extends keyof ServerToClient>(event: E, told: ServerToClient[E]) => () => void;
  /** Connects anew: as somebody else, after signing in or out. */
  readonly restart: () => void;
  readonly retryNow: () => void;
  readonly stop: () => void;
}

export interface ConnectionOptions {
  /** The server's origin; its own by default. */
  readonly url?: string | undefined;
  readonly auth: SocketAuth;
}

const ANSWER_MS = 20_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;

export function createConnection({ url, auth }: ConnectionOptions): Connection {
  const state = createStore<ConnectionState>({ status: 'connecting' });
  const hello = createStore<Hello | undefined>(undefined);
  // Its own retries do not tell when the next one is, and do not look at the network.
  const options = { auth, autoConnect: false, reconnection: false, transports: ['websocket', 'polling'] };
  const socket: Socket<ServerToClient, ClientToServer> = url === undefined ? io(options) : io(url, options);
  let attempt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const connect = () => {
    clearTimeout(timer);
    if (state.get().status === 'stopped' || socket.connected) return;
    state.set({ status: 'connecting' });
    socket.connect();
  };
  const lost = (reason: string) => {
    if (state.get().status === 'stopped') return;
    clearTimeout(timer);
    const inMs = delayMs(attempt);
    attempt += 1;
    timer = setTimeout(connect, inMs);
    state.set({ status: 'waiting', retryAtMs: Date.now() + inMs, isOffline: isOffline(), reason });
  };
  const retryNow = () => {
    if (state.get().status === 'waiting') connect();
  };
  const onLook = () => {
    if (isSeen()) retryNow();
  };

  socket.on('connect', () => {
    attempt = 0;
    state.set({ status: 'live' });
  });
  socket.on('disconnect', lost);
  socket.on('connect_error', (error) => lost(error.message));
  socket.on('hello', (told) => hello.set(told));
  // Programs without a window have neither.
  around.window?.addEventListener('online', retryNow);
  around.document?.addEventListener('visibilitychange', onLook);
  connect();

  const ask = <T>(send: () => Promise<T>): Promise<T> =>
    socket.connected ? send() : Promise.reject(new Error('The connection is away.'));

  return {
    state,
    hello,
    open: (request) => ask(() => socket.timeout(ANSWER_MS).emitWithAck('open', request)),
    run: (request) => ask(() => socket.timeout(ANSWER_MS).emitWithAck('run', request)),
    close: (route) => {
      if (socket.connected) socket.emit('close', { route });
    },
    on: (event, told) => {
      // Socket.io's types do not follow an event's name through a type parameter.
      const listener = told as never;
      socket.on(event, listener);
      return () => socket.off(event, listener);
    },
    restart: () => {
      attempt = 0;
      if (socket.connected) socket.disconnect();
      connect();
    },
    retryNow,
    stop: () => {
      clearTimeout(timer);
      state.set({ status: 'stopped' });
      around.window?.removeEventListener('online', retryNow);
      around.document?.removeEventListener('visibilitychange', onLook);
      socket.disconnect();
    },
  };
}

/** Doubling, with a half of chance, so that the clients of a restarted server do not all come at once. */
export function delayMs(attempt: number, chance = Math.random()): number {
  const full = Math.min(FIRST_RETRY_MS * 2 ** attempt, LAST_RETRY_MS);
  return Math.round(full * (0.5 + chance / 2));
}

const isOffline = () => around.navigator?.onLine === false;
