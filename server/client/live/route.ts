/**
 * One open route: its tree, kept equal to the server's by patches. A patch that does not lead on from the tree at hand
 * says that one was missed: the route is opened anew, and the old tree is shown until the new one is there, whole.
 *
 *   loading ──answer──▶ live ──connection lost, revision missed──▶ stale ──answer──▶ live
 *      └──refused──▶ gone ◀──refused, closed by the server──────────┘       gone ──hello: something changed──▶ tried again
 */
import type { Json, JsonObject } from '../../schemas/json.ts';
import type { Problem } from '../../schemas/problem.ts';
import type { OpenAnswer, OpenRequest } from '../../schemas/socket.ts';
import type { Outcome } from '../render/host.ts';
import type { Connection } from './connection.ts';
import { follow, patched, type Frame } from './follow.ts';
import { onceAFrame } from './frame.ts';
import type { Presses } from './press.ts';
import { createStore, type Readable, type Store } from './store.ts';

export interface RouteSnapshot {
  readonly status: 'loading' | 'live' | 'stale' | 'gone';
  readonly tree: Json | undefined;
  readonly revision: number;
  readonly title: string | null;
  /** Why it is gone, or why it is not there yet. */
  readonly problem: Problem | undefined;
}

export interface LiveRoute extends Readable<RouteSnapshot> {
  /** Its name on this connection, once it is open. */
  readonly name: () => string | undefined;
  readonly isOpening: () => boolean;
  readonly take: (frame: Frame) => void;
  readonly gone: (problem: Problem) => void;
  readonly run: (code: string, event: JsonObject) => Promise<Outcome>;
  /** The connection is there, for the first time or again. */
  readonly connected: () => void;
  readonly lost: () => void;
  /** What was refused is asked for again. */
  readonly again: () => void;
  readonly stop: () => void;
}

type Opened = Extract<OpenAnswer, { readonly ok: true }>;

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;
/** How long a press waits for a lost connection. */
const PRESS_WAIT_MS = 30_000;
const nothing = { tree: undefined, revision: 0, title: null } as const;

export interface RouteDeps {
  readonly connection: Connection;
  readonly presses: Pick<Presses, 'press'>;
  /** Told after each answer to `open`. */
  readonly onOpened: () => void;
}

export function createRoute({ connection, presses, onOpened }: RouteDeps, request: OpenRequest): LiveRoute {
  const store = createStore<RouteSnapshot>({ status: 'loading', ...nothing, problem: undefined });
  let opened: Opened | undefined;
  let resume: string | undefined;
  /** Which of the openings counts; answers to former ones are left aside. */
  let opening = 0;
  let isOpening = false;
  let failures = 0;
  let isStopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let queue: Frame[] = [];

  const openAnew = async (): Promise<void> => {
    clearTimeout(timer);
    if (isStopped || connection.state.get().status !== 'live') return;
    opening += 1;
    const mine = opening;
    isOpening = true;
    const asked = resume === undefined ? request : { ...request, resume, revision: store.get().revision };
    resume = undefined;
    const answer = await connection.open(asked).catch(() => undefined);
    if (mine !== opening) return;
    isOpening = false;
    if (answer !== undefined) settle(answer);
    // Not lost, or `lost` had been told: the server did not answer in time.
    else retryLater();
    onOpened();
  };

  const settle = (answer: OpenAnswer) => {
    if (!answer.ok) {
      if (!isPassing(answer.problem)) {
        end(answer.problem);
        return;
      }
      fallBehind(store, answer.problem);
      retryLater();
      return;
    }
    const tree = treeOf(answer, store.get());
    if (tree === undefined) {
      openRepaired();
      return;
    }
    opened = answer;
    failures = 0;
    store.set({ status: 'live', tree, revision: answer.revision, title: answer.title, problem: undefined });
    drain();
  };

  const drain = () => {
    const { tree, revision } = store.get();
    if (isOpening || opened === undefined || tree === undefined) return;
    const { route } = opened;
    const frames = queue.filter((frame) => frame.route === route);
    queue = [];
    const now = follow({ tree, revision }, frames);
    if (now !== undefined) {
      if (now.revision !== revision) store.set({ ...store.get(), ...now });
      return;
    }
    opened = undefined;
    fallBehind(store);
    openRepaired();
  };
  const drainSoon = onceAFrame(drain);

  /** At once; but not again and again, should the server and this page not agree on what fits. */
  const openRepaired = () => {
    if (failures > 0) {
      retryLater();
      return;
    }
    failures += 1;
    void openAnew();
  };

  const retryLater = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void openAnew(), Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS));
    failures += 1;
  };
  const end = (problem: Problem) => {
    clearTimeout(timer);
    opened = undefined;
    queue = [];
    // What somebody may not see any more is not left on the screen.
    store.set({ status: 'gone', ...nothing, problem });
  };

  return {
    get: store.get,
    subscribe: store.subscribe,
    name: () => opened?.route,
    isOpening: () => isOpening,
    take: (frame) => {
      queue.push(frame);
      drainSoon();
    },
    gone: end,
    run: (code, event) => {
      const look = () => {
        const { status } = store.get();
        if (status === 'gone' || isStopped) return 'never';
        return status === 'live' && opened !== undefined ? { route: opened.route, key: opened.key } : undefined;
      };
      return presses.press(() => when(store, look, PRESS_WAIT_MS), code, event);
    },
    connected: () => void openAnew(),
    lost: () => {
      opening += 1;
      isOpening = false;
      clearTimeout(timer);
      queue = [];
      resume = opened?.resume;
      opened = undefined;
      if (store.get().status !== 'gone') fallBehind(store);
    },
    again: () => {
      if (store.get().status === 'gone') void openAnew();
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** The whole tree, or the one at hand led on; undefined where that does not fit. */
function treeOf(answer: Opened, { tree, revision }: RouteSnapshot): Json | undefined {
  if ('ui' in answer) return answer.ui;
  return tree === undefined || answer.base !== revision ? undefined : patched(tree, answer.ops);
}

function fallBehind(store: Store<RouteSnapshot>, problem?: Problem): void {
  const now = store.get();
  store.set({ ...now, status: now.tree === undefined ? 'loading' : 'stale', problem });
}

/** Too much at once, or a server that is not ready: the next try may do. */
const isPassing = ({ status }: Problem) => status === 429 || status >= 500;

/** The first answer of `look` that is there, looked for after each change; undefined for `never`, and after `ms`. */
function when<T>(store: Readable<unknown>, look: () => T | 'never' | undefined, ms: number): Promise<T | undefined> {
  return new Promise((resolve) => {
    const finish = (value: T | undefined) => {
      clearTimeout(limit);
      unsubscribe();
      resolve(value);
    };
    const check = () => {
      const found = look();
      if (found !== undefined) finish(found === 'never' ? undefined : found);
    };
    const limit = setTimeout(() => finish(undefined), ms);
    const unsubscribe = store.subscribe(check);
    check();
  });
}
