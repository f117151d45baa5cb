/**
 * The author's views and manifest: found in a folder like listeners are, and called in a process of their own. What
 * cannot be used is told in a sentence, and the rest stands.
 */
import { nearest } from '../lib/nearest.ts';
import type { Manifest } from '../schemas/view.ts';
import type { ViewCode } from '../views/render.ts';
import { type CodeSource } from './child/protocol.ts';
import { findFunctions, type InspectedFile } from './discover.ts';
import { createCodeFolder, IMPORT_TIMEOUT_MS, type CodeFolderOptions, type FolderContents } from './folder.ts';
import { createManifestReader, EMPTY_MANIFEST, type ReadManifest, type ReadManifestValue } from './manifest.ts';
import { isManifestFile } from './names.ts';
import { createRenderer, type Callable, type RendererDeps } from './renderer.ts';

export type ViewCodeDeps = RendererDeps & CodeFolderOptions;

export interface ViewCodeService extends ViewCode {
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Reads the folder again; renders that began before finish on the code they began with. */
  readonly reload: () => Promise<void>;
}

interface Views {
  readonly usable: ReadonlyMap<string, Callable>;
  /** Why a name that a file should give gives nothing. */
  readonly unusable: ReadonlyMap<string, string>;
}

interface State extends Views {
  readonly manifest: Manifest;
  readonly problems: readonly string[];
}

const EMPTY: State = { usable: new Map(), unusable: new Map(), manifest: EMPTY_MANIFEST, problems: [] };

export function createViewCode(deps: ViewCodeDeps): ViewCodeService {
  const { importTimeoutMs = IMPORT_TIMEOUT_MS } = deps;
  const renderer = createRenderer(deps);
  const folder = createCodeFolder<State>({ ...deps, empty: EMPTY, understand });
  const { state } = folder;
  let readValue: ReadManifestValue | undefined;

  async function understand(contents: FolderContents, before: State): Promise<State> {
    const isManifest = ({ path }: InspectedFile) => isManifestFile(path);
    const { views, problems } = viewsOf(
      contents,
      contents.files.filter((file) => !isManifest(file)),
    );
    const [file, ...others] = contents.files.filter(isManifest);
    if (file === undefined) return { ...views, manifest: EMPTY_MANIFEST, problems };
    const read = await readManifest(file, contents, views);
    const doubles = others.map((other) => `${other.file}: it is not used, for there is ${file.file}.`);
    if ('fault' in read) {
      const fault = `${file.file}: ${read.fault}${read.fault.endsWith('.') ? '' : '.'}`;
      return { ...views, manifest: before.manifest, problems: [...problems, fault, ...doubles] };
    }
    return { ...views, manifest: read.manifest, problems: [...problems, ...read.problems, ...doubles] };
  }

  /** Foreign code as well: it is evaluated where views are, and comes back as JSON. */
  async function readManifest(
    { path, file, outcome }: InspectedFile,
    { moduleOf, codeVersion }: FolderContents,
    { usable, unusable }: Views,
  ): Promise<ReadManifest> {
    if ('fault' in outcome) return outcome;
    const source: CodeSource = {
      noun: 'Manifest',
      name: 'manifest',
      file,
      module: moduleOf(path),
      exported: 'default',
    };
    const evaluated = await renderer.evaluate({ source, codeVersion }, importTimeoutMs);
    if ('fault' in evaluated) return evaluated;
    readValue ??= createManifestReader();
    return readValue(evaluated.json, file, {
      has: (name) => usable.has(name) || unusable.has(name),
      nearest: (name) => nearest(name, usable.keys()),
    });
  }

  return {
    async render({ view, ...request }) {
      const callable = state().usable.get(view);
      if (callable !== undefined) return renderer.render(callable, request);
      return { status: 'failed', message: state().unusable.get(view) ?? unknownView(view, state().usable.keys()) };
    },
    has: (view) => state().usable.has(view) || state().unusable.has(view),
    nearest: (view) => nearest(view, state().usable.keys()),
    manifest: () => state().manifest,
    problems: () => state().problems,
    onChange: folder.onChange,
    reload: folder.reload,
    start: async () => {
      renderer.start();
      await folder.start();
    },
    stop: async () => {
      await folder.stop();
      await renderer.stop();
    },
  };
}

function viewsOf({ moduleOf, codeVersion }: FolderContents, files: readonly InspectedFile[]) {
  const { found, problems } = findFunctions(files, 'View');
  const usable = new Map(
    found.map(({ name, file, path, exported }): [string, Callable] => {
      const source: CodeSource = { noun: 'View', name, file, module: moduleOf(path), exported };
      return [name, { source, codeVersion }];
    }),
  );
  const unusable = new Map(
    problems.flatMap(({ name, message }) => (name === undefined || usable.has(name) ? [] : [[name, message]])),
  );
  return { views: { usable, unusable }, problems: problems.map(({ message }) => message) };
}

function unknownView(name: string, names: Iterable<string>): string {
  const near = nearest(name, names).map((one) => `'${one}'`);
  return `There is no view named '${name}'${near.length === 0 ? '' : `; there is ${near.join(', ')}`}.`;
}
