/** How much waits for a slow client, as far as the transport tells. */
import type { SocketLimits } from './limits.ts';

/** As much of engine.io's connection as is looked at; it has no public way of telling. */
interface Outlet {
  readonly writeBuffer: readonly { readonly data?: unknown }[];
  /** A websocket counts what the operating system has not taken from it yet; long polling has no such thing. */
  readonly transport: { readonly socket?: { readonly bufferedAmount?: unknown } };
}

type Bounds = Pick<SocketLimits, 'backlogPackets' | 'backlogBytes'>;

/** Whether it is better to wait and send the newest state than to add to what waits already. */
export function isBehind(conn: object, { backlogPackets, backlogBytes }: Bounds): boolean {
  const { writeBuffer, transport } = conn as Outlet;
  if (writeBuffer.length >= backlogPackets) return true;
  const buffered = transport.socket?.bufferedAmount;
  let bytes = typeof buffered === 'number' ? buffered : 0;
  for (const { data } of writeBuffer) if (typeof data === 'string') bytes += data.length;
  return bytes > backlogBytes;
}
