/**
 * What may come over a connection, looked at before Socket.io does: one greeting, then events, all of the one namespace
 * and all text. Everything else of the protocol (binary parts, acknowledgements, other namespaces) is never used by our
 * clients, and has been where attacks begin; it closes the connection.
 */
import { createMeter } from './meter.ts';

/** As much of engine.io's connection as is looked at. */
export interface Inlet {
  readonly on: (
    event: 'packet',
    heard: (packet: { readonly type: string; readonly data?: unknown }) => void,
  ) => unknown;
  readonly close: (discard?: boolean) => unknown;
}

const GREETING = '0';
const GOODBYE = '1';
const EVENT = '2';

/** Of packets of any kind. Messages are counted more strictly, after this, where a client can still be told so. */
const PACKETS = { perSecond: 200, burst: 2_000, debt: 0 };

export function guardPackets(conn: Inlet, now: () => number): void {
  const count = createMeter({ ...PACKETS, now });
  let hasGreeted = false;
  conn.on('packet', ({ type, data }) => {
    if (count() === 'fine' && (type !== 'message' || isWelcome(data, hasGreeted))) {
      if (type === 'message') hasGreeted = true;
    } else conn.close(true);
  });
}

/** The character after the packet's type is where a namespace of another name would begin, or a count of binary parts. */
export function isWelcome(data: unknown, hasGreeted: boolean): boolean {
  if (typeof data !== 'string' || data[1] === '/') return false;
  return hasGreeted ? data.startsWith(EVENT) || data === GOODBYE : data.startsWith(GREETING);
}
