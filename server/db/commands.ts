/**
 * Bulk writes as one database command each, without the driver's per-document bookkeeping: a batch of fifty costs
 * one message. What a document of the batch met comes back at its own place.
 */
import type mongoose from 'mongoose';
import { AppError } from '../lib/errors.ts';

export interface UpdateOp {
  readonly q: object;
  readonly u: object | readonly object[];
  readonly multi?: boolean;
}

/** A document that another one forbids: MongoDB's error 11000. */
export class DuplicateKeyError extends Error {
  readonly keyPattern: Readonly<Record<string, unknown>>;

  constructor(message: string, keyPattern: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = 'DuplicateKeyError';
    this.keyPattern = keyPattern;
  }
}

interface WriteReply {
  readonly n: number;
  readonly writeErrors?: readonly WriteFault[];
  readonly writeConcernError?: { readonly errmsg: string };
}

interface WriteFault {
  readonly index: number;
  readonly code: number;
  readonly errmsg: string;
  readonly keyPattern?: Readonly<Record<string, unknown>>;
}

/** Inserts each document on its own merits: the n-th answer is undefined, or why the n-th document was refused. */
export async function insertEach(
  connection: mongoose.Connection,
  collection: string,
  documents: readonly object[],
): Promise<(Error | undefined)[]> {
  const reply = await runWrite(connection, { insert: collection, documents, ordered: false });
  const answers = new Array<Error | undefined>(documents.length).fill(undefined);
  for (const fault of reply.writeErrors ?? []) answers[fault.index] = errorOf(fault);
  return answers;
}

/** Applies each update on its own merits and answers how many documents all of them matched. */
export async function updateEach(
  connection: mongoose.Connection,
  collection: string,
  updates: readonly UpdateOp[],
): Promise<number> {
  const reply = await runWrite(connection, { update: collection, updates, ordered: false });
  const fault = reply.writeErrors?.[0];
  if (fault !== undefined) throw errorOf(fault);
  return reply.n;
}

async function runWrite(connection: mongoose.Connection, command: object): Promise<WriteReply> {
  try {
    if (connection.db === undefined) throw new Error('not connected');
    const reply = (await connection.db.command({ ...command })) as unknown as WriteReply;
    if (reply.writeConcernError !== undefined) throw new Error(reply.writeConcernError.errmsg);
    return reply;
  } catch (error) {
    throw new AppError('storage_unavailable', {
      detail: 'The database did not take the write; nothing was accepted. Try again.',
      retryAfterS: 5,
      cause: error,
    });
  }
}

function errorOf(fault: WriteFault): Error {
  if (fault.code === 11000) return new DuplicateKeyError(fault.errmsg, fault.keyPattern ?? {});
  return new Error(`write refused (${String(fault.code)}): ${fault.errmsg}`);
}
