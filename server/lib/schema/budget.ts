/**
 * How much work one validation may be. A schema that is small can still ask for very much on a body that is small too
 * (a tree that refers to itself twice, a pattern full of repetitions), so the work is counted while it is done.
 * Validation is synchronous: there is one budget, refilled when a validation starts.
 */
import type { FieldFault } from '../errors.ts';
import { AppError } from '../errors.ts';

/** About one step per keyword and value; a full megabyte of ordinary JSON takes some hundred thousand. */
const MAX_STEPS = 3_000_000;
/** Characters times instructions of one pattern on one text: 10,000 characters for the costliest, a megabyte for simple ones. */
const MAX_TEXT_WORK = 10_000_000;
const MAX_WALL_MS = 2_000;
/** The clock is read once in so many steps. */
const STEPS_PER_LOOK = 10_000;

let stepsLeft = 0;
let nextLook = 0;
let endMs = 0;

export function refillBudget(): void {
  stepsLeft = MAX_STEPS;
  nextLook = MAX_STEPS - STEPS_PER_LOOK;
  endMs = performance.now() + MAX_WALL_MS;
}

/** Thrown out of a validation that is more work than a body is worth: the body does not count as fitting. */
export class BudgetSpent extends Error {
  readonly fault: FieldFault;

  constructor(message: string) {
    super(message);
    this.fault = { path: '', message };
  }
}

/** Thrown out of a validation that has faults enough to report. */
export class EnoughFaults extends Error {
  readonly found: readonly unknown[];

  constructor(found: readonly unknown[]) {
    super('enough faults');
    this.found = found;
  }
}

export const MAX_FAULTS = 50;

export function spend(steps: number): void {
  stepsLeft -= steps;
  if (stepsLeft > nextLook) return;
  if (stepsLeft <= 0) throw new BudgetSpent('checking it against this schema takes too many steps');
  nextLook = stepsLeft - STEPS_PER_LOOK;
  lookAtClock();
}

/** As `spend`, and stops once there are more faults than anybody is told. */
export function spendUnlessFull(steps: number, faultCount: number, faults: readonly unknown[] | null): void {
  if (faultCount > MAX_FAULTS && faults !== null) throw new EnoughFaults(faults.slice(0, MAX_FAULTS));
  spend(steps);
}

export function spendOnText(length: number, patternSize: number): void {
  if (length * patternSize > MAX_TEXT_WORK) {
    throw new BudgetSpent(`a text of ${length} characters is too long for the pattern it has to match`);
  }
  // Some ten characters cost as much as a step.
  spend(1 + length / 10);
  if (length > 1_000) lookAtClock();
}

// Not a fault of the body: on a machine that busy the same body may be fine a minute later, so it is not refused for good.
function lookAtClock(): void {
  if (performance.now() > endMs) {
    throw new AppError('overloaded', {
      detail: 'Checking the body against its schema took too long.',
      retryAfterS: 30,
    });
  }
}
