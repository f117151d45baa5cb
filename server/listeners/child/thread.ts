/**
 * The program of a listener thread: runs one job after the other. Everything it needs of the language it takes before
 * any author's code is loaded. Where a job goes wrong in a way that could touch the next one, the thread says it is worn
 * and is replaced.
 */
import { captureConsole } from './console.ts';
import { describeThrown, failure } from './failure.ts';
import { inspectModule } from './inspect.ts';
import { createIntrinsicsGuard } from './intrinsics.ts';
import { createRunContext, currentRun, enterRun, type RunContext } from './context.ts';
import { hasLeftovers } from './leftovers.ts';
import { runListener } from './run.ts';
import { serveJobs } from './serve.ts';
import { type Failure, type Job, type JobHead, type JobResult } from './protocol.ts';

const { parse, stringify } = JSON;
const now = performance.now.bind(performance);
const nextTurn = setImmediate;

const contexts = new Map<number, RunContext>();
let running: RunContext | undefined;

captureConsole(currentRun);
const guard = createIntrinsicsGuard();
process.on('uncaughtException', (error) => {
  blame(error, 'threw outside of its own call');
});
process.on('unhandledRejection', (reason) => {
  blame(reason, 'left a promise rejected without handling it');
});

const thread = serveJobs<JobHead>({
  read: ({ head }) => parse(head) as JobHead,
  isFitFor: (head) => guard.isCleanFor(head.job === 'run' ? head.source.module : head.module),
  perform,
  onReply: ({ id, call, failed, text }) => contexts.get(id)?.answer(call, failed, text),
});

async function perform(job: Job, head: JobHead): Promise<JobResult> {
  const startedAt = now();
  const context = createRunContext({ id: job.id, timeoutMs: head.timeoutMs, post: thread.post });
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
    failed = describeThrown(error, { noun: head.job === 'run' ? 'listener' : 'file', root: head.root });
  }
  running = undefined;
  contexts.delete(job.id);
  context.finish();
  if (context.isBlamed || guard.isCommonTampered() || hasLeftovers()) thread.wear();
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

/** Errors that surface outside of the call belong to the run whose code made them, as long as it goes on. */
function blame(thrown: unknown, what: string): void {
  const context = currentRun() ?? running;
  if (context?.isFinished === false) context.blame(failure.outside(thrown, what));
  thread.wear();
}
