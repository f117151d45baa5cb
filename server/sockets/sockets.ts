/**
 * The edge where browsers stay connected: Socket.io in, plain calls out.
 *
 *   handshake ─ admission (Host, Origin) ─▶ greet (who is it, is there room) ─▶ connection ─ open, close, run
 *   LivePages ─ frames ─▶ browsers          runs ─ api.session ─▶ browsers
 */
import { randomBytes } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import type { HostMethod } from '../runs/host.ts';
import type { ClientToServer, ServerToClient } from '../schemas/socket.ts';
import { refusalOf } from './admission.ts';
import { createIdentify } from './caller.ts';
import { closeSurely } from './closing.ts';
import { createConnect } from './connection.ts';
import { createFollowRun } from './follow.ts';
import { createPublish } from './frames.ts';
import { createGreet } from './greet.ts';
import { createGuests } from './guests.ts';
import { helloTo } from './hello.ts';
import { socketLimits } from './limits.ts';
import { guardPackets } from './packets.ts';
import type { SocketsDeps } from './ports.ts';
import { createPress } from './press.ts';
import { createProblems } from './problems.ts';
import { createPushes } from './pushes.ts';
import { createReopen } from './reopen.ts';
import { createRevoke } from './revoke.ts';
import { createRoutes } from './routes.ts';
import { createSystem } from './system.ts';
import { createNoteUse } from './use.ts';
import type { EdgeSocket, SocketData } from './visit.ts';
import { createVisits } from './visits.ts';
import { createWatching } from './watching.ts';

export interface Sockets {
  /** Answers at `/socket.io` of this server. */
  readonly attach: (server: HttpServer) => void;
  /** What `api.session` of listeners leads to. */
  readonly methods: Readonly<Record<string, HostMethod>>;
  /** Runs `onEnvStart` of each environment, where there is one. Never rejects. */
  readonly systemStart: () => Promise<void>;
  readonly stats: () => SocketStats;
  /** Closes every connection at once; browsers come back by themselves. */
  readonly stop: () => void;
}

export interface SocketStats {
  readonly connections: number;
  readonly guests: number;
  readonly openRoutes: number;
  /** Visits that wait for their browsers to come back. */
  readonly away: number;
}

/** A dead connection is noticed within 25 s, well before its visit could be given up. */
const HEARTBEAT = { pingInterval: 15_000, pingTimeout: 10_000 };
/** How long a connection may take to greet, or to change from polling to a websocket. */
const HANDSHAKE_MS = 10_000;

export function createSockets(deps: SocketsDeps): Sockets {
  const { pages, clock, log } = deps;
  const limits = { ...socketLimits, ...deps.limits };
  const newSecret = (): string => randomBytes(16).toString('base64url');
  const conns = new Set<EdgeSocket['conn']>();
  let isStopping = false;

  const io = new Server<ClientToServer, ServerToClient, Record<string, never>, SocketData>({
    transports: ['polling', 'websocket'],
    allowRequest: (req, decide) => {
      deps.observe(req.headers);
      const refusal = refusalOf(req, deps);
      if (refusal !== undefined) log.info({ origin: req.headers.origin, host: req.headers.host }, 'socket.refused');
      decide(refusal, refusal === undefined);
    },
    maxHttpBufferSize: limits.messageBytes,
    perMessageDeflate: false,
    httpCompression: false,
    serveClient: false,
    connectTimeout: HANDSHAKE_MS,
    upgradeTimeout: HANDSHAKE_MS,
    ...HEARTBEAT,
  });

  const problems = createProblems(deps);
  const system = createSystem(deps);
  const guests = createGuests(limits, clock.now);
  const visits = createVisits({
    limits,
    newSecret,
    onBegin: system.visitBegan,
    onEnd: (visit, isLast) => void system.visitEnded(visit, isLast),
  });
  const watching = createWatching({ pages, visits, problems });
  const noteUse = createNoteUse(deps);
  const hello = (caller: Parameters<typeof helloTo>[0]) => helloTo(caller, deps);
  const revoke = createRevoke({
    ...deps,
    visits,
    problems,
    limits,
    reopen: createReopen({ pages, watching, limits }),
    greetAgain: ({ socket, caller }) => void socket?.emit('hello', hello(caller)),
  });
  pages.publishTo(createPublish({ watching, limits, to: (ids) => io.to(ids) }));
  deps.onPagesChange(() => {
    for (const { socket, caller } of visits.all()) socket?.emit('hello', hello(caller));
  });
  io.use(
    createGreet({
      identify: createIdentify(deps),
      guests,
      addressOf: deps.addressOf,
      isStopping: () => isStopping,
      problems,
    }),
  );
  io.on(
    'connection',
    createConnect({
      visits,
      routes: createRoutes({ pages, visits, watching, noteUse, limits, newSecret }),
      press: createPress({ ...deps, follow: createFollowRun(deps.waiters), noteUse, limits }),
      hello,
      problems,
      limits,
      clock,
      log,
    }),
  );

  return {
    attach: (server) => {
      io.attach(server);
      io.engine.on('connection', (conn: EdgeSocket['conn']) => {
        guardPackets(conn, clock.now);
        conns.add(conn);
        conn.once('close', () => conns.delete(conn));
      });
      revoke.start();
    },
    methods: createPushes({ visits, limits }),
    systemStart: system.environmentsStarted,
    stats: () => ({
      connections: io.of('/').sockets.size,
      guests: guests.count(),
      openRoutes: [...visits.all()].reduce((sum, { routes, phase }) => sum + (phase === 'here' ? routes.size : 0), 0),
      away: visits.away(),
    }),
    stop: () => {
      isStopping = true;
      revoke.stop();
      system.stop();
      visits.stop();
      conns.forEach(closeSurely);
      io.engine.close(); // not io.close(), which would close the HTTP server too
    },
  };
}
