/**
 * Closing a connection for certain. A polite close waits for what is still to be sent and for the other side's answer,
 * and so for ever, or half a minute, on a client that reads nothing.
 */

/** Enough for a last word on any connection that is worth it, and well within the second that a revocation may take. */
const GRACE_MS = 500;

/** As much of engine.io's connection as is used; ending it for certain has no public way. */
interface Conn {
  readonly close: (discard?: boolean) => unknown;
  readonly transport: object;
}

export function closeSurely(conn: Conn): void {
  conn.close();
  setTimeout(() => {
    conn.close(true);
    const { socket } = conn.transport as { readonly socket?: { readonly terminate?: () => void } };
    socket?.terminate?.();
  }, GRACE_MS).unref();
}
