/**
 * Follows the changes that other processes make to the same data, by the events they store with each of them, and tells
 * them to the feed of this process as if they had been made here.
 *
 * Ids of events sort by the time at which they were made, by the clock of whoever made them; they are seen at the commit,
 * which comes later. So each look begins some time before the one before it, and what is known is passed over. Most
 * commits come at once: the short look that comes often finds them. The wide look, which comes now and then, goes back
 * further than a transaction can last (60 s in MongoDB) and clocks may reasonably differ: after it nothing is missing.
 * A change may be told twice; followers read again, and find what they know.
 */
import { doublingMs } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import { firstIdAt } from '../lib/ids.ts';
import type { Logger } from '../lib/log.ts';
import type { EventPlace } from '../events/document.ts';
import type { EventStore } from '../events/store.ts';
import type { Change } from './changeEvent.ts';
import type { ChangeFeed } from './committed.ts';
import { changeOf } from './eventForm.ts';

export interface ForeignChangesDeps {
  readonly store: Pick<EventStore, 'idsFrom' | 'dataEvents' | 'dataPlaces'>;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
  readonly pace?: Partial<Pace>;
}

export interface ForeignChanges {
  /** Before anything that follows the feed reads for the first time. */
  readonly start: () => void;
  /** After it nothing is told. */
  readonly stop: () => Promise<void>;
}

interface Pace {
  readonly everyMs: number;
  readonly overlapMs: number;
  readonly wideEveryMs: number;
  readonly wideOverlapMs: number;
}

const PACE: Pace = { everyMs: 250, overlapMs: 3_000, wideEveryMs: 5_000, wideOverlapMs: 75_000 };
const LAST_RETRY_MS = 5_000;
/** Ids read at a time. */
const PAGE = 5_000;
/** Events read whole at a time; each has up to 2 MiB. */
const AT_A_TIME = 50;
/** Events read whole in one look. Of more it is told only that something changed in their collections. */
const MAX_WHOLE = 500;

export function createForeignChanges({ store, feed, clock, log, pace }: ForeignChangesDeps): ForeignChanges {
  const { everyMs, overlapMs, wideEveryMs, wideOverlapMs } = { ...PACE, ...pace };
  /** Ids of events that have been told, here or by a look, as far back as a wide look goes. */
  const known = new Set<string>();
  let lookedAtMs = 0;
  let widelyAtMs = 0;
  let failures = 0;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let unsubscribe: (() => void) | undefined;

  async function look(): Promise<void> {
    const nowMs = clock.now();
    const isWide = Math.abs(nowMs - widelyAtMs) >= wideEveryMs;
    const [sinceMs, backMs] = isWide ? [widelyAtMs, wideOverlapMs] : [lookedAtMs, overlapMs];
    await tellFrom(firstIdAt('evt', Math.min(sinceMs, nowMs) - backMs));
    lookedAtMs = nowMs;
    if (!isWide) return;
    widelyAtMs = nowMs;
    const oldest = firstIdAt('evt', nowMs - wideOverlapMs);
    for (const id of known) if (id < oldest) known.delete(id);
  }

  async function tellFrom(first: string): Promise<void> {
    let whole = MAX_WHOLE;
    for (let from = first; ;) {
      const ids = await store.idsFrom(from, PAGE);
      const fresh = ids.filter((id) => !known.has(id));
      const rest = fresh.splice(whole);
      whole -= fresh.length;
      while (fresh.length > 0) {
        const some = fresh.splice(0, AT_A_TIME);
        tell(await store.dataEvents(some), changeOf, some);
      }
      if (rest.length > 0) tell(await store.dataPlaces(rest), () => ({}), rest);
      const last = ids.at(-1);
      if (last === undefined || ids.length < PAGE || isStopped) return;
      from = last;
    }
  }

  function tell<E extends EventPlace>(
    events: readonly E[],
    changeBy: (event: E) => Change,
    ids: readonly string[],
  ): void {
    if (isStopped) return;
    const places = new Map<string, { environmentId: number; collection: string; changes: Change[] }>();
    for (const event of events) {
      // It may have happened here, and been told while it was read.
      if (known.has(event._id)) continue;
      const { environment_id: environmentId, source } = event;
      const place = `${String(environmentId)}|${source.collection}`;
      const committed = places.get(place) ?? { environmentId, collection: source.collection, changes: [] };
      places.set(place, committed);
      committed.changes.push(changeBy(event));
    }
    for (const committed of places.values()) feed.tell(committed);
    for (const id of ids) known.add(id);
  }

  async function lookAndGoOn(): Promise<void> {
    try {
      await look();
      failures = 0;
    } catch (error) {
      if (failures === 0 && !isStopped) log.warn({ err: error }, 'data.foreign_changes_unread');
      failures++;
    }
    if (isStopped) return;
    timer = setTimeout(begin, failures === 0 ? everyMs : doublingMs(everyMs, failures, LAST_RETRY_MS));
    timer.unref();
  }

  function begin(): void {
    looking = lookAndGoOn();
  }

  return {
    start() {
      lookedAtMs = widelyAtMs = clock.now();
      unsubscribe = feed.subscribe(({ events = [] }) => {
        for (const id of events) known.add(id);
      });
      begin();
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      unsubscribe?.();
      await looking;
    },
  };
}
