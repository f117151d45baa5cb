/**
 * Structured logs: one wide line per happening, with everything secret removed before it is written. Lines of one
 * moment are written together, so that logging costs little where much happens.
 */
import { pino, type Logger as PinoLogger } from 'pino';

export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'isLevelEnabled'>;

export interface LoggerOptions {
  readonly level: string;
  /** `pretty` is for people at a terminal. */
  readonly format?: 'json' | 'pretty';
  readonly write?: (text: string) => void;
}

/** Members that are never written, wherever a log call puts them. */
const SECRET_NAMES = ['authorization', 'cookie', 'token', 'secret', 'password', 'secrets', 'api_key'];
const SECRET_PATHS = SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** Values that look like a credential, wherever they stand in a line. */
const SECRET_VALUES = /\b(?:whsec_|whsk_|ear_[a-z]_?)[A-Za-z0-9+/=_-]{8,}|\b(?:Bearer|Basic) [A-Za-z0-9+/=._-]{8,}/g;

export function scrub(text: string): string {
  return text.replace(SECRET_VALUES, '[redacted]');
}

export function createLogger(options: LoggerOptions): Logger {
  const { level, format = 'json', write = (text: string) => void process.stdout.write(text) } = options;
  const destination = createDestination(format === 'pretty' ? (line) => write(prettyLine(line)) : write);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_PATHS, censor: '[redacted]' },
    },
    destination,
  );
}

/** For tests and tools that want silence. */
export const silentLogger: Logger = createLogger({ level: 'silent', write: () => undefined });

/** Gathers the lines of one turn of the event loop. What is left when the process ends is written then. */
function createDestination(write: (text: string) => void): { write: (line: string) => void } {
  let lines = '';
  const flush = (): void => {
    if (lines === '') return;
    const text = scrub(lines);
    lines = '';
    write(text);
  };
  process.once('exit', flush);
  return {
    write: (line) => {
      if (lines === '') setImmediate(flush).unref();
      lines += line;
    },
  };
}

const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/** `12:34:56 info  run.attempted  runId=run_… status=succeeded`, with control characters made harmless. */
function prettyLine(lines: string): string {
  return lines.replace(/[^\n]+/g, (line) => {
    const { level, time, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
    const members = Object.entries(rest).map(
      ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    const at = String(time).slice(11, 19);
    const words = `${at} ${(LEVELS[Number(level)] ?? '').padEnd(5)} ${String(msg)}  ${members.join(' ')}`;
    const stack = (err as { stack?: string } | undefined)?.stack;
    return harmless(words) + (stack === undefined ? '' : `\n${stack}`);
  });
}

function harmless(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
