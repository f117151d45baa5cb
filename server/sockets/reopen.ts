/** Watching a route anew for somebody whose roles changed: what it shows may depend on them, or be closed to them now. */
import type { LivePages } from '../views/page.ts';
import type { SocketLimits } from './limits.ts';
import type { OpenRoute } from './visit.ts';
import { rememberTree } from './visits.ts';
import { notYours, type Watching } from './watching.ts';

export interface ReopenDeps {
  readonly pages: Pick<LivePages, 'patchBetween'>;
  readonly watching: Watching;
  readonly limits: Pick<SocketLimits, 'recentTrees'>;
}

/** Never rejects: a route that cannot be watched any more is ended. */
export function createReopen({ pages, watching, limits }: ReopenDeps) {
  return async function reopen(route: OpenRoute): Promise<void> {
    const { visit, watcher: before, name } = route;
    if (before === undefined) return;
    try {
      if (!before.isOpenTo(visit.caller.who)) throw notYours();
      const { watcher, belongTo } = await watching.watch(visit, route.request);
      if (route.watcher !== before) {
        watcher.close();
        return;
      }
      rememberTree(route, limits.recentTrees);
      const had = before.tree();
      const { revision, ui } = watcher.tree();
      before.close();
      if (had.revision !== revision) {
        const ops = pages.patchBetween(had, watcher.tree());
        if (ops === undefined) visit.socket?.emit('fresh', { route: name, revision, ui });
        else visit.socket?.emit('patch', { route: name, base: had.revision, revision, ops });
      }
      belongTo(route);
    } catch (error) {
      if (route.watcher === before) watching.end(route, error);
    }
  };
}
