/** The open routes of one connection: frames find theirs by its name, and who opens the same twice shares it. */
import type { JsonObject } from '../../schemas/json.ts';
import type { OpenRequest } from '../../schemas/socket.ts';
import type { Outcome } from '../render/host.ts';
import type { Connection } from './connection.ts';
import type { Frame } from './follow.ts';
import { createPresses, type Presses } from './press.ts';
import { createRoute, type LiveRoute, type RouteSnapshot } from './route.ts';
import type { Readable } from './store.ts';

export interface OpenRoute extends Readable<RouteSnapshot> {
  /** Runs the listener behind a code of this route's tree, and waits for its end. */
  readonly run: (code: string, event: JsonObject) => Promise<Outcome>;
  readonly close: () => void;
}

export interface Routes {
  readonly open: (request: OpenRequest) => OpenRoute;
  readonly onLate: Presses['onLate'];
}

interface Entry {
  readonly route: LiveRoute;
  users: number;
}

export function createRoutes(connection: Connection): Routes {
  const entries = new Map<string, Entry>();
  const presses = createPresses(connection);
  const each = (what: (route: LiveRoute) => void) => {
    for (const { route } of [...entries.values()]) what(route);
  };
  const named = (name: string, what: (route: LiveRoute) => void) =>
    each((route) => {
      if (route.name() === name) what(route);
    });
  // While one is being opened its name is not known; it leaves aside what is not for it when it is.
  const take = (frame: Frame) =>
    each((route) => {
      if (route.isOpening() || route.name() === frame.route) route.take(frame);
    });

  let wasLive = false;
  const follow = () => {
    const isLive = connection.state.get().status === 'live';
    if (isLive === wasLive) return;
    wasLive = isLive;
    each((route) => (isLive ? route.connected() : route.lost()));
  };
  connection.state.subscribe(follow);
  connection.hello.subscribe(() => each((route) => route.again()));
  connection.on('patch', (patch) => take({ type: 'patch', ...patch }));
  connection.on('fresh', (fresh) => take({ type: 'fresh', ...fresh }));
  connection.on('gone', ({ route: name, problem }) => named(name, (route) => route.gone(problem)));

  /** Nobody looks any more. While the answer is out its name is not known, so closing waits for it. */
  const sweep = (id: string, entry: Entry) => {
    if (entry.users > 0 || entry.route.isOpening() || entries.get(id) !== entry) return;
    entries.delete(id);
    const name = entry.route.name();
    entry.route.stop();
    const isShared = [...entries.values()].some(({ route }) => route.name() === name);
    if (name !== undefined && !isShared) connection.close(name);
  };

  return {
    onLate: presses.onLate,
    open: (request) => {
      const id = idOf(request);
      const entry = entries.get(id) ?? createEntry(id, request);
      entry.users += 1;
      let isClosed = false;
      return {
        get: entry.route.get,
        subscribe: entry.route.subscribe,
        run: entry.route.run,
        close: () => {
          if (isClosed) return;
          isClosed = true;
          entry.users -= 1;
          sweep(id, entry);
        },
      };
    },
  };

  function createEntry(id: string, request: OpenRequest): Entry {
    const route = createRoute({ connection, presses, onOpened: () => sweep(id, entry) }, request);
    const entry: Entry = { route, users: 0 };
    entries.set(id, entry);
    if (connection.state.get().status === 'live') route.connected();
    return entry;
  }
}

function idOf({ kind = 'page', path, query = {} }: OpenRequest): string {
  return JSON.stringify([kind, path, Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
