/**
 * What a runner process may do, as Node flags and environment. Node's permission model stops accidents: no reading
 * outside the app, no writing at all, no other programs, no native addons, no inspector. It does not stop sockets or signals.
 */
import { readdirSync, realpathSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

export interface AccessOptions {
  /** The folder that holds `listeners/`: an author's files may read what lies beside them. Null where none runs. */
  readonly appDir: string | null;
  /** Never readable, wherever it lies. */
  readonly dataDir: string | null;
  /** Whatever else must be readable: the platform's own code, the compiled files. */
  readonly readable: readonly string[];
}

export function runnerFlags(options: AccessOptions & { readonly nodeMajor: number }): string[] {
  const beside = options.appDir === null ? [] : readableBelow(options.appDir, options.dataDir);
  const paths = new Set([...options.readable, ...beside].flatMap((path) => [resolve(path), real(path)]));
  return [
    options.nodeMajor >= 22 ? '--permission' : '--experimental-permission',
    '--allow-worker',
    ...(options.nodeMajor >= 25 ? ['--allow-net'] : []),
    ...[...paths].map((path) => `--allow-fs-read=${path}`),
    // Left to itself V8 gives each thread 48 MB for young objects before it tidies up: many threads make that much.
    '--max-semi-space-size=4',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
  ];
}

/**
 * Nothing of the server's environment but what changes how dates and text come out. Two arenas keep the C library
 * from holding freed memory for each thread.
 */
export function runnerEnv(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = ['TZ', 'LANG', 'LC_ALL', 'SystemRoot'];
  const values = kept.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return { ...Object.fromEntries(values), MALLOC_ARENA_MAX: '2' };
}

/** Node cannot allow a folder but for one inside it, so everything beside the forbidden one is named. Dot files stay out. */
export function readableBelow(dir: string, forbidden: string | null): string[] {
  const top = real(dir);
  const avoid = forbidden === null ? null : real(forbidden);
  if (avoid !== null && isInside(top, avoid)) return [];
  let names: string[];
  try {
    names = readdirSync(top);
  } catch {
    return [];
  }
  return names
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(top, name))
    .flatMap((path) => {
      if (avoid === null || !isInside(avoid, path)) return [path];
      return path === avoid ? [] : readableBelow(path, avoid);
    });
}

/** Whether `path` is `folder` or lies below it. */
function isInside(path: string, folder: string): boolean {
  const below = relative(folder, path);
  return below === '' || (!below.startsWith(`..${sep}`) && below !== '..' && resolve(folder, below) === path);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
