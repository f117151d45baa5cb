/**
 * Live views: opens routes for those who may, keeps what is open up to date, and sends each change once for all who see
 * the same. The parts: routes/ (which view), finds/ and queries/ (its data), compose/ (its tree), open/ (who watches).
 */
import { codeTable } from './compose/built.ts';
import { createCells, type Cell } from './compose/cells.ts';
import { createCodes } from './compose/codes.ts';
import { createComposer } from './compose/compose.ts';
import { createJsonOutliner } from './compose/json.ts';
import { createPageOutliner } from './compose/page.ts';
import { lookingWith } from './compose/seenMemo.ts';
import { GRACE_MS } from './open/goneCodes.ts';
import { createOpenPage, type OpenPage } from './open/openPage.ts';
import type { Seat } from './open/seat.ts';
import { createSender } from './open/send.ts';
import { createTrees } from './open/trees.ts';
import type { PageRequest, Publish, Watcher } from './page.ts';
import type { LivePagesDeps, LivePagesService } from './ports.ts';
import { createQueries } from './queries/pool.ts';
import { isMatched, isOpenTo, matchRoute, type Matched } from './routes/match.ts';
import { compileRoutes, type CompiledRoute } from './routes/table.ts';
import type { JsonObject } from '../schemas/json.ts';
import type { Who } from '../schemas/user.ts';
import { createTold } from './told.ts';

const SWEEP_MS = 10_000;
const MAX_EARLIER = 20;

