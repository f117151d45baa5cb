/** Which thread does what: a queue, a few threads made as they are needed, a deadline for each job. */
import { FrameType, type FrameOut } from '../channel.ts';
import { type RunErrorCode } from '../../schemas/run.ts';
import { SLOW_TO_LOAD, type JobResult } from './protocol.ts';
import { createSlot, type Slot, type SlotEnd, type SlotJob } from './slot.ts';

/** Jobs handed to a thread at once: enough to hide the way there, few enough to spread. */
const BATCH = 16;
/** How often threads are looked at. Deadlines are kept to about this. */
const LOOK_MS = 10;
/** A job seen for this long is told to the server as a suspect and keeps no other waiting behind it. */
const LONG_MS = 10;
/** What imports may take beside a job's own time: well below what its whole process may be silent for. */
const LOAD_MS = 4_000;
/** Threads that may be on their way at once: they start slowly when they start together. */
const STARTING = 3;
/** Threads that nobody has needed for this long go, but for one. */
const SPARE_MS = 15_000;
/** A thread that has not ended this long after it was told to is in a call that cannot be cut short. */
const STUCK_MS = 1_000;

export interface DispatcherDeps {
  readonly threadProgram: string;
  readonly maxSlots: number;
  readonly send: (frame: FrameOut) => void;
}

