import { describe, expect, it } from 'vitest';
import type { NewRun, RunDocument } from '../../server/runs/document.ts';
import { createHostMethods } from '../../server/runs/hostMethods.ts';
import { createRunHost } from '../../server/runs/host.ts';
import { createManageJobs } from '../../server/runs/jobs.ts';
import { createStartRun } from '../../server/runs/start.ts';
import { aRun } from './builders.ts';

const clock = { now: () => 1_000 };
const listener = { name: 'next', concurrency: null, rate: null, debounce: null, batch: null } as never;
const unused = () => Promise.reject(new Error('not asked for'));

/** Stores runs in a list. */
function aStart() {
  const stored: RunDocument[] = [];
  const startRun = createStartRun({
    store: {
      insert: (run) => {
        stored.push(run);
        return Promise.resolve();
      },
      findByDedupeKeys: () => Promise.resolve(null),
      findByWaitingKey: () => Promise.resolve(null),
      releaseDedupeKeys: () => Promise.resolve(),
    },
    worker: {
      reserve: () => undefined,
      adopt: () => undefined,
      unreserve: () => undefined,
      notice: () => undefined,
      noticeAt: () => undefined,
    },
    gatherStore: { putOff: unused, openBatch: unused, addTo: unused, close: unused },
    gates: { expect: unused, open: unused },
    listeners: { get: () => listener },
    readEvent: () => ({}),
    depth: { current: () => 0, add: () => undefined },
    queueLimit: 10,
    newId: () => 'run_new' as never,
    clock,
  });
  return { stored, startRun };
}

const aNewRun = (change: Partial<NewRun> = {}): NewRun => ({
  environmentId: 2,
  action: 'next',
  trigger: { type: 'event', event: 'evt_1', rule: 'rul_1', delivery: 'dlv_1' },
  propsJson: '{}',
  event: { kind: 'none', bytes: new Uint8Array() },
  ...change,
});

describe('the hops of a run', () => {
  it('are stored with it, where there are any', async () => {
    const { stored, startRun } = aStart();
    await startRun(aNewRun({ hops: 2 }));
    await startRun(aNewRun({ hops: 0 }));
    await startRun(aNewRun());
    expect(stored.map((run) => run.hops)).toEqual([2, undefined, undefined]);
  });

  it('go on to the jobs that it asks for', async () => {
    const { stored, startRun } = aStart();
    const jobs = createManageJobs({
      startRun,
      runs: { list: unused, get: unused, cancel: unused },
      listeners: { get: () => listener, nearest: () => [] },
      clock,
    });
    const host = createRunHost(
      createHostMethods({
        webhooks: { create: unused, list: unused, remove: unused },
        jobs,
        publish: unused,
        egress: { request: unused },
        fetchTimeoutMs: 1,
      }),
    );
    const call = host(aRun({ _id: 'run_7', hops: 4 }), new AbortController().signal);
    await call('jobs.enqueue', { listener: 'next' });
    expect(stored).toMatchObject([{ hops: 4, trigger: { type: 'job', run: 'run_7' } }]);
    await expect(call('jobs.enqueue', { listener: 'next', hops: 0 })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
