/** A zone as the stretches of time in which its clocks run evenly. */
import { createLru } from '../../lib/lru.ts';
import { offsetAt } from '../../lib/zone.ts';

const DAY_MS = 86_400_000;
/** No clock has been changed and changed back within so few days: the closest were seven (America/Recife, in 2000). */
const STEP_MS = 5 * DAY_MS;

/** From `from` (inclusive) to `to` (exclusive) clocks are `offset` ahead of UTC; before `from` they were `before`. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
  /** The same as `offset` where no clock changed at `from`; then `from` is more than a year before the moment asked for. */
  readonly before: number;
}

/** The span that a moment lies in. A span without a change may end early, at the end of a year. */
export function spanAt(zone: string, utcMs: number): Span {
  const year = new Date(utcMs).getUTCFullYear();
  const changes = [...changesOf(zone, year - 1), ...changesOf(zone, year)];
  const past = changes.findLast(({ at }) => at <= utcMs);
  const to = changes.find(({ at }) => at > utcMs)?.at ?? Date.UTC(year + 1, 0);
  if (past) return { from: past.at, to, offset: past.offset, before: past.before };
  const offset = offsetAt(zone, utcMs);
  return { from: Date.UTC(year - 1, 0), to, offset, before: offset };
}

/** A change of the clocks: the first moment of the new offset. */
interface Change {
  readonly at: number;
  readonly before: number;
  readonly offset: number;
}

/** A year takes about a hundred questions to `Intl`, of a microsecond each; all crons of a zone share the answers. */
const years = createLru<string, readonly Change[]>(4096);

function changesOf(zone: string, year: number): readonly Change[] {
  if (zone === 'UTC') return [];
  const key = `${year} ${zone}`;
  let changes = years.get(key);
  if (!changes) years.set(key, (changes = findChanges(zone, Date.UTC(year, 0), Date.UTC(year + 1, 0))));
  return changes;
}

function findChanges(zone: string, from: number, to: number): Change[] {
  const changes: Change[] = [];
  const end = to - 1000;
  let at = from - 1000;
  let before = offsetAt(zone, at);
  while (at < end) {
    const next = Math.min(at + STEP_MS, end);
    const offset = offsetAt(zone, next);
    if (offset !== before) changes.push({ at: firstSecondOf(zone, offset, at, next), before, offset });
    [at, before] = [next, offset];
  }
  return changes;
}

/** The first whole second of an offset that holds at `to` and not yet at `from`. */
function firstSecondOf(zone: string, offset: number, from: number, to: number): number {
  let [low, high] = [from / 1000, to / 1000];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle * 1000) === offset) high = middle;
    else low = middle;
  }
  return high * 1000;
}
