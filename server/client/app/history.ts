/** Steps through the app. Each entry of the browser's history is given an id of its own. */
import { navigate } from 'wouter/use-browser-location';

interface Entry {
  readonly earshot: string;
}

/** `href` with the environment's base. Replacing is another look at the same entry, and keeps its id. */
export function step(href: string, replace = false): void {
  navigate(href, { replace, state: replace ? (history.state as unknown) : newEntry() });
}

export function entryId(): string | undefined {
  const state = history.state as Partial<Entry> | null;
  return typeof state?.earshot === 'string' ? state.earshot : undefined;
}

/** The entry that the page was loaded into has none yet. */
export function markEntry(): void {
  if (entryId() === undefined) history.replaceState(newEntry(), '');
}

function newEntry(): Entry {
  return { earshot: `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}` };
}
