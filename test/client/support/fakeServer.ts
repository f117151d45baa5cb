/**
 * A small server that says what a test wants a browser to hear: routes with trees that the test changes, runs that end as
 * the test says, and faults: lost patches, cut connections. It speaks as server/schemas/socket.ts has it.
 */
import compare from 'fast-json-patch';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import type { Json } from '../../../server/schemas/json.ts';
import type { Problem } from '../../../server/schemas/problem.ts';
import type {
  ClientToServer,
  Hello,
  OpenRequest,
  PatchOp,
  RunEnded,
  ServerToClient,
  SocketAuth,
} from '../../../server/schemas/socket.ts';
import { answerFiles, type Auth } from './fakeFiles.ts';

export interface FakeRun {
  readonly code: string;
  readonly event: Json;
  readonly press: string;
}
type Ending = Omit<RunEnded, 'run' | 'press'>;

export interface FakeServer {
  readonly url: string;
  /**
   * Gives a path its tree, or changes it: whoever has it open is sent a patch. With `query`, only for that query string.
   * Gives the revision at which all are then.
   */
  readonly set: (path: string, tree: Json, options?: { title?: string; query?: string }) => number;
  /** Undefined: no more. */
  readonly refuse: (path: string, problem: Problem | undefined) => void;
  readonly hello: (hello: Partial<Hello>) => void;
  /** What presses came, each once. */
  readonly runs: readonly FakeRun[];
  /** Their ids, as often as they were sent. */
  readonly presses: readonly string[];
  readonly onRun: (handle: (run: FakeRun) => Promise<Ending> | Ending) => void;
  readonly onAuth: (handle: Auth) => void;
  /** What was asked to be opened. */
  readonly opens: readonly OpenRequest[];
  readonly auths: readonly SocketAuth[];
  /** The next patch does not reach anybody. */
  readonly losePatch: () => void;
  /** How long answers to `open` take. */
  readonly slow: (ms: number) => void;
  readonly cut: () => void;
  /** Neither HTTP nor sockets are answered until it is called with false. */
  readonly setDown: (isDown: boolean) => void;
  readonly push: <E extends 'toast' | 'navigate' | 'download' | 'ended'>(
    event: E,
    ...args: Parameters<ServerToClient[E]>
  ) => void;
  readonly stop: () => Promise<void>;
}

interface Watch {
  readonly id: string;
  readonly key: string;
  revision: number;
  tree: Json;
}
type FakeSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, { watches: Map<string, Watch> }>;

