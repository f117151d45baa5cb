/**
 * The program of a listener thread: runs one job after the other. Everything it needs of the language it takes before
 * any author's code is loaded. Where a job goes wrong in a way that could touch the next one, the thread says it is worn
 * and is replaced.
 */
import { workerData } from 'node:worker_threads';
import { captureConsole } from './console.ts';
import { describeThrown, failure } from './failure.ts';
import { inspectModule } from './inspect.ts';
import { createIntrinsicsGuard } from './intrinsics.ts';
import { createRunContext, currentRun, enterRun, type RunContext } from './context.ts';
import { runListener } from './run.ts';
import {
  NEXT,
  type Failure,
  type FromThread,
  type Job,
  type JobHead,
  type JobResult,
  type ThreadData,
  type ToThread,
} from './protocol.ts';

const { port, control: shared } = workerData as ThreadData;
const control = new Int32Array(shared);
const LEFTOVER = /^(?:Timeout|Immediate|Worker|FSEvent|StatWatcher|TCPServer|Pipe|UDP)/;

const { parse, stringify } = JSON;
const now = performance.now.bind(performance);
const nextTurn = setImmediate;
const compareExchange = Atomics.compareExchange.bind(Atomics);
const activeResources = process.getActiveResourcesInfo.bind(process);
const post = (message: FromThread) => {
  port.postMessage(message);
};

const contexts = new Map<number, RunContext>();
let running: RunContext | undefined;
let worn = false;
let lastModule: string | undefined;

captureConsole(currentRun);
const guard = createIntrinsicsGuard();
process.on('uncaughtException', (error) => {
  blame(error, 'threw outside of its own call');
});
process.on('unhandledRejection', (reason) => {
  blame(reason, 'left a promise rejected without handling it');
});

port.on('message', (message: ToThread) => {
  if (message.t === 'batch') void work(message.first, message.jobs);
  else contexts.get(message.id)?.answer(message.call, message.failed, message.text);
});
post({ t: 'ready' });

/** Each result leaves at once: the next job may never give this thread another chance to send it. */
async function work(first: number, jobs: readonly Job[]): Promise<void> {
  for (let i = 0; i < jobs.length; i++) {
    const head = parse(jobs[i]!.head) as JobHead;
    if (lastModule !== undefined && lastModule !== moduleOf(head) && guard.isTampered()) worn = true;
    if (worn) break;
    lastModule = moduleOf(head);
    const ticket = first + i;
    if (compareExchange(control, NEXT, ticket, ticket + 1) !== ticket) return;
    post({ t: 'result', result: await perform(jobs[i]!, head) });
  }
  if (worn) post({ t: 'worn' });
}

async function perform(job: Job, head: JobHead): Promise<JobResult> {
  const startedAt = now();
  const context = createRunContext({ id: job.id, timeoutMs: head.timeoutMs, post });
  contexts.set(job.id, context);
  running = context;
  let failed: Failure | undefined;
  let result: string | null = null;
  try {
    const ended = enterRun(context, () =>
      head.job === 'run' ? runListener(head, job.body, context) : inspectModule(head),
    );
    result = await context.settledBy(ended);
    await context.settledBy(turn(result)); // a promise it left rejected shows only after its own turn
  } catch (error) {
    failed = describeThrown(error, head);
  }
  running = undefined;
  contexts.delete(job.id);
  context.finish();
  if (context.isBlamed || guard.isCommonTampered() || hasLeftovers()) worn = true;
  return {
    id: job.id,
    durationUs: Math.round((now() - startedAt) * 1000),
    failure: failed === undefined ? '' : stringify(failed),
    result,
  };
}

async function turn<T>(value: T): Promise<T> {
  await new Promise(nextTurn);
  return value;
}

const moduleOf = (head: JobHead): string => (head.job === 'run' ? head.source.module : head.module);

/** Errors that surface outside of the call belong to the run whose code made them, as long as it goes on. */
function blame(thrown: unknown, what: string): void {
  const context = currentRun() ?? running;
  if (context?.isFinished === false) context.blame(failure.outside(thrown, what));
  worn = true;
  if (running === undefined) post({ t: 'worn' });
}

/** What a run left behind that would go on during the next. Sockets kept alive for reuse may stay. */
function hasLeftovers(): boolean {
  for (const kind of activeResources()) if (LEFTOVER.test(kind)) return true;
  return false;
}
