/** Sends what a page shows now to those who were sent something else: once for all whose trees change in the same way. */
import { codesGone } from '../compose/built.ts';
import type { Frame, Publish, Tree, Watcher } from '../page.ts';
import type { GoneCodes } from './goneCodes.ts';
import type { Seat, Shown } from './seat.ts';
import type { Trees } from './trees.ts';

export interface Sending {
  readonly name: string;
  readonly gone: GoneCodes;
  readonly scenes: Iterable<{ readonly seats: ReadonlySet<Seat>; readonly shown: Shown | undefined }>;
}

/** True where somebody could not take it: he keeps what he has, and is sent the newest at another time. */
export type Send = (sending: Sending) => boolean;

export interface SenderDeps {
  readonly trees: Trees;
  readonly publish: Publish;
}

export function createSender({ trees, publish }: SenderDeps): Send {
  function frameOf(route: string, before: Tree, now: Tree): Frame | undefined {
    const ops = trees.patchBetween(before, now);
    const { revision, ui } = now;
    if (ops === undefined) return { type: 'fresh', route, revision, ui };
    return ops.length === 0 ? undefined : { type: 'patch', route, base: before.revision, revision, ops };
  }

  return function send({ name, gone, scenes }) {
    let hasSlow = false;
    for (const { before, now, seats } of groupsOf(scenes)) {
      const frame = frameOf(name, before, now.tree);
      const refusing = frame === undefined ? NOBODY : new Set(publish(frame, seats.map(watcherOf)));
      if (refusing.size > 0) hasSlow = true;
      const changed = new Set<Shown>();
      for (const seat of seats) {
        if (refusing.has(seat.watcher)) continue;
        const { shown } = seat;
        if (shown !== undefined && !changed.has(shown)) {
          changed.add(shown);
          gone.add(codesGone(shown.built, now.built), shown.used, seat.seenAs);
        }
        seat.shown = now;
        seat.seenAs = seat.looking;
        // Where nothing was to be sent, what he has is what it was.
        if (frame !== undefined) seat.tree = now.tree;
      }
    }
    return hasSlow;
  };
}

const NOBODY: ReadonlySet<Watcher> = new Set();

interface Group {
  readonly before: Tree;
  readonly now: Shown;
  readonly seats: Seat[];
}

function groupsOf(scenes: Sending['scenes']): readonly Group[] {
  const groups: Group[] = [];
  const byTrees = new Map<Tree, Map<Shown, Group>>();
  for (const { seats, shown: now } of scenes) {
    if (now === undefined) continue;
    for (const seat of seats) {
      const { tree: before } = seat;
      if (before === undefined || seat.shown === now) continue;
      const byShown = byTrees.get(before) ?? new Map<Shown, Group>();
      byTrees.set(before, byShown);
      let group = byShown.get(now);
      if (group === undefined) {
        byShown.set(now, (group = { before, now, seats: [] }));
        groups.push(group);
      }
      group.seats.push(seat);
    }
  }
  return groups;
}

function watcherOf({ watcher }: Seat): Watcher {
  return watcher;
}
