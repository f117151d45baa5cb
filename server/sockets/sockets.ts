/** The edge where browsers stay connected: Socket.io in, plain calls out. */
import type { Server } from 'node:http';
import type { HostMethod } from '../runs/host.ts';
import type { SocketsDeps } from './ports.ts';

export interface Sockets {
  /** Answers at `/socket.io` of this server. */
  readonly attach: (server: Server) => void;
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

export type CreateSockets = (deps: SocketsDeps) => Sockets;
