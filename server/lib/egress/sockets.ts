/**
 * Tells an exchange which socket carries it and how long that socket took to make. undici says so only on its
 * diagnostics channel; it writes a request and publishes the socket in one go, so what was announced last is meant.
 */
import diagnostics from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import type { ConnectTimings } from './connect.ts';
import type { SocketWatch } from './exchange.ts';

const CHANNEL = 'undici:client:sendHeaders';

export interface SocketLedger extends SocketWatch {
  readonly remember: (socket: Socket, timings: ConnectTimings) => void;
  readonly close: () => void;
}

export function createSocketLedger(): SocketLedger {
  const made = new WeakMap<Socket, ConnectTimings>();
  let waiting: ((socket: Socket, fresh: ConnectTimings | undefined) => void) | undefined;

  function onWrite(message: unknown): void {
    const tell = waiting;
    waiting = undefined;
    if (tell === undefined || typeof message !== 'object' || message === null || !('socket' in message)) return;
    const { socket } = message;
    if (!(socket instanceof Socket)) return;
    tell(socket, made.get(socket));
    made.delete(socket); // only the first request on a socket waited for it
  }

  diagnostics.subscribe(CHANNEL, onWrite);
  return {
    onNextWrite: (tell) => void (waiting = tell),
    remember: (socket, timings) => void made.set(socket, timings),
    close: () => void diagnostics.unsubscribe(CHANNEL, onWrite),
  };
}
