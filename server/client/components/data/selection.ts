/**
 * Which rows are ticked, by the key of their table: a table and the bar that acts on its rows stand apart in the tree.
 * Kept in the browser alone, and forgotten when the table is.
 */
import { useCallback, useEffect, useRef, useSyncExternalStore } from 'react';

export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** All that match are meant, those of other pages too. */
  readonly isAll: boolean;
}

const nothing: Selection = { ids: new Set<string>(), isAll: false };
const selections = new Map<string, Selection>();
const watchers = new Set<() => void>();

function put(table: string, selection: Selection): void {
  if (selection.ids.size === 0 && !selection.isAll) selections.delete(table);
  else selections.set(table, selection);
  for (const changed of watchers) changed();
}

const subscribe = (changed: () => void) => {
  watchers.add(changed);
  return () => watchers.delete(changed);
};

export function useSelection(table: string) {
  const selection = useSyncExternalStore(subscribe, () => selections.get(table) ?? nothing);
  const set = useCallback((ids: Iterable<string>, isAll = false) => put(table, { ids: new Set(ids), isAll }), [table]);
  return { ...selection, set };
}

/** For the table itself: `initial` are ticked at the start, and all is forgotten when it goes. */
export function useOwnSelection(table: string, initial: readonly string[] | undefined) {
  const own = useSelection(table);
  const { set } = own;
  // Only at the start: what a person ticks later is theirs.
  const first = useRef(initial);
  useEffect(() => {
    if (first.current !== undefined && first.current.length > 0) set(first.current);
    return () => put(table, nothing);
  }, [table, set]);
  return own;
}

/** With the row ticked or not; `from` is the row ticked before, for a range. */
export function toggled(
  ids: ReadonlySet<string>,
  order: readonly string[],
  id: string,
  from: string | undefined,
): ReadonlySet<string> {
  const next = new Set(ids);
  const isOn = !ids.has(id);
  const [start, end] = [order.indexOf(from ?? id), order.indexOf(id)].sort((a, b) => a - b) as [number, number];
  const range = start < 0 ? [id] : order.slice(start, end + 1);
  for (const each of range) {
    if (isOn) next.add(each);
    else next.delete(each);
  }
  return next;
}
