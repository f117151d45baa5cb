/**
 * The one door to SQLite: `node:sqlite` where Node has it, `libsql` (prebuilt) on Node 20. Parameters always travel as
 * an array (libsql takes anything else for named parameters), and blobs come back as whatever the binding likes:
 * `bytesOf` makes them Buffers without copying.
 */
import { createRequire } from 'node:module';

export type SqlValue = string | number | Uint8Array | null;
export type Row = Record<string, unknown>;

export interface Statement {
  readonly run: (values: readonly SqlValue[]) => { readonly changes: number | bigint };
  readonly get: (values: readonly SqlValue[]) => Row | undefined;
  readonly all: (values: readonly SqlValue[]) => Row[];
}

export interface Sqlite {
  readonly exec: (sql: string) => void;
  readonly prepare: (sql: string) => Statement;
  readonly close: () => void;
}

interface NativeStatement {
  run: (...values: unknown[]) => { changes: number | bigint };
  get: (...values: unknown[]) => Row | undefined;
  all: (...values: unknown[]) => Row[];
}

interface NativeDatabase {
  exec: (sql: string) => void;
  prepare: (sql: string) => NativeStatement;
  close: () => void;
}

type NativeConstructor = new (path: string) => NativeDatabase;

export function openSqlite(path: string): Sqlite {
  const builtIn = builtInSqlite();
  if (builtIn === undefined) {
    const Libsql = createRequire(import.meta.url)('libsql') as NativeConstructor;
    return adapt(new Libsql(path), (statement) => statement);
  }
  return adapt(new builtIn(path), (statement) => ({
    run: (values) => statement.run(...values),
    get: (values) => statement.get(...values),
    all: (values) => statement.all(...values),
  }));
}

export function bytesOf(blob: unknown): Buffer {
  if (Buffer.isBuffer(blob)) return blob;
  if (blob instanceof ArrayBuffer) return Buffer.from(blob);
  if (ArrayBuffer.isView(blob)) return Buffer.from(blob.buffer as ArrayBuffer, blob.byteOffset, blob.byteLength);
  throw new TypeError('Expected a blob from the database file');
}

function adapt(database: NativeDatabase, statementOf: (native: NativeStatement) => Statement): Sqlite {
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => statementOf(database.prepare(sql)),
    close: () => database.close(),
  };
}

function builtInSqlite(): NativeConstructor | undefined {
  const load = (process as { getBuiltinModule?: (id: string) => unknown }).getBuiltinModule;
  const module = load?.('node:sqlite') as { DatabaseSync: NativeConstructor } | undefined;
  return module?.DatabaseSync;
}
