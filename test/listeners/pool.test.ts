import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, resultOf, startApp, type App } from './support.ts';

const sources = {
  noop: 'export default function () {}\n',
  echo: 'export default (props: any) => props.n;\n',
  ask: "export default async (_: unknown, __: unknown, api: any) => (await api.data.coll('x').count());\n",
  sleep: 'export default (props: any) => new Promise((resolve) => setTimeout(resolve, props.ms));\n',
  busy: 'export default function () { for (;;); }\n',
  blocked: 'export default function () { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }\n',
};
const files = Object.fromEntries(Object.entries(sources).map(([name, source]) => [`listeners/${name}.ts`, source]));

/** A host whose first call tells that the run has begun and is answered when the test says so. */
function aGate() {
  let open: (value: unknown) => void = () => undefined;
  let begin: () => void = () => undefined;
  const answer = new Promise((resolve) => (open = resolve));
  const began = new Promise<void>((resolve) => (begin = resolve));
  return {
    began,
    open,
    api: () => {
      begin();
      return answer;
    },
  };
}

describe('the runner pool', () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp(files, { pool: { runners: 2, slotsPerRunner: 3 } });
  });
  afterAll(() => app.stop());

  it('answers each of thousands of runs with its own result', async () => {
    const numbers = Array.from({ length: 5_000 }, (_, n) => n);
    const ends = await Promise.all(numbers.map((n) => app.run('echo', { propsJson: JSON.stringify({ n }) })));
    expect(ends.map(resultOf)).toEqual(numbers);
    expect(app.pool.stats()).toMatchObject({ runners: 2, inFlight: 0, runnerDeaths: 0 });
  });

  it('knows no listener of another name, and does not retry for it', async () => {
    // Its file may come back: a deployment that is under way, a rename that is undone.
    expect(await app.run('nobody')).toMatchObject({ isRetriable: true, error: { code: 'listener_not_found' } });
  });

  it('runs as many at once as it has threads, over all its processes', async () => {
    let waiting = 0;
    let open: () => void = () => undefined;
    const all = new Promise<number>((resolve) => (open = () => resolve(waiting)));
    const api = () => {
      if (++waiting === 6) open();
      return all;
    };
    const ends = await Promise.all(Array.from({ length: 6 }, () => app.run('ask', {}, { api })));
    expect(ends.map(resultOf)).toEqual([6, 6, 6, 6, 6, 6]);
  });

  it('keeps quick runs from waiting behind one that hogs its thread', async () => {
    const hog = app.run('busy', { timeoutMs: 3_000 });
    const quick = Array.from({ length: 40 }, (_, n) => app.run('echo', { propsJson: JSON.stringify({ n }) }));
    const first = await Promise.race([hog.then(() => 'hog'), Promise.all(quick).then(() => 'quick')]);
    expect(first).toBe('quick');
    expect(codeOf(await hog)).toBe('timeout');
  });

  it('has no free slots while every thread is taken for long, and has some again afterwards', async () => {
    expect(app.pool.freeSlots()).toBeGreaterThan(0);
    const gates = Array.from({ length: 6 }, aGate);
    const runs = gates.map((gate) => app.run('ask', {}, gate));
    await Promise.all(gates.map((gate) => gate.began));
    await expect.poll(() => app.pool.freeSlots()).toBe(0);
    for (const gate of gates) gate.open(1);
    await Promise.all(runs);
    await expect.poll(() => app.pool.freeSlots()).toBeGreaterThan(100);
  });

  it('cancels a run that goes on, whatever it does, and one that has not begun', async () => {
    for (const name of ['busy', 'blocked', 'sleep']) {
      const controller = new AbortController();
      const running = app.run(name, { propsJson: '{"ms":60000}' }, { signal: controller.signal });
      await expect.poll(() => app.pool.stats().inFlight).toBe(1);
      controller.abort();
      expect(await running).toMatchObject({ status: 'failed', isRetriable: false, error: { code: 'canceled' } });
    }
    expect(codeOf(await app.run('noop', {}, { signal: AbortSignal.abort() }))).toBe('canceled');
    expect(app.pool.stats().inFlight).toBe(0);
  });

  it('cancels what waits in a queue', async () => {
    const gates = Array.from({ length: 6 }, aGate);
    const runs = gates.map((gate) => app.run('ask', {}, gate));
    await Promise.all(gates.map((gate) => gate.began));
    const controllers = Array.from({ length: 30 }, () => new AbortController());
    const waiting = controllers.map(({ signal }) => app.run('noop', {}, { signal }));
    for (const controller of controllers) controller.abort();
    for (const end of await Promise.all(waiting)) expect(codeOf(end)).toBe('canceled');
    for (const gate of gates) gate.open(1);
    for (const end of await Promise.all(runs)) expect(codeOf(end)).toBe('succeeded');
  });

  it('gives a listener the memory it asks for', async () => {
    app.write({
      'listeners/needs.ts':
        'export default () => { const keep = []; for (let i = 0; i < 20; i++) keep.push(Array.from({ length: 5e5 }, (_, n) => n + 0.5)); return keep.length; };\n',
    });
    await app.registry.reload();
    expect(codeOf(await app.run('needs', { memoryMb: 32 }))).toBe('out_of_memory');
    expect(resultOf(await app.run('needs', { memoryMb: 400 }))).toBe(20);
  });
});

describe('stopping the pool', () => {
  it('lets what runs finish, and gives back what never began as innocent', async () => {
    const app = await startApp(files, { pool: { slotsPerRunner: 1 } });
    const gate = aGate();
    const running = app.run('ask', {}, gate);
    await gate.began;
    const waiting = Array.from({ length: 200 }, () => app.run('noop'));
    const stopping = app.pool.stop(10_000);
    const late = await app.run('noop');
    expect(codeOf(late)).toBe('innocent');
    gate.open(7);
    await stopping;
    expect(resultOf(await running)).toBe(7);
    const ends = new Set((await Promise.all(waiting)).map(codeOf));
    expect(ends).toContain('innocent');
    expect([...ends].every((end) => ['innocent', 'succeeded'].includes(end))).toBe(true);
    await app.stop();
  });

  it('kills what does not finish in time; it is innocent', async () => {
    const app = await startApp(files);
    const running = app.run('busy');
    await expect.poll(() => app.pool.stats().inFlight).toBe(1);
    await app.pool.stop(50);
    expect(codeOf(await running)).toBe('innocent');
    expect(app.pool.stats()).toMatchObject({ runners: 0, inFlight: 0 });
    await app.stop();
  });
});
