/**
 * Who looks at a page, those with the very same context together, and what each is shown. What is made for one is there
 * for all who differ in nothing that it looks at, so a thousand users cost a thousand looks and one page.
 */
import { createSeenMemo, textOf, type Looking, type SeenMemo } from '../compose/seenMemo.ts';
import type { Seat, Shown } from './seat.ts';

export interface Scene {
  readonly looking: Looking;
  readonly seats: Set<Seat>;
  shown: Shown | undefined;
  /** Which memo `shown` is of: it is never replaced by one of before. */
  epoch: number;
}

export interface Scenes {
  readonly all: () => Iterable<Scene>;
  readonly isEmpty: () => boolean;
  /** What is shown now, to all of them. */
  readonly shown: () => Set<Shown>;
  /** The one of those who look as the seat does; made where there is none. */
  readonly of: (seat: Seat) => Scene;
  readonly leave: (seat: Seat) => void;
  /** What was made is of the past; the next that asks has it made anew. */
  readonly forget: () => void;
  readonly update: (scene: Scene) => Promise<Shown>;
  readonly updateAll: () => Promise<void>;
}

export function createScenes(show: (looking: Looking) => Promise<Shown>): Scenes {
  const scenes = new Map<string, Scene>();
  let memo = newMemo();
  let epoch = 0;

  async function update(scene: Scene): Promise<Shown> {
    const started = epoch;
    return put(scene, await memo.get(scene.looking, () => show(scene.looking)), started);
  }

  function put(scene: Scene, shown: Shown, started: number): Shown {
    if (scene.shown !== undefined && started < scene.epoch) return scene.shown;
    scene.epoch = started;
    scene.shown = shown;
    return shown;
  }

  /** What is made for the first is there for all others who may see it, and costs them a look. */
  async function updateAlike([first, ...others]: readonly Scene[]): Promise<void> {
    const [used, started] = [memo, epoch];
    await update(first!);
    const rest = others.filter((scene) => {
      const shown = used.peek(scene.looking);
      if (shown !== undefined) put(scene, shown, started);
      return shown === undefined;
    });
    await Promise.all(rest.map(update));
  }

  /** Those that will most likely be shown the same, together. */
  function alike(): readonly (readonly Scene[])[] {
    const groups = new Map<string, Scene[]>();
    for (const scene of scenes.values()) {
      const text = textOf(scene.looking, memo.expected());
      const group = groups.get(text);
      if (group === undefined) groups.set(text, [scene]);
      else group.push(scene);
    }
    return [...groups.values()];
  }

  return {
    all: () => scenes.values(),
    isEmpty: () => scenes.size === 0,
    shown: () => new Set([...scenes.values()].flatMap(({ shown }) => (shown === undefined ? [] : [shown]))),
    of(seat) {
      const key = keyOf(seat);
      const scene = scenes.get(key) ?? { looking: seat.looking, seats: new Set(), shown: undefined, epoch: 0 };
      scenes.set(key, scene);
      return scene;
    },
    leave(seat) {
      const key = keyOf(seat);
      const scene = scenes.get(key);
      scene?.seats.delete(seat);
      if (scene?.seats.size === 0) scenes.delete(key);
    },
    forget() {
      memo = newMemo(memo);
      epoch++;
    },
    update,
    async updateAll() {
      await Promise.all(alike().map(updateAlike));
    },
  };
}

/** The path is the page's; these are what its watchers can differ in. */
function keyOf({ looking: { texts } }: Seat): string {
  return `${texts.me}\n${texts.roles}\n${texts.state}`;
}

function newMemo(before?: SeenMemo<Shown>): SeenMemo<Shown> {
  return createSeenMemo<Shown>(({ isPassing }) => !isPassing, before?.expected());
}