export function createDispatcher({ threadProgram, maxSlots, send }: DispatcherDeps) {
  let queue: SlotJob[] = [];
  const slots = new Set<Slot>();
  /** Every job taken and not yet answered; null while it waits. */
  const owners = new Map<number, Slot | null>();
  const logs = new Map<number, string[]>();
  let told = '';
  let looking: NodeJS.Timeout | undefined;
  let spare: NodeJS.Timeout | undefined;

  function addSlot(memoryMb: number): void {
    const slot: Slot = createSlot({
      program: threadProgram,
      memoryMb,
      onResult: settle,
      onLog: (id, line) => {
        const lines = logs.get(id);
        if (lines) lines.push(line);
        else logs.set(id, [line]);
      },
      onCall: (id, call, text) => {
        send({ type: FrameType.apiCall, id, a: call, head: text });
      },
      onIdle: dispatch,
      onEnd: (end) => {
        replace(slot, end);
      },
    });
    slots.add(slot);
  }

  /** Gives waiting jobs to idle threads, in order; a thread of the wrong kind makes room for one of the right kind. */
  function dispatch(): void {
    while (queue.length > 0) {
      const first = queue[0]!;
      const idle = [...slots].filter((slot) => slot.isIdle);
      const slot = idle.find((one) => one.suits(first));
      if (slot === undefined) {
        makeRoom(first, idle);
        break;
      }
      const share = Math.min(BATCH, Math.ceil(queue.length / idle.length));
      let count = 1;
      while (count < share && queue[count]?.kind === first.kind) count++;
      const jobs = queue.slice(0, count);
      queue = queue.slice(count);
      for (const job of jobs) owners.set(job.id, slot);
      slot.give(jobs);
    }
    if (looking !== undefined || owners.size === 0) return;
    looking = setInterval(look, LOOK_MS);
    clearTimeout(spare);
  }

  function makeRoom(job: SlotJob, idle: readonly Slot[]): void {
    for (const slot of slots) if (slot.isStarting && slot.suits(job)) return;
    if (slots.size > 0 && idle.length === 0) return;
    if (slots.size >= maxSlots && idle[0]) retire(idle[0]);
    addSlot(job.memoryMb);
  }

  function look(): void {
    const nowMs = performance.now();
    const long: number[] = [];
    for (const slot of slots) {
      const seen = slot.look(nowMs);
      if (seen === undefined) continue;
      const { timeoutMs } = seen.job;
      if (seen.calledForMs >= timeoutMs) cutOff(slot, 'timeout', `The deadline of ${timeoutMs} ms passed`);
      else if (seen.isLoading && seen.forMs >= timeoutMs + LOAD_MS) cutOff(slot, 'timeout', SLOW_TO_LOAD);
      else if (seen.forMs >= LONG_MS) {
        long.push(seen.job.id);
        putBack(slot.takeBack());
      }
    }
    const list = JSON.stringify(long);
    if (list !== told) send({ type: FrameType.running, head: (told = list) });
    if (queue.length > 0) {
      dispatch();
      addSlots(nowMs);
    } else if (owners.size === 0) {
      clearInterval(looking);
      looking = undefined;
      spare = setTimeout(dropSpares, SPARE_MS);
      spare.unref();
    }
  }

  /** More threads only where jobs wait: a burst of quick ones is done sooner by one that is warm. */
  function addSlots(nowMs: number): void {
    const waiting = queue.filter(({ queuedAtMs }) => nowMs - queuedAtMs >= LONG_MS).length;
    let starting = [...slots].filter((slot) => slot.isStarting).length;
    while (starting < Math.min(waiting, STARTING) && slots.size < maxSlots) {
      addSlot(queue[starting]!.memoryMb);
      starting++;
    }
  }

  function dropSpares(): void {
    if (owners.size > 0) return;
    for (const slot of [...slots].slice(1)) if (slot.isIdle) retire(slot);
  }

  function putBack(jobs: readonly SlotJob[]): void {
    for (const job of jobs) owners.set(job.id, null);
    if (jobs.length > 0) queue = [...jobs, ...queue];
  }

  function settle({ id, durationUs, failure, result }: JobResult): void {
    if (!owners.delete(id)) return;
    const lines = logs.get(id);
    logs.delete(id);
    const isPlain = failure === '' && lines === undefined;
    send({
      type: FrameType.done,
      id,
      a: isPlain ? 1 : 0,
      b: Math.min(durationUs, 0xffff_ffff),
      c: result === null ? 1 : 0,
      head: isPlain ? '' : `{"failure":${failure === '' ? 'null' : failure},"logs":[${(lines ?? []).join(',')}]}`,
      body: result,
    });
  }

  function fail(job: SlotJob, code: RunErrorCode, message: string, isRetriable: boolean, forMs: number): void {
    settle({
      id: job.id,
      durationUs: Math.round(forMs * 1000),
      failure: JSON.stringify({ error: { code, message }, isRetriable }),
      result: null,
    });
  }

  /** The thread ended by itself: find what it was doing, and put another in its place. */
  function replace(slot: Slot, { cause, detail, job, rest }: SlotEnd): void {
    slots.delete(slot);
    send({ type: FrameType.restarted });
    putBack(rest);
    if (job !== undefined) {
      const forMs = slot.look(performance.now())?.forMs ?? 0;
      if (cause === 'out_of_memory') fail(job, 'out_of_memory', memoryWords(slot.memoryMb), true, forMs);
      else if (cause === 'failed') fail(job, 'listener_error', `The listener's thread failed: ${detail}`, true, forMs);
      else fail(job, 'exited', `The listener ended its process (${detail}) before it returned`, true, forMs);
    }
    refill();
  }

  function cutOff(slot: Slot, code: RunErrorCode, message: string): void {
    const nowMs = performance.now();
    const forMs = slot.look(nowMs)?.forMs ?? 0;
    const { job, rest } = slot.abandon();
    slots.delete(slot);
    putBack(rest);
    if (job !== undefined) fail(job, code, message, code !== 'canceled', forMs);
    retire(slot);
    refill();
  }

  function retire(slot: Slot): void {
    slots.delete(slot);
    slot.abandon();
    send({ type: FrameType.restarted });
    const stuck = setTimeout(() => {
      send({ type: FrameType.stuck });
    }, STUCK_MS);
    void slot.terminate().finally(() => {
      clearTimeout(stuck);
    });
  }

  function refill(): void {
    if (queue.length > 0 && slots.size === 0) addSlot(queue[0]!.memoryMb);
    dispatch();
  }

  return {
    add(job: SlotJob): void {
      owners.set(job.id, null);
      queue.push(job);
    },
    dispatch,
    warm(memoryMb: number): void {
      if (slots.size === 0) addSlot(memoryMb);
    },
    reply(id: number, call: number, failed: boolean, text: string): void {
      owners.get(id)?.reply(id, call, failed, text);
    },
    cancel(id: number): void {
      const slot = owners.get(id);
      if (slot) {
        putBack(slot.takeBack());
        if (owners.get(id) === slot) cutOff(slot, 'canceled', 'The run was cancelled');
      }
      const at = queue.findIndex((job) => job.id === id);
      const [job] = at === -1 ? [] : queue.splice(at, 1);
      if (job) fail(job, 'canceled', 'The run was cancelled before it began', false, 0);
    },
  };
}

function memoryWords(memoryMb: number): string {
  return `The listener needed more than its ${memoryMb} MB of memory`;
}
