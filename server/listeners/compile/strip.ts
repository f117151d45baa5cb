/**
 * TypeScript to JavaScript by blanking: types become spaces, so every line and column stays where the author wrote it
 * and no source map is needed. The same compiler Node uses for its own type stripping, here also for Node 20.
 * What it made is kept by content, so a warm start does not load the compiler at all.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Part of every cache key: raise it when the output for the same input changes. */
export const COMPILER_VERSION = '1';

export type Strip = (source: string, file: string) => Promise<string>;

export function createStripper(deps: { readonly cacheDir: string }): Strip {
  const dir = join(deps.cacheDir, 'stripped');

  return async function strip(source, file) {
    const cached = join(dir, `${createHash('sha256').update(COMPILER_VERSION).update(source).digest('hex')}.js`);
    const known = await readFile(cached, 'utf8').catch(() => undefined);
    if (known !== undefined) return known;
    const code = await stripNow(source, file);
    await mkdir(dir, { recursive: true });
    const draft = `${cached}.${String(process.pid)}`;
    await writeFile(draft, code);
    await rename(draft, cached);
    return code;
  };
}

async function stripNow(source: string, file: string): Promise<string> {
  const { default: swc } = await import('@swc/wasm-typescript');
  try {
    return swc.transformSync(source, { mode: 'strip-only', module: true, filename: file }).code;
  } catch (fault) {
    throw new SyntaxError(describe(fault, file), { cause: fault });
  }
}

function describe(fault: unknown, file: string): string {
  if (typeof fault !== 'object' || fault === null || !('message' in fault)) return `${file}: ${String(fault)}`;
  const line = 'startLine' in fault ? `:${String(fault.startLine)}` : '';
  const column = 'startColumn' in fault ? `:${String(Number(fault.startColumn) + 1)}` : '';
  const hint =
    'code' in fault && fault.code === 'UnsupportedSyntax'
      ? '. Only syntax that disappears with the types can be used here: write a const object for an enum, plain fields for parameter properties'
      : '';
  return `${file}${line}${column}: ${String(fault.message)}${hint}`;
}
