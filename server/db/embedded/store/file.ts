/**
 * Opens the one SQLite file: exclusive lock, write-ahead log, a sync at every commit, and the checks that keep a
 * foreign, newer or damaged file from being touched. What is wrong is thrown as an EngineFault.
 */
import { chmodSync, existsSync, statSync } from 'node:fs';
import { openSqlite, type Sqlite, type Statement } from '../sqlite.ts';
import { corrupt, EngineFault, startFault } from './faults.ts';

/** Stands in the file's header; `file(1)` and we ourselves recognise the file by it. "ESHT" in ASCII. */
const APPLICATION_ID = 0x45534854;
/** Raised when the layout of the tables changes; a newer file is refused. */
const FORMAT_VERSION = 1;
/** Documents of a kilobyte fill 8 KiB pages well: a fifth faster to insert than with SQLite's 4 KiB. */
const PAGE_BYTES = 8192;
/** Pages in the log before it is copied back, 32 MiB: index pages are copied once, not at every thousandth page. */
const CHECKPOINT_PAGES = 4000;
const CACHE_KIB = 65_536;
/** Files up to this size are checked whole at start (about 0.1 s); larger ones by their catalogue and table roots. */
const FULL_CHECK_BYTES = 32 * 1024 * 1024;
const MAX_STATEMENTS = 600;

/** Numbers are never used twice: the table of a dropped collection may still be there, waiting to be emptied. */
const SCHEMA = `
  create table collections(id integer primary key autoincrement, db text not null, name text not null, uuid blob not null,
    options blob not null, largest integer not null default 1024, unique(db, name));
  create table indexes(id integer primary key autoincrement, collection integer not null, name text not null, spec blob not null,
    multikey integer not null default 0, ready integer not null default 0, unique(collection, name));
  create table trash(name text primary key) without rowid;
`;

export interface DataFile extends Sqlite {
  readonly path: string;
  /** A prepared statement, kept for the next time the same text is asked for. */
  readonly statement: (sql: string) => Statement;
}

export function openDataFile(path: string): DataFile {
  refuseOrphanedLog(path);
  let database: Sqlite;
  try {
    database = openSqlite(path);
  } catch (error) {
    throw startFault(error, path);
  }
  try {
    prepareFile(database, path);
  } catch (error) {
    try {
      database.close();
    } catch {
      // The first fault is the one to report.
    }
    throw startFault(error, path);
  }
  return withStatements(database, path);
}

/** SQLite deletes a log whose main file is empty or gone; acknowledged writes may be in it. */
function refuseOrphanedLog(path: string): void {
  const log = `${path}-wal`;
  if (!existsSync(log) || statSync(log).size === 0) return;
  if (!existsSync(path) || statSync(path).size === 0)
    throw corrupt(path, 'the file is empty or missing, but its log is there');
}

function prepareFile(database: Sqlite, path: string): void {
  database.exec(`PRAGMA locking_mode=EXCLUSIVE; PRAGMA page_size=${PAGE_BYTES}`);
  const isNew = numberOf(database, 'select count(*) n from sqlite_master', 'n') === 0;
  const version = numberOf(database, 'PRAGMA user_version', 'user_version');
  if (!isNew) refuseForeign(database, path, version);
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY');
  database.exec(`PRAGMA cache_size=-${CACHE_KIB}; PRAGMA wal_autocheckpoint=${CHECKPOINT_PAGES}`);
  for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) chmodSync(file, 0o600);
  // Takes the exclusive lock now, so that a second process fails here and not at its first write.
  database.exec('BEGIN IMMEDIATE');
  if (isNew) {
    database.exec(SCHEMA);
    database.exec(`PRAGMA application_id=${APPLICATION_ID}; PRAGMA user_version=${FORMAT_VERSION}`);
  }
  database.exec('COMMIT');
  if (!isNew) checkWhole(database, path);
  for (const file of [path, `${path}-wal`]) if (existsSync(file)) chmodSync(file, 0o600);
}

function refuseForeign(database: Sqlite, path: string, version: number): void {
  if (numberOf(database, 'PRAGMA application_id', 'application_id') !== APPLICATION_ID)
    throw new EngineFault(
      'foreign_file',
      `${path} is not a data file of this server. Choose another data directory (DATA_DIR).`,
    );
  if (version > FORMAT_VERSION)
    throw new EngineFault(
      'newer_format',
      `${path} has format ${version}, this server knows formats up to ${FORMAT_VERSION}. Start the newer version that ` +
        `wrote it, or restore a backup made by this one. Nothing was changed.`,
    );
}

function checkWhole(database: Sqlite, path: string): void {
  if (statSync(path).size <= FULL_CHECK_BYTES) {
    const row = database.prepare('PRAGMA quick_check(1)').get([]);
    const verdict = String(Object.values(row ?? {})[0]);
    if (verdict !== 'ok') throw corrupt(path, verdict);
  }
  for (const { name } of database
    .prepare("select name from sqlite_master where type='table' and name not like 'sqlite%'")
    .all([]))
    database.prepare(`select 1 from "${String(name)}" limit 1`).get([]);
}

function numberOf(database: Sqlite, sql: string, column: string): number {
  return Number(database.prepare(sql).get([])?.[column] ?? 0);
}

function withStatements(database: Sqlite, path: string): DataFile {
  const statements = new Map<string, Statement>();
  return {
    path,
    exec: (sql) => database.exec(sql),
    prepare: (sql) => database.prepare(sql),
    statement: (sql) => {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      if (statements.size >= MAX_STATEMENTS) statements.clear();
      const made = database.prepare(sql);
      statements.set(sql, made);
      return made;
    },
    close: () => {
      statements.clear();
      database.close();
    },
  };
}
