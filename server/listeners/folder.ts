/**
 * A folder of an author's code as the server sees it, be it listeners or views: its files are found, compiled, and
 * imported once in a runner process to learn what they export. What that means is the owner's to understand; here is
 * when it is looked at again and who hears of it.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DEFAULT_MEMORY_MB } from '../schemas/listener.ts';
import { type InspectedExport } from './child/inspect.ts';
import { type InspectHead } from './child/protocol.ts';
import { createGraphCompiler, type CompiledGraph } from './compile/graph.ts';
import { pruneCompiled } from './compile/prune.ts';
import { createStripper } from './compile/strip.ts';
import { writeWhole } from './compile/writeWhole.ts';
import { type InspectedFile } from './discover.ts';
import { createListenerFleet } from './pool.ts';
import { cacheDirFor, prepareRuntime } from './runtime.ts';
import { scanListeners } from './scan.ts';
import { createWatcher } from './watch.ts';

export interface CodeFolderOptions {
  readonly dir: string;
  /** Foreign code may not read it, not even while it is looked at. */
  readonly dataDir: string | null;
  /** Reload when a file changes. */
  readonly watch?: boolean;
  /** How long a file may take to import. */
  readonly importTimeoutMs?: number;
  readonly onReloadFailed?: (error: unknown) => void;
}

export interface CodeFolderDeps<State> extends CodeFolderOptions {
  readonly empty: State;
  readonly understand: (contents: FolderContents, before: State) => State | Promise<State>;
}

export interface FolderContents {
  /** Grows with each change; a thread serves one state of the code. */
  readonly codeVersion: number;
  readonly files: readonly InspectedFile[];
  /** file: URL of what the file of that path was compiled to. */
  readonly moduleOf: (path: string) => string;
}

export interface CodeFolder<State> {
  readonly state: () => State;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Reads the folder again; what began before finishes on the code it began with. */
  readonly reload: () => Promise<void>;
  /** Called after each reload that changed something; returns the function that ends it. */
  readonly onChange: (callback: () => void) => () => void;
}

export const IMPORT_TIMEOUT_MS = 10_000;
/** For what a file builds while it is imported. */
const INSPECT_MEMORY_MB = DEFAULT_MEMORY_MB * 2;

export function createCodeFolder<State>(deps: CodeFolderDeps<State>): CodeFolder<State> {
  const { dataDir, watch = false, importTimeoutMs = IMPORT_TIMEOUT_MS, onReloadFailed = () => undefined } = deps;
  const dir = resolve(deps.dir);
  const appDir = dirname(dir);
  const callbacks = new Set<() => void>();
  let state = deps.empty;
  let readId = '';
  let codeVersion = 0;
  let reloading: Promise<void> = Promise.resolve();
  const watcher = createWatcher({
    onChange: () => {
      reload().catch(onReloadFailed);
    },
  });

  async function readFolder(): Promise<void> {
    if (watch) watcher.watch(dir, []); // before it is read: what changes meanwhile is seen
    const paths = await scanListeners(dir);
    const { graph, entries } = await compile(paths);
    if (watch) watcher.watch(dir, new Set(graph.files.map((file) => dirname(file))));
    if (graph.id === readId) return;
    const files = await inspectOnce(paths, entries, graph);
    const moduleOf = (path: string) => pathToFileURL(graph.modules.get(join(dir, path))!).href;
    state = await deps.understand({ codeVersion: codeVersion + 1, files, moduleOf }, state);
    codeVersion++;
    readId = graph.id;
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
    // Listeners and views that import each other are compiled to one place.
    if (known?.map(({ path }) => path).join() === paths.join() && known[0]?.file === shown(paths[0]!)) return known;
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
          const file = shown(path);
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

  const shown = (path: string) => `${basename(dir)}/${path}`;

  /** One after the other: a change during a reload leads to another one. */
  function reload(): Promise<void> {
    reloading = reloading.catch(() => undefined).then(readFolder);
    return reloading;
  }

  return {
    state: () => state,
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
