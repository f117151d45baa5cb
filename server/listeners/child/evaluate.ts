/**
 * The program of an expression thread: evaluates one JSONata expression after the other. It speaks as a listener thread
 * does and holds nothing else: no api, no author's module. What an evaluation could change for the next one is looked
 * at after each; a thread that was changed is replaced.
 */
import { createCompiler } from '../expression/compile.ts';
import { toDataText } from '../expression/data.ts';
import { tellFault } from '../expression/words.ts';
import { createIntrinsicsGuard } from './intrinsics.ts';
import { type Job, type JobResult } from './protocol.ts';
import { serveJobs } from './serve.ts';

const text = new TextDecoder();
const guard = createIntrinsicsGuard();
const compile = await createCompiler();
const thread = serveJobs({ read: ({ head }) => head, perform });

/** A job's head is the expression, its body the input. */
async function perform({ id, body }: Job, expression: string): Promise<JobResult> {
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  let failure = '';
  let result: string | null = null;
  try {
    const input: unknown = JSON.parse(text.decode(body ?? undefined));
    result = toDataText(await compile(expression)(input));
  } catch (error) {
    const code = isTimeout(error) && isStarved(startedAt, cpu) ? 'lost' : 'listener_error';
    failure = JSON.stringify({ error: { code, message: tellFault(error) }, isRetriable: false });
    // Parts of it that JSONata began side by side may go on: they end on its time, not on the next one's.
    await new Promise(setImmediate);
  }
  if (guard.isCommonTampered()) thread.wear();
  return { id, durationUs: Math.round((performance.now() - startedAt) * 1000), failure, result };
}

const isTimeout = (error: unknown): boolean => (error as { readonly code?: unknown } | undefined)?.code === 'D1012';

/** Whether the processor was mostly somebody else's meanwhile: then the clock says nothing about the expression. */
function isStarved(startedAt: number, cpu: NodeJS.CpuUsage): boolean {
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / 1000 < (performance.now() - startedAt) / 2;
}
