/**
 * What happens when a page has come: where the focus goes and where it is scrolled to. Each entry of the browser's
 * history has an id, under which its scroll position is kept, so that going back shows a page where it was left. The
 * browser's own restoring comes before a live page has content.
 */
import { entryId, markEntry } from './history.ts';

interface Arrival {
  readonly main: HTMLElement;
  readonly isFirst: boolean;
  /** Only its query is another. */
  readonly isSamePath: boolean;
}

const KEPT = 'earshot-scroll';
const MOST_KEPT = 50;
const SETTLE_MS = 120;
/** Wouter tells of steps by the name of the method that made them. */
const LEAVING = ['popstate', 'pushState', 'pagehide'];

/** The entry that is on the screen. History may be at another already, whose page has yet to come. */
let shown: string | undefined;

export function startHistory(): () => void {
  history.scrollRestoration = 'manual';
  markEntry();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keepSoon = () => {
    clearTimeout(timer);
    const entry = shown;
    timer = setTimeout(() => keep(entry), SETTLE_MS);
  };
  // The old page is still on the screen when these are told.
  const keepNow = () => {
    clearTimeout(timer);
    keep(shown);
  };
  addEventListener('scroll', keepSoon, { passive: true });
  for (const type of LEAVING) addEventListener(type, keepNow);
  return () => {
    removeEventListener('scroll', keepSoon);
    for (const type of LEAVING) removeEventListener(type, keepNow);
  };
}

export function arrive({ main, isFirst, isSamePath }: Arrival): void {
  const entry = entryId();
  const kept = entry === undefined ? undefined : readKept()[entry];
  shown = entry;
  if (!isSamePath) {
    if (!isFirst && !main.contains(document.activeElement)) focusHeading(main);
    const target =
      location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    if (kept === undefined && target !== null) target.scrollIntoView();
    else scrollTo(0, kept ?? 0);
  } else if (kept !== undefined) scrollTo(0, kept);
}

/** A screen reader goes on from here, and says where it is. */
function focusHeading(main: HTMLElement): void {
  const heading = main.querySelector('h1') ?? main;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

function keep(entry: string | undefined): void {
  if (entry === undefined || entry !== shown) return;
  const { [entry]: _old, ...others } = readKept();
  const kept = [...Object.entries(others).slice(1 - MOST_KEPT), [entry, Math.round(scrollY)]];
  sessionStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(kept)));
}

function readKept(): Readonly<Record<string, number>> {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? '{}') as Record<string, number>;
  } catch {
    return {};
  }
}
