/** hello and the other commands by which drivers and tools find out whom they speak with. */
import { hostname } from 'node:os';
import { ObjectId } from 'bson';
import { type Doc } from '../values/codec.ts';
import { MAX_MESSAGE_BYTES } from '../wire/frame.ts';
import { type Command } from './context.ts';
import { MAX_DOCUMENT_BYTES } from './insert.ts';

/** The version whose behaviour the engine follows. */
const VERSION = '8.0.0';
/** Of MongoDB 8.0. */
const MAX_WIRE_VERSION = 25;
/** Nobody connects by this name: clients use `directConnection`. */
const MEMBER = 'embedded.invalid:27017';
const SET_NAME = 'earshot';
const electionId = new ObjectId('7fffffff0000000000000001');

/**
 * Transactions and retryable writes are offered by replica sets only, so the engine says it is one, of one member. For
 * conformance runs it can say it is a standalone server, as the tests expect that they are made for one.
 */
export const hello: Command = ({ engine, client, command }) => {
  const isLegacy = command.hello === undefined;
  const set: Doc =
    engine.topology === 'standalone'
      ? {}
      : {
          setName: SET_NAME,
          setVersion: 1,
          hosts: [MEMBER],
          primary: MEMBER,
          me: MEMBER,
          secondary: false,
          electionId,
        };
  return {
    helloOk: true,
    ...(isLegacy ? { ismaster: true } : {}),
    isWritablePrimary: true,
    ...set,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    maxMessageSizeBytes: MAX_MESSAGE_BYTES,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    connectionId: client.id,
    minWireVersion: 0,
    maxWireVersion: MAX_WIRE_VERSION,
    readOnly: false,
    ok: 1,
  };
};

export const ping: Command = () => ({ ok: 1 });

export const buildInfo: Command = () => ({
  version: VERSION,
  gitVersion: 'embedded',
  modules: [],
  allocator: 'system',
  versionArray: [8, 0, 0, 0],
  storageEngines: ['sqlite'],
  bits: 64,
  debug: false,
  maxBsonObjectSize: MAX_DOCUMENT_BYTES,
  ok: 1,
});

export const serverStatus: Command = ({ engine }) => ({
  host: hostname(),
  version: VERSION,
  process: 'mongod',
  pid: process.pid,
  uptime: (Date.now() - engine.startedAt.getTime()) / 1000,
  localTime: new Date(),
  metrics: { cursor: { open: { total: engine.cursors.size() } }, commits: engine.group.commits() },
  storageEngine: { name: 'sqlite', supportsCommittedReads: true, persistent: true },
  transactions: { currentOpen: engine.transactions.openCount() },
  ok: 1,
});

export const connectionStatus: Command = () => ({
  authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] },
  ok: 1,
});

export const getParameter: Command = () => ({ featureCompatibilityVersion: { version: '8.0' }, ok: 1 });

export const succeed: Command = () => ({ ok: 1 });

export const startSession: Command = ({ command }) => ({ id: command.lsid ?? {}, timeoutMinutes: 30, ok: 1 });
