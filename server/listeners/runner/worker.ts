/** A runner process with the jobs it holds: sends them, answers their calls, takes in how they ended. */
import { CALLS_LIMIT, FrameType, isTooLarge, MESSAGE_LIMIT_MB, type Frame } from '../channel.ts';
import { type LogLine } from '../../schemas/run.ts';
import { type Failure } from '../child/protocol.ts';
import { pack, unpack } from '../pack.ts';
import { type Entry, type JobEnd } from './job.ts';
import { limitBytes, residentBytes, restingLimitBytes } from './memory.ts';
import { createRunnerProcess, type RunnerExit } from './process.ts';

/** Past its deadline by this much, a job's whole process has stopped answering. */
const SILENT_MS = 5_000;

const TOO_LARGE = {
  name: 'Error',
  code: 'message_too_large',
  message: `The answer is larger than ${MESSAGE_LIMIT_MB} MiB`,
};

export type RunnerDeath =
  | { readonly cause: 'memory' }
  /** A thread in it cannot be ended; the run at fault is answered already. */
  | { readonly cause: 'stuck' }
  | { readonly cause: 'silent' }
  | { readonly cause: 'exit'; readonly exit: RunnerExit };

export interface RunnerDeps {
  readonly main: string;
  readonly thread: string;
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly slots: number;
  readonly onReady: () => void;
  readonly onDone: (entry: Entry, end: JobEnd) => void;
  readonly onRestart: () => void;
  /** It wants to be replaced: give it nothing more. It is killed when what it holds has ended, or after a grace. */
  readonly onStuck: () => void;
  /** Gone, with what it held. */
  readonly onDeath: (death: RunnerDeath, held: readonly Entry[]) => void;
}

export type Runner = ReturnType<typeof createRunner>;

export function createRunner(deps: RunnerDeps) {
  const held = new Map<number, Entry>();
  let reportedBytes: number | undefined;
  let killedFor: RunnerDeath | undefined;
  let isReady = false;
  let longCount = 0;
  let restingBytes = 0;
  let left: (() => void) | undefined;
  const gone = new Promise<void>((resolve) => (left = resolve));

  const child = createRunnerProcess({
    ...deps,
    onFrame,
    onExit: (exit) => {
      const entries = [...held.values()];
      held.clear();
      left?.();
      deps.onDeath(killedFor ?? { cause: 'exit', exit }, entries);
    },
  });

  function onFrame(frame: Frame): void {
    switch (frame.type) {
      case FrameType.ready:
        isReady = true;
        deps.onReady();
        return;
      case FrameType.done:
        finish(frame);
        return;
      case FrameType.apiCall:
        answerCall(frame);
        return;
      case FrameType.running:
        noteLong(JSON.parse(frame.head.toString('utf8')) as number[]);
        return;
      case FrameType.stuck:
        deps.onStuck();
        return;
      case FrameType.restarted:
        deps.onRestart();
        return;
      case FrameType.memory:
        reportedBytes = frame.a * 1024;
    }
  }

  function finish({ id, a, b, c, head, body }: Frame): void {
    const entry = held.get(id);
    if (!entry) return;
    held.delete(id);
    const told =
      a === 1
        ? { failure: null, logs: [] }
        : (JSON.parse(head.toString('utf8')) as { failure: Failure | null; logs: LogLine[] });
    deps.onDone(entry, {
      status: 'done',
      failure: told.failure,
      logs: told.logs,
      resultJson: c === 1 ? null : body.toString('utf8'),
      durationMs: b / 1000,
    });
  }

  function noteLong(ids: readonly number[]): void {
    const nowMs = performance.now();
    const long = new Set(ids);
    longCount = long.size;
    for (const entry of held.values())
      entry.longSinceMs = long.has(entry.id) ? (entry.longSinceMs ?? nowMs) : undefined;
  }

  function answerCall({ id, a: call, head }: Frame): void {
    const entry = held.get(id);
    if (!entry) return;
    const reply = (failed: boolean, value: unknown) => {
      if (held.get(id) !== entry) return;
      const text = pack(value);
      const isRefused = isTooLarge(text);
      const told = isRefused ? pack(TOO_LARGE) : text;
      child.send({ type: FrameType.apiReply, id, a: call, b: failed || isRefused ? 1 : 0, head: told });
    };
    if (entry.callsWaiting >= CALLS_LIMIT) {
      reply(true, { name: 'Error', code: 'too_many_calls', message: 'Too many api calls at once' });
      return;
    }
    entry.callsWaiting++;
    const [method, args] = unpack(head.toString('utf8')) as [string, unknown];
    Promise.resolve()
      .then(() => entry.job.onCall(method, args))
      .then((value) => {
        reply(false, value);
      })
      .catch((error: unknown) => {
        reply(true, errorReply(error));
      })
      .finally(() => entry.callsWaiting--);
  }

  return {
    slots: deps.slots,
    gone,
    get isReady() {
      return isReady;
    },
    get heldCount() {
      return held.size;
    },
    /** Whether each of its threads is taken up for a while. */
    get isFull() {
      return longCount >= deps.slots;
    },

    give(entry: Entry): void {
      held.set(entry.id, entry);
      const { head, body, timeoutMs, memoryMb, codeVersion } = entry.job;
      child.send({ type: FrameType.run, id: entry.id, a: timeoutMs, b: memoryMb, c: codeVersion, head, body });
    },

    /** Starts a thread before the first job comes. */
    warm(memoryMb: number): void {
      child.send({ type: FrameType.warm, b: memoryMb });
    },

    cancel(entry: Entry): void {
      child.send({ type: FrameType.cancel, id: entry.id });
    },

    kill(cause: 'stuck' | 'memory' | 'silent'): void {
      killedFor ??= { cause };
      child.kill();
    },

    /** Looks at its memory and its silence; kills it where it goes too far. */
    watch(nowMs: number): void {
      if (held.size === 0 || child.pid === undefined) return;
      const entries = [...held.values()];
      const long = entries.filter(({ longSinceMs }) => longSinceMs !== undefined);
      const bytes = residentBytes(child.pid) ?? reportedBytes ?? 0;
      const memories = (long.length > 0 ? long : entries).map(({ job }) => job.memoryMb);
      if (long.length === 0) {
        restingBytes = bytes;
        // What piled up before is nobody's fault who is here now.
        if (bytes > restingLimitBytes(memories, deps.slots)) deps.onStuck();
      } else if (bytes > limitBytes(memories, deps.slots, restingBytes)) this.kill('memory');
      else if (long.some((entry) => nowMs - entry.longSinceMs! > entry.job.timeoutMs + SILENT_MS)) this.kill('silent');
    },
  };
}

/** Name, message and code: what an author can act on, and no more. */
function errorReply(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message } = error;
  const code =
    'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? error.code : undefined;
  return { name, message, ...(code !== undefined && { code }) };
}
