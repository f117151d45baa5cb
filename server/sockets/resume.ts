/**
 * Taking up where a connection broke off. A resume token names a route of an earlier visit; only the same identity may
 * use it, for the same route, once. Then the new connection becomes that visit's, with its state and its runs, and is
 * told what changed since instead of the whole. Whoever does not fit gets the whole of what is theirs.
 */
import type { Tree } from '../views/page.ts';
import type { EdgeSocket, OpenRoute, RouteRequest } from './visit.ts';
import { rememberTree, type Visits } from './visits.ts';
import type { SocketLimits } from './limits.ts';

export interface ResumeDeps {
  readonly visits: Pick<Visits, 'takeRoute' | 'takeOver' | 'removeRoute'>;
  readonly limits: Pick<SocketLimits, 'recentTrees'>;
}

export interface Resumed {
  /** The trees that the browser may have of it, oldest first. */
  readonly trees: readonly Tree[];
}

export function createResume({ visits, limits }: ResumeDeps) {
  /** Undefined where there is nothing to resume. Afterwards `socket.data.visit` is the visit to go on with. */
  return function resume(socket: EdgeSocket, token: string, request: RouteRequest): Resumed | undefined {
    const route = visits.takeRoute(token);
    const newcomer = socket.data.visit;
    if (route === undefined || newcomer === undefined || !isHis(route, socket, request)) return undefined;
    const earlier = route.visit;
    rememberTree(route, limits.recentTrees);
    if (earlier !== newcomer) {
      if (newcomer.phase === 'new') {
        visits.takeOver(earlier, newcomer);
        earlier.ends.take().forEach((end) => socket.emit('ended', end));
      } else visits.removeRoute(route); // it has begun as a visit of its own: the tree is all it can take up
    }
    return { trees: route.recent };
  };
}

function isHis({ visit, request }: OpenRoute, { data }: EdgeSocket, asked: RouteRequest): boolean {
  return visit.caller.identity === data.caller.identity && isSameRequest(request, asked);
}

/** The tree that the browser has: the one it names, else the last one sent, which it compares with its own. */
export function treeAtHand({ trees }: Resumed, revision: number | undefined): Tree | undefined {
  return revision === undefined ? trees.at(-1) : trees.findLast((tree) => tree.revision === revision);
}

export function isSameRequest(a: RouteRequest, b: RouteRequest): boolean {
  const names = Object.keys(a.query);
  return (
    a.kind === b.kind &&
    a.path === b.path &&
    names.length === Object.keys(b.query).length &&
    names.every((name) => Object.hasOwn(b.query, name) && a.query[name] === b.query[name])
  );
}
