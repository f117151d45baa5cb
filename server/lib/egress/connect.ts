/**
 * Makes the sockets that undici sends on. The lookup, the check of its answers and the check of the address really
 * reached all happen here, for every new socket; a kept socket still ends where it was checked.
 */
import net from 'node:net';
import tls from 'node:tls';
import type { buildConnector } from 'undici';
import { EgressError, type EgressTimings } from './errors.ts';
import { blocked, type Guard, type ResolvedAddress } from './guard.ts';
import { bareHostname } from './target.ts';
import { egressErrorOf } from './translate.ts';

export interface Destination {
  readonly hostname: string;
  readonly port: number;
  /** Checked already; to be tried in this order. */
  readonly addresses: readonly ResolvedAddress[];
}
/** Opens a TCP connection to one of the addresses. Nothing may be written before the caller has looked at it. */
export type Connect = (destination: Destination, signal: AbortSignal) => Promise<net.Socket>;
export type ConnectTimings = Pick<EgressTimings, 'dnsMs' | 'connectMs' | 'tlsMs'>;

export interface ConnectorDeps {
  readonly guard: Guard;
  readonly connect: Connect;
  readonly connectTimeoutMs: number;
  /** Certificate authorities to trust beside the usual ones, in PEM. */
  readonly ca: readonly string[];
  readonly onConnected: (socket: net.Socket, timings: ConnectTimings) => void;
}

export function createConnector(deps: ConnectorDeps): buildConnector.connector {
  return (options, callback) => {
    openSocket(deps, options).then(
      (socket) => callback(null, socket),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

async function openSocket(deps: ConnectorDeps, options: buildConnector.Options): Promise<net.Socket> {
  const { guard, connect, connectTimeoutMs, ca, onConnected } = deps;
  const hostname = bareHostname(options.hostname);
  const isSecure = options.protocol === 'https:';
  const port = Number(options.port) || (isSecure ? 443 : 80);
  const signal = AbortSignal.timeout(connectTimeoutMs);
  const timings = { dnsMs: null as number | null, connectMs: null as number | null, tlsMs: null as number | null };
  let socket: net.Socket | undefined;
  try {
    let mark = performance.now();
    const addresses = await addressesOf(guard, hostname, port);
    if (net.isIP(hostname) === 0) timings.dnsMs = performance.now() - mark;

    mark = performance.now();
    socket = await connect({ hostname, port, addresses }, signal);
    timings.connectMs = performance.now() - mark;
    if (!guard.isFit(socket.remoteAddress ?? '', hostname)) throw blocked(hostname);

    if (isSecure) {
      mark = performance.now();
      socket = await secure(socket, hostname, ca, signal);
      timings.tlsMs = performance.now() - mark;
    }
    onConnected(socket, timings);
    return socket;
  } catch (error) {
    socket?.destroy();
    const { code, message } = egressErrorOf(error);
    throw new EgressError(code, message, { cause: error, timings: { ...timings, firstByteMs: null, totalMs: 0 } });
  }
}

async function addressesOf(guard: Guard, hostname: string, port: number): Promise<readonly ResolvedAddress[]> {
  const family = net.isIP(hostname);
  // Node looks no literal up, so none would be seen by a check that sits in the lookup alone.
  if (family !== 0 && !guard.isFit(hostname, hostname)) throw blocked(hostname);
  return family !== 0 ? [{ address: hostname, family }] : guard.resolveAll(hostname, port);
}

/** The real connection: tries the addresses in turn, alternating families, until one answers (RFC 8305). */
export const connectTcp: Connect = ({ hostname, port, addresses }, signal) =>
  new Promise((resolve, reject) => {
    const socket = net.connect({
      host: hostname,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: 500,
      // Node's own lookup never runs: the answer is the one that was checked.
      lookup: (_hostname, _options, answer) => {
        answer(null, [...addresses]);
      },
    });
    settleOn(socket, 'connect', signal, resolve, reject);
  });

function secure(socket: net.Socket, hostname: string, ca: readonly string[], signal: AbortSignal): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const secured = tls.connect({
      socket,
      ...(net.isIP(hostname) === 0 ? { servername: hostname } : {}),
      host: hostname,
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.2',
      // Said aloud, so that no environment variable can switch it off.
      rejectUnauthorized: true,
      ...(ca.length > 0 ? { ca: [...tls.rootCertificates, ...ca] } : {}),
    });
    settleOn(secured, 'secureConnect', signal, resolve, (error) =>
      reject(
        error instanceof EgressError
          ? error
          : new EgressError('tls_failed', tlsMessage(hostname, error), { cause: error }),
      ),
    );
  });
}

function tlsMessage(hostname: string, error: Error): string {
  return `No trusted connection to ${hostname}: ${error.message}`;
}

/** Resolves at the event, rejects at an error or when time is up; leaves no handler behind. */
function settleOn(
  socket: net.Socket,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
  resolve: (socket: net.Socket) => void,
  reject: (error: Error) => void,
): void {
  const onTimeout = (): void => {
    settle();
    socket.destroy();
    reject(new EgressError('timeout', 'No connection was made in time'));
  };
  const onError = (error: Error): void => {
    settle();
    socket.destroy();
    reject(error);
  };
  const onDone = (): void => {
    settle();
    resolve(socket);
  };
  const settle = (): void => {
    signal.removeEventListener('abort', onTimeout);
    socket.off('error', onError).off(event, onDone);
    socket.on('error', ignore);
  };
  if (signal.aborted) {
    onTimeout();
    return;
  }
  signal.addEventListener('abort', onTimeout);
  socket.once('error', onError).once(event, onDone);
}

/** Between two owners a socket may fail; the next one sees it destroyed. */
function ignore(): void {
  // Nothing to do.
}
