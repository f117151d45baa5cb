/**
 * A gate as it is stored: one small document per gate in use, whatever waits there. The runs that wait are found by
 * their lane, those that hold a place by `holds`; here is only what a pass needs beside them.
 */
import type { mongo } from 'mongoose';
import type { Start } from './starts.ts';

export interface GateDocument {
  readonly _id: string;
  /** Another one with every pass, and never the same again, even if the document was deleted in between. */
  readonly version: mongo.ObjectId;
  /** When something may pass. */
  readonly due_at?: Date;
  /** When to look after what a process that died may have left. */
  readonly check_at?: Date;
  /** When a run was last about to be stored at this gate. */
  readonly expected_at?: Date;
  /** What the last pass let through, and of a rate all that has not begun. Written before it is done: see `pass.ts`. */
  readonly promoting: readonly Note[];
  /** Of a rate: when runs began. */
  readonly starts: readonly Start[];
}

/** A run that was let through, exactly as it waited: once it has gone on and come back it is another one. */
export interface Note {
  readonly id: string;
  readonly attempt: number;
  readonly due_at: Date;
  /** When it was let through, in milliseconds since the epoch. */
  readonly at: number;
}
