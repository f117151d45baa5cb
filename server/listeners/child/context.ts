/** What belongs to one run inside its thread: its log, its calls to the server, its end. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { CALLS_LIMIT, isTooLarge, MESSAGE_LIMIT_MB } from '../channel.ts';
import { pack, unpack } from '../pack.ts';
import { type LogLine } from '../../schemas/run.ts';
import { type FromThread } from './protocol.ts';

/** All log lines of one attempt, messages and data together. */
const LOG_LIMIT_BYTES = 64 * 1024;

export interface RunContext {
  readonly id: number;
  readonly isFinished: boolean;
  readonly isBlamed: boolean;
  readonly log: (level: LogLine['level'], message: string, data?: unknown) => void;
  readonly call: (method: string, args: unknown) => Promise<unknown>;
  readonly answer: (call: number, failed: boolean, text: string) => void;
  /** Aborts at the deadline. Made on first use. */
  readonly signal: () => AbortSignal;
  /** Waits for the run, or for an error of its code that surfaced elsewhere. */
  readonly settledBy: (ended: Promise<string | null>) => Promise<string | null>;
  readonly blame: (error: unknown) => void;
  readonly finish: () => void;
}

/** An Error made where the call was made, so that its stack shows the author's line. */
interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly error: Error;
}

const runs = new AsyncLocalStorage<RunContext>();
/** It gives nothing for functions and symbols, whatever its own type says. */
const stringify = JSON.stringify as (value: unknown, replacer?: typeof tellable) => string;

export const currentRun = (): RunContext | undefined => runs.getStore();
export const enterRun = <T>(context: RunContext, work: () => T): T => runs.run(context, work);

export function createRunContext(deps: {
  readonly id: number;
  readonly timeoutMs: number;
  readonly post: (message: FromThread) => void;
}): RunContext {
  const { id, timeoutMs, post } = deps;
  const startedAtMs = Date.now();
  const calls = new Map<number, Waiting>();
  let nextCall = 1;
  let logBytes = 0;
  let isFinished = false;
  let isBlamed = false;
  let abort: AbortController | undefined;
  let timer: NodeJS.Timeout | undefined;
  let rejectRun: ((error: unknown) => void) | undefined;

  function writeLine(level: LogLine['level'], message: string, data?: unknown): void {
    const line = { at: new Date().toISOString(), level, message, ...(data !== undefined && { data }) };
    post({ t: 'log', id, line: stringify(line) });
  }

  return {
    id,
    get isFinished() {
      return isFinished;
    },
    get isBlamed() {
      return isBlamed;
    },
    log(level, message, data) {
      if (isFinished || logBytes >= LOG_LIMIT_BYTES) return;
      const room = LOG_LIMIT_BYTES - logBytes;
      const kept = message.length > room ? message.slice(0, room) : message;
      let dataText = data === undefined ? undefined : jsonOrText(data);
      logBytes += kept.length + (dataText?.length ?? 0) + 1;
      const isFull = message.length > room || logBytes > LOG_LIMIT_BYTES;
      if (isFull) dataText = undefined;
      writeLine(level, kept, dataText === undefined ? undefined : JSON.parse(dataText));
      if (!isFull) return;
      logBytes = Number.POSITIVE_INFINITY;
      writeLine('warn', `The log of this run is full (${LOG_LIMIT_BYTES / 1024} KiB); what came after is not kept.`);
    },
    call(method, args) {
      if (isFinished) return Promise.reject(new Error(`api.${method} was called after the run had ended`));
      if (calls.size >= CALLS_LIMIT) {
        return Promise.reject(
          coded('too_many_calls', `More than ${CALLS_LIMIT} api calls are waiting at once; await some first`),
        );
      }
      let text: string;
      try {
        text = pack([method, args]);
      } catch (error) {
        return Promise.reject(
          new TypeError(`api.${method}: its arguments must be JSON, Dates or bytes: ${String(error)}`),
        );
      }
      if (isTooLarge(text)) {
        return Promise.reject(
          coded('message_too_large', `api.${method}: its arguments are larger than ${MESSAGE_LIMIT_MB} MiB`),
        );
      }
      const call = nextCall++;
      return new Promise((resolve, reject) => {
        calls.set(call, { resolve, reject, error: new Error() });
        post({ t: 'call', id, call, text });
      });
    },
    answer(call, failed, text) {
      const waiting = calls.get(call);
      calls.delete(call);
      if (!waiting) return;
      const value = unpack(text);
      if (failed) waiting.reject(fill(waiting.error, value));
      else waiting.resolve(value);
    },
    signal() {
      if (abort) return abort.signal;
      const controller = (abort = new AbortController());
      timer = setTimeout(
        () => {
          controller.abort(new DOMException('The deadline of this run has passed', 'TimeoutError'));
        },
        Math.max(0, timeoutMs - (Date.now() - startedAtMs)),
      );
      return controller.signal;
    },
    settledBy(ended) {
      return new Promise((resolve, reject) => {
        rejectRun = reject;
        void settle(ended, resolve, reject);
      });
    },
    blame(error) {
      isBlamed = true;
      rejectRun?.(error);
    },
    finish() {
      isFinished = true;
      clearTimeout(timer);
      for (const { reject } of calls.values()) {
        reject(new Error('The run ended before this api call was answered; await it'));
      }
      calls.clear();
    },
  };
}

/** By `await` alone: it does not care what a run has made of `Promise.prototype.then`. */
async function settle<T>(
  work: Promise<T>,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
): Promise<void> {
  try {
    resolve(await work);
  } catch (error) {
    reject(error);
  }
}

function tellable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? { name: value.name, message: value.message } : value;
}

/** Data is stored as JSON; what JSON cannot hold is told as text. */
function jsonOrText(data: unknown): string {
  try {
    const text = stringify(data, tellable) as string | undefined;
    return text ?? stringify(String(data));
  } catch {
    return stringify(String(data));
  }
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** Puts into the error what the server said of it. */
function fill(error: Error, value: unknown): Error {
  const told = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  error.message = typeof told.message === 'string' ? told.message : 'the call failed';
  if (typeof told.name === 'string') error.name = told.name;
  error.stack = `${error.name}: ${error.message}\n${(error.stack ?? '').split('\n').slice(1).join('\n')}`;
  return Object.assign(error, told.code !== undefined && { code: told.code });
}
