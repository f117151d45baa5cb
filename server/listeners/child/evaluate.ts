/**
 * The program of an expression thread: evaluates one JSONata expression after the other. It speaks as a listener thread
 * does and holds nothing else: no api, no author's module. What an evaluation could change for the next one is looked
 * at after each; a thread that was changed is replaced.
 */
import { workerData } from 'node:worker_threads';
import { createCompiler } from '../expression/compile.ts';
import { toDataText } from '../expression/data.ts';
import { tellFault } from '../expression/words.ts';
import { createIntrinsicsGuard } from './intrinsics.ts';
import { NEXT, type FromThread, type Job, type JobResult, type ThreadData, type ToThread } from './protocol.ts';

const { port, control: shared } = workerData as ThreadData;
const control = new Int32Array(shared);
const text = new TextDecoder();
const guard = createIntrinsicsGuard();
const compile = await createCompiler();

const post = (message: FromThread) => {
  port.postMessage(message);
};

port.on('message', (message: ToThread) => {
  if (message.t === 'batch') void work(message.first, message.jobs);
});
post({ t: 'ready' });

async function work(first: number, jobs: readonly Job[]): Promise<void> {
  for (let i = 0; i < jobs.length; i++) {
    const ticket = first + i;
    if (Atomics.compareExchange(control, NEXT, ticket, ticket + 1) !== ticket) return;
    post({ t: 'result', result: await perform(jobs[i]!) });
    if (guard.isCommonTampered()) {
      post({ t: 'worn' });
      return;
    }
  }
}

/** A job's head is the expression, its body the input. */
async function perform({ id, head, body }: Job): Promise<JobResult> {
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  let failure = '';
  let result: string | null = null;
  try {
    const input: unknown = JSON.parse(text.decode(body ?? undefined));
    result = toDataText(await compile(head)(input));
  } catch (error) {
    const code = isTimeout(error) && isStarved(startedAt, cpu) ? 'lost' : 'listener_error';
    failure = JSON.stringify({ error: { code, message: tellFault(error) }, isRetriable: false });
    // Parts of it that JSONata began side by side may go on: they end on its time, not on the next one's.
    await new Promise(setImmediate);
  }
  return { id, durationUs: Math.round((performance.now() - startedAt) * 1000), failure, result };
}

const isTimeout = (error: unknown): boolean => (error as { readonly code?: unknown } | undefined)?.code === 'D1012';

/** Whether the processor was mostly somebody else's meanwhile: then the clock says nothing about the expression. */
function isStarved(startedAt: number, cpu: NodeJS.CpuUsage): boolean {
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / 1000 < (performance.now() - startedAt) / 2;
}
