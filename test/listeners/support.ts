/** Builders for the listener tests: a folder of sources, a registry and a pool over it, a task with the rest filled in. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createListenerRegistry, type ListenerRegistryDeps } from '../../server/listeners/registry.ts';
import { createRunnerPool, type RunnerPoolDeps } from '../../server/listeners/pool.ts';
import { createViewCode, type ViewCodeDeps } from '../../server/listeners/views.ts';
import { type ViewContext } from '../../server/schemas/view.ts';
import { type Rendered, type RenderRequest } from '../../server/views/render.ts';
import { type RunHooks, type RunOutcome, type RunTask } from '../../server/listeners/task.ts';

export type Files = Readonly<Record<string, string>>;

/** A folder with the files given by their paths, and what removes it. */
export function anAppDir(files: Files) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'earshot-listeners-')));
  const write = (more: Files) => {
    for (const [path, text] of Object.entries(more)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  };
  mkdirSync(join(root, 'listeners'));
  mkdirSync(join(root, 'data'));
  write(files);
  return {
    root,
    dir: join(root, 'listeners'),
    dataDir: join(root, 'data'),
    write,
    remove: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export interface AppOptions {
  readonly pool?: Partial<RunnerPoolDeps>;
  readonly registry?: Partial<ListenerRegistryDeps>;
}

/** The app folder with a running registry and pool. */
export async function startApp(files: Files, options: AppOptions = {}) {
  const app = anAppDir(files);
  const { dir, dataDir } = app;
  const registry = createListenerRegistry({ dir, dataDir, ...options.registry });
  await registry.start();
  const pool = createRunnerPool({ locate: registry.locate, dir, dataDir, runners: 1, ...options.pool });
  await pool.start();
  return {
    ...app,
    registry,
    pool,
    run: (listener: string, task: Partial<RunTask> = {}, hooks: Partial<RunHooks> = {}): Promise<RunOutcome> =>
      pool.execute(aTask({ listener, ...task }), { api: () => Promise.resolve(null), ...hooks }),
    stop: async () => {
      await pool.stop(0);
      await registry.stop();
      app.remove();
    },
  };
}

export type App = Awaited<ReturnType<typeof startApp>>;

export const aContext: ViewContext = {
  me: 'usr_1',
  roles: ['user'],
  path: '/orders/42',
  params: { id: '42' },
  query: { status: 'paid' },
  state: { open: true },
};

/** The app folder with its views, ready to be rendered. */
export async function startViews(files: Files, deps: Partial<ViewCodeDeps> = {}) {
  const app = anAppDir(files);
  const code = createViewCode({ dir: join(app.root, 'views'), dataDir: app.dataDir, timeoutMs: 20_000, ...deps });
  await code.start();
  return {
    ...app,
    code,
    render: (view: string, request: Partial<RenderRequest> = {}): Promise<Rendered> =>
      code.render({ view, data: [], props: {}, context: aContext, ...request }),
    stop: async () => {
      await code.stop();
      app.remove();
    },
  };
}

export type Views = Awaited<ReturnType<typeof startViews>>;

/** What came of a render, or a failure of the test. */
export function treeOf(rendered: Rendered): unknown {
  if (rendered.status !== 'rendered') throw new Error(`expected a tree, got ${JSON.stringify(rendered)}`);
  return rendered.value;
}

export function aTask(task: Partial<RunTask> = {}): RunTask {
  return {
    runId: 'run_1',
    attempt: 1,
    listener: 'noop',
    timeoutMs: 10_000,
    memoryMb: 128,
    propsJson: '{}',
    event: { kind: 'none', body: null },
    request: null,
    trigger: { type: 'manual' },
    environment: { id: 1, name: 'production' },
    user: null,
    ...task,
  };
}

/** `succeeded`, or the code of the failure, or `innocent`. */
export function codeOf(outcome: RunOutcome): string {
  return outcome.status === 'failed' ? outcome.error.code : outcome.status;
}

export function resultOf(outcome: RunOutcome): unknown {
  if (outcome.status !== 'succeeded') throw new Error(`expected a success, got ${JSON.stringify(outcome)}`);
  return outcome.resultJson === null ? undefined : JSON.parse(outcome.resultJson);
}

/** How long this process kept others waiting while the work went on, at the 99th percentile. */
export async function lagDuring<T>(work: () => Promise<T>): Promise<{ value: T; p99Ms: number }> {
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  const value = await work();
  delays.disable();
  return { value, p99Ms: delays.percentile(99) / 1e6 };
}
