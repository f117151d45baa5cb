import { describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../server/lib/log.ts';
import type { Lane, QueueEntry, Settlement } from '../../server/queue/entry.ts';
import { createQueueWorker, type WorkerOptions } from '../../server/queue/worker.ts';

/** A queue in memory that claims as the database does: only what is due, and only once. */
function aQueue(entries: QueueEntry[]) {
  const settled: { readonly id: string; readonly settlement: Settlement }[] = [];
  const leases: WorkerOptions<QueueEntry>['leases'] = {
    owner: 'me',
    lanes: () => Promise.resolve([]),
    findDue: (lane, now, limit) =>
      Promise.resolve(
        entries
          .filter((entry) => entry.lane === lane && entry.due_at !== undefined && entry.due_at <= now)
          .slice(0, limit),
      ),
    claim: (candidates, now, until) => {
      const claimed = candidates.map((entry) => ({
        ...entry,
        status: 'running',
        owner: 'me',
        attempt: entry.attempt + 1,
        claimed_at: now,
        due_at: until,
      }));
      for (const entry of claimed) entries[entries.findIndex(({ _id }) => _id === entry._id)] = entry;
      return Promise.resolve(claimed);
    },
    renew: () => Promise.resolve(),
    settle: (entry, settlement) => {
      settled.push({ id: entry._id, settlement });
      if (settlement.set.status !== 'queued')
        entries.splice(
          entries.findIndex(({ _id }) => _id === entry._id),
          1,
        );
      return Promise.resolve();
    },
  };
  return { leases, settled, entries };
}

const queued = (id: string, lane = ''): QueueEntry => ({
  _id: id,
  status: 'queued',
  lane,
  due_at: new Date(0),
  attempt: 0,
});
const many = (count: number, lane = ''): QueueEntry[] =>
  Array.from({ length: count }, (_, i) => queued(`${lane}${i}`, lane));
const done: Settlement = { set: { status: 'succeeded' } };

function aWorker(options: {
  readonly queue: ReturnType<typeof aQueue>;
  readonly perform: WorkerOptions<QueueEntry>['perform'];
  readonly capacity?: number;
  readonly lanes?: readonly Lane[];
  readonly leases?: Partial<WorkerOptions<QueueEntry>['leases']>;
}) {
  return createQueueWorker<QueueEntry>({
    leases: { ...options.queue.leases, ...options.leases },
    clock: { now: () => Date.now() },
    log: silentLogger,
    capacity: () => options.capacity ?? 4,
    lanes: () => [{ name: '', limit: null }, ...(options.lanes ?? [])],
    perform: options.perform,
    pollMs: 5,
  });
}

describe('createQueueWorker', () => {
  it('works off a backlog with never more than its capacity at a time', async () => {
    const queue = aQueue(many(50));
    let atWork = 0;
    let most = 0;
    const worker = aWorker({
      queue,
      perform: async () => {
        most = Math.max(most, ++atWork);
        await new Promise((resolve) => setImmediate(resolve));
        atWork--;
        return done;
      },
    });
    worker.start();
    await vi.waitFor(() => expect(queue.settled).toHaveLength(50));
    expect(most).toBe(4);
    expect(new Set(queue.settled.map(({ id }) => id)).size).toBe(50);
    await worker.stop(0);
  });

  it("keeps to a lane's own limit without holding up the others", async () => {
    const queue = aQueue([...many(20, 'slow'), ...many(5)]);
    let slow = 0;
    let mostSlow = 0;
    const release: (() => void)[] = [];
    const worker = aWorker({
      queue,
      lanes: [{ name: 'slow', limit: 2 }],
      perform: async (entry) => {
        if (entry.lane !== 'slow') return done;
        mostSlow = Math.max(mostSlow, ++slow);
        await new Promise<void>((resolve) => release.push(resolve));
        slow--;
        return done;
      },
    });
    worker.start();
    await vi.waitFor(() => expect(queue.settled.filter(({ id }) => !id.startsWith('slow'))).toHaveLength(5));
    await vi.waitFor(() => {
      release.splice(0).forEach((go) => go());
      expect(queue.settled).toHaveLength(25);
    });
    expect(mostSlow).toBe(2);
    await worker.stop(0);
  });

  it('reserves room for an entry that is about to be stored, and none when it is full or others wait', async () => {
    const queue = aQueue([]);
    const worker = aWorker({ queue, capacity: 1, perform: () => new Promise(() => undefined) });
    expect(worker.reserve('')).toMatchObject({ status: 'running', owner: 'me', attempt: 1 });
    expect(worker.reserve('')).toBeUndefined();
    worker.unreserve('');
    expect(worker.reserve('')).toBeDefined();
    worker.unreserve('');
    worker.notice('');
    expect(worker.reserve('')).toBeUndefined();
    await worker.stop(0);
  });

  it('gives what it could not finish back to the queue, uncharged, when it stops', async () => {
    const queue = aQueue(many(1));
    let aborted = false;
    const worker = aWorker({
      queue,
      perform: (_entry, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            resolve(done);
          });
        }),
    });
    worker.start();
    await vi.waitFor(() => expect(worker.held()).toBe(1));
    await worker.stop(10);
    expect(aborted).toBe(true);
    expect(queue.settled).toMatchObject([{ id: '0', settlement: { set: { status: 'queued', attempt: 0 } } }]);
  });

  it('lets what runs finish within the grace of a stop', async () => {
    const queue = aQueue(many(1));
    let finish = (): void => undefined;
    const worker = aWorker({ queue, perform: () => new Promise((resolve) => (finish = () => resolve(done))) });
    worker.start();
    await vi.waitFor(() => expect(worker.held()).toBe(1));
    const stopped = worker.stop(5_000);
    finish();
    await stopped;
    expect(queue.settled).toMatchObject([{ settlement: done }]);
  });

  it('offers an outcome again when the database is away', async () => {
    const queue = aQueue(many(1));
    let tries = 0;
    const worker = aWorker({
      queue,
      perform: () => Promise.resolve(done),
      leases: {
        settle: (entry, settlement) =>
          ++tries < 3 ? Promise.reject(new Error('away')) : queue.leases.settle(entry, settlement),
      },
    });
    worker.start();
    await vi.waitFor(() => expect(queue.settled).toHaveLength(1), { timeout: 5_000 });
    expect(tries).toBe(3);
    await worker.stop(0);
  });

  it('goes on claiming after the database failed to answer', async () => {
    const queue = aQueue(many(3));
    let tries = 0;
    const worker = aWorker({
      queue,
      perform: () => Promise.resolve(done),
      leases: {
        findDue: (lane, now, limit) =>
          ++tries < 3 ? Promise.reject(new Error('away')) : queue.leases.findDue(lane, now, limit),
      },
    });
    worker.start();
    await vi.waitFor(() => expect(queue.settled).toHaveLength(3));
    await worker.stop(0);
  });
});
