/**
 * Makes what a runner can load on every Node version: each file reachable by relative imports is stripped of its
 * types, its import specifiers are pointed at the compiled neighbours, and the lot is written to a folder named after
 * its content. A change anywhere gives a new folder, so new runs load new code and running ones keep the old.
 * The name in stacks and `import.meta.url` stay the author's own file.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, utimes } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { init, parse } from 'es-module-lexer';
import { isRelative, resolveImport } from './resolve.ts';
import { COMPILER_VERSION, type Strip } from './strip.ts';
import { writeWhole } from './writeWhole.ts';

export interface GraphDeps {
  readonly strip: Strip;
  /** Where bare imports of the output are looked up from: below the folder whose `node_modules` the author uses. */
  readonly cacheDir: string;
  /** The author's folder; file names are told relative to it. */
  readonly root: string;
  /** Specifiers and files that stand for something compiled elsewhere: the sdk. */
  readonly alias?: (target: string) => string | undefined;
}

export interface CompiledGraph {
  /** Changes with any file of the graph. */
  readonly id: string;
  readonly dir: string;
  /** The file to import for each entry. */
  readonly modules: ReadonlyMap<string, string>;
  /** Every file that was read: what a watcher must watch. */
  readonly files: readonly string[];
}

interface Module {
  readonly file: string;
  readonly code: string;
}

export function createGraphCompiler({ strip, cacheDir, root, alias = () => undefined }: GraphDeps) {
  return async function compileGraph(entries: readonly string[]): Promise<CompiledGraph> {
    await init();
    const modules = new Map<string, Module>();
    const waiting = [...entries];
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (modules.has(file)) continue;
      const { code, imports } = await compileFile(file);
      modules.set(file, { file, code });
      waiting.push(...imports);
    }
    const id = contentId(modules);
    const outDir = join(cacheDir, id);
    await writeOnce(outDir, modules);
    return {
      id,
      dir: outDir,
      modules: new Map(entries.map((file) => [file, join(outDir, outputName(file))])),
      files: [...modules.keys()],
    };
  };

  /** A file that cannot be compiled becomes one that throws the reason: whoever imports it fails by name, nobody else. */
  async function compileFile(file: string): Promise<{ code: string; imports: string[] }> {
    const source = await readFile(file, 'utf8');
    if (file.endsWith('.json')) return { code: source, imports: [] };
    try {
      const shown = relative(root, file).split(sep).join('/');
      const js = /\.m?ts$/.test(file) ? await strip(source, shown) : source;
      return rewrite(js, file);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { code: `throw new SyntaxError(${JSON.stringify(message)});\nexport {};\n`, imports: [] };
    }
  }

  function rewrite(js: string, file: string): { code: string; imports: string[] } {
    const imports: string[] = [];
    const url = pathToFileURL(file).href;
    let code = '';
    let from = 0;
    let usesMeta = false;
    for (const found of parse(js, file)[0]) {
      if (found.type === 'import-meta') usesMeta = true;
      if (found.specifier === null || found.specifier === undefined) continue;
      const target = targetOf(found.specifier, file);
      if (target === undefined) continue;
      if (target.file !== undefined) imports.push(target.file);
      const quoted = found.type === 'dynamic' ? JSON.stringify(target.specifier) : target.specifier;
      code += js.slice(from, found.start) + quoted;
      from = found.end;
    }
    code += js.slice(from);
    const meta = usesMeta ? metaFix(file, url) : '';
    return { code: `${meta}${code}\n//# sourceURL=${url}\n`, imports };
  }

  function targetOf(specifier: string, file: string): { specifier: string; file?: string } | undefined {
    const aliased = alias(specifier);
    if (aliased !== undefined) return { specifier: aliased };
    if (!isRelative(specifier)) return undefined;
    const target = resolveImport(specifier, file);
    if (target === undefined) {
      throw new Error(`${relative(root, file)}: cannot find '${specifier}', which it imports`);
    }
    const aliasedFile = alias(target);
    if (aliasedFile !== undefined) return { specifier: aliasedFile };
    const path = relative(dirname(outputName(file)), outputName(target))
      .split(sep)
      .join('/');
    return { specifier: path.startsWith('.') ? path : `./${path}`, file: target };
  }

  /** Always `.mjs`, whatever package.json says of the folder; the source's own extension stays in the name. */
  function outputName(file: string): string {
    const below = relative(root, file);
    const path = below.startsWith('..')
      ? join(
          '_outside',
          createHash('sha256').update(file).digest('hex').slice(0, 16),
          below.replaceAll('..', '').replace(/^[\\/]+/, ''),
        )
      : below;
    return file.endsWith('.json') ? path : `${path}.mjs`;
  }

  function contentId(modules: ReadonlyMap<string, Module>): string {
    const hash = createHash('sha256').update(COMPILER_VERSION);
    for (const { file, code } of [...modules.values()].sort((a, b) => (a.file < b.file ? -1 : 1))) {
      hash.update(`\0${file}\0${code}`);
    }
    return hash.digest('hex').slice(0, 24);
  }

  async function writeOnce(outDir: string, modules: ReadonlyMap<string, Module>): Promise<void> {
    if (modules.size === 0) return;
    const marker = join(outDir, '.complete');
    const now = new Date();
    const isThere = await utimes(marker, now, now).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    for (const { file, code } of modules.values()) {
      const path = join(outDir, outputName(file));
      await mkdir(dirname(path), { recursive: true });
      await writeWhole(path, code);
    }
    await writeWhole(marker, '');
  }
}

function metaFix(file: string, url: string): string {
  const text = (value: string) => JSON.stringify(value);
  return `import.meta.url=${text(url)};import.meta.filename=${text(file)};import.meta.dirname=${text(dirname(file))};`;
}
