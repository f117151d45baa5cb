/** One failed operation of a batch of writes, as the driver reads it. */
import { MongoError } from '../errors.ts';
import { type Doc } from '../values/codec.ts';

export interface WriteError extends Doc {
  readonly index: number;
  readonly code: number;
  readonly codeName: string;
  readonly errmsg: string;
}

/** What ends the whole command, whatever stands behind the operation that met it. */
const FATAL: ReadonlySet<number> = new Set([50, 112, 251, 11601, 14031, 8, 43]);

export function writeError(error: unknown, index: number): WriteError {
  if (!(error instanceof MongoError) || FATAL.has(error.code) || error.extra.errorLabels !== undefined) throw error;
  return { index, code: error.code, codeName: error.codeName, errmsg: error.message, ...error.extra };
}
