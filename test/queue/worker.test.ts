import { describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../server/lib/log.ts';
import type { QueueEntry, Settlement } from '../../server/queue/entry.ts';
import { createQueueWorker, type WorkerOptions } from '../../server/queue/worker.ts';

/** A queue in memory that claims as the database does: only what is due, and only once. */
function aQueue(entries: QueueEntry[]) {
  const settled: { readonly id: string; readonly settlement: Settlement }[] = [];
  const leases: WorkerOptions<QueueEntry>['leases'] = {
    owner: 'me',
    lanes: () => Promise.resolve([...new Set(entries.flatMap(({ lane }) => lane ?? []))]),
    nextDueAt: (lane) => {
      const times = entries.flatMap((entry) => (entry.lane === lane ? (entry.due_at?.getTime() ?? []) : []));
      return Promise.resolve(times.length === 0 ? null : new Date(Math.min(...times)));
    },
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
  readonly lanes?: readonly string[];
  readonly roomIn?: (lane: string, taken: number) => number;
  readonly wakeAt?: (lane: string) => number | undefined;
  readonly pollMs?: number;
  readonly leases?: Partial<WorkerOptions<QueueEntry>['leases']>;
}) {
  return createQueueWorker<QueueEntry>({
    leases: { ...options.queue.leases, ...options.leases },
    clock: { now: () => Date.now() },
    log: silentLogger,
    capacity: () => options.capacity ?? 4,
    lanes: () => options.lanes ?? [''],
    ...(options.roomIn && { roomIn: options.roomIn }),
    ...(options.wakeAt && { wakeAt: options.wakeAt }),
    perform: options.perform,
    pollMs: options.pollMs ?? 5,
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
      roomIn: (lane, taken) => (lane === 'slow' ? 2 - taken : Infinity),
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

  it('finds the lanes that were filled before it began', async () => {
    const queue = aQueue([...many(30, 'a'), ...many(30, 'b')]);
    const worker = aWorker({ queue, lanes: [], perform: () => Promise.resolve(done) });
    worker.start();
    await vi.waitFor(() => expect(queue.settled).toHaveLength(60));
    await worker.stop(0);
  });

  it('looks at a lane again the moment its next entry falls due', async () => {
    const dueAt = Date.now() + 60;
    const queue = aQueue([queued('now', 'a'), { ...queued('soon', 'a'), due_at: new Date(dueAt) }]);
    const times: number[] = [];
    const worker = aWorker({
      queue,
      lanes: [],
      pollMs: 60_000,
      perform: () => {
        times.push(Date.now());
        return Promise.resolve(done);
      },
    });
    worker.start();
    await vi.waitFor(() => expect(queue.settled).toHaveLength(2));
    expect(times[1]).toBeGreaterThanOrEqual(dueAt);
    await worker.stop(0);
  });

  it('does so in a lane that it polls, too, once it was told of an entry, and for those that come after it', async () => {
    const [first, second] = [Date.now() + 60, Date.now() + 120];
    const queue = aQueue([
      { ...queued('first'), due_at: new Date(first) },
      { ...queued('second'), due_at: new Date(second) },
    ]);
    const times: number[] = [];
    const worker = aWorker({
      queue,
      pollMs: 60_000,
      perform: () => {
        times.push(Date.now());
        return Promise.resolve(done);
      },
    });
    worker.start();
    worker.noticeAt('', first);
    worker.notice(''); // a look that finds nothing forgets nothing
    await vi.waitFor(() => expect(queue.settled).toHaveLength(2));
    expect(times[0]).toBeGreaterThanOrEqual(first);
    expect(times[1]).toBeGreaterThanOrEqual(second);
    await worker.stop(0);
  });

  it('claims what is of a lower rank before anything else', async () => {
    const queue = aQueue([...many(6, 'late'), ...many(6, 'early')]);
    const order: string[] = [];
    const worker = createQueueWorker<QueueEntry>({
      leases: queue.leases,
      clock: { now: () => Date.now() },
      log: silentLogger,
      capacity: () => 2,
      lanes: () => ['late', 'early'],
      hasOthers: false,
      rankOf: (lane) => (lane === 'early' ? 0 : 1),
      perform: ({ lane = '' }) => {
        order.push(lane);
        return Promise.resolve(done);
      },
      pollMs: 5,
    });
    worker.start();
    await vi.waitFor(() => expect(queue.settled).toHaveLength(12));
    expect(order).toEqual([...Array<string>(6).fill('early'), ...Array<string>(6).fill('late')]);
    await worker.stop(0);
  });

  it('leaves a lane without room alone until the time that was named, and the others go on', async () => {
    const opensAt = Date.now() + 60;
    const queue = aQueue([...many(3, 'shut'), ...many(3, 'open')]);
    const worker = aWorker({
      queue,
      lanes: [],
      pollMs: 60_000,
      roomIn: (lane) => (lane === 'shut' && Date.now() < opensAt ? 0 : 10),
      wakeAt: () => opensAt,
      perform: () => Promise.resolve({ ...done, set: { ...done.set, at: Date.now() } }),
    });
    worker.start();
    await vi.waitFor(() => expect(queue.settled).toHaveLength(6));
    const atOf = (lane: string) =>
      queue.settled.filter(({ id }) => id.startsWith(lane)).map(({ settlement }) => Number(settlement.set.at));
    expect(Math.min(...atOf('shut'))).toBeGreaterThanOrEqual(opensAt);
    expect(Math.max(...atOf('open'))).toBeLessThan(opensAt);
    await worker.stop(0);
  });

  it('claims a retry when it falls due, also in a lane that is not looked at with every poll', async () => {
    const queue = aQueue(many(1, 'a'));
    let tries = 0;
    const worker = aWorker({
      queue,
      lanes: [],
      pollMs: 60_000,
      perform: () =>
        Promise.resolve(++tries < 3 ? { set: { status: 'queued', due_at: new Date(Date.now() + 30) } } : done),
      leases: {
        settle: async (entry, settlement) => {
          await queue.leases.settle(entry, settlement);
          const at = queue.entries.findIndex(({ _id }) => _id === entry._id);
          if (at >= 0) queue.entries[at] = { ...entry, ...settlement.set };
        },
      },
    });
    worker.start();
    await vi.waitFor(() => expect(tries).toBe(3));
    await worker.stop(0);
  });

  it('works off what it claimed although the database fails right after', async () => {
    const queue = aQueue([...many(3, 'a'), ...many(3, 'b')]);
    let tries = 0;
    const worker = aWorker({
      queue,
      lanes: [],
      capacity: 8,
      perform: () => Promise.resolve(done),
      leases: {
        nextDueAt: (lane) => (++tries < 5 ? Promise.reject(new Error('away')) : queue.leases.nextDueAt(lane)),
      },
    });
    worker.start();
    await vi.waitFor(() => expect(queue.settled).toHaveLength(6));
    for (let i = 0; i < 8; i++) expect(worker.reserve(`fresh${i}`)).toBeDefined();
    await worker.stop(0);
  });
});
