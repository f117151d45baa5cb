/** Watchers of live pages and the open routes they belong to. */
import { AppError } from '../lib/errors.ts';
import type { LivePages, Watcher } from '../views/page.ts';
import type { Problems } from './problems.ts';
import type { OpenRoute, RouteRequest, Visit } from './visit.ts';
import type { Visits } from './visits.ts';

export interface WatchingDeps {
  readonly pages: Pick<LivePages, 'open'>;
  readonly visits: Pick<Visits, 'removeRoute'>;
  readonly problems: Problems;
}

export interface Watching {
  /** The route that a watcher watches for; undefined before it is known, and after it was replaced. */
  readonly routeOf: (watcher: Watcher) => OpenRoute | undefined;
  /** A watcher of a page as the visit is now: with its present roles and state, whatever changed on the way. */
  readonly watch: (visit: Visit, request: RouteRequest) => Promise<Watched>;
  /** Ends a route from this side, and says why. */
  readonly end: (route: OpenRoute, error: unknown) => void;
}

export interface Watched {
  readonly watcher: Watcher;
  /** To be called once the browser knows the route: from then on it can be told of its end. */
  readonly belongTo: (route: OpenRoute) => void;
}

export function createWatching({ pages, visits, problems }: WatchingDeps): Watching {
  const routes = new WeakMap<Watcher, OpenRoute>();

  function routeOf(watcher: Watcher): OpenRoute | undefined {
    const route = routes.get(watcher);
    return route?.watcher === watcher ? route : undefined;
  }

  function end(route: OpenRoute, error: unknown): void {
    const { socket } = route.visit;
    visits.removeRoute(route);
    socket?.emit('gone', { route: route.name, problem: problems.problemFor(error) });
  }

  async function watch(visit: Visit, request: RouteRequest): Promise<Watched> {
    const { who } = visit.caller;
    const { state } = visit;
    const roles = String(who.roles);
    let opened: Watcher | undefined;
    let gone: { readonly error: unknown } | undefined;
    const onGone = (error: unknown): void => {
      gone = { error };
      const route = opened && routeOf(opened);
      if (route !== undefined) end(route, error);
    };
    visit.opening++;
    try {
      opened = await pages.open({ ...request, who, state }, { onGone });
    } finally {
      visit.opening--;
    }
    const watcher = opened;
    if (String(visit.caller.who.roles) !== roles) {
      // What it shows may depend on roles, and those of before may be more.
      watcher.close();
      return watch(visit, request);
    }
    if (visit.state !== state) watcher.setState(visit.state);
    return {
      watcher,
      belongTo: (route) => {
        route.watcher = watcher;
        route.roles = roles;
        routes.set(watcher, route);
        if (gone !== undefined) end(route, gone.error);
      },
    };
  }

  return { routeOf, end, watch };
}

export function notYours(): AppError {
  return new AppError('forbidden', { detail: 'This page is not open to your roles any more.' });
}
