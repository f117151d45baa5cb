/**
 * Opening and closing routes. The answer to `open` is written in the same breath in which the watcher becomes known, so
 * that no frame can reach a browser before the tree it leads from.
 */
import { AppError } from '../lib/errors.ts';
import { createParser } from '../lib/schema.ts';
import { CloseRequest, OpenRequest, type OpenAnswer } from '../schemas/socket.ts';
import type { LivePages, Tree } from '../views/page.ts';
import type { SocketLimits } from './limits.ts';
import { createResume, isSameRequest, treeAtHand } from './resume.ts';
import type { NoteUse } from './use.ts';
import type { EdgeSocket, OpenRoute, RouteRequest, Visit } from './visit.ts';
import { rememberTree, type Visits } from './visits.ts';
import type { Watching } from './watching.ts';

export interface RoutesDeps {
  readonly pages: Pick<LivePages, 'patchBetween'>;
  readonly visits: Visits;
  readonly watching: Watching;
  readonly noteUse: NoteUse;
  readonly limits: Pick<SocketLimits, 'openRoutes' | 'recentTrees'>;
  /** 128 bits of chance. */
  readonly newSecret: () => string;
}

export function createRoutes({ pages, visits, watching, noteUse, limits, newSecret }: RoutesDeps) {
  const parseOpen = createParser(OpenRequest, 'body');
  const parseClose = createParser(CloseRequest, 'body');
  const resume = createResume({ visits, limits });

  async function open(socket: EdgeSocket, input: unknown, answer: (answer: OpenAnswer) => void): Promise<void> {
    const { kind = 'page', path, query = {}, resume: token, revision } = parseOpen(input);
    const request: RouteRequest = { kind, path, query };
    const resumed = token === undefined ? undefined : resume(socket, token, request);
    const { visit } = socket.data;
    if (visit === undefined) return;
    visits.begin(visit);
    if (token === undefined) noteUse(socket); // else it comes back by itself
    requireRoom(visit, request);
    const { watcher, belongTo } = await watching.watch(visit, request);
    if (socket.data.visit !== visit || !socket.connected) {
      watcher.close();
      return;
    }
    const before = visit.routes.get(watcher.route);
    if (before !== undefined) visits.removeRoute(before);
    const route: OpenRoute = {
      visit,
      name: watcher.route,
      request,
      key: newSecret(),
      resume: newSecret(),
      watcher,
      roles: '',
      recent: [],
    };
    visits.addRoute(route);
    rememberTree(route, limits.recentTrees);
    answer({
      ok: true,
      route: route.name,
      revision: watcher.tree().revision,
      key: route.key,
      resume: route.resume,
      title: watcher.title,
      ...contentOf(resumed && treeAtHand(resumed, revision), watcher.tree()),
    });
    belongTo(route);
  }

  /** The short way from what the browser has, where there is one. */
  function contentOf(had: Tree | undefined, now: Tree) {
    const ops = had === undefined ? undefined : opsBetween(had, now);
    return had === undefined || ops === undefined ? { ui: now.ui } : { base: had.revision, ops };
  }

  function opsBetween(had: Tree, now: Tree) {
    return had.revision === now.revision ? [] : pages.patchBetween(had, now);
  }

  /** A route that is opened again, for a repair or a new start, counts once. */
  function requireRoom({ routes, opening }: Visit, request: RouteRequest): void {
    const others = [...routes.values()].filter(
      (route) => route.watcher !== undefined && !isSameRequest(route.request, request),
    );
    if (others.length + opening < limits.openRoutes) return;
    throw new AppError('rate_limited', {
      detail: `A connection may have ${limits.openRoutes} routes open. Close one first.`,
    });
  }

  return {
    open,

    close: (socket: EdgeSocket, input: unknown): void => {
      const { route: name } = parseClose(input);
      const route = socket.data.visit?.routes.get(name);
      if (route !== undefined) visits.removeRoute(route);
    },
  };
}

export type Routes = ReturnType<typeof createRoutes>;
