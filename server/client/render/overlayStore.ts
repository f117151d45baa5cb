/** The keys of the dialogs and drawers that are open on a page, the innermost last. */

export interface Overlays {
  readonly open: (key: string) => void;
  /** The innermost, unless said. */
  readonly close: (key?: string) => void;
  readonly keys: () => readonly string[];
  readonly subscribe: (changed: () => void) => () => void;
}

export function createOverlays(): Overlays {
  let open: readonly string[] = [];
  const listeners = new Set<() => void>();
  const change = (next: readonly string[]) => {
    open = next;
    for (const changed of listeners) changed();
  };
  return {
    open: (key) => change([...open.filter((each) => each !== key), key]),
    close: (key = open.at(-1)) => change(open.filter((each) => each !== key)),
    keys: () => open,
    subscribe: (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
  };
}
