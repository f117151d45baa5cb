/**
 * What can keep the engine from starting or from writing, in words that say what to do. Nothing here is MongoDB's:
 * these reach the person who runs the server, at start, or the client as code 14031 when the disk is full.
 */
import { MongoError } from '../errors.ts';

export type FaultCode =
  'in_use' | 'corrupt' | 'foreign_file' | 'newer_format' | 'no_permission' | 'disk_full' | 'engine_failed';

export class EngineFault extends Error {
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'EngineFault';
    this.code = code;
  }
}

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html), as both bindings report them. */
const PRIMARY_CODES: Readonly<Record<number, string>> = {
  3: 'SQLITE_PERM',
  5: 'SQLITE_BUSY',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  26: 'SQLITE_NOTADB',
};

/** The name of SQLite's primary result code, or undefined when the error is not SQLite's. */
export function sqliteCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (typeof errcode === 'number') return PRIMARY_CODES[errcode & 0xff] ?? `SQLITE_${errcode & 0xff}`;
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) return undefined;
  return Object.values(PRIMARY_CODES).find((name) => code.startsWith(name)) ?? code;
}

/** libsql tells why a file does not open in words only: the result code stands at their end. */
function openCodeOf(error: unknown): string | undefined {
  const match = /^ConnectionFailed.*: (\d+)"\)$/.exec(error instanceof Error ? error.message : '');
  return match === null ? undefined : PRIMARY_CODES[Number(match[1]) & 0xff];
}

/** Start-up: turns what the operating system or SQLite said about the file into advice. */
export function startFault(error: unknown, path: string): EngineFault {
  if (error instanceof EngineFault) return error;
  const code = sqliteCodeOf(error) ?? openCodeOf(error) ?? (error as { code?: string }).code;
  switch (code) {
    case 'SQLITE_BUSY':
      return new EngineFault(
        'in_use',
        `${path} is in use by another process. Stop the other server that runs on this data directory, or give this ` +
          `one a directory of its own (DATA_DIR). Nothing was changed.`,
        error,
      );
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return corrupt(path, error instanceof Error ? error.message : String(error));
    case 'SQLITE_FULL':
    case 'ENOSPC':
      return new EngineFault(
        'disk_full',
        `There is no space left for ${path}. Free space on that disk and start again. Nothing was lost.`,
        error,
      );
    case 'SQLITE_PERM':
    case 'SQLITE_READONLY':
    case 'SQLITE_CANTOPEN':
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new EngineFault(
        'no_permission',
        `${path} cannot be opened for writing. Give the user that runs the server read and write permission on the data ` +
          `directory and the files in it, or choose another with DATA_DIR.`,
        error,
      );
    default:
      return new EngineFault('engine_failed', `${path} cannot be opened: ${String(error)}`, error);
  }
}

export function corrupt(path: string, detail: string): EngineFault {
  return new EngineFault(
    'corrupt',
    `${path} is damaged (${detail}). Move the data directory aside and restore the last backup into a new one; the ` +
      `damaged file was not changed.`,
  );
}

/** While running: what a command answers when SQLite could not do its part. The whole batch was rolled back. */
export function writeFault(error: unknown, path: string): Error {
  const code = sqliteCodeOf(error);
  if (code === undefined) return error instanceof Error ? error : new Error(String(error));
  const detail = (error as Error).message;
  if (code === 'SQLITE_FULL')
    return new MongoError(
      14031,
      'OutOfDiskSpace',
      `The disk that holds ${path} is full: nothing of this command was kept. Free some space; no restart is needed.`,
    );
  return new MongoError(
    8,
    'UnknownError',
    `The data file failed (${code}: ${detail}); nothing of this command was kept`,
  );
}
