/** Sends what an author prints to the log of the run that printed it. What no run printed is dropped. */
import { formatWithOptions } from 'node:util';
import { type LogLine } from '../../schemas/run.ts';
import { type RunContext } from './context.ts';
import { whilePrinting } from './seen.ts';

type Log = Pick<RunContext, 'isFinished' | 'log'>;

const LEVELS: Readonly<Record<string, LogLine['level']>> = {
  log: 'info',
  info: 'info',
  debug: 'info',
  dir: 'info',
  table: 'info',
  warn: 'warn',
  trace: 'warn',
  error: 'error',
  assert: 'error',
};

export function captureConsole(current: () => Log | undefined): void {
  const target = console as unknown as Record<string, unknown>;
  for (const [method, level] of Object.entries(LEVELS)) {
    target[method] = (...args: unknown[]) => {
      const shown = method === 'assert' ? (args[0] ? undefined : ['Assertion failed', ...args.slice(1)]) : args;
      if (shown === undefined) return;
      const context = current();
      if (!context || context.isFinished) return;
      context.log(
        level,
        whilePrinting(() => formatWithOptions({ colors: false, depth: 4 }, ...shown)),
      );
    };
  }
  capture(process.stdout, 'info', current);
  capture(process.stderr, 'error', current);
}

function capture(stream: NodeJS.WriteStream, level: LogLine['level'], current: () => Log | undefined): void {
  stream.write = (chunk: Uint8Array | string, ...rest: unknown[]) => {
    const context = current();
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    if (context && !context.isFinished) context.log(level, text.replace(/\n$/, ''));
    const done = rest.at(-1);
    if (typeof done === 'function') queueMicrotask(done as () => void);
    return true;
  };
}
