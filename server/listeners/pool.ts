/**
 * Where runs are executed: runner processes with listener threads inside. Harm that a listener does to its thread or
 * process ends its own run with a code that says which; the others are finished or run again.
 *
 * Props and event are checked against the listener's own schemas inside the runner, right before the call.
 * A listener's `concurrency` is the caller's to keep.
 */
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { DEFAULT_MEMORY_MB } from '../schemas/listener.ts';
import { type RunErrorCode } from '../schemas/run.ts';
import { type CodeSource, type RunHead } from './child/protocol.ts';
import { createFleet } from './runner/fleet.ts';
import { runnerEnv, runnerFlags } from './runner/flags.ts';
import { cacheDirFor, prepareRuntime } from './runtime.ts';
import { type RunHooks, type RunnerPool, type RunOutcome, type RunTask } from './task.ts';

export interface RunnerPoolDeps {
  /** What a name stands for now: the registry's `locate`. */
  readonly locate: (name: string) => LocatedListener | undefined;
  /** The listeners folder; what lies beside it may be read by listeners, but for dot files and `dataDir`. */
  readonly dir: string;
  /** Never readable by listeners. */
  readonly dataDir: string | null;
  /** Processes. Default: one less than there are cores, at least one. */
  readonly runners?: number;
  /** Runs that may go on at once in each process. Threads are made as they are needed. */
  readonly slotsPerRunner?: number;
  /** Threads are made for this much memory, so that a usual run finds one that fits. Default 128. */
  readonly memoryMb?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Told of processes that died, for the log. */
  readonly onTrouble?: (what: string, details: Record<string, unknown>) => void;
}

export type LocatedListener =
  | { readonly source: CodeSource; readonly codeVersion: number }
  /** Its file cannot be used; why, as a sentence. */
  | { readonly problem: string };

const DEFAULT_SLOTS = 8;

export function createRunnerPool(deps: RunnerPoolDeps): RunnerPool {
  const { locate, dir, dataDir, slotsPerRunner = DEFAULT_SLOTS, env = {} } = deps;
  const runners = deps.runners ?? Math.max(1, availableParallelism() - 1);
  const root = dirname(resolve(dir));
  let fleet: ReturnType<typeof createFleet> | undefined;

  async function start(): Promise<void> {
    fleet = await createListenerFleet({
      ...deps,
      dir,
      dataDir,
      env,
      runners,
      slotsPerRunner,
    });
    await fleet.start();
  }

  async function execute(task: RunTask, hooks: RunHooks): Promise<RunOutcome> {
    const found = locate(task.listener);
    if (found === undefined)
      return refusal('listener_not_found', `There is no listener named '${task.listener}'`, true);
    if ('problem' in found) return refusal('listener_invalid', found.problem, true);
    if (!fleet) return { status: 'innocent', durationMs: 0 };
    const end = await fleet.submit({
      head: JSON.stringify(headOf(task, found.source, root)),
      body: task.event.body,
      timeoutMs: task.timeoutMs,
      memoryMb: task.memoryMb,
      codeVersion: found.codeVersion,
      onCall: hooks.api,
      ...(hooks.signal && { signal: hooks.signal }),
    });
    if (end.status === 'innocent') return end;
    const { failure, resultJson, logs, durationMs } = end;
    return failure === null
      ? { status: 'succeeded', resultJson, logs, durationMs }
      : { status: 'failed', ...failure, logs, durationMs };
  }

  return {
    start,
    stop: async (graceMs) => fleet?.stop(graceMs),
    execute,
    freeSlots: () => fleet?.freeSlots() ?? 0,
    stats: () => fleet?.stats() ?? { runners: 0, inFlight: 0, runnerDeaths: 0, threadRestarts: 0, quarantined: 0 },
  };
}

export interface ListenerFleetDeps extends Pick<RunnerPoolDeps, 'dir' | 'dataDir' | 'env' | 'onTrouble'> {
  readonly runners: number;
  readonly slotsPerRunner: number;
  readonly memoryMb?: number;
  /** What its threads run. Default: listeners. */
  readonly program?: 'thread' | 'viewThread';
}

/** A fleet with what author code may touch: also what discovery imports files in. */
export async function createListenerFleet(deps: ListenerFleetDeps) {
  const { dir, dataDir, env = {}, runners, slotsPerRunner, program = 'thread', onTrouble } = deps;
  const runtime = await prepareRuntime();
  const appDir = dirname(resolve(dir));
  const flags = runnerFlags({
    appDir,
    dataDir,
    readable: [...runtime.readable, dirname(cacheDirFor(appDir))],
    nodeMajor: Number(process.versions.node.split('.')[0]),
  });
  return createFleet({
    main: runtime.main,
    thread: runtime[program],
    flags,
    env: runnerEnv(env),
    runners,
    slotsPerRunner,
    warmMemoryMb: deps.memoryMb ?? DEFAULT_MEMORY_MB,
    ...(onTrouble && { onTrouble }),
  });
}

function headOf(task: RunTask, source: CodeSource, root: string): RunHead {
  return {
    job: 'run',
    source,
    root,
    runId: task.runId,
    attempt: task.attempt,
    timeoutMs: task.timeoutMs,
    propsJson: task.propsJson,
    eventKind: task.event.kind,
    request: task.request,
    trigger: task.trigger,
    environment: task.environment,
    user: task.user,
  };
}

function refusal(code: RunErrorCode, message: string, isRetriable: boolean): RunOutcome {
  return { status: 'failed', error: { code, message }, isRetriable, logs: [], durationMs: 0 };
}
