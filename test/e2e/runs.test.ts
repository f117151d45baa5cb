import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LISTENERS_DIR, remove, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => remove(server));

const start = async (listener: string, input: object = {}): Promise<string> =>
  (await server.api('POST', `/app/listeners/${listener}/run`, input)).body.run as string;
const openGate = (gate: string) => server.run('opensGate', { props: { gate } });

describe('GET /app/listeners', () => {
  it('lists names, files and what each takes', async () => {
    const { status, body } = await server.api('GET', '/app/listeners');
    expect(status).toBe(200);
    const byName = Object.fromEntries(body.data.map((each: any) => [each.name, each]));
    expect(byName.typed).toEqual({
      name: 'typed',
      file: 'listeners/typed.ts',
      props_schema: expect.objectContaining({ type: 'object', required: ['userId'] }),
      event_schema: expect.objectContaining({ type: 'object', required: ['amount'] }),
      timeout_ms: 5_000,
      retries_ms: [10, 20],
      concurrency: { limit: 3, by: null },
      rate: null,
      debounce: null,
      batch: null,
      memory_mb: 128,
    });
    expect(byName.echo).toMatchObject({
      file: 'listeners/echo.ts',
      timeout_ms: 30_000,
      retries_ms: [10_000, 60_000, 600_000],
      concurrency: null,
      rate: null,
      debounce: null,
      batch: null,
    });
    expect(byName['github.push'].file).toBe('listeners/github/push.ts');
    expect(byName.failsOnce.file).toBe('listeners/failing.ts');
    expect(body.problems).toEqual([]);
  });
});

describe('a run by hand', () => {
  it('is stored and answered with 202, or shown at its end', async () => {
    const { status, body } = await server.api('POST', '/app/listeners/echo/run', { props: { a: 1 }, event: [2] });
    expect([status, body]).toEqual([202, { run: expect.stringMatching(/^run_/), status: 'queued' }]);
    const run = await server.runAtEnd(body.run as string);
    expect(run).toMatchObject({ trigger: { type: 'manual' }, props: { a: 1 }, event: [2], request: null });
    expect(run.result).toMatchObject({ props: { a: 1 }, event: [2], request: null, environment: { id: 2 } });
    expect(await server.run('echo')).toMatchObject({ status: 'succeeded', props: {}, event: {} });
  });

  it('of a listener that is not there names the nearest', async () => {
    const { status, body } = await server.api('POST', '/app/listeners/ecko/run');
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'listener_not_found', nearest: expect.arrayContaining(['echo']) });
  });

  it('with props or an event that do not fit the listener is not tried again', async () => {
    for (const [input, code] of [
      [{ props: { userId: 'x' }, event: { amount: 1 } }, 'props_invalid'],
      [{ props: { userId: 1 }, event: { amount: 'x' } }, 'event_invalid'],
    ] as const) {
      const run = await server.run('typed', input);
      expect(run).toMatchObject({ status: 'dead', attempt: 1, error: { code } });
    }
  });
});

