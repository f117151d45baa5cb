/**
 * One runner process as the server sees it: started with nothing but leave to read the app, spoken to in frames,
 * watched for memory.
 */
import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { type Socket } from 'node:net';
import { createFrameReader, createFrameWriter, type Frame, type FrameOut } from '../channel.ts';

/** The end of what a dying process says: V8 tells there that memory ran out. */
const KEPT_STDERR = 4_096;

/** Below the server, so that listeners that use every core do not slow the answers down. */
const PRIORITY = 5;

export interface RunnerProcessDeps {
  readonly main: string;
  readonly thread: string;
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly slots: number;
  readonly onFrame: (frame: Frame) => void;
  /** Once, when it is gone, however that came. */
  readonly onExit: (exit: RunnerExit) => void;
}

export interface RunnerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Whether it died of memory, as far as its last words tell. */
  readonly isOutOfMemory: boolean;
  readonly lastWords: string;
}

export interface RunnerProcess {
  readonly pid: number | undefined;
  readonly send: (frame: FrameOut) => void;
  readonly kill: () => void;
}

export function createRunnerProcess(deps: RunnerProcessDeps): RunnerProcess {
  const child = spawn(process.execPath, [...deps.flags, deps.main, deps.thread, String(deps.slots)], {
    env: { ...deps.env },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const pipe = child.stdio[3] as unknown as Socket;
  const writer = createFrameWriter(pipe);
  const read = createFrameReader(deps.onFrame);
  let lastWords = '';
  let isGone = false;

  pipe.on('data', (chunk: Buffer) => {
    try {
      read(chunk);
    } catch {
      child.kill('SIGKILL'); // it does not speak the protocol: nothing it says can be trusted
    }
  });
  pipe.on('error', () => undefined); // 'close' of the process tells the same and more
  child.stderr?.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString('utf8')).slice(-KEPT_STDERR);
  });
  child.on('error', (error) => {
    leave({ code: null, signal: null, isOutOfMemory: false, lastWords: error.message });
  });
  child.on('close', (code, signal) => {
    leave({ code, signal, isOutOfMemory: isMemoryDeath(code, signal, lastWords), lastWords });
  });
  if (child.pid !== undefined) lowerPriority(child.pid);

  function leave(exit: RunnerExit): void {
    if (isGone) return;
    isGone = true;
    pipe.destroy();
    deps.onExit(exit);
  }

  return {
    pid: child.pid,
    send: (frame) => {
      if (!isGone) writer.send(frame);
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/** V8 aborts (SIGABRT, or a trap on some systems) and says why. */
function isMemoryDeath(code: number | null, signal: NodeJS.Signals | null, words: string): boolean {
  if (
    /heap out of memory|Reached heap limit|Allocation failed|out of memory|invalid (?:array|table) size|Array buffer allocation/i.test(
      words,
    )
  )
    return true;
  return code === 133 || code === 134 || signal === 'SIGTRAP' || signal === 'SIGABRT';
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, PRIORITY);
  } catch {
    // Not allowed here; it runs as it is.
  }
}
