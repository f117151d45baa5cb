/** Opens the front door, and closes it to newcomers. */
import type { Server } from 'node:http';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
}

/** Gives the URL at which this machine reaches the server. */
export async function listen(server: Server, { host, port }: ListenOptions): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  const isEverywhereOrHere = ['127.0.0.1', '::1', '0.0.0.0', '::', 'localhost', ''].includes(host);
  const name = isEverywhereOrHere ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${actual}`;
}

/** Takes no more connections; those that are open end with the answer they are waiting for. */
export function stopAccepting(server: Server): void {
  server.close();
  server.closeIdleConnections();
}
