/** The writes to gates and to the runs that pass them. Pure. */
import type { mongo } from 'mongoose';
import type { UpdateOp } from '../../db/commands.ts';
import { CHECK_AFTER_MS, isExpected } from './decide.ts';
import type { GateDocument, Note } from './document.ts';
import type { Start } from './starts.ts';

export interface Expectation {
  readonly gate: string;
  readonly now: Date;
  /** Without it the run is due now, and the gate will be opened as soon as it is stored. */
  readonly dueAt?: Date;
}

/** A run's step through a gate. */
export interface Promotion {
  readonly note: Note;
  readonly fromLane: string;
  readonly toLane: string;
  /** The place it takes. */
  readonly hold?: string;
  /** Whether it waits no more. */
  readonly isLast: boolean;
}

export interface GateSave {
  readonly now: Date;
  readonly promoting: readonly Note[];
  readonly starts: readonly Start[];
  readonly dueAt: Date | undefined;
  readonly checkAt: Date | undefined;
}

export function since(now: Date): Date {
  return new Date(now.getTime() - CHECK_AFTER_MS);
}

/** One for each gate. */
export function merged(batch: readonly Expectation[]): readonly Expectation[] {
  const byGate = new Map<string, Expectation>();
  for (const one of batch) {
    const other = byGate.get(one.gate);
    const [a, b] = [one.dueAt, other?.dueAt];
    const dueAt = a === undefined || (b !== undefined && b < a) ? b : a;
    byGate.set(one.gate, { gate: one.gate, now: one.now, ...(dueAt !== undefined && { dueAt }) });
  }
  return [...byGate.values()];
}

export function expectOp({ gate, now, dueAt }: Expectation, version: mongo.ObjectId): UpdateOp & { upsert: true } {
  return {
    q: { _id: gate },
    u: {
      $set: { expected_at: now },
      $min: { check_at: new Date(now.getTime() + CHECK_AFTER_MS), ...(dueAt !== undefined && { due_at: dueAt }) },
      $setOnInsert: { version, promoting: [], starts: [] },
    },
    upsert: true,
  };
}

/**
 * The times after a pass. A run that was expected a moment ago may be stored only now: the pass has not seen it, so
 * what was said of it is kept, as the document stands when this is written.
 */
export function nextTimes({ now, dueAt, checkAt }: GateSave): object {
  const isStillExpected = {
    $and: [{ $gt: ['$expected_at', since(now)] }, { $lt: ['$expected_at', new Date(now.getTime() + CHECK_AFTER_MS)] }],
  };
  const due = dueAt ?? '$$REMOVE';
  const check = checkAt ?? '$$REMOVE';
  return {
    due_at: {
      $cond: [
        { $and: [isStillExpected, { $gt: ['$due_at', now] }] },
        dueAt === undefined ? '$due_at' : { $min: ['$due_at', dueAt] },
        due,
      ],
    },
    check_at: {
      $cond: [
        isStillExpected,
        { $min: [{ $add: ['$expected_at', CHECK_AFTER_MS] }, ...(checkAt === undefined ? [] : [checkAt])] },
        check,
      ],
    },
  };
}

/** More notes are not left to be read again with every pass. */
const MOST_NOTES_LEFT = 8;

/**
 * Whether the gate says already what a pass that let nothing through would write: at a gate without room, where runs
 * go on coming, most passes need not write.
 */
export function isAsItIs(gate: GateDocument, { now, promoting, dueAt, checkAt }: GateSave): boolean {
  const { due_at, check_at, expected_at } = gate;
  if (gate.promoting.length > promoting.length + MOST_NOTES_LEFT) return false;
  if (check_at === undefined ? checkAt !== undefined : checkAt === undefined || check_at <= now || check_at > checkAt) {
    return false;
  }
  const isKept = due_at !== undefined && due_at > now && isExpected(expected_at?.getTime(), now.getTime());
  return isKept ? dueAt === undefined || due_at <= dueAt : due_at?.getTime() === dueAt?.getTime();
}

export function promoteOp({ note, fromLane, toLane, hold, isLast }: Promotion): UpdateOp {
  return {
    // A run that has gone on since, ended, or was put off matches nothing.
    q: { _id: note.id, lane: fromLane, attempt: note.attempt, due_at: note.due_at },
    u: {
      $set: { lane: toLane },
      ...(hold !== undefined && { $addToSet: { holds: hold } }),
      ...(isLast && { $unset: { waiting_key: '' } }),
    },
  };
}
