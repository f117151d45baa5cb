/** Which page is on the screen on the way to another. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPageFlow } from '../../server/client/live/pageFlow.ts';
import type { RouteSnapshot } from '../../server/client/live/route.ts';
import type { OpenRoute, Routes } from '../../server/client/live/routes.ts';
import { createStore, type Store } from '../../server/client/live/store.ts';
import type { OpenRequest } from '../../server/schemas/socket.ts';

const loading: RouteSnapshot = { status: 'loading', tree: undefined, revision: 0, title: null, problem: undefined };
const live = (tree: string): RouteSnapshot => ({ ...loading, status: 'live', tree, revision: 1 });

interface FakeRoute {
  readonly request: OpenRequest;
  readonly store: Store<RouteSnapshot>;
  isClosed: boolean;
}

function fakeRoutes() {
  const opened: FakeRoute[] = [];
  const routes: Pick<Routes, 'open'> = {
    open: (request): OpenRoute => {
      const route: FakeRoute = { request, store: createStore(loading), isClosed: false };
      opened.push(route);
      const { get, subscribe } = route.store;
      return { get, subscribe, run: () => Promise.resolve({ ok: true }), close: () => (route.isClosed = true) };
    },
  };
  return { routes, opened };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the old page stays, dimmed and live, until the new one is there; then it is closed', () => {
  const { routes, opened } = fakeRoutes();
  const flow = createPageFlow(routes);
  flow.go('/a', '');
  opened[0]!.store.set(live('A'));
  flow.go('/b', '');
  expect(flow.get()).toMatchObject({ path: '/a', wait: 'dim', snapshot: { tree: 'A' } });
  opened[0]!.store.set(live('A2'));
  expect(flow.get()).toMatchObject({ path: '/a', wait: 'dim', snapshot: { tree: 'A2' } });
  opened[1]!.store.set(live('B'));
  expect(flow.get()).toMatchObject({ path: '/b', wait: 'none', snapshot: { tree: 'B' } });
  expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, false]);
});

test('the first page becomes a skeleton after 200 ms; on the way to another the old one stays however long it takes', () => {
  const { routes, opened } = fakeRoutes();
  const flow = createPageFlow(routes);
  flow.go('/a', '');
  vi.advanceTimersByTime(199);
  expect(flow.get()).toBeUndefined();
  vi.advanceTimersByTime(1);
  expect(flow.get()).toMatchObject({ path: '/a', wait: 'skeleton' });
  opened[0]!.store.set(live('A'));
  flow.go('/b', '');
  vi.advanceTimersByTime(20_000);
  opened[0]!.store.set(live('A2'));
  expect(flow.get()).toMatchObject({ path: '/a', wait: 'dim', snapshot: { tree: 'A2' } });
});

test('paused, a page stays as it is, another one is shown as it comes, and going on shows the newest', () => {
  const { routes, opened } = fakeRoutes();
  const flow = createPageFlow(routes);
  flow.go('/a', '');
  opened[0]!.store.set(live('A'));
  flow.pause(true);
  expect(flow.isPaused.get()).toBe(true);
  opened[0]!.store.set(live('A2'));
  opened[0]!.store.set({ ...live('A2'), status: 'stale' });
  expect(flow.get()).toMatchObject({ wait: 'none', snapshot: { tree: 'A' } });
  flow.go('/b', '');
  expect(flow.get()).toMatchObject({ path: '/a', wait: 'dim', snapshot: { tree: 'A' } });
  opened[1]!.store.set(live('B'));
  opened[1]!.store.set(live('B2'));
  expect(flow.get()).toMatchObject({ path: '/b', snapshot: { tree: 'B' } });
  flow.pause(false);
  expect(flow.get()).toMatchObject({ path: '/b', snapshot: { tree: 'B2' } });
});

test('what may not be seen any more is taken from the screen, paused or not', () => {
  const { routes, opened } = fakeRoutes();
  const flow = createPageFlow(routes);
  flow.go('/a', '');
  opened[0]!.store.set(live('A'));
  flow.pause(true);
  opened[0]!.store.set({ ...loading, status: 'gone' });
  expect(flow.get()).toMatchObject({ snapshot: { status: 'gone', tree: undefined } });
  opened[0]!.store.set(live('A again'));
  expect(flow.get()).toMatchObject({ snapshot: { status: 'live', tree: 'A again' } });
});

test('another query of the same page never becomes a skeleton', () => {
  const { routes, opened } = fakeRoutes();
  const flow = createPageFlow(routes);
  flow.go('/a', '');
  opened[0]!.store.set(live('A'));
  flow.go('/a', '?q=x');
  vi.advanceTimersByTime(5_000);
  expect(flow.get()).toMatchObject({ path: '/a', search: '', wait: 'dim' });
  expect(opened[1]!.request.query).toEqual({ q: 'x' });
});

test('who turns to a third page, or back, on the way leaves nothing open', () => {
  const { routes, opened } = fakeRoutes();
  const flow = createPageFlow(routes);
  flow.go('/a', '');
  opened[0]!.store.set(live('A'));
  flow.go('/b', '');
  flow.go('/c', '');
  opened[1]!.store.set(live('B'));
  expect(flow.get()).toMatchObject({ path: '/a', wait: 'dim' });
  flow.go('/a', '');
  expect(flow.get()).toMatchObject({ path: '/a', wait: 'none', snapshot: { tree: 'A' } });
  vi.advanceTimersByTime(5_000);
  expect(flow.get()).toMatchObject({ path: '/a', wait: 'none', snapshot: { tree: 'A' } });
  expect(opened.map(({ isClosed }) => isClosed)).toEqual([false, true, true]);
});

test('a page that is refused is where one is', () => {
  const { routes, opened } = fakeRoutes();
  const flow = createPageFlow(routes);
  flow.go('/a', '');
  opened[0]!.store.set({ ...loading, status: 'gone' });
  expect(flow.get()).toMatchObject({ path: '/a', wait: 'none', snapshot: { status: 'gone' } });
});