describe('what is kept of a run', () => {
  it('is what the listener and its console said, in order', async () => {
    const { logs } = await server.run('usesLog');
    expect(logs).toEqual([
      { at: expect.any(String), level: 'info', message: 'first', data: { n: 1 } },
      { at: expect.any(String), level: 'warn', message: 'second' },
      { at: expect.any(String), level: 'error', message: 'third', data: { name: 'Error', message: 'with a reason' } },
      { at: expect.any(String), level: 'info', message: 'by console { deep: { er: [ 1 ] } }' },
    ]);
  });

  it("is the error, with a stack that points at the author's line", async () => {
    const source = await readFile(`${LISTENERS_DIR}/failing.ts`, 'utf8');
    const line = source.split('\n').findIndex((text) => text.includes('// LINE')) + 1;
    const { status, error, attempts } = await server.run('failsDeep', { event: { lines: [{ price: -1 }] } });
    expect(status).toBe('dead');
    expect(error).toMatchObject({ code: 'listener_error', name: 'Error', message: 'a negative price' });
    expect(error.stack.split('\n')[1]).toContain(`listeners/failing.ts:${line}:`);
    expect(error.stack).not.toMatch(/node_modules|\.cache|file:\/\/|server\//);
    expect(attempts).toEqual([
      { attempt: 1, started_at: expect.any(String), duration_ms: expect.any(Number), status: 'failed', error },
    ]);
  });

  it.each([
    ['answersNoJson', 'result_invalid'],
    ['exits', 'exited'],
    ['outlivesDeadline', 'timeout'],
    ['loopsForEver', 'timeout'],
  ])('of %s is the code %s, while others run on', async (listener, code) => {
    const [run, other] = await Promise.all([server.run(listener), server.run('echo')]);
    expect(run).toMatchObject({ status: 'dead', attempt: 1, error: { code } });
    expect(other).toMatchObject({ status: 'succeeded', attempt: 1 });
  });
});

describe('a failed run', () => {
  it('is tried again after the time its listener says', async () => {
    const run = await server.runAtEnd(await start('failsOnce'));
    expect(run).toMatchObject({ status: 'succeeded', attempt: 2, error: null, result: { attempt: 2 }, due_at: null });
    expect(run.attempts).toMatchObject([
      { attempt: 1, status: 'failed', error: { message: 'not the first time' } },
      { attempt: 2, status: 'succeeded', error: null },
    ]);
    expect(run.logs.map(({ data }: any) => data.attempt)).toEqual([1, 2]);
  });

  it('rests as dead when its attempts are used up', async () => {
    const run = await server.runAtEnd(await start('failsTwiceOfTwo'));
    expect(run).toMatchObject({
      status: 'dead',
      attempt: 2,
      error: { name: 'RangeError', message: 'attempt 2 of two' },
    });
    expect(run.attempts).toHaveLength(2);
    expect(run.finished_at).not.toBeNull();
  });

  it('waits ten seconds, give or take a fifth, where its listener says nothing', async () => {
    const run = await server.run('throwsPlainly');
    expect(run).toMatchObject({ status: 'queued', attempt: 1, finished_at: null, error: { message: 'plainly' } });
    const waitMs = Date.parse(run.due_at as string) - Date.parse(run.created_at as string);
    expect(waitMs).toBeGreaterThan(7_900);
    expect(waitMs).toBeLessThan(30_000);
    await server.api('POST', `/app/runs/${run.id}/cancel`);
  });

  it('is dead at once after a NonRetriableError', async () => {
    const run = await server.run('failsForGood');
    expect(run).toMatchObject({ status: 'dead', attempt: 1, error: { name: 'NonRetriableError' } });
  });

  it('can be run again by a person, with new attempts', async () => {
    const dead = await server.run('failsUntilRepaired');
    expect(dead).toMatchObject({ status: 'dead', error: { message: 'still broken' } });
    const early = await server.api('POST', `/app/runs/${dead.id}/retry`);
    expect(early.status).toBe(200);
    expect(await server.runAtEnd(dead.id as string)).toMatchObject({ status: 'dead', attempt: 2 });

    await server.run('addDocs', { props: { coll: 'repairs', docs: [{}] } });
    const { status, body } = await server.api('POST', `/app/runs/${dead.id}/retry`);
    expect([status, ['queued', 'running'].includes(body.status as string)]).toEqual([200, true]);
    const run = await server.runAtEnd(dead.id as string);
    expect(run).toMatchObject({ status: 'succeeded', attempt: 3, error: null, result: 'repaired' });
    expect(run.attempts.map(({ status: each }: any) => each)).toEqual(['failed', 'failed', 'succeeded']);
  });
});

describe('cancelling', () => {
  it('ends a running run, which then stays canceled', async () => {
    const id = await start('passesGate', { props: { gate: 'never' } });
    await server.runWhen(id, ['running']);
    const { status, body } = await server.api('POST', `/app/runs/${id}/cancel`);
    expect([status, body.status]).toEqual([200, 'canceled']);
    await openGate('never');
    await until('nothing to be running', async () => {
      const { body: list } = await server.api('GET', '/app/runs?status=running');
      return list.data.length === 0;
    });
    expect(await server.getRun(id)).toMatchObject({
      status: 'canceled',
      result: null,
      due_at: null,
      attempts: [{ attempt: 1, status: 'canceled', duration_ms: expect.any(Number) }],
    });
    expect((await server.api('POST', `/app/runs/${id}/cancel`)).body.status).toBe('canceled');
  });

  it('keeps a waiting run from ever beginning', async () => {
    const { result } = await server.run('enqueues', {
      props: { jobs: [{ listener: 'echo', options: { delayMs: 600_000 } }] },
    });
    const id = result[0].run as string;
    expect(await server.getRun(id)).toMatchObject({ status: 'queued', attempt: 0 });
    const { body } = await server.api('POST', `/app/runs/${id}/cancel`);
    expect(body).toMatchObject({ status: 'canceled', attempt: 0, due_at: null, attempts: [] });
    expect(body.finished_at).not.toBeNull();
  });

  it('of a run that is over is a conflict, and so is the retry of one that runs', async () => {
    const done = await server.run('echo');
    const cancel = await server.api('POST', `/app/runs/${done.id}/cancel`);
    expect([cancel.status, cancel.body.code]).toEqual([409, 'conflict']);
    const id = await start('passesGate', { props: { gate: 'busy' } });
    await server.runWhen(id, ['running']);
    const retry = await server.api('POST', `/app/runs/${id}/retry`);
    expect([retry.status, retry.body.code]).toEqual([409, 'conflict']);
    await openGate('busy');
    expect((await server.runAtEnd(id)).status).toBe('succeeded');
  });
});

describe('a limit of concurrency', () => {
  it('holds, however many runs of the listener wait, and delays no others', async () => {
    const props = { gate: 'twos' };
    const ids = await Promise.all(Array.from({ length: 8 }, () => start('passesGateByTwos', { props })));
    const states = async () => (await Promise.all(ids.map((id) => server.getRun(id)))).map(({ status }) => status);
    await until('two to be running', async () => (await states()).filter((each) => each === 'running').length === 2);
    expect((await server.run('echo')).status).toBe('succeeded');
    expect((await states()).filter((each) => each === 'running')).toHaveLength(2);
    await openGate('twos');
    const runs = await Promise.all(ids.map((id) => server.runAtEnd(id)));
    expect(runs.map(({ status }) => status)).toEqual(ids.map(() => 'succeeded'));
    expect(Math.max(...runs.map(({ result }) => result))).toBeLessThanOrEqual(2);
  });
});

describe('the list of runs', () => {
  it('is filtered by status, action, webhook and time, newest first, and paged', async () => {
    const { production } = server.tokens;
    const list = async (query: string) => (await server.api('GET', `/app/runs?${query}`, undefined, production)).body;
    const ids = (page: any): string[] => page.data.map(({ id }: any) => id);
    const hook = await server.hook('echo', {}, production);
    const made: string[] = [];
    for (const listener of ['echo', 'failsForGood', 'echo']) {
      made.unshift((await server.run(listener, {}, production)).id as string);
    }
    const answer = await fetch(hook.url as string, { method: 'POST' });
    const triggered = ((await answer.json()) as { run: string }).run;
    const last = await server.runAtEnd(triggered, production);
    made.unshift(triggered);

    expect(ids(await list(''))).toEqual(made);
    expect(ids(await list('status=dead'))).toEqual([made[2]]);
    expect(ids(await list('action=echo'))).toEqual([made[0], made[1], made[3]]);
    expect(ids(await list('action=echo&status=succeeded&limit=1'))).toEqual([made[0]]);
    expect(ids(await list(`webhook=${hook.uuid}`))).toEqual([triggered]);
    expect(ids(await list(`since=${last.created_at}`))).toContain(triggered);
    expect(ids(await list(`until=${last.created_at}`))).not.toContain(triggered);
    expect(ids(await list('until=2020-01-01T00:00:00Z'))).toEqual([]);

    const first = await list('limit=3');
    expect(ids(first)).toEqual(made.slice(0, 3));
    const second = await list(`limit=3&cursor=${encodeURIComponent(first.next_cursor as string)}`);
    expect([ids(second), second.next_cursor]).toEqual([made.slice(3), null]);
    expect(first.data[0]).not.toHaveProperty('event');
  });

  it.each(['status=lost', 'since=yesterday', 'webhook=1', 'status[$ne]=dead', 'limit=999'])(
    'refuses ?%s',
    async (query) => {
      const { status, body } = await server.api('GET', `/app/runs?${query}`);
      expect([status, body.code]).toEqual([422, 'invalid_input']);
    },
  );
});
