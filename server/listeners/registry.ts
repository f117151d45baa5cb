/**
 * The listeners there are: found in a folder, compiled, imported once in a runner process to learn what they export,
 * and looked up by name. A file that cannot be used is a problem with a name and takes no other down.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nearest } from '../lib/nearest.ts';
import { DEFAULT_MEMORY_MB, type ListenerInfo, type ListenerProblem } from '../schemas/listener.ts';
import { type InspectedExport } from './child/inspect.ts';
import { type InspectHead, type ListenerSource } from './child/protocol.ts';
import { createGraphCompiler, type CompiledGraph } from './compile/graph.ts';
import { pruneCompiled } from './compile/prune.ts';
import { createStripper } from './compile/strip.ts';
import { writeWhole } from './compile/writeWhole.ts';
import { discover, listenerDefaults, type InspectedFile, type ListenerDefaults } from './discover.ts';
import { createListenerFleet, type LocatedListener } from './pool.ts';
import { cacheDirFor, prepareRuntime } from './runtime.ts';
import { scanListeners } from './scan.ts';
import { createWatcher } from './watch.ts';

export interface ListenerRegistryDeps {
  readonly dir: string;
  /** Foreign code may not read it, not even while it is looked at. */
  readonly dataDir: string | null;
  /** Reload when a file changes. */
  readonly watch?: boolean;
  readonly defaults?: ListenerDefaults;
  /** How long a file may take to import. */
  readonly importTimeoutMs?: number;
  readonly onReloadFailed?: (error: unknown) => void;
}

export interface ListenerRegistry {
  readonly get: (name: string) => ListenerInfo | undefined;
  /** Sorted by name. */
  readonly list: () => readonly ListenerInfo[];
  /** Up to three names that look like the given one. */
  readonly nearest: (name: string) => string[];
  readonly problems: () => readonly ListenerProblem[];
  /** For the runner pool: where the code of that name is. */
  readonly locate: (name: string) => LocatedListener | undefined;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Reads the folder again; runs that began before finish on the code they began with. */
  readonly reload: () => Promise<void>;
  /** Called after each reload that changed something; returns the function that ends it. */
  readonly onChange: (callback: () => void) => () => void;
}

interface State {
  readonly id: string;
  readonly infos: readonly ListenerInfo[];
  readonly byName: ReadonlyMap<string, { readonly info: ListenerInfo; readonly located: LocatedListener }>;
  readonly problems: readonly (ListenerProblem & { readonly name?: string })[];
  readonly files: readonly string[];
}

/** For what a file builds while it is imported. */
const INSPECT_MEMORY_MB = DEFAULT_MEMORY_MB * 2;

const EMPTY: State = { id: '', infos: [], byName: new Map(), problems: [], files: [] };

