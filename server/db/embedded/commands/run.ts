/**
 * Carries out one request: finds the command, its session and transaction, runs it, and holds the answer back until all
 * it wrote, or may have read, is on disk.
 */
import { MongoError } from '../errors.ts';
import { sqliteCodeOf } from '../store/faults.ts';
import { createWork, type Work } from '../store/work.ts';
import { toBigInt, isPlainObject } from '../values/types.ts';
import { type Client } from '../wire/connection.ts';
import { type Request } from '../wire/message.ts';
import { CursorReply, type Reply } from '../wire/reply.ts';
import { numberArgument } from './arguments.ts';
import { type Command, type CommandContext, type Engine } from './context.ts';
import { sessionKey } from './session-key.ts';
import { commands } from './table.ts';
import { type Transaction } from './transactions.ts';
import { withWriteConcern } from './write-concern.ts';

/** In a transaction. `create` and `createIndexes` are let through and happen at once, outside of it. */
const IN_TRANSACTION: ReadonlySet<string> = new Set([
  'insert', 'update', 'delete', 'find', 'getmore', 'killcursors', 'findandmodify', 'aggregate', 'distinct',
  'bulkwrite', 'committransaction', 'aborttransaction', 'listcollections', 'listindexes', 'ping', 'hello',
]); // prettier-ignore
const BESIDE_TRANSACTION: ReadonlySet<string> = new Set(['create', 'createindexes']);
const ENDS_TRANSACTION: ReadonlySet<string> = new Set(['committransaction', 'aborttransaction']);
const RETRYABLE: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'findandmodify', 'bulkwrite']);

export function createRunner(engine: Engine) {
  return async function runCommand(request: Request, name: string, client: Client): Promise<Reply> {
    const command = commands.get(name);
    const shown = Object.keys(request.command)[0] ?? '';
    if (command === undefined) throw new MongoError(59, 'CommandNotFound', `no such command: '${shown}'`);
    const { lsid, txnNumber, autocommit } = request.command;
    const session = isPlainObject(lsid) ? sessionKey(lsid) : undefined;
    const number = toBigInt(txnNumber);
    if (session === undefined || number === undefined) return carryOut(engine, command, request, client, undefined);
    if (engine.topology === 'standalone')
      throw new MongoError(
        20,
        'IllegalOperation',
        'Transaction numbers are only allowed on a replica set member or mongos',
      );
    if (autocommit === false) return inTransaction(engine, command, { request, name, client, session, number });
    if (!RETRYABLE.has(name)) return carryOut(engine, command, request, client, undefined);
    return engine.sessions.once(session, number, () => carryOut(engine, command, request, client, undefined));
  };
}

interface TransactionRequest {
  readonly request: Request;
  readonly name: string;
  readonly client: Client;
  readonly session: string;
  readonly number: bigint;
}

async function inTransaction(
  engine: Engine,
  command: Command,
  { request, name, client, session, number }: TransactionRequest,
): Promise<Reply> {
  const { transactions } = engine;
  const transaction = transactions.of(session, number, request.command.startTransaction === true);
  if (!ENDS_TRANSACTION.has(name)) transactions.requireOpen(transaction);
  if (BESIDE_TRANSACTION.has(name)) return carryOut(engine, command, request, client, undefined);
  if (!IN_TRANSACTION.has(name)) {
    transactions.abort(transaction);
    throw new MongoError(
      263,
      'OperationNotSupportedInTransaction',
      `Cannot run '${name}' in a multi-document transaction.`,
    );
  }
  transaction.isBusy = true;
  try {
    const reply = await carryOut(engine, command, request, client, transaction);
    // As in MongoDB, one failed write ends the transaction.
    if (!(reply instanceof CursorReply) && Array.isArray(reply.writeErrors)) transactions.abort(transaction);
    return reply;
  } catch (error) {
    if (!ENDS_TRANSACTION.has(name)) transactions.abort(transaction);
    throw error;
  } finally {
    transaction.isBusy = false;
    transaction.usedAt = performance.now();
  }
}

async function carryOut(
  engine: Engine,
  command: Command,
  request: Request,
  client: Client,
  transaction: Transaction | undefined,
): Promise<Reply> {
  const work = startWork(engine, request, client, transaction);
  const context: CommandContext = {
    engine,
    db: request.db,
    command: request.command,
    name: Object.keys(request.command)[0] ?? '',
    sequences: request.sequences,
    client,
    work,
    transaction,
  };
  try {
    const reply = await command(context);
    await work.settle();
    return engine.topology === 'replicaSet' ? withWriteConcern(request.command, reply) : reply;
  } catch (error) {
    throw await clarify(engine, work, error);
  }
}

function startWork(engine: Engine, { command }: Request, client: Client, transaction: Transaction | undefined): Work {
  const maxTimeMs = Object.keys(command)[0] === 'getMore' ? undefined : numberArgument(command, 'maxTimeMS');
  return createWork({
    group: engine.group,
    turns: engine.turns,
    overlay: engine.overlay,
    buffer: transaction?.buffer,
    deadlineMs: maxTimeMs === undefined || maxTimeMs === 0 ? undefined : performance.now() + maxTimeMs,
    isCancelled: client.isGone,
  });
}

/**
 * A refusal is answered once what came before it is on disk. A change that broke off half-way takes its batch with it, and so
 * does any fault of SQLite: what it did to the open transaction is not known.
 */
async function clarify(engine: Engine, work: Work, error: unknown): Promise<unknown> {
  const isMidChange = engine.records.takeMidChange();
  if (isMidChange || sqliteCodeOf(error) !== undefined) return engine.group.poison(error);
  if (!(error instanceof MongoError)) return engine.explain(error);
  try {
    await work.settle();
  } catch (failed) {
    return failed;
  }
  return error;
}
