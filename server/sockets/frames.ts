/**
 * Sends frames: one emission for all browsers that see the same change, encoded once whatever their number (the
 * in-memory adapter encodes a broadcast's packet, and its websocket frame, before it goes through the rooms; a socket's
 * own id is a room). A browser whose transport has a backlog is left out and given back: it gets the newest state later.
 */
import type { ServerToClient } from '../schemas/socket.ts';
import type { Frame, Publish } from '../views/page.ts';
import { isBehind } from './backlog.ts';
import type { SocketLimits } from './limits.ts';
import type { Watching } from './watching.ts';
import { rememberTree } from './visits.ts';

export interface FramesDeps {
  readonly watching: Pick<Watching, 'routeOf'>;
  readonly limits: Pick<SocketLimits, 'backlogPackets' | 'backlogBytes' | 'recentTrees'>;
  /** One packet to these sockets. */
  readonly to: (socketIds: string[]) => {
    readonly emit: <E extends 'patch' | 'fresh'>(event: E, ...message: Parameters<ServerToClient[E]>) => unknown;
  };
}

export function createPublish({ watching, limits, to }: FramesDeps): Publish {
  return (frame, watchers) => {
    const ids: string[] = [];
    const late = watchers.filter((watcher) => {
      const route = watching.routeOf(watcher);
      const socket = route?.visit.socket;
      // One without a route is about to be told its first tree; one without a socket is about to be closed.
      if (route === undefined || socket === undefined || isBehind(socket.conn, limits)) return true;
      rememberTree(route, limits.recentTrees);
      ids.push(socket.id);
      return false;
    });
    if (ids.length > 0) send(ids, frame);
    return late;
  };

  function send(ids: string[], frame: Frame): void {
    const { route, revision } = frame;
    if (frame.type === 'patch') to(ids).emit('patch', { route, base: frame.base, revision, ops: frame.ops });
    else to(ids).emit('fresh', { route, revision, ui: frame.ui });
  }
}
