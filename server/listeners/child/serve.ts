/**
 * What every thread of a runner does, whatever its jobs are: takes them in the order given, unless they are taken back
 * meanwhile, and says when it is worn, so that another takes its place.
 */
import { workerData } from 'node:worker_threads';
import {
  LOADING,
  NEXT,
  type FromThread,
  type Job,
  type JobResult,
  type ThreadData,
  type ToThread,
} from './protocol.ts';

export interface ServeDeps<Head> {
  readonly read: (job: Job) => Head;
  /** Whether this thread may still do that job; if not, it is worn. */
  readonly isFitFor?: (head: Head) => boolean;
  /** Never rejects. */
  readonly perform: (job: Job, head: Head) => Promise<JobResult>;
  readonly onReply?: (reply: ToThread & { readonly t: 'reply' }) => void;
}

export interface Thread {
  readonly post: (message: FromThread) => void;
  /** Does the import that a job needs: it does not count as the job's own time. */
  readonly load: <T>(importing: () => Promise<T>) => Promise<T>;
  /** Nothing more begins here. */
  readonly wear: () => void;
}

/** Takes all it needs of the language at once, before any author's code is loaded. */
export function serveJobs<Head>({ read, isFitFor = () => true, perform, onReply }: ServeDeps<Head>): Thread {
  const { port, control: shared } = workerData as ThreadData;
  const control = new Int32Array(shared);
  const compareExchange = Atomics.compareExchange.bind(Atomics);
  const store = Atomics.store.bind(Atomics);
  const post = (message: FromThread) => {
    port.postMessage(message);
  };
  let isWorn = false;
  let isBusy = false;

  /** Each result leaves at once: the next job may never give this thread another chance to send it. */
  async function work(first: number, jobs: readonly Job[]): Promise<void> {
    isBusy = true;
    for (let i = 0; i < jobs.length && !isWorn; i++) {
      const head = read(jobs[i]!);
      if (!isFitFor(head)) {
        isWorn = true;
        break;
      }
      const ticket = first + i;
      if (compareExchange(control, NEXT, ticket, ticket + 1) !== ticket) break;
      post({ t: 'result', result: await perform(jobs[i]!, head) });
    }
    isBusy = false;
    if (isWorn) post({ t: 'worn' });
  }

  port.on('message', (message: ToThread) => {
    if (message.t === 'batch') void work(message.first, message.jobs);
    else onReply?.(message);
  });
  post({ t: 'ready' });

  return {
    post,
    async load(importing) {
      store(control, LOADING, 1);
      try {
        return await importing();
      } finally {
        store(control, LOADING, 0);
      }
    },
    wear(): void {
      isWorn = true;
      if (!isBusy) post({ t: 'worn' });
    },
  };
}
