/** Turns what the driver throws into something a listener can meet and act on. */
import mongoose from 'mongoose';
import { AppError } from '../lib/errors.ts';

const DUPLICATE_KEY = 11000;
const TIME_IS_UP = 50;

export function storeFault(error: unknown): unknown {
  const { MongoServerError, MongoError } = mongoose.mongo;
  if (error instanceof AppError || !(error instanceof Error)) return error;
  if (error instanceof MongoServerError && !isAboutTheServer(error)) {
    switch (error.code) {
      case DUPLICATE_KEY:
        return new AppError('conflict', {
          detail: 'A document with this _id, or another value that must be unique, exists already.',
          cause: error,
        });
      case TIME_IS_UP:
        return new AppError('invalid_input', {
          detail: 'The database gave up after 5 s: ask for less, or with a narrower filter.',
          cause: error,
        });
      default:
        return new AppError('invalid_input', { detail: `The database refused this: ${error.message}`, cause: error });
    }
  }
  // The driver refuses by itself what could never be sent: a document over 16 MiB, for one.
  if (error instanceof RangeError) {
    return new AppError('invalid_input', { detail: 'A document has at most 16 MiB.', cause: error });
  }
  const isOurs = error.name === 'BSONError' || error instanceof mongoose.mongo.MongoInvalidArgumentError;
  if (isOurs) return new AppError('invalid_input', { detail: error.message, cause: error });
  if (!(error instanceof MongoError)) return error;
  return new AppError('storage_unavailable', {
    detail: 'The database does not answer. Try again.',
    retryAfterS: 5,
    cause: error,
  });
}

/** Something that must be unique is there already. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof mongoose.mongo.MongoServerError && error.code === DUPLICATE_KEY;
}

/** Whether the driver says this of an error, or of what caused it. */
export function hasLabel(error: unknown, label: string): boolean {
  if (error instanceof mongoose.mongo.MongoError && error.hasErrorLabel(label)) return true;
  return error instanceof AppError && error.cause !== undefined && hasLabel(error.cause, label);
}

/** Stepping down, shutting down, not logged in: nothing that another query would change. */
function isAboutTheServer(error: mongoose.mongo.MongoServerError): boolean {
  const codes: readonly unknown[] = [13, 18, 91, 189, 10107, 11600, 11602, 13435, 13436];
  const labels = ['RetryableWriteError', 'TransientTransactionError', 'UnknownTransactionCommitResult'];
  return labels.some((label) => error.hasErrorLabel(label)) || codes.includes(error.code);
}
