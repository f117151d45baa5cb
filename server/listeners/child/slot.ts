/**
 * One listener thread as the child's main thread sees it.
 *
 *   starting ──ready──▶ idle ──give──▶ busy ──last result──▶ idle
 *       any state ──worn, death, end()──▶ ended      (the caller puts a new one in its place)
 *
 * Jobs are given a few at a time. A job begins by moving a shared counter, so what has not begun can be taken back
 * from a thread that will never answer again. Results lie in the channel the moment the thread sends them, so they
 * can be read even when the thread is gone.
 */
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import {
  LOADING,
  NEXT,
  WITHDRAWN,
  type FromThread,
  type Job,
  type JobResult,
  type ThreadData,
  type ToThread,
} from './protocol.ts';

export interface SlotJob extends Job {
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly queuedAtMs: number;
  /** Memory limit and code version: a thread serves only jobs of its own kind. */
  readonly kind: string;
}

export interface SlotDeps {
  readonly program: string;
  readonly memoryMb: number;
  readonly onResult: (result: JobResult) => void;
  readonly onLog: (id: number, line: string) => void;
  readonly onCall: (id: number, call: number, text: string) => void;
  readonly onIdle: () => void;
  /** It ended by itself, perhaps with `job` cut off in the middle; `rest` never began. */
  readonly onEnd: (end: SlotEnd) => void;
}

export interface SlotEnd {
  readonly cause: 'worn' | 'out_of_memory' | 'exited' | 'failed';
  readonly detail: string;
  readonly job: SlotJob | undefined;
  readonly rest: readonly SlotJob[];
}

export interface Seen {
  readonly job: SlotJob;
  /** How long it has been seen at it. */
  readonly forMs: number;
  /** How much of that counts against its deadline: neither imports nor what the machine was busy with else. */
  readonly calledForMs: number;
  readonly isLoading: boolean;
}

/** Looks that are further apart than this tell of a processor that was somebody else's. */
const LATE_MS = 200;

export type Slot = ReturnType<typeof createSlot>;

export function createSlot(deps: SlotDeps) {
  const control = new SharedArrayBuffer(8);
  const next = new Int32Array(control);
  const { port1: port, port2: theirs } = new MessageChannel();
  const worker = new Worker(deps.program, {
    workerData: { control, port: theirs } satisfies ThreadData,
    transferList: [theirs],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: deps.memoryMb },
  });
  let state: 'starting' | 'idle' | 'busy' | 'ended' = 'starting';
  let given: readonly SlotJob[] = [];
  let firstTicket = 0;
  let answered = 0;
  /** Of the jobs it has had. */
  let kind: string | undefined;
  let seenTicket = -1;
  let seenAtMs = 0;
  let lookedAtMs = 0;
  let calledForMs = 0;

  port.on('message', take);
  worker.on('error', (error: Error & { code?: string }) => {
    finish(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out_of_memory' : 'failed', error.message);
  });
  worker.on('exit', (code) => {
    finish('exited', `exit code ${code}`);
    port.close();
  });

  function take(message: FromThread): void {
    switch (message.t) {
      case 'ready':
        if (state === 'starting') becomeIdle();
        return;
      case 'log':
        deps.onLog(message.id, message.line);
        return;
      case 'call':
        deps.onCall(message.id, message.call, message.text);
        return;
      case 'result':
        answered++;
        deps.onResult(message.result);
        if (state === 'busy' && answered >= given.length) becomeIdle();
        return;
      case 'worn':
        finish('worn', '');
    }
  }

  function becomeIdle(): void {
    state = 'idle';
    given = [];
    answered = 0;
    deps.onIdle();
  }

  /** Reads what the thread has sent and nobody has looked at yet. */
  function drain(): void {
    for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
      take(got.message as FromThread);
    }
  }

  /** How many of the given jobs have begun. */
  function begunCount(): number {
    const ticket = Atomics.load(next, NEXT);
    return ticket === WITHDRAWN ? given.length : Math.max(0, ticket - firstTicket);
  }

  /** Takes back what has not begun; afterwards `given` holds only what has. */
  function withdraw(): readonly SlotJob[] {
    const ticket = Atomics.exchange(next, NEXT, WITHDRAWN);
    if (ticket === WITHDRAWN) return [];
    const rest = given.slice(Math.max(0, ticket - firstTicket));
    given = given.slice(0, given.length - rest.length);
    return rest;
  }

  function current(): SlotJob | undefined {
    const begun = begunCount();
    return answered < begun ? given[begun - 1] : undefined;
  }

  function finish(cause: SlotEnd['cause'], detail: string): void {
    if (state === 'ended') return;
    state = 'ended';
    const rest = withdraw();
    if (cause !== 'worn') drain();
    if (cause === 'worn') void worker.terminate();
    deps.onEnd({ cause, detail, job: current(), rest });
  }

  return {
    get kind() {
      return kind;
    },
    memoryMb: deps.memoryMb,
    get isIdle() {
      return state === 'idle';
    },
    get isStarting() {
      return state === 'starting';
    },

    /** Whether jobs of that kind can be given: a thread that has had none yet takes any with its memory limit. */
    suits: (job: Pick<SlotJob, 'kind' | 'memoryMb'>) =>
      job.kind === kind || (kind === undefined && job.memoryMb === deps.memoryMb),

    give(jobs: readonly SlotJob[]): void {
      kind = jobs[0]?.kind;
      state = 'busy';
      firstTicket += 1_000; // tickets of earlier batches never match again
      given = jobs;
      answered = 0;
      Atomics.store(next, NEXT, firstTicket);
      post({ t: 'batch', first: firstTicket, jobs: jobs.map(({ id, head, body }) => ({ id, head, body })) });
    },

    reply(id: number, call: number, failed: boolean, text: string): void {
      post({ t: 'reply', id, call, failed, text });
    },

    /** The job going on; to be asked at regular times. */
    look(nowMs: number): Seen | undefined {
      const job = current();
      if (job === undefined) return undefined;
      const ticket = firstTicket + begunCount();
      if (ticket !== seenTicket) {
        seenTicket = ticket;
        seenAtMs = nowMs;
        lookedAtMs = nowMs;
        calledForMs = 0;
      }
      const isLoading = Atomics.load(next, LOADING) === 1;
      if (!isLoading) calledForMs += Math.min(nowMs - lookedAtMs, LATE_MS);
      lookedAtMs = nowMs;
      return { job, forMs: nowMs - seenAtMs, calledForMs, isLoading };
    },

    /** Takes back what waits behind the job going on, for other threads. */
    takeBack: (): readonly SlotJob[] => (state === 'busy' ? withdraw() : []),

    /** Stops using the thread: what was cut off, unless its result came in the last moment, and what never began. */
    abandon(): { readonly job: SlotJob | undefined; readonly rest: readonly SlotJob[] } {
      state = 'ended';
      const rest = withdraw();
      drain();
      return { job: current(), rest };
    },

    /** Resolves when the thread is gone: some calls into the system cannot be cut short. */
    async terminate(): Promise<void> {
      await worker.terminate();
    },
  };

  function post(message: ToThread): void {
    port.postMessage(message);
  }
}
