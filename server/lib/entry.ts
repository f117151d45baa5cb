/**
 * Where a worker thread or child process starts: the compiled `.js` beside the caller in `dist/`, or, when the code
 * runs straight from its TypeScript source (tests, development), the `.ts` beside it through tsx.
 */
import { fileURLToPath } from 'node:url';

export interface Entry {
  readonly url: URL;
  readonly path: string;
  /** Node flags the entry needs. */
  readonly execArgv: readonly string[];
}

/** `entryBeside(import.meta.url, './worker')`: the name is given without its extension. */
export function entryBeside(callerUrl: string, name: string): Entry {
  const fromSource = callerUrl.endsWith('.ts');
  const url = new URL(name + (fromSource ? '.ts' : '.js'), callerUrl);
  return { url, path: fileURLToPath(url), execArgv: fromSource ? ['--import', 'tsx'] : [] };
}
