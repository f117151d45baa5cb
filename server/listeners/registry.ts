/**
 * The listeners there are: found in a folder, compiled, imported once in a runner process to learn what they export,
 * and looked up by name. A file that cannot be used is a problem with a name and takes no other down.
 */
import { nearest } from '../lib/nearest.ts';
import { type ListenerInfo, type ListenerProblem } from '../schemas/listener.ts';
import { type CodeSource } from './child/protocol.ts';
import { discover, listenerDefaults } from './discover.ts';
import { createCodeFolder, type CodeFolderOptions, type FolderContents } from './folder.ts';
import { type LocatedListener } from './pool.ts';
import { type ListenerDefaults } from './settings.ts';

export interface ListenerRegistryDeps extends CodeFolderOptions {
  readonly defaults?: ListenerDefaults;
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
  readonly infos: readonly ListenerInfo[];
  readonly byName: ReadonlyMap<string, { readonly info: ListenerInfo; readonly located: LocatedListener }>;
  readonly problems: readonly (ListenerProblem & { readonly name?: string })[];
}

const EMPTY: State = { infos: [], byName: new Map(), problems: [] };

export function createListenerRegistry({
  defaults = listenerDefaults,
  ...options
}: ListenerRegistryDeps): ListenerRegistry {
  const { state, start, stop, reload, onChange } = createCodeFolder<State>({
    ...options,
    empty: EMPTY,
    understand: (contents) => understand(contents, defaults),
  });
  return {
    get: (name) => state().byName.get(name)?.info,
    list: () => state().infos,
    nearest: (name) => nearest(name, state().byName.keys()),
    problems: () => state().problems,
    locate(name) {
      const found = state().byName.get(name);
      if (found) return found.located;
      const problem = state().problems.find((one) => one.name === name);
      return problem && { problem: problem.message };
    },
    start,
    stop,
    reload,
    onChange,
  };
}

function understand({ files, codeVersion, moduleOf }: FolderContents, defaults: ListenerDefaults): State {
  const { listeners, problems } = discover(files, defaults);
  return {
    infos: listeners.map(({ info }) => info),
    problems,
    byName: new Map(
      listeners.map(({ info, exported, path }) => {
        const { name, file } = info;
        const source: CodeSource = { noun: 'Listener', name, file, module: moduleOf(path), exported };
        return [name, { info, located: { source, codeVersion } }];
      }),
    ),
  };
}
