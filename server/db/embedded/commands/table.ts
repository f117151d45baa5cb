/** Which function carries out which command. Names are compared in lower case, as MongoDB's oldest ones vary. */
import { aggregate } from './aggregate.ts';
import { bulkWrite } from './bulk-write.ts';
import {
  collMod,
  create,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
  renameCollection,
} from './collections.ts';
import { type Command } from './context.ts';
import { count, distinct } from './count.ts';
import { deleteCommand } from './delete.ts';
import {
  buildInfo,
  connectionStatus,
  getParameter,
  hello,
  ping,
  serverStatus,
  startSession,
  succeed,
} from './diagnostics.ts';
import { explain } from './explain.ts';
import { findAndModify } from './find-and-modify.ts';
import { find, getMore, killCursors } from './find.ts';
import { createIndexes, dropIndexes, listIndexes } from './indexes.ts';
import { insert } from './insert.ts';
import { collStats, dbStats } from './statistics.ts';
import { abortTransaction, commitTransaction, endSessions } from './session-commands.ts';
import { update } from './update.ts';

export const commands: ReadonlyMap<string, Command> = new Map(
  Object.entries({
    hello, isMaster: hello, ping, buildInfo, insert, find, getMore, killCursors, update, delete: deleteCommand,
    findAndModify, count, distinct, aggregate, createIndexes, listIndexes, dropIndexes, deleteIndexes: dropIndexes,
    create, drop, dropDatabase, renameCollection, listCollections, listDatabases, collStats, dbStats, collMod, explain,
    endSessions, startSession, refreshSessions: succeed, killSessions: endSessions, bulkWrite, serverStatus,
    connectionStatus, getParameter, setParameter: succeed, commitTransaction, abortTransaction, logout: succeed,
    whatsmyuri: ping, getLastError: succeed,
  } satisfies Record<string, Command>).map(([name, command]) => [name.toLowerCase(), command]),
); // prettier-ignore
