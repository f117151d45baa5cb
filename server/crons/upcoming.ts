/**
 * The ticks that are about to come, of all crons of an environment, in time order. Crons are read in the order of their
 * next ticks and merged in a heap, so a page costs what it shows: a cron whose next tick lies beyond it is not looked at.
 */
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { UpcomingTick } from '../schemas/cron.ts';
import type { Page, PageOf } from '../schemas/list.ts';
import { createHeap } from './heap.ts';
import type { CronStore, TickingCron } from './store.ts';
import type { Ticking, Timetable } from './timetable.ts';

export interface UpcomingDeps {
  readonly store: Pick<CronStore, 'ticking'>;
  readonly timetable: Pick<Timetable, 'next'>;
  readonly clock: Clock;
}

const DAY_MS = 24 * 60 * 60_000;
const DEFAULT_AHEAD_MS = DAY_MS;
const MAX_AHEAD_MS = 366 * DAY_MS;
/** Crons that are looked at before others get a turn: some milliseconds. */
const CRONS_PER_TURN = 50;

/** A place in the order of ticks: those of one moment by the ids of their crons. */
interface Place {
  readonly atMs: number;
  readonly id: string;
}

interface Tick extends Place {
  readonly cron: TickingCron;
}

export function createUpcoming({ store, timetable, clock }: UpcomingDeps) {
  /** `until`: default a day from now; throws `invalid_input` where it is more than 366 days ahead. */
  return async function upcoming(environmentId: number, until: Date | undefined, page: Page) {
    const { after, untilMs } = page.after === undefined ? beginning(until) : readPosition(page.after);
    const next = remembering(timetable.next);
    const heap = createHeap<Tick>(isBefore);
    const crons = store.ticking(environmentId, new Date(untilMs))[Symbol.asyncIterator]();
    try {
      let head = await crons.next();
      let looked = 0;
      const ticks: Tick[] = [];
      while (ticks.length <= page.limit) {
        // Whoever's first tick is not after the earliest known one may be the next to be shown.
        while (head.done !== true && isDueBefore(head.value, heap.top())) {
          push(heap, head.value, firstTick(head.value, after, next), untilMs);
          if (++looked % CRONS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
          head = await crons.next();
        }
        const tick = heap.pop();
        if (tick === undefined) break;
        ticks.push(tick);
        push(heap, tick.cron, next(tick.cron, tick.atMs), untilMs);
      }
      return pageOf(ticks, page.limit, untilMs);
    } finally {
      await crons.return?.();
    }
  };

  function beginning(until: Date | undefined): { readonly after: Place; readonly untilMs: number } {
    const nowMs = clock.now();
    const untilMs = until?.getTime() ?? nowMs + DEFAULT_AHEAD_MS;
    if (untilMs > nowMs + MAX_AHEAD_MS) {
      const message = 'expected a time at most 366 days from now';
      throw new AppError('invalid_input', {
        detail: `The query at /until: ${message}.`,
        errors: [{ in: 'query', path: '/until', message }],
      });
    }
    return { after: { atMs: nowMs, id: '{' }, untilMs }; // `{` comes after every id
  }
}

function isBefore(a: Place, b: Place): boolean {
  return a.atMs === b.atMs ? a.id < b.id : a.atMs < b.atMs;
}

function isDueBefore(cron: TickingCron, earliest: Place | undefined): boolean {
  return earliest === undefined || isBefore({ atMs: cron.next_at.getTime(), id: cron._id }, earliest);
}

type Next = (cron: Ticking, afterMs: number) => number | null;

/** The tick it is queued for, or, where that lies before the page, the first one after. */
function firstTick(cron: TickingCron, after: Place, next: Next): number | null {
  const atMs = cron.next_at.getTime();
  if (isBefore(after, { atMs, id: cron._id })) return atMs;
  return next(cron, cron._id > after.id ? after.atMs - 1 : after.atMs);
}

function push(heap: { readonly push: (tick: Tick) => void }, cron: TickingCron, atMs: number | null, untilMs: number) {
  if (atMs !== null && atMs <= untilMs) heap.push({ atMs, id: cron._id, cron });
}

/** Crons often share a schedule, and then their ticks. */
function remembering(next: Next): Next {
  const known = new Map<string, number | null>();
  return (cron, afterMs) => {
    const key = `${afterMs} ${cron.timezone} ${cron.schedule}`;
    let tick = known.get(key);
    if (tick === undefined) {
      tick = next(cron, afterMs);
      known.set(key, tick);
    }
    return tick;
  };
}

function pageOf(ticks: readonly Tick[], limit: number, untilMs: number): PageOf<UpcomingTick> {
  const shown = ticks.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(({ atMs, cron }) => ({
      at: new Date(atMs).toISOString(),
      cron: cron._id,
      name: cron.name,
      listener_name: cron.listener_name,
      timezone: cron.timezone,
    })),
    next: ticks.length > limit && last !== undefined ? `${last.atMs} ${untilMs} ${last.id}` : null,
  };
}

/** The end is kept as it was: a day from now would move on with every page. */
function readPosition(text: string): { readonly after: Place; readonly untilMs: number } {
  const [atMs, untilMs, id = ''] = text.split(' ');
  return { after: { atMs: Number(atMs), id }, untilMs: Number(untilMs) };
}
