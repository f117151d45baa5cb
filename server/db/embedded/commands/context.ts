/** What every command is given, and the parts of the engine it may use. */
import { type Collection, type Catalog } from '../store/catalog.ts';
import { type DataFile } from '../store/file.ts';
import { type CommitGroup } from '../store/group.ts';
import { type Overlay } from '../store/overlay.ts';
import { type Records } from '../store/records.ts';
import { type Turns } from '../store/turns.ts';
import { type Work } from '../store/work.ts';
import { type Doc } from '../values/codec.ts';
import { type Client } from '../wire/connection.ts';
import { type Reply } from '../wire/reply.ts';
import { type Cursors } from './cursors.ts';
import { type Sessions } from './sessions.ts';
import { type Transaction, type Transactions } from './transactions.ts';

export interface Engine {
  readonly file: DataFile;
  readonly group: CommitGroup;
  readonly catalog: Catalog;
  readonly records: Records;
  readonly turns: Turns;
  readonly cursors: Cursors;
  readonly sessions: Sessions;
  readonly overlay: Overlay;
  readonly transactions: Transactions;
  /** Where large aggregations put what does not fit into memory. */
  readonly spillDir: string;
  /** A replica set of one member offers transactions and retryable writes; a standalone server does not. */
  readonly topology: 'replicaSet' | 'standalone';
  readonly startedAt: Date;
  /** Makes a clear error out of what SQLite reported. */
  readonly explain: (error: unknown) => Error;
}

export interface CommandContext {
  readonly engine: Engine;
  readonly db: string;
  /** As sent: numbers keep their BSON types. */
  readonly command: Doc;
  readonly name: string;
  readonly sequences: ReadonlyMap<string, readonly Buffer[]>;
  readonly client: Client;
  readonly work: Work;
  readonly transaction: Transaction | undefined;
}

export type Command = (context: CommandContext) => Reply | Promise<Reply>;

/** Finds a collection or makes it, as every first write does. */
export function ensureCollection(
  context: Pick<CommandContext, 'engine' | 'work'>,
  db: string,
  name: string,
): Collection {
  const found = context.engine.catalog.find(db, name);
  if (found !== undefined) return found;
  return context.work.outside(() => context.engine.catalog.create(db, name, {}));
}
