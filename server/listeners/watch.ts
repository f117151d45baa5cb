/** Tells when something in the watched folders changes, once for a burst of changes. */
import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname, relative } from 'node:path';

/** An editor's save is several changes; a checkout is hundreds. */
const QUIET_MS = 80;

export function createWatcher(deps: { readonly onChange: () => void }) {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;

  function changed(name: string | null): void {
    if (name?.includes('node_modules') === true) return;
    clearTimeout(timer);
    timer = setTimeout(deps.onChange, QUIET_MS);
  }

  function open(folder: string, recursive: boolean, onEvent = changed): void {
    try {
      const watcher = watch(folder, { recursive, persistent: false }, (_event, name) => {
        onEvent(name);
      });
      watcher.on('error', () => {
        watcher.close();
        watchers.delete(folder);
      });
      watchers.set(folder, watcher);
    } catch {
      // The folder is not there (yet): the next reload tries again.
    }
  }

  function awaitFolder(folder: string): void {
    const parent = dirname(folder);
    if (watchers.has(parent)) return;
    open(parent, false, (name) => {
      if (name !== basename(folder)) return;
      watchers.get(parent)?.close();
      watchers.delete(parent);
      changed(name);
    });
  }

  return {
    /**
     * The folder with all that lies below it, and other folders without; those watched already stay watched. Where the
     * folder is not there yet, the one it will stand in is watched for it.
     */
    watch(folder: string, others: Iterable<string>): void {
      if (!watchers.has(folder)) open(folder, true);
      if (!watchers.has(folder)) awaitFolder(folder);
      for (const other of others) {
        if (other !== folder && !isBelow(other, folder) && !watchers.has(other)) open(other, false);
      }
    },
    stop(): void {
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}

function isBelow(path: string, folder: string): boolean {
  const below = relative(folder, path);
  return below !== '' && !below.startsWith('..');
}
