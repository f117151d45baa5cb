/** Turns what a runner told of each file's exports into listeners, or views, and problems. Pure. */
import { DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT_MS, type ListenerInfo, type ListenerProblem } from '../schemas/listener.ts';
import { type InspectedExport } from './child/inspect.ts';
import { isListenerName, nameOfDefault, nameOfExport } from './names.ts';
import { settingsFault, settingsOf, type ListenerDefaults } from './settings.ts';

const NO_FUNCTION =
  "expected a default export that is a function, found no export that is one. Files that only help others may start with '_'";

/** A file of the folder and what came of importing it. */
export interface InspectedFile {
  /** Below its folder, with `/`. */
  readonly path: string;
  /** As it is told to people: `listeners/github/push.ts`. */
  readonly file: string;
  readonly outcome: { readonly exports: readonly InspectedExport[] } | { readonly fault: string };
}

export interface Discovered {
  readonly listeners: readonly { readonly info: ListenerInfo; readonly exported: string; readonly path: string }[];
  readonly problems: readonly (ListenerProblem & { readonly name?: string })[];
}

export const listenerDefaults: ListenerDefaults = { timeoutMs: DEFAULT_TIMEOUT_MS, memoryMb: DEFAULT_MEMORY_MB };

/** Listeners and problems: a file's settings must be such as a listener may have. */
export function discover(files: readonly InspectedFile[], defaults = listenerDefaults): Discovered {
  const { found, problems } = findFunctions(files, 'Listener');
  const listeners = found.map(({ name, file, path, exported, options }) => ({
    info: { name, file, ...settingsOf(options ?? {}, defaults) },
    exported,
    path,
  }));
  return { listeners, problems };
}

/** A function that a file exports, under the name that stands for it. */
export interface FoundFunction {
  readonly name: string;
  readonly file: string;
  readonly path: string;
  readonly exported: string;
  readonly options: Record<string, unknown> | null;
}

/** Every function the files give, sorted by name; the first of two that share one has it. */
export function findFunctions(
  files: readonly InspectedFile[],
  noun: 'Listener' | 'View',
): { readonly found: readonly FoundFunction[]; readonly problems: Discovered['problems'] } {
  const found = new Map<string, FoundFunction>();
  const problems: (ListenerProblem & { name?: string })[] = [];
  const sentence = (name: string, file: string, fault: string) =>
    `${noun} '${name}' in ${file}: ${fault}${fault.endsWith('.') ? '' : '.'}`;

  for (const { path, file, outcome } of files) {
    const fileName = nameOfDefault(path);
    if ('fault' in outcome) {
      problems.push({ file, name: fileName, message: sentence(fileName, file, outcome.fault) });
      continue;
    }
    for (const { name, exported, value } of candidates(path, outcome.exports)) {
      const before = found.get(name);
      const fault =
        faultOf(name, value) ??
        (before && `another file gives a ${noun.toLowerCase()} of the same name: ${before.file}`);
      if (fault !== undefined) {
        // The name stays with the file that came first.
        problems.push({ file, ...(!before && { name }), message: sentence(name, file, fault) });
      } else found.set(name, { name, file, path, exported, options: value.options });
    }
    if (outcome.exports.every(({ name, kind }) => name !== 'default' && kind !== 'function')) {
      problems.push({ file, name: fileName, message: sentence(fileName, file, NO_FUNCTION) });
    }
  }
  return { found: [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), problems };
}

function candidates(path: string, exports: readonly InspectedExport[]) {
  const byDefault = exports.find(({ name }) => name === 'default');
  if (byDefault) return [{ name: nameOfDefault(path), exported: 'default', value: byDefault }];
  return exports
    .filter(({ kind }) => kind === 'function')
    .map((value) => ({ name: nameOfExport(path, value.name), exported: value.name, value }));
}

function faultOf(name: string, { kind, options }: InspectedExport): string | undefined {
  if (kind !== 'function')
    return `expected a default export that is a function, found ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;
  if (!isListenerName(name))
    return 'expected a name of letters, digits, _ and $ (dots come from folders); rename the file';
  return options === null ? undefined : settingsFault(options);
}
