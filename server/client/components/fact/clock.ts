/**
 * One clock for all times on the page. It ticks once a second while somebody looks; a time is drawn again only when its
 * words change. `correctBy` puts it right where this computer's clock is not the server's.
 */

let offsetMs = 0;
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const watchers = new Set<() => void>();

export const clock = {
  /** As of the last tick: the same for all who ask between two. */
  now: (): number => now,
  /** How far the server's clock is ahead of this one, in milliseconds. */
  correctBy: (ms: number): void => {
    offsetMs = ms;
    tick();
  },
  subscribe: (watcher: () => void): (() => void) => {
    watchers.add(watcher);
    if (timer === undefined) start();
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0) stop();
    };
  },
};

function tick(): void {
  now = Date.now() + offsetMs;
  for (const watcher of watchers) watcher();
}

function start(): void {
  now = Date.now() + offsetMs;
  timer = setInterval(() => {
    if (!document.hidden) tick();
  }, 1_000);
  document.addEventListener('visibilitychange', tick);
}

function stop(): void {
  clearInterval(timer);
  timer = undefined;
  document.removeEventListener('visibilitychange', tick);
}
