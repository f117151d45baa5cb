/** What an update is asked for and gives, and what its operators look like inside. */
import { type MatchOptions } from '../match/types.ts';
import { type Doc } from '../values/doc.ts';

export interface UpdateOptions {
  readonly arrayFilters?: readonly Doc[] | undefined;
  /** MatchFound.arrayIndex of the filter's match, for the positional operator `$`. */
  readonly arrayIndex?: number | undefined;
  readonly isInsert: boolean;
  readonly now: Date;
  readonly match: MatchOptions;
  /** Runs a pipeline update's stages over one document. */
  readonly pipeline?: ((doc: Doc, stages: readonly Doc[]) => Doc) | undefined;
}
export interface UpdateResult {
  readonly doc: Doc;
  /** False when the stored bytes would stay the same. */
  readonly isModified: boolean;
}

/** Answers of an operator that are no value. */
export const SAME = Symbol('same');
export const REMOVE = Symbol('remove');

/** Where an operator is at work; for its messages and for what it may not know beforehand. */
export interface Place {
  readonly path: string;
  readonly now: Date;
  /** The document's _id, for messages. */
  readonly id: unknown;
}

/** What an operator does to the value at the end of its path. */
export interface Change {
  /** The new value, SAME or REMOVE; `old` is undefined when there is nothing. Must not touch `old`. */
  readonly apply: (old: unknown, place: Place) => unknown;
  /** creates: missing parents are made. skips: nothing happens without them, but a scalar in the way is a fault. ignores: nor is that. */
  readonly ifMissing: 'creates' | 'skips' | 'ignores';
}

/** Reads the operand of an operator for one path; throws what MongoDB would say about a bad one. */
export type ParseChange = (operand: unknown, path: string, match: MatchOptions) => Change;
