/** Listens: on a Unix socket that only this user may open, or on a loopback port where there are none. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createConnection, type ConnectionDeps } from './connection.ts';

export interface ListenOptions extends Pick<ConnectionDeps, 'user' | 'run' | 'onInternalError' | 'halfMessageMs'> {
  /** A path, or a port on 127.0.0.1 (0: any). */
  readonly at: { readonly path: string } | { readonly port: number };
}

export interface Listener {
  /** The port, when it is one. */
  readonly port: number | undefined;
  readonly close: () => Promise<void>;
}

export async function listen({ at, ...deps }: ListenOptions): Promise<Listener> {
  const sockets = new Set<Socket>();
  let lastId = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    createConnection({ ...deps, socket, id: ++lastId });
  });
  // Whoever holds the file's lock owns the socket: one that is there is left over from a crash.
  if ('path' in at) rmSync(at.path, { force: true });
  await opened(server, at);
  if ('path' in at) chmodSync(at.path, 0o600);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : undefined,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function opened(server: Server, at: ListenOptions['at']): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen('path' in at ? { path: at.path } : { port: at.port, host: '127.0.0.1' }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
