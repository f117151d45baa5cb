/**
 * One page that is open: a route with its parameters in one environment, and all who watch it. When what it shows may
 * have changed, it is composed anew for each who differ in something it looks at, and the difference is sent to all who
 * were sent the same before. One after another; what changes meanwhile is seen by the next.
 */
import type { Clock } from '../../lib/clock.ts';
import type { Compose } from '../compose/compose.ts';
import type { Looking } from '../compose/seenMemo.ts';
import type { OpenQuery } from '../queries/pool.ts';
import type { Matched } from '../routes/match.ts';
import type { Json } from '../../schemas/json.ts';
import type { RouteKind } from '../../schemas/view.ts';
import type { Tree } from '../page.ts';
import { createGoneCodes, type GoneCodes } from './goneCodes.ts';
import { createScenes } from './scenes.ts';
import type { Seat, Shown } from './seat.ts';
import type { Send } from './send.ts';
import type { Trees } from './trees.ts';

export interface OpenPage {
  readonly key: string;
  /** As frames and watchers name it. */
  readonly name: string;
  readonly matched: Matched;
  readonly gone: GoneCodes;
  readonly seats: () => Iterable<Seat>;
  readonly isEmpty: () => boolean;
  /** What it shows now, to all who watch. */
  readonly shown: () => Iterable<Shown>;
  readonly join: (seat: Seat) => void;
  readonly leave: (seat: Seat) => void;
  /** Resolves when there is something to show to the seat. */
  readonly ready: (seat: Seat) => Promise<void>;
  readonly shownTo: (seat: Seat) => Shown | undefined;
  /** Makes and sends what the seat is to see, now that it looks as somebody else. */
  readonly refresh: (seat: Seat) => void;
  /** What it shows may have changed. */
  readonly mark: () => void;
  readonly close: () => void;
}

export interface OpenPageDeps {
  readonly key: string;
  readonly name: string;
  readonly kind: RouteKind;
  readonly environmentId: number;
  readonly matched: Matched;
  readonly compose: Compose;
  readonly trees: Trees;
  readonly send: Send;
  readonly clock: Clock;
}

const EVERY_MS = 50;
/** How long a page waits for its other queries when one has changed, as one commit often changes several. */
const TOGETHER_MS = 30;
const LOOK_MS = 4;
/** After this the others are not kept waiting for the slowest. */
const SLOWEST_MS = 250;
const SLOW_RETRY_MS = 100;
const PASSING_RETRY_MS = 1_000;

export function createOpenPage(deps: OpenPageDeps): OpenPage {
  const { key, name, kind, environmentId, matched, compose, trees, send, clock } = deps;
  const watched = new Set<OpenQuery>();
  const treesByUi = new WeakMap<object, Tree>();
  const gone = createGoneCodes(clock.now);
  const scenes = createScenes(show);
  let composing = 0;
  let markedAtMs = 0;
  let notBeforeMs = 0;
  let isDirty = false;
  let isRunning = false;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let slowTimer: NodeJS.Timeout | undefined;

  function mark(): void {
    if (isClosed) return;
    scenes.forget();
    if (isDirty) return;
    isDirty = true;
    markedAtMs = clock.now();
    if (!isRunning) arm(notBeforeMs - clock.now());
  }

  function arm(delayMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(tick, Math.max(0, delayMs));
    timer.unref();
  }

  function tick(): void {
    const isEarly = clock.now() - markedAtMs < TOGETHER_MS;
    if (isEarly && [...watched].some((query) => query.isBusy())) arm(LOOK_MS);
    else void run();
  }

  async function run(): Promise<void> {
    isRunning = true;
    isDirty = false;
    notBeforeMs = clock.now() + EVERY_MS;
    const impatience = setInterval(publish, SLOWEST_MS);
    await scenes.updateAll();
    clearInterval(impatience);
    isRunning = false;
    letGoOfQueries();
    publish();
    settle();
  }

  function settle(): void {
    if (isClosed) return;
    if (isDirty) arm(notBeforeMs - clock.now());
    else retryWhatPasses();
  }

  async function show(looking: Looking): Promise<Shown> {
    composing++;
    try {
      const { view } = matched.route.route;
      const composition = await compose({ environmentId, kind, view, looking, onQuery });
      return { ...composition, tree: treeOf(composition.built.ui) };
    } finally {
      composing--;
    }
  }

  function onQuery(query: OpenQuery): void {
    if (isClosed || watched.has(query)) return;
    watched.add(query);
    query.watch(mark);
  }

  function letGoOfQueries(): void {
    // A composition under way is about to need what it asked for.
    if (composing > 0) return;
    const needed = new Set([...scenes.shown()].flatMap(({ queries }) => [...queries]));
    for (const query of watched) {
      if (needed.has(query)) continue;
      watched.delete(query);
      query.unwatch(mark);
    }
  }

  function treeOf(ui: Json): Tree {
    if (typeof ui !== 'object' || ui === null) return trees.treeOf(ui);
    const known = treesByUi.get(ui) ?? trees.treeOf(ui);
    treesByUi.set(ui, known);
    return known;
  }

  function publish(): void {
    if (isClosed || !send({ name, gone, scenes: scenes.all() })) return;
    clearTimeout(slowTimer);
    slowTimer = setTimeout(publish, SLOW_RETRY_MS);
    slowTimer.unref();
  }

  function retryWhatPasses(): void {
    if (![...scenes.shown()].some(({ isPassing }) => isPassing)) return;
    clearTimeout(timer);
    timer = setTimeout(mark, PASSING_RETRY_MS);
    timer.unref();
  }

  return {
    key,
    name,
    matched,
    gone,
    *seats() {
      for (const { seats } of scenes.all()) yield* seats;
    },
    isEmpty: () => scenes.isEmpty(),
    shown: () => scenes.shown(),
    join: (seat) => void scenes.of(seat).seats.add(seat),
    leave(seat) {
      scenes.leave(seat);
      letGoOfQueries();
    },
    async ready(seat) {
      const scene = scenes.of(seat);
      const shown = scene.shown ?? (await scenes.update(scene));
      if (shown.isPassing && !isRunning && !isDirty) retryWhatPasses();
    },
    shownTo: (seat) => scenes.of(seat).shown,
    refresh: (seat) =>
      void scenes.update(scenes.of(seat)).then(() => {
        letGoOfQueries();
        publish();
      }),
    mark,
    close() {
      isClosed = true;
      clearTimeout(timer);
      clearTimeout(slowTimer);
      for (const query of watched) query.unwatch(mark);
      watched.clear();
    },
  };
}