export function createLivePages(deps: LivePagesDeps): LivePagesService {
  const { code, clock, log, isDevelopment, components } = deps;
  const pages = new Map<string, OpenPage>();
  const told = createTold(log);
  const trees = createTrees();
  const queries = createQueries(deps);
  const cells = createCells({ render: code.render, now: clock.now, log });
  const codeOf = createCodes(deps.secret);
  const outline = {
    page: createPageOutliner({ components, codeOf, tell: told.tell }),
    json: createJsonOutliner({ codeOf }),
  };
  const compose = createComposer({ code, queries, cells, outline, isDevelopment, log });
  const edge: { publish: Publish } = { publish: () => [] };
  const send = createSender({ trees, publish: (frame, watchers) => edge.publish(frame, watchers) });
  let routes = compileRoutes(code.manifest());
  const endings: (() => void)[] = [];

  function pageFor(request: PageRequest): OpenPage {
    const matched = matchRoute(routes.table, request, request.who);
    const { kind, who } = request;
    const name = nameOf(request, matched);
    const key = `${String(who.environmentId)}|${matched.route.signature}|${name}`;
    const known = pages.get(key);
    if (known !== undefined) return known;
    const { environmentId } = who;
    const page = createOpenPage({ key, name, kind, environmentId, matched, compose, trees, send, clock });
    pages.set(key, page);
    return page;
  }

  function leave(seat: Seat): void {
    seat.page.leave(seat);
    closeIfEmpty(seat.page);
  }

  function closeIfEmpty(page: OpenPage): void {
    if (!page.isEmpty()) return;
    page.close();
    if (pages.get(page.key) === page) pages.delete(page.key);
  }

  function createSeat(request: PageRequest, onGone: (error: unknown) => void): Seat {
    const page = pageFor(request);
    const looking = lookingAt(request, page.matched);
    let isClosed = false;
    const watcher: Watcher = {
      get route() {
        return seat.page.name;
      },
      get title() {
        return routeOf(seat).title ?? null;
      },
      tree: () => seat.tree!,
      listenerOf: (wanted) => listenerOf(seat, wanted),
      isOpenTo: (who) => isOpenTo(routeOf(seat), who),
      setState: (state) => {
        if (!isClosed) setState(seat, state);
      },
      close: () => {
        if (!isClosed) leave(seat);
        isClosed = true;
      },
    };
    const seat: Seat = {
      request: { ...request },
      watcher,
      onGone: (error) => {
        isClosed = true;
        onGone(error);
      },
      page,
      looking,
      tree: undefined,
      shown: undefined,
      seenAs: looking,
      earlier: [],
    };
    return seat;
  }

  function setState(seat: Seat, state: JsonObject): void {
    const looking = lookingAt({ ...seat.request, state }, seat.page.matched);
    if (looking.texts.state === seat.looking.texts.state) return;
    const nowMs = clock.now();
    const earlier = seat.earlier.filter(({ untilMs }) => untilMs > nowMs).slice(-MAX_EARLIER + 1);
    seat.earlier = [...earlier, { looking: seat.looking, untilMs: nowMs + GRACE_MS }];
    seat.page.leave(seat);
    seat.request = { ...seat.request, state };
    seat.looking = looking;
    seat.page.join(seat);
    seat.page.refresh(seat);
  }

  /** The code changed: what is open is made anew, what there is no route for any more is closed. */
  function reload(): void {
    cells.clear();
    told.clear();
    routes = compileRoutes(code.manifest());
    const before = [...pages.values()];
    for (const page of before) for (const seat of [...page.seats()]) reseat(seat);
    for (const page of before) closeIfEmpty(page);
    for (const page of pages.values()) page.mark();
  }

  function reseat(seat: Seat): void {
    let page: OpenPage;
    try {
      page = pageFor(seat.request);
    } catch (error) {
      seat.page.leave(seat);
      seat.onGone(error);
      return;
    }
    if (page === seat.page) return;
    seat.page.leave(seat);
    seat.page = page;
    seat.looking = lookingAt(seat.request, page.matched);
    page.join(seat);
  }

  function sweep(): void {
    const shown = new Set<Cell>();
    for (const page of pages.values()) for (const one of page.shown()) for (const cell of one.cells) shown.add(cell);
    cells.sweep((cell) => shown.has(cell));
  }

  function listenerOf(seat: Seat, wanted: string) {
    const { shown, page, looking, earlier } = seat;
    const lookings = [looking, ...earlier.filter(({ untilMs }) => untilMs > clock.now()).map((one) => one.looking)];
    const coded = (shown && codeTable(shown.built).get(wanted)) ?? page.gone.find(wanted, lookings);
    return coded === undefined ? undefined : { name: coded.name, props: coded.props };
  }

  return {
    async open(request, { onGone }) {
      const opening: { error?: unknown } = {};
      let tell = (error: unknown): void => void (opening.error = error);
      const seat = createSeat(request, (error) => tell(error));
      seat.page.join(seat);
      // A reload may move it to another page meanwhile, or leave none.
      while (seat.shown === undefined) {
        const { page } = seat;
        await page.ready(seat);
        if (opening.error !== undefined) throw opening.error as Error;
        if (page === seat.page) seat.shown = page.shownTo(seat);
      }
      seat.tree = seat.shown.tree;
      tell = onGone;
      return seat.watcher;
    },
    patchBetween: (before, now) => trees.patchBetween(before, now),
    routesFor: (who) => ({ page: pathsFor(routes.table.page, who), json: pathsFor(routes.table.json, who) }),
    titlesFor: (who) => titlesFor(routes.table.page, who),
    isRoute: (kind, path) => isMatched(routes.table, kind, path),
    problems: () => [...code.problems(), ...routes.problems, ...told.sentences()],
    publishTo: (publish) => {
      edge.publish = publish;
    },
    start() {
      routes = compileRoutes(code.manifest());
      queries.start();
      const timer = setInterval(sweep, SWEEP_MS);
      timer.unref();
      endings.push(code.onChange(reload), () => clearInterval(timer));
    },
    stop() {
      for (const end of endings.splice(0)) end();
      for (const page of pages.values()) page.close();
      pages.clear();
      queries.stop();
      edge.publish = () => [];
    },
  };
}

function routeOf({ page }: Seat) {
  return page.matched.route.route;
}

function lookingAt({ who, state }: Pick<PageRequest, 'who' | 'state'>, { path, params, query }: Matched) {
  return lookingWith({ me: who.userId, roles: [...who.roles].sort(), path, params, query, state });
}

/** The same for the same page, however its query was written. */
function nameOf({ kind, query }: PageRequest, { path }: Matched): string {
  const members = new URLSearchParams(Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1))).toString();
  return `${kind}:${path}${members === '' ? '' : `?${members}`}`;
}

function pathsFor(routes: readonly CompiledRoute[], who: Who): readonly string[] {
  return [...new Set(routes.filter(({ route }) => isOpenTo(route, who)).map(({ route }) => route.path))];
}

/** The first of a path counts, as it does when the path is opened. */
function titlesFor(routes: readonly CompiledRoute[], who: Who): Readonly<Record<string, string>> {
  const own = routes.filter(({ route }) => isOpenTo(route, who)).toReversed();
  return Object.fromEntries(own.flatMap(({ route: { path, title } }) => (title === undefined ? [] : [[path, title]])));
}
