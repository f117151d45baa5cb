/** commitTransaction, abortTransaction, endSessions. */
import { MongoError } from '../errors.ts';
import { isPlainObject } from '../values/types.ts';
import { arrayArgument } from './arguments.ts';
import { type Command } from './context.ts';
import { sessionKey } from './session-key.ts';

export const commitTransaction: Command = ({ engine, transaction, work }) => {
  if (transaction === undefined) throw outsideTransaction('commitTransaction');
  work.outside(() => engine.transactions.commit(transaction));
  return { ok: 1 };
};

export const abortTransaction: Command = ({ engine, transaction }) => {
  if (transaction === undefined) throw outsideTransaction('abortTransaction');
  engine.transactions.requireOpen(transaction);
  engine.transactions.abort(transaction);
  return { ok: 1 };
};

export const endSessions: Command = ({ engine, command }) => {
  for (const session of arrayArgument(command, Object.keys(command)[0]!) ?? []) {
    const key = isPlainObject(session) ? sessionKey(session) : undefined;
    if (key === undefined) continue;
    engine.transactions.endSession(key);
    engine.sessions.forget(key);
  }
  return { ok: 1 };
};

const outsideTransaction = (name: string): MongoError =>
  new MongoError(125, 'CommandFailed', `${name} must be run within a transaction`);
