/** Live pages in memory: what the edge is told, without views. Each page is an object of members; a change is a patch. */
import { AppError } from '../../server/lib/errors.ts';
import type { Json, JsonObject } from '../../server/schemas/json.ts';
import type { PatchOp } from '../../server/schemas/socket.ts';
import type { Who } from '../../server/schemas/user.ts';
import type { Frame, LivePages, PageRequest, Publish, Tree, Watcher } from '../../server/views/page.ts';

interface FakePage {
  readonly roles: readonly string[];
  tree: { readonly revision: number; readonly ui: JsonObject };
  /** What its buttons stand for. */
  readonly listeners: Readonly<Record<string, { readonly name: string; readonly props: JsonObject }>>;
}

interface FakeWatcher extends Watcher {
  readonly page: FakePage;
  seen: Tree;
  state: JsonObject;
  readonly request: PageRequest;
  readonly gone: (error: unknown) => void;
}

export function aLivePages() {
  const pages = new Map<string, FakePage>();
  const watchers = new Set<FakeWatcher>();
  let publish: Publish = (_frame, given) => given;
  let revision = 0;

  const add = (
    path: string,
    ui: JsonObject,
    { roles = ['guest'], listeners = {} }: Partial<Pick<FakePage, 'roles' | 'listeners'>> = {},
  ): void => void pages.set(path, { roles, listeners, tree: { revision: ++revision, ui } });

  const isOpen = ({ roles }: FakePage, who: Who): boolean => who.roles.some((role) => roles.includes(role));

  const live: LivePages = {
    open: async (request, { onGone }) => {
      await Promise.resolve();
      const page = pages.get(request.path);
      if (page === undefined) throw new AppError('not_found', { detail: 'There is no such page.' });
      if (!isOpen(page, request.who)) throw new AppError('forbidden', { detail: 'Not with these roles.' });
      const watcher: FakeWatcher = {
        page,
        request,
        seen: page.tree,
        state: request.state,
        gone: onGone,
        route: `${request.kind}:${request.path}`,
        title: null,
        tree: () => watcher.seen,
        listenerOf: (code) => (Object.hasOwn(page.listeners, code) ? page.listeners[code] : undefined),
        isOpenTo: (who) => isOpen(page, who),
        setState: (state) => {
          watcher.state = state;
        },
        close: () => void watchers.delete(watcher),
      };
      watchers.add(watcher);
      return watcher;
    },
    patchBetween: (before, now) => opsBetween(before, now),
    routesFor: (who) => ({ page: [...pages].filter(([, page]) => isOpen(page, who)).map(([path]) => path), json: [] }),
    titlesFor: (who) =>
      Object.fromEntries([...pages].flatMap(([path, page]) => (isOpen(page, who) ? [[path, `Page ${path}`]] : []))),
    isRoute: (kind, path) => kind === 'page' && pages.has(path),
    problems: () => [],
    publishTo: (given) => {
      publish = given;
    },
  };

  /** Sends everybody the newest state; answers how many could not take it. */
  function flush(): number {
    let late = 0;
    for (const seen of new Set([...watchers].map((watcher) => watcher.seen))) {
      const group = [...watchers].filter((watcher) => watcher.seen === seen);
      const { tree } = group[0]!.page;
      if (tree === seen) continue;
      const ops = opsBetween(seen, tree);
      const frame: Frame = { type: 'patch', route: group[0]!.route, base: seen.revision, revision: tree.revision, ops };
      const back = publish(frame, group);
      late += back.length;
      for (const watcher of group) if (!back.includes(watcher)) watcher.seen = tree;
    }
    return late;
  }

  return {
    live,
    add,
    watchers: () => [...watchers],
    /** Changes members of a page, and tells. */
    change: (path: string, members: JsonObject): number => {
      const page = pages.get(path)!;
      page.tree = { revision: ++revision, ui: { ...page.tree.ui, ...members } };
      return flush();
    },
    flush,
    ui: (path: string): JsonObject => pages.get(path)!.tree.ui,
    gone: (path: string, error: unknown) => {
      for (const watcher of watchers) if (watcher.request.path === path) watcher.gone(error);
    },
  };
}

function opsBetween(before: Tree, now: Tree): PatchOp[] {
  const had = before.ui as JsonObject;
  return Object.entries(now.ui as JsonObject)
    .filter(([name, value]) => had[name] !== value)
    .map(([name, value]) => ({ op: 'add', path: `/${name}`, value }));
}

/** What a client does with the operations of the fake. */
export function applied(ui: Json, ops: readonly PatchOp[]): Json {
  const members = ops.flatMap((op) => (op.op === 'remove' ? [] : [[op.path.slice(1), op.value] as const]));
  return { ...(ui as JsonObject), ...Object.fromEntries(members) };
}
