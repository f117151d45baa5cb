/** Decides what a gate lets through and when it is worth another look. Pure: what is known of the gate is handed in. */
import { freeAtMs, countOf, type Start } from './starts.ts';

/** What a gate may let through. `none`: its listener is gone or has lost the limit. */
export type GateLimit =
  | { readonly kind: 'none' }
  | { readonly kind: 'places'; readonly limit: number }
  | { readonly kind: 'rate'; readonly limit: number; readonly perMs: number };

export interface Situation {
  readonly nowMs: number;
  readonly limit: GateLimit;
  /** Runs that hold a place. */
  readonly held: number;
  /** When runs that were let through began, as far as it still counts. */
  readonly starts: readonly Start[];
  /** Runs that were let through and have not begun. */
  readonly unbegun: number;
  /** When a run was last about to be stored at this gate. */
  readonly expectedAtMs: number | undefined;
}

export interface Waiting {
  readonly dueAtMs: number;
}

export interface Decision<Run extends Waiting> {
  readonly pass: readonly Run[];
  /** When the gate is worth a look because something may pass then. */
  readonly dueAtMs?: number;
  /** When it is worth a look only because a process may have died, or the limit changed. Neither: it is not in use. */
  readonly checkAtMs?: number;
  /** More may pass at once. */
  readonly isMore: boolean;
}

/** Let through in one pass; also how many runs a pass reads at most, and so what it needs of memory. */
export const MOST_AT_ONCE = 200;
/** Let through by a rate and not begun. A server that is busy gains nothing from more; their ids are kept in the gate. */
export const MOST_UNBEGUN = 400;
const UNBEGUN_AGAIN_MS = 50;
/** After that what a crash left half done is found. */
export const CHECK_AFTER_MS = 30_000;

/** How many may pass now. */
export function freeOf({ limit, held, starts, unbegun }: Situation): number {
  switch (limit.kind) {
    case 'none':
      return MOST_AT_ONCE;
    case 'places':
      return clamp(limit.limit - held);
    case 'rate':
      return clamp(Math.min(limit.limit - countOf(starts) - unbegun, MOST_UNBEGUN - unbegun));
  }
}

/** `waiting`: the first at the gate by due time, one more than are free; fewer when there are no more. */
export function decide<Run extends Waiting>(situation: Situation, waiting: readonly Run[]): Decision<Run> {
  const { nowMs } = situation;
  const free = freeOf(situation);
  const pass = waiting.slice(0, free).filter(({ dueAtMs }) => dueAtMs <= nowMs);
  const next = waiting[pass.length];
  const after = {
    ...situation,
    held: situation.held + pass.length,
    unbegun: situation.unbegun + pass.length,
  };
  const dueAtMs = next === undefined ? undefined : nextDueMs(after, next);
  const isMore = next !== undefined && next.dueAtMs <= nowMs && freeOf(after) > 0;
  // A run at the gate whose turn is far off: the limit may be another one long before.
  const isHeldUp = next !== undefined && next.dueAtMs <= nowMs && (dueAtMs ?? Infinity) > nowMs + CHECK_AFTER_MS;
  const checkAtMs = checkMs(after, pass.length > 0 || isHeldUp);
  return {
    pass,
    ...(dueAtMs !== undefined && { dueAtMs }),
    ...(checkAtMs !== undefined && { checkAtMs }),
    isMore,
  };
}

/** When the next one may pass; undefined when that is at the end of a run. */
function nextDueMs(situation: Situation, next: Waiting): number | undefined {
  const { nowMs, limit, starts, unbegun } = situation;
  const isDue = next.dueAtMs <= nowMs;
  if (freeOf(situation) > 0) return Math.max(next.dueAtMs, nowMs);
  switch (limit.kind) {
    case 'none':
      return nowMs;
    case 'places':
      return isDue ? undefined : next.dueAtMs;
    case 'rate': {
      const isFull = countOf(starts) + unbegun >= limit.limit;
      const freeMs = isFull ? freeAtMs({ starts, unbegun, ...limit, nowMs }) : nowMs + UNBEGUN_AGAIN_MS;
      return Math.max(next.dueAtMs, freeMs);
    }
  }
}

function checkMs(situation: Situation, isAtRisk: boolean): number | undefined {
  const { nowMs, limit, starts, unbegun, expectedAtMs } = situation;
  const times: number[] = [];
  if (isAtRisk) times.push(nowMs + CHECK_AFTER_MS);
  if (isExpected(expectedAtMs, nowMs)) times.push(expectedAtMs + CHECK_AFTER_MS);
  // The gate remembers its starts for as long as they count; the check then forgets it.
  if (limit.kind === 'rate' && times.length === 0) {
    const lastMs = unbegun > 0 ? nowMs : starts.at(-1)?.at;
    if (lastMs !== undefined) times.push(lastMs + limit.perMs);
  }
  return times.length === 0 ? undefined : Math.min(...times);
}

/** A run may be stored only now, which nobody can see yet. Not of a time to come: the clock was set back since. */
export function isExpected(expectedAtMs: number | undefined, nowMs: number): expectedAtMs is number {
  return expectedAtMs !== undefined && Math.abs(nowMs - expectedAtMs) < CHECK_AFTER_MS;
}

function clamp(free: number): number {
  return Math.max(0, Math.min(free, MOST_AT_ONCE));
}
