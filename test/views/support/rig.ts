/** Live pages with an author's views, data in memory, and browsers that apply what they are sent. */
import { randomBytes } from 'node:crypto';
import jsonpatch from 'fast-json-patch';
import { silentLogger } from '../../../server/lib/log.ts';
import type { JsonObject } from '../../../server/schemas/json.ts';
import type { Who } from '../../../server/schemas/user.ts';
import type { RouteKind, Manifest } from '../../../server/schemas/view.ts';
import { createLivePages } from '../../../server/views/livePages.ts';
import type { Frame, Watcher } from '../../../server/views/page.ts';
import type { Changes, FindDocs, LivePagesDeps } from '../../../server/views/ports.ts';
import { until } from '../../support/until.ts';
import { authorCode, type View } from './authorCode.ts';
import { components } from './components.ts';
import { memoryStore } from './memoryStore.ts';

export const guest: Who = { environmentId: 1, userId: null, roles: ['guest'], mayRun: true };
export const user = (id: string, ...roles: string[]): Who => ({
  environmentId: 1,
  userId: id,
  roles: ['guest', 'user', ...roles],
  mayRun: true,
});

/** What a browser holds of one route. */
export interface Browser {
  readonly watcher: Watcher;
  readonly ui: () => any;
  readonly frames: Frame[];
  readonly gone: unknown[];
  /** Takes nothing while it is true. */
  isSlow: boolean;
}

export interface OpenOptions {
  readonly who?: Who;
  readonly query?: Readonly<Record<string, string>>;
  readonly kind?: RouteKind;
  readonly state?: JsonObject;
}

export interface RigOptions {
  readonly views: Record<string, View>;
  readonly manifest: Manifest;
  readonly deps?: Partial<LivePagesDeps>;
  readonly find?: FindDocs;
  readonly changes?: Changes;
}

export function liveRig({ views, manifest, deps = {}, ...data }: RigOptions) {
  const store = memoryStore();
  const code = authorCode(views, manifest);
  const browsers = new Map<Watcher, Browser & { held: unknown; revision: number }>();
  const published: { readonly frame: Frame; readonly watchers: readonly Watcher[] }[] = [];
  const pages = createLivePages({
    code,
    find: data.find ?? store.find,
    changes: data.changes ?? store.changes,
    clock: { now: () => Date.now() },
    secret: randomBytes(32),
    log: silentLogger,
    isDevelopment: false,
    components,
    ...deps,
  });
  pages.publishTo((frame, watchers) => {
    published.push({ frame, watchers });
    return watchers.filter((watcher) => !deliver(frame, watcher));
  });
  pages.start();

  function deliver(frame: Frame, watcher: Watcher): boolean {
    const browser = browsers.get(watcher);
    if (browser === undefined) throw new Error('A frame for a watcher that was not answered yet.');
    if (browser.isSlow) return false;
    if (frame.route !== watcher.route) throw new Error('A frame of another route.');
    browser.frames.push(frame);
    if (frame.type === 'fresh') browser.held = structuredClone(frame.ui);
    else {
      if (frame.base !== browser.revision) throw new Error('A patch that does not fit.');
      const root = { root: browser.held };
      const ops = structuredClone(frame.ops).map((op) => ({ ...op, path: `/root${op.path}` }));
      browser.held = jsonpatch.applyPatch(root, ops as jsonpatch.Operation[], true).newDocument.root;
    }
    browser.revision = frame.revision;
    return true;
  }

  async function open(path: string, options: OpenOptions = {}): Promise<Browser> {
    const { who = guest, query = {}, kind = 'page', state = {} } = options;
    const gone: unknown[] = [];
    const request = { kind, path, query, who, state };
    const watcher = await pages.open(request, { onGone: (error) => gone.push(error) });
    const { ui, revision } = watcher.tree();
    const browser = {
      watcher,
      ui: () => browser.held,
      held: structuredClone(ui) as unknown,
      revision,
      frames: [] as Frame[],
      gone,
      isSlow: false,
    };
    browsers.set(watcher, browser);
    return browser;
  }

  return {
    pages,
    code,
    store,
    published,
    open,
    /** Until what the browser holds is so. */
    shows: (browser: Browser, look: (ui: any) => boolean) =>
      until('the browser shows it', () => look(browser.ui()), 5_000).catch((error: unknown) => {
        throw new Error(`${String(error)}; it shows ${JSON.stringify(browser.ui())}`);
      }),
  };
}

export type LiveRig = ReturnType<typeof liveRig>;