export function createListenerRegistry(deps: ListenerRegistryDeps): ListenerRegistry {
  const {
    dataDir,
    watch = false,
    defaults = listenerDefaults,
    importTimeoutMs = 10_000,
    onReloadFailed = () => undefined,
  } = deps;
  const dir = resolve(deps.dir);
  const appDir = dirname(dir);
  const callbacks = new Set<() => void>();
  let state = EMPTY;
  let codeVersion = 0;
  let reloading: Promise<void> = Promise.resolve();
  const watcher = createWatcher({
    onChange: () => {
      reload().catch(onReloadFailed);
    },
  });

  async function readFolder(): Promise<void> {
    const paths = await scanListeners(dir);
    const { graph, entries } = await compile(paths);
    if (watch) watcher.watch(dir, new Set(graph.files.map((file) => dirname(file))));
    if (graph.id === state.id) return;
    const files = await inspectOnce(paths, entries, graph);
    const { listeners, problems } = discover(files, defaults);
    codeVersion++;
    state = {
      id: graph.id,
      infos: listeners.map(({ info }) => info),
      problems,
      files: graph.files,
      byName: new Map(
        listeners.map(({ info, exported, path }) => {
          const module = pathToFileURL(graph.modules.get(join(dir, path))!).href;
          const source: ListenerSource = { name: info.name, file: info.file, module, exported };
          return [info.name, { info, located: { source, codeVersion } }];
        }),
      ),
    };
    for (const callback of callbacks) callback();
  }

  async function compile(paths: readonly string[]): Promise<{ graph: CompiledGraph; entries: string[] }> {
    const runtime = await prepareRuntime();
    const cacheDir = cacheDirFor(appDir);
    const compileGraph = createGraphCompiler({
      strip: createStripper({ cacheDir }),
      cacheDir,
      root: appDir,
      alias: (target) => (target === 'earshot' || runtime.isSdk(target) ? runtime.sdkUrl : undefined),
    });
    const entries = paths.map((path) => join(dir, path));
    return { graph: await compileGraph(entries), entries };
  }

  /** What files export is kept with what they were compiled to: an unchanged folder needs no process at the next start. */
  async function inspectOnce(
    paths: readonly string[],
    entries: readonly string[],
    graph: CompiledGraph,
  ): Promise<readonly InspectedFile[]> {
    const kept = join(graph.dir, '.exports.json');
    const known = await readFile(kept, 'utf8').then(parseKept, () => undefined);
    if (known !== undefined) return known;
    const files = await inspect(paths, entries, graph);
    const areAllFine = files.length > 0 && files.every(({ outcome }) => 'exports' in outcome);
    if (areAllFine) await writeWhole(kept, JSON.stringify(files));
    return files;
  }

  /** Imports every file in a runner of its own; only JSON comes back. */
  async function inspect(
    paths: readonly string[],
    entries: readonly string[],
    graph: CompiledGraph,
  ): Promise<InspectedFile[]> {
    if (paths.length === 0) return [];
    const fleet = await createListenerFleet({
      dir,
      dataDir,
      runners: 1,
      slotsPerRunner: 2,
      memoryMb: INSPECT_MEMORY_MB,
    });
    await fleet.start();
    try {
      return await Promise.all(
        paths.map(async (path, i): Promise<InspectedFile> => {
          const file = `${basename(dir)}/${path}`;
          const head: InspectHead = {
            job: 'inspect',
            file,
            module: pathToFileURL(graph.modules.get(entries[i]!)!).href,
            root: appDir,
            timeoutMs: importTimeoutMs,
          };
          const end = await fleet.submit({
            head: JSON.stringify(head),
            body: null,
            timeoutMs: importTimeoutMs,
            memoryMb: INSPECT_MEMORY_MB,
            codeVersion: 0,
            onCall: () => Promise.reject(new Error('no api while a file is imported')),
          });
          if (end.status === 'innocent') return { path, file, outcome: { fault: 'could not be looked at; reload' } };
          if (end.failure) return { path, file, outcome: { fault: `it does not load: ${end.failure.error.message}` } };
          return { path, file, outcome: { exports: JSON.parse(end.resultJson ?? '[]') as InspectedExport[] } };
        }),
      );
    } finally {
      await fleet.stop(0);
    }
  }

  /** One after the other: a change during a reload leads to another one. */
  function reload(): Promise<void> {
    reloading = reloading.catch(() => undefined).then(readFolder);
    return reloading;
  }

  return {
    get: (name) => state.byName.get(name)?.info,
    list: () => state.infos,
    nearest: (name) => nearest(name, state.byName.keys()),
    problems: () => state.problems,
    locate(name) {
      const found = state.byName.get(name);
      if (found) return found.located;
      const problem = state.problems.find((one) => one.name === name);
      return problem && { problem: problem.message };
    },
    start: async () => {
      await reload();
      void pruneCompiled(cacheDirFor(appDir), Date.now()).catch(() => undefined); // only tidies up
    },
    stop: async () => {
      watcher.stop();
      await reloading.catch(() => undefined);
    },
    reload,
    onChange(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
  };
}

/** Undefined for a file that was cut short: what it held is looked at again. */
function parseKept(text: string): readonly InspectedFile[] | undefined {
  try {
    return JSON.parse(text) as readonly InspectedFile[];
  } catch {
    return undefined;
  }
}
