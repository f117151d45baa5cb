/**
 * Which page is on the screen while one goes to another: the old one stays, dimmed, until the new one is there. Only
 * where there is no old one, a skeleton is shown after a while. Paused, the page stays as it is: what changes is kept
 * ready, and shown when it goes on. Who goes to another page while paused gets that page as it is then.
 */
import type { JsonObject } from '../../schemas/json.ts';
import type { Outcome } from '../render/host.ts';
import type { OpenRoute, Routes } from './routes.ts';
import type { RouteSnapshot } from './route.ts';
import { createStore, type Readable } from './store.ts';

export interface PageState {
  readonly path: string;
  /** With its `?`, or empty. */
  readonly search: string;
  readonly snapshot: RouteSnapshot;
  /** `dim`: the person is on the way to another page. `skeleton`: nothing of it is there yet. */
  readonly wait: 'none' | 'dim' | 'skeleton';
}

export interface PageFlow extends Readable<PageState | undefined> {
  readonly go: (path: string, search: string) => void;
  readonly isPaused: Readable<boolean>;
  readonly pause: (isPaused: boolean) => void;
  /** Runs a listener of the page that is shown. */
  readonly run: (code: string, event: JsonObject) => Promise<Outcome>;
  readonly stop: () => void;
}

interface Stop {
  readonly path: string;
  readonly search: string;
  readonly route: OpenRoute;
  readonly unsubscribe: () => void;
}

const SKELETON_AFTER_MS = 200;

export function createPageFlow(routes: Pick<Routes, 'open'>): PageFlow {
  const store = createStore<PageState | undefined>(undefined);
  const isPaused = createStore(false);
  let shown: Stop | undefined;
  let coming: Stop | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const show = ({ path, search, route }: Stop, wait: PageState['wait'] = 'none') => {
    const before = store.get();
    const now = route.get();
    const isHeld = isPaused.get() && before?.path === path && before.search === search && canStay(before, now);
    store.set({ path, search, snapshot: isHeld ? before.snapshot : now, wait });
  };
  const leave = (stop: Stop | undefined) => {
    stop?.unsubscribe();
    stop?.route.close();
  };
  /** The new page is there, or it is clear that it will not be. */
  const arrive = (stop: Stop) => {
    clearTimeout(timer);
    const old = shown;
    shown = stop;
    coming = undefined;
    show(stop);
    leave(old);
  };
  const onChange = (stop: Stop) => {
    if (stop === shown) show(stop, coming === undefined ? 'none' : 'dim');
    else if (stop === coming && stop.route.get().status !== 'loading') arrive(stop);
  };

  const stopAt = (path: string, search: string): Stop => {
    const route = routes.open({ path, query: Object.fromEntries(new URLSearchParams(search)) });
    const stop: Stop = { path, search, route, unsubscribe: route.subscribe(() => onChange(stop)) };
    return stop;
  };

  return {
    get: store.get,
    subscribe: store.subscribe,
    go: (path, search) => {
      const target = coming ?? shown;
      if (target?.path === path && target.search === search) return;
      clearTimeout(timer);
      const former = coming;
      coming = undefined;
      leave(former);
      if (shown?.path === path && shown.search === search) {
        show(shown);
        return;
      }
      coming = stopAt(path, search);
      if (coming.route.get().status !== 'loading') {
        arrive(coming);
        return;
      }
      const stop = coming;
      if (shown !== undefined) show(shown, 'dim');
      else timer = setTimeout(() => show(stop, 'skeleton'), SKELETON_AFTER_MS);
    },
    isPaused,
    pause: (next) => {
      isPaused.set(next);
      if (shown !== undefined) show(shown, coming === undefined ? 'none' : 'dim');
    },
    run: (code, event) => shown!.route.run(code, event),
    stop: () => {
      clearTimeout(timer);
      leave(coming);
      leave(shown);
      coming = undefined;
      shown = undefined;
      store.set(undefined);
    },
  };
}

/** What somebody may not see any more is not left on the screen, paused or not. */
function canStay({ snapshot, wait }: PageState, now: RouteSnapshot): boolean {
  const isTree = snapshot.status === 'live' || snapshot.status === 'stale';
  return wait !== 'skeleton' && isTree && now.status !== 'gone';
}
