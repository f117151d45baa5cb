/**
 * Sessions end when nobody uses them. A tab that is merely open, and comes back by itself after a lost connection, is no
 * use; what a person opens and presses is.
 */
import type { Logger } from '../lib/log.ts';
import type { SocketsDeps } from './ports.ts';
import type { EdgeSocket } from './visit.ts';

export type NoteUse = (socket: EdgeSocket) => void;

/** Sessions themselves note it once a minute. */
const EVERY_MS = 30_000;

export function createNoteUse({
  sessions,
  clock,
  log,
}: Pick<SocketsDeps, 'sessions' | 'clock'> & { log: Logger }): NoteUse {
  const notedMs = new WeakMap<EdgeSocket, number>();
  return (socket) => {
    const { sessionId, who } = socket.data.caller;
    const nowMs = clock.now();
    if (sessionId === null || nowMs - (notedMs.get(socket) ?? -Infinity) < EVERY_MS) return;
    notedMs.set(socket, nowMs);
    sessions.identify(socket.request.headers.cookie, who.environmentId).catch((error: unknown) => {
      log.warn({ err: error, sessionId }, 'session.not_touched');
    });
  };
}