export async function startFakeServer(clientDir: string): Promise<FakeServer> {
  const trees = new Map<string, { tree: Json; title: string | null }>();
  const refusals = new Map<string, Problem>();
  const resumable = new Map<string, Watch>();
  const pressed = new Map<string, { readonly run: string; readonly ending: Promise<Ending> }>();
  const runs: FakeRun[] = [];
  const presses: string[] = [];
  const opens: OpenRequest[] = [];
  const auths: SocketAuth[] = [];
  let hello: Hello = {
    environment: 'production',
    user: null,
    roles: ['guest'],
    routes: { page: [], json: [] },
    now: 0,
    version: '1',
    problems: [],
  };
  let aheadMs = 0;
  const greeting = (): Hello => ({ ...hello, now: Date.now() + aheadMs });
  let revision = 0;
  let isLosing = false;
  let slowMs = 0;
  let isDown = false;
  let handleRun: (run: FakeRun) => Promise<Ending> | Ending = () => ({ status: 'succeeded' });
  let handleAuth: Auth = () => ({ status: 200, body: {} });

  const http = createServer((req, res) => {
    if (isDown) res.destroy();
    else void answerFiles(clientDir, req, res, (path, body) => handleAuth(path, body));
  });
  const io = new Server<ClientToServer, ServerToClient, Record<string, never>, { watches: Map<string, Watch> }>(http, {
    serveClient: false,
    allowRequest: (_req, done) => done(null, !isDown),
  });
  const find = (path: string, query: string) => trees.get(`${path}?${query}`) ?? trees.get(path);

  io.on('connection', (socket: FakeSocket) => {
    socket.data.watches = new Map();
    auths.push(socket.handshake.auth);
    socket.emit('hello', greeting());
    socket.on('open', (request, answer) => {
      opens.push(request);
      setTimeout(() => open(socket, request, answer), slowMs);
    });
    socket.on('close', ({ route }) => void socket.data.watches.delete(route));
    socket.on('run', (request, answer) => {
      const watch = socket.data.watches.get(request.route);
      const [key, code = ''] = request.code.split('.');
      if (watch === undefined || key !== watch.key) {
        answer({ ok: false, problem: problem(403, 'unknown_code', 'Unknown code') });
        return;
      }
      presses.push(request.press);
      const had = pressed.get(request.press);
      const told: FakeRun = { code, event: request.event ?? null, press: request.press };
      const started = had ?? { run: `run_${pressed.size + 1}`, ending: Promise.resolve().then(() => handleRun(told)) };
      pressed.set(request.press, started);
      if (had === undefined) runs.push(told);
      const { run, ending } = started;
      answer({ ok: true, run, duplicate: had !== undefined });
      // Whoever presses again, on another connection, is told of the one end.
      void ending.then((end) => socket.emit('ended', { ...end, run, press: request.press }));
    });
  });

  const open = (socket: FakeSocket, request: OpenRequest, answer: Parameters<ClientToServer['open']>[1]) => {
    const query = new URLSearchParams(request.query).toString();
    const found = find(request.path, query);
    const refused = refusals.get(request.path);
    if (refused !== undefined || found === undefined) {
      answer({ ok: false, problem: refused ?? problem(404, 'not_found', 'Not found') });
      return;
    }
    const route = `${request.kind ?? 'page'}:${request.path}${query === '' ? '' : `?${query}`}`;
    revision += 1;
    const watch: Watch = { id: `${request.path}?${query}`, key: secret(), revision, tree: found.tree };
    const resume = secret();
    const from = request.resume === undefined ? undefined : resumable.get(request.resume);
    resumable.set(resume, watch);
    socket.data.watches.set(route, watch);
    const opened = { ok: true, route, revision, key: watch.key, resume, title: found.title } as const;
    if (from === undefined) answer({ ...opened, ui: found.tree });
    else answer({ ...opened, base: from.revision, ops: diff(from.tree, found.tree) });
  };

  const publish = (): number => {
    const before = revision;
    revision += 1;
    let isChanged = false;
    for (const socket of io.sockets.sockets.values() as Iterable<FakeSocket>) {
      for (const [route, watch] of socket.data.watches) {
        const [path = '', query = ''] = watch.id.split('?');
        const tree = find(path, query)?.tree ?? null;
        const ops = diff(watch.tree, tree);
        if (ops.length === 0) continue;
        isChanged = true;
        const base = watch.revision;
        watch.tree = tree;
        watch.revision = revision;
        if (!isLosing) socket.emit('patch', { route, base, revision, ops });
      }
    }
    if (isChanged) isLosing = false;
    else revision = before;
    return revision;
  };

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    set: (path, tree, { title = null, query }: { title?: string | null; query?: string } = {}) => {
      trees.set(query === undefined ? path : `${path}?${query}`, { tree, title });
      return publish();
    },
    refuse: (path, given) => {
      if (given === undefined) refusals.delete(path);
      else refusals.set(path, given);
    },
    hello: (given) => {
      hello = { ...hello, ...given };
      if (given.now !== undefined) aheadMs = given.now - Date.now();
      io.emit('hello', greeting());
    },
    runs,
    presses,
    onRun: (handle) => (handleRun = handle),
    onAuth: (handle) => (handleAuth = handle),
    opens,
    auths,
    losePatch: () => (isLosing = true),
    slow: (ms) => (slowMs = ms),
    cut: () => io.disconnectSockets(true),
    setDown: (down) => {
      isDown = down;
      if (down) io.disconnectSockets(true);
    },
    push: (event, ...args) => void (io as unknown as Server).emit(event, ...args),
    stop: async () => {
      await io.close();
    },
  };
}

export function problem(status: number, code: string, title: string, detail?: string): Problem {
  return {
    type: `/docs#error-${code}`,
    title,
    status,
    code,
    instance: 'req_1',
    ...(detail !== undefined && { detail }),
  };
}

const diff = (from: Json, to: Json) =>
  compare
    .compare({ root: from }, { root: to })
    .map((op) => ({ ...op, path: op.path.slice('/root'.length) })) as PatchOp[];

const secret = () => randomBytes(16).toString('base64url');
