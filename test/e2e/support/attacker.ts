/** Connections and people for tests that try to get what is not theirs: raw where it matters, and everything is kept. */
import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { ClientToServer, OpenAnswer, RunAnswer, ServerToClient } from '../../../server/schemas/socket.ts';
import { remove, startServer, type TestServer } from '../../support/server.ts';
import { until } from '../../support/until.ts';

const APP = new URL('../views/security', import.meta.url).pathname;

export const startHostileApp = (env: Readonly<Record<string, string>> = {}): Promise<TestServer> =>
  startServer({
    env: { LISTENERS_DIR: `${APP}/listeners`, VIEWS_DIR: `${APP}/views`, VIEW_TIMEOUT_MS: '500', ...env },
  });
export { remove };

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly cookie: string;
  /** The part of the link that is a secret. */
  readonly invite: string;
}

interface Invitation {
  readonly roles?: readonly string[];
  readonly environment?: 'production' | 'sandbox';
}

let people = 0;

export async function invite(server: TestServer, { roles = [], environment = 'production' }: Invitation = {}) {
  const email = `p${String(++people)}@people.test`;
  const { status, body } = await server.api('POST', '/app/users', { email, roles }, server.tokens[environment]);
  if (status !== 201) throw new Error(`POST /app/users: ${String(status)} ${JSON.stringify(body)}`);
  const { user, invite_url: url } = body as { user: { id: string }; invite_url: string };
  return { id: user.id, email, url, invite: new URL(url).hash.slice(1) };
}

/** Posts as a page of the server's own would. */
export function post(server: TestServer, path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  return server.send(path, {
    headers: { origin: server.url, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

export async function join(server: TestServer, invitation: Invitation = {}): Promise<Person> {
  const { environment = 'production' } = invitation;
  const { id, email, invite: secret } = await invite(server, invitation);
  const password = `planted-password-${randomUUID()}`;
  const answer = await post(server, `/auth/accept-invite?environment=${environment}`, { invite: secret, password });
  if (answer.status !== 200) throw new Error(`accept-invite: ${String(answer.status)} ${answer.text}`);
  return { id, email, password, cookie: cookieOf(answer.headers), invite: secret };
}

/** `name=value` of the cookie that an answer sets. */
export function cookieOf(headers: Readonly<Record<string, unknown>>): string {
  const [set = ''] = [headers['set-cookie']].flat() as string[];
  return set.split(';')[0]!;
}

export interface ConnectOptions {
  readonly cookie?: string;
  readonly token?: string;
  readonly environment?: 'production' | 'sandbox';
  readonly headers?: Readonly<Record<string, string>>;
  readonly transports?: ('polling' | 'websocket')[];
}

export type Opened = Extract<OpenAnswer, { ok: true }> & { readonly ui: any };

export interface Client {
  readonly socket: Socket<ServerToClient, ClientToServer>;
  /** Everything that came, as it came. */
  readonly heard: () => string;
  readonly open: (path: string, more?: object) => Promise<any>;
  readonly run: (request: object) => Promise<RunAnswer>;
  /** Presses a listener of an open route. */
  readonly press: (opened: Opened, code: string, event?: unknown) => Promise<RunAnswer>;
  readonly isClosed: () => boolean;
  readonly close: () => void;
}

/** Rejects with the server's refusal. */
export async function connect(server: TestServer, options: ConnectOptions = {}): Promise<Client> {
  const { cookie, token, environment, headers = {}, transports = ['websocket'] } = options;
  const socket: Client['socket'] = io(server.url, {
    transports,
    forceNew: true,
    reconnection: false,
    auth: { ...(token !== undefined && { token }), ...(environment !== undefined && { environment }) },
    extraHeaders: { origin: server.url, ...(cookie !== undefined && { cookie }), ...headers },
  });
  const frames: string[] = [];
  let isClosed = false;
  socket.io.engine.on('packet', ({ data }) => frames.push(String(data)));
  socket.on('disconnect', () => (isClosed = true));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  const ask = (event: 'open' | 'run', request: object): Promise<any> =>
    (socket as Socket).timeout(15_000).emitWithAck(event, request);
  const run = (request: object): Promise<RunAnswer> => ask('run', request);
  return {
    socket,
    heard: () => frames.join('\n'),
    open: (path, more = {}) => ask('open', { path, ...more }),
    run,
    press: ({ route, key }, code, event) => run({ route, code: `${key}.${code}`, press: randomUUID(), event }),
    isClosed: () => isClosed,
    close: () => void socket.disconnect(),
  };
}

/** The codes of a tree, in their order. */
export function codesOf(ui: unknown): string[] {
  return [...JSON.stringify(ui).matchAll(/"_type":"listener","code":"([^"]+)"/g)].map(([, code]) => code!);
}

export function add(server: TestServer, coll: string, docs: readonly object[], token = server.tokens.production) {
  return server.api('POST', `/app/colls/${coll}/insertMany`, { documents: docs }, token);
}

export async function find(server: TestServer, coll: string, query: object = {}): Promise<any[]> {
  const { body } = await server.api('POST', `/app/colls/${coll}/docs/find`, { query }, server.tokens.production);
  return body as any[];
}

export const heardBy = (client: Client, text: string): Promise<true> =>
  until(`a frame with ${text}`, () => client.heard().includes(text) && (true as const));
