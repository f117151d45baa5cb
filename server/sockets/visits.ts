/** The visits there are: made when a browser connects, kept while it is away, and ended for good. */
import { setMaxListeners } from 'node:events';
import type { Watcher } from '../views/page.ts';
import type { Caller } from './caller.ts';
import { closeSurely } from './closing.ts';
import { createEnds } from './ends.ts';
import type { SocketLimits } from './limits.ts';
import type { EdgeSocket, OpenRoute, Visit } from './visit.ts';

export interface VisitsDeps {
  readonly limits: Pick<SocketLimits, 'awayMs' | 'awayVisits' | 'beginAfterMs' | 'recentTrees'>;
  readonly newSecret: () => string;
  /** Runs the listeners of a visit's beginning; settles when they are on their way. */
  readonly onBegin: (visit: Visit) => Promise<void>;
  /** `isLast`: the user has no other visit in this environment. */
  readonly onEnd: (visit: Visit, isLast: boolean) => void;
}

export interface Visits {
  readonly create: (socket: EdgeSocket, caller: Caller) => Visit;
  readonly get: (id: string) => Visit | undefined;
  readonly all: () => Iterable<Visit>;
  readonly begin: (visit: Visit) => void;
  /** The connection is gone: trees stay, watchers do not. */
  readonly leave: (visit: Visit) => void;
  readonly end: (visit: Visit) => void;
  /** Gives an earlier visit the connection of a new one, which then never was. */
  readonly takeOver: (earlier: Visit, newcomer: Visit) => void;
  readonly addRoute: (route: OpenRoute) => void;
  readonly removeRoute: (route: OpenRoute) => void;
  /** The route of a resume token, once. Whether the caller may have it is for the caller to find out. */
  readonly takeRoute: (resume: string) => OpenRoute | undefined;
  readonly away: () => number;
  readonly stop: () => void;
}

export function createVisits({ limits, newSecret, onBegin, onEnd }: VisitsDeps): Visits {
  const visits = new Map<string, Visit>();
  const away = new Set<Visit>(); // in the order in which they left
  const routesByResume = new Map<string, OpenRoute>();
  let isStopping = false;

  function begin(visit: Visit): void {
    if (visit.phase !== 'new') return;
    clearTimeout(visit.timer);
    visit.phase = 'here';
    visit.begun = onBegin(visit);
  }

  function leave(visit: Visit): void {
    if (visit.phase === 'new' || isStopping) {
      forget(visit);
      return;
    }
    if (visit.phase !== 'here') return;
    visit.phase = 'away';
    visit.socket = undefined;
    for (const route of [...visit.routes.values()]) {
      if (route.watcher === undefined)
        removeRoute(route); // left over from the time before: it was not asked for again
      else rest(route, route.watcher, limits.recentTrees);
    }
    visit.timer = setTimeout(() => end(visit), limits.awayMs);
    away.add(visit);
    const [longest] = away;
    if (away.size > limits.awayVisits && longest !== undefined) end(longest);
  }

  function end(visit: Visit): void {
    const hasBegun = visit.phase === 'here' || visit.phase === 'away';
    forget(visit);
    if (hasBegun) onEnd(visit, !isUserHere(visit));
  }

  function forget(visit: Visit): void {
    clearTimeout(visit.timer);
    visit.phase = 'ended';
    visit.over.abort();
    visit.socket = undefined;
    visits.delete(visit.id);
    away.delete(visit);
    [...visit.routes.values()].forEach(removeRoute);
  }

  function removeRoute(route: OpenRoute): void {
    route.watcher?.close();
    route.watcher = undefined;
    routesByResume.delete(route.resume);
    if (route.visit.routes.get(route.name) === route) route.visit.routes.delete(route.name);
  }

  function isUserHere({ environmentId, caller }: Visit): boolean {
    const { userId } = caller.who;
    for (const other of visits.values()) {
      if (other.environmentId === environmentId && other.caller.who.userId === userId) return true;
    }
    return false;
  }

  return {
    create: (socket, caller) => {
      const visit: Visit = {
        id: `con_${newSecret()}`,
        environmentId: caller.who.environmentId,
        caller,
        phase: 'new',
        socket,
        state: {},
        routes: new Map(),
        opening: 0,
        followed: new Map(),
        ends: createEnds(),
        over: new AbortController(),
        timer: setTimeout(() => begin(visit), limits.beginAfterMs),
        begun: Promise.resolve(),
      };
      setMaxListeners(0, visit.over.signal);
      visits.set(visit.id, visit);
      return visit;
    },
    get: (id) => visits.get(id),
    all: () => visits.values(),
    begin,
    leave,
    end,
    takeOver: (earlier, newcomer) => {
      const { socket, caller } = newcomer;
      const before = earlier.socket;
      if (before !== undefined) before.data.visit = undefined;
      leave(earlier); // its connection may be dead without anybody having noticed
      if (before !== undefined) closeSurely(before.conn);
      clearTimeout(earlier.timer);
      away.delete(earlier);
      forget(newcomer);
      earlier.phase = 'here';
      earlier.socket = socket;
      earlier.caller = caller;
      if (socket !== undefined) socket.data.visit = earlier;
    },
    addRoute: (route) => {
      route.visit.routes.set(route.name, route);
      routesByResume.set(route.resume, route);
    },
    removeRoute,
    takeRoute: (resume) => {
      const route = routesByResume.get(resume);
      routesByResume.delete(resume);
      return route;
    },
    away: () => away.size,
    stop: () => {
      isStopping = true;
      [...visits.values()].forEach(forget);
    },
  };
}

/** Lets go of what watches, and keeps what was seen. */
function rest(route: OpenRoute, watcher: Watcher, recentTrees: number): void {
  rememberTree(route, recentTrees);
  watcher.close();
  route.watcher = undefined;
}

/** To be called whenever the watcher has, or had, a tree that was sent. */
export function rememberTree({ watcher, recent }: OpenRoute, recentTrees: number): void {
  if (watcher === undefined) return;
  const tree = watcher.tree();
  if (recent.at(-1)?.revision === tree.revision) return;
  recent.push(tree);
  if (recent.length > recentTrees) recent.shift();
}
