/**
 * The program a runner process runs, and the sdk that authors import, as files plain Node can load. From `dist/` they
 * are there; straight from the TypeScript source they are compiled like an author's files (a runner has no tsx: its
 * permissions forbid what tsx needs).
 */
import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createGraphCompiler } from './compile/graph.ts';
import { createStripper } from './compile/strip.ts';

export interface RunnerRuntime {
  /** The child process's program, and the program of each thread in it. */
  readonly main: string;
  readonly thread: string;
  /** The program of each thread of the process that evaluates expressions. */
  readonly expressionThread: string;
  /** The program of each thread of the process that renders views. */
  readonly viewThread: string;
  readonly sdkUrl: string;
  /** Whether a file that an author imports is the sdk, as source or as built. */
  readonly isSdk: (file: string) => boolean;
  /** Folders a runner must be able to read for the platform's own sake. */
  readonly readable: readonly string[];
}

const HERE = fileURLToPath(import.meta.url);

export async function prepareRuntime(): Promise<RunnerRuntime> {
  const packageRoot = findPackageRoot(dirname(HERE));
  const builtSdk = join(packageRoot, 'dist', 'server', 'sdk.js');
  const sourceSdk = join(packageRoot, 'server', 'sdk.ts');
  const isSdk = (file: string) => file === builtSdk || file === sourceSdk || file === sourceSdk.replace(/ts$/, 'js');
  const shared = { isSdk, readable: [join(packageRoot, 'node_modules'), join(packageRoot, 'package.json')] };

  if (!HERE.endsWith('.ts')) {
    const child = join(dirname(HERE), 'child');
    return {
      ...shared,
      main: join(child, 'main.js'),
      thread: join(child, 'thread.js'),
      expressionThread: join(child, 'evaluate.js'),
      viewThread: join(child, 'render.js'),
      sdkUrl: pathToFileURL(builtSdk).href,
      readable: [...shared.readable, join(packageRoot, 'dist')],
    };
  }

  const cacheDir = cacheDirFor(packageRoot);
  const compile = createGraphCompiler({ strip: createStripper({ cacheDir }), cacheDir, root: packageRoot });
  const entries = ['main.ts', 'thread.ts', 'evaluate.ts', 'render.ts'].map((name) =>
    join(dirname(HERE), 'child', name),
  );
  const { modules } = await compile([...entries, sourceSdk]);
  const [main, thread, evaluate, render, sdk] = [...entries, sourceSdk].map((file) => modules.get(file) ?? file);
  return {
    ...shared,
    main: main!,
    thread: thread!,
    expressionThread: evaluate!,
    viewThread: render!,
    sdkUrl: pathToFileURL(sdk!).href,
  };
}

/** Below the nearest `node_modules`, so that bare imports of compiled files find what the author installed. */
export function cacheDirFor(dir: string): string {
  for (let at = dir; ; at = dirname(at)) {
    if (existsSync(join(at, 'node_modules'))) return join(at, 'node_modules', '.cache', 'earshot');
    if (dirname(at) === at) return join(dir, 'node_modules', '.cache', 'earshot');
  }
}

function findPackageRoot(from: string): string {
  for (let at = from; dirname(at) !== at; at = dirname(at)) {
    if (existsSync(join(at, 'package.json')) && !at.endsWith(`${sep}dist`)) return at;
  }
  return from;
}
