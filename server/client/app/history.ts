/** Steps through the app. Each entry of the browser's history is given an id of its own. */
import { navigate } from 'wouter/use-browser-location';

interface Entry {
  readonly earshot: string;
}

let isOutdated = false;

/** The server is another one by now: the next step loads its own program. Nothing that is being typed is lost before. */
export function loadAtNextStep(): void {
  isOutdated = true;
}

/** `href` with the environment's base. Replacing is another look at the same entry, and keeps its id. */
export function step(href: string, replace = false): void {
  if (isOutdated && !replace) {
    location.assign(href);
    return;
  }
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
