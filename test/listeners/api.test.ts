import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../server/lib/errors.ts';
import { type RunOutcome } from '../../server/listeners/task.ts';
import { type LogLine } from '../../server/schemas/run.ts';
import { codeOf, resultOf, startApp, type App } from './support.ts';

const sdk = new URL('../../server/sdk.ts', import.meta.url).pathname;
const typed = (body: string) =>
  `import { type ListenerApi } from '${sdk}';\nexport default async (props: any, event: any, api: ListenerApi) => {\n${body}\n};\n`;

const sources: Record<string, string> = {
  see: typed('return { props, event, run: api.run, environment: api.environment, user: api.user };'),
  request: typed(
    'return { ...api.request, rawBody: [...api.request!.rawBody], isBytes: api.request!.rawBody instanceof Uint8Array };',
  ),
  noRequest: typed('return api.request;'),
  data: typed(`const c = api.data.coll('orders');
    return [await c.getDoc('1'), await c.createDoc({ at: new Date(0) }), await c.updateDoc({ _id: '1' }), await c.deleteDoc('1'),
      await c.deleteDoc({ _id: '2' }), await c.find({ a: 1 }, { a: 1 }, { limit: 2 }), await c.find(), await c.updateMany({}, { $set: { a: 1 } }),
      await c.insertMany([{ a: 1 }]), await c.deleteMany({ a: 1 }), await c.count()];`),
  dataOptions: typed(`const c = api.data.coll('orders');
    const got = await c.getDoc('1', { projection: { a: 1 }, withRevision: true });
    const seen: number | undefined = got?._rev;
    return [seen, await c.updateDoc({ _id: '1' }, { ifRevision: 2, withRevision: true }), await c.updateDoc({ _id: '1' }, { upsert: true }),
      await c.deleteDoc('1', { ifRevision: 3 }), await c.updateMany({ a: 1 }, { $set: { a: 2 } }, { upsert: true }),
      await c.aggregate([{ $count: 'n' }]), await c.createIndex({ a: 1 }, { unique: true }), await c.createIndex({ b: -1 })];`),
  others:
    typed(`return [await api.webhooks.create({ action: 'x', props: { a: 1 } }), await api.webhooks.list({ action: 'x' }), await api.webhooks.delete('u'),
      await api.jobs.enqueue('x', { a: 1 }, { delayMs: 5, key: 'k', event: [1] }), await api.jobs.enqueue('y')];`),
  round: typed(
    "const [got] = await api.data.coll('x').find({ at: new Date(5), bytes: new Uint8Array([1]) }); return { isDate: got!.at instanceof Date, isBytes: got!.bytes instanceof Uint8Array };",
  ),
  caught: typed(
    "try { await api.data.coll('x').find(); } catch (e: any) { return { name: e.name, code: e.code, message: e.message, isError: e instanceof Error }; }",
  ),
  uncaught: typed("await api.data.coll('x').find();"),
  fetch:
    typed(`const r = await api.fetch('https://example.test/a?b=1', { method: 'POST', headers: { 'X-A': '1' }, body: JSON.stringify({ a: 1 }) });
    return { isResponse: r instanceof Response, ok: r.ok, status: r.status, url: r.url, header: r.headers.get('x-b'), json: await r.json() };`),
  fetchEmpty: typed("const r = await api.fetch('https://example.test/'); return [r.status, await r.text()];"),
  fetchAborted: typed(
    "await api.fetch('https://example.test/', { signal: AbortSignal.abort(new Error('changed my mind')) });",
  ),
  logs: typed(`api.log.info('one', { n: 1 }); api.log.warn('two'); api.log.error('three', new Error('why'));
    console.log('four %d', 4, { a: [1] }); console.error('five'); process.stdout.write('six\\n'); api.log.info('seven', { big: 1n });`),
  manyLogs: typed("for (let i = 0; i < 10_000; i++) console.log('x'.repeat(100), i);"),
  longLog: typed("console.log('y'.repeat(200_000)); console.log('after');"),
  logsThenLoop: typed("console.log('before'); for (;;);"),
  signal: typed(
    "const s = api.signal; await new Promise((r) => s.addEventListener('abort', r)); api.log.info('aborted ' + s.aborted + ' ' + s.reason.name); await new Promise(() => {});",
  ),
  many: typed(
    "const all = await Promise.allSettled(Array.from({ length: 1_001 }, () => api.data.coll('x').count())); return all.filter((one) => one.status === 'rejected').map((one: any) => one.reason.code);",
  ),
  large: typed(
    "try { await api.data.coll('x').createDoc({ text: 'x'.repeat(12 * 1024 * 1024) }); } catch (e: any) { return e.code; }",
  ),
  largeUnicode: typed(
    "try { await api.data.coll('x').createDoc({ text: 'ü'.repeat(8 * 1024 * 1024) }); } catch (e: any) { return e.code; }",
  ),
  largeBytes: typed("return (await api.data.coll('x').find({ bytes: new Uint8Array(8 * 1024 * 1024) })).length;"),
  unsendable: typed("try { await api.data.coll('x').find({ n: 1n }); } catch (e: any) { return [e.name, e.message]; }"),
  floating: typed("void api.data.coll('x').find(); return 'done';"),
  later: typed('(globalThis as any).kept = api; return 1;'),
  nonRetriable: `import { NonRetriableError } from '${sdk}';\nexport default () => { throw new NonRetriableError('never again', { cause: new Error('deep') }); };\n`,
  checked: `import { defineListener, Type, type Static } from '${sdk}';
    const Props = Type.Object({ userId: Type.Integer() });
    export default defineListener({ props: Props, event: Type.Object({ kind: Type.Union([Type.Literal('a'), Type.Literal('b')]) }),
      run: async (props: Static<typeof Props>, event) => ({ sum: props.userId + 1, kind: event.kind }) });\n`,
  bare: "import { defineListener, Type } from 'earshot';\nexport default defineListener({ props: Type.Object({}), run: () => 'bare' });\n",
  forms:
    "import a from './_lib/a.ts';\nimport b from './_lib/b.js';\nimport c from './_lib/c';\nimport d from './_lib';\nimport json from './_lib/data.json' with { type: 'json' };\nexport default async () => [a, b, c, d, json.n, (await import('./_lib/a.ts')).default];\n",
  cause: "export default () => { try { JSON.parse('{'); } catch (cause) { throw new Error('outer', { cause }); } };\n",
  where:
    'interface Wide {\n  a: string;\n}\nfunction inner(x: Wide | null): string {\n  return x!.a;\n}\n\nexport default function (): string {\n  return inner(null);\n}\n',
};

let app: App;
beforeAll(async () => {
  app = await startApp({
    ...Object.fromEntries(Object.entries(sources).map(([name, source]) => [`listeners/${name}.ts`, source])),
    'listeners/_lib/a.ts': "export default 'a' as string;\n",
    'listeners/_lib/b.ts': "export default 'b' as string;\n",
    'listeners/_lib/c.mts': "export default 'c' as string;\n",
    'listeners/_lib/index.ts': "export default 'd' as string;\n",
    'listeners/_lib/data.json': '{"n":7}',
  });
  expect(app.registry.problems()).toEqual([]);
});
afterAll(() => app.stop());

function logsOf(outcome: RunOutcome): readonly LogLine[] {
  return outcome.status === 'innocent' ? [] : outcome.logs;
}

/** Answers calls by method and keeps what was asked. */
function aHost(answers: Record<string, unknown> = {}) {
  const asked: unknown[] = [];
  return {
    asked,
    api: (method: string, args: unknown) => {
      asked.push([method, args]);
      return Promise.resolve(answers[method] ?? null);
    },
  };
}

describe('what a listener is given', () => {
  it('is its props, the event, and who and where it runs', async () => {
    const outcome = await app.run('see', {
      runId: 'run_7',
      attempt: 3,
      propsJson: '{"userId":1}',
      event: { kind: 'json', body: Buffer.from('{"a":[1,"ü"]}') },
      trigger: { type: 'job', run: 'run_6' },
      environment: { id: 2, name: 'sandbox' },
      user: { id: 'u1' },
    });
    expect(resultOf(outcome)).toEqual({
      props: { userId: 1 },
      event: { a: [1, 'ü'] },
      run: { id: 'run_7', attempt: 3, trigger: { type: 'job', run: 'run_6' } },
      environment: { id: 2, name: 'sandbox' },
      user: { id: 'u1' },
    });
  });

  it.each([
    ['json', '[1]', [1]],
    ['json', '7', 7],
    ['json', 'null', null],
    ['json', '{"__proto__":{"a":1},"b":{"\\u005f_proto__":2}}', { b: {} }],
    ['text', 'plain ü', 'plain ü'],
    ['form', 'a=1&b=2&b=3&c=', { a: '1', b: ['2', '3'], c: '' }],
    ['form', '__proto__=1&constructor=2', { constructor: '2' }],
    ['base64', '\u0000ÿ', 'AMO/'],
    ['none', '', {}],
  ] as const)('reads a %s event %j', async (kind, body, event) => {
    const outcome = await app.run('see', { event: { kind, body: Buffer.from(body) } });
    expect((resultOf(outcome) as { event: unknown }).event).toEqual(event);
  });

  it('is the request with the bytes as they came', async () => {
    const outcome = await app.run('request', {
      event: { kind: 'json', body: Buffer.from('{ "a":1}') },
      request: {
        method: 'POST',
        path: '/apps/x/webhooks/y',
        headers: { 'x-a': '1' },
        query: { q: ['1', '2'] },
        content_type: 'application/json',
        remote_address: '127.0.0.1',
      },
    });
    expect(resultOf(outcome)).toEqual({
      method: 'POST',
      path: '/apps/x/webhooks/y',
      headers: { 'x-a': '1' },
      query: { q: ['1', '2'] },
      contentType: 'application/json',
      remoteAddress: '127.0.0.1',
      rawBody: [...Buffer.from('{ "a":1}')],
      isBytes: true,
    });
    expect(resultOf(await app.run('noRequest'))).toBeNull();
  });

  it('has passed its own schemas', async () => {
    const run = (props: unknown, event: unknown) =>
      app.run('checked', {
        propsJson: JSON.stringify(props),
        event: { kind: 'json', body: Buffer.from(JSON.stringify(event)) },
      });
    expect(resultOf(await run({ userId: 1 }, { kind: 'b' }))).toEqual({ sum: 2, kind: 'b' });
    expect(await run({ userId: 'x' }, { kind: 'b' })).toMatchObject({
      isRetriable: false,
      error: { code: 'props_invalid', message: expect.stringContaining('/userId must be integer') },
    });
    expect(await run({ userId: 1 }, { kind: 'c' })).toMatchObject({
      isRetriable: false,
      error: { code: 'event_invalid', message: expect.stringContaining('/kind') },
    });
  });
});

describe('api calls', () => {
  it('carry the data calls to the server, each by its name', async () => {
    const host = aHost();
    await app.run('data', {}, host);
    expect(host.asked).toEqual([
      ['data.getDoc', { coll: 'orders', id: '1' }],
      ['data.createDoc', { coll: 'orders', doc: { at: new Date(0) } }],
      ['data.updateDoc', { coll: 'orders', doc: { _id: '1' } }],
      ['data.deleteDoc', { coll: 'orders', id: '1' }],
      ['data.deleteDoc', { coll: 'orders', id: '2' }],
      ['data.find', { coll: 'orders', query: { a: 1 }, projection: { a: 1 }, options: { limit: 2 } }],
      ['data.find', { coll: 'orders', query: {} }],
      ['data.updateMany', { coll: 'orders', filter: {}, update: { $set: { a: 1 } } }],
      ['data.insertMany', { coll: 'orders', docs: [{ a: 1 }] }],
      ['data.deleteMany', { coll: 'orders', filter: { a: 1 } }],
      ['data.count', { coll: 'orders', filter: {} }],
    ]);
  });

  it('carry what the data calls are to mind, which takes the place of none of their arguments', async () => {
    const host = aHost();
    await app.run('dataOptions', {}, host);
    expect(host.asked).toEqual([
      ['data.getDoc', { coll: 'orders', id: '1', projection: { a: 1 }, withRevision: true }],
      ['data.updateDoc', { coll: 'orders', doc: { _id: '1' }, ifRevision: 2, withRevision: true }],
      ['data.updateDoc', { coll: 'orders', doc: { _id: '1' }, upsert: true }],
      ['data.deleteDoc', { coll: 'orders', id: '1', ifRevision: 3 }],
      ['data.updateMany', { coll: 'orders', filter: { a: 1 }, update: { $set: { a: 2 } }, upsert: true }],
      ['data.aggregate', { coll: 'orders', pipeline: [{ $count: 'n' }] }],
      ['data.createIndex', { coll: 'orders', keys: { a: 1 }, unique: true }],
      ['data.createIndex', { coll: 'orders', keys: { b: -1 } }],
    ]);
  });

  it('carry webhooks and jobs', async () => {
    const host = aHost({ 'jobs.enqueue': { run: 'run_2', duplicate: false } });
    const [, , , job] = resultOf(await app.run('others', {}, host)) as unknown[];
    expect(job).toEqual({ run: 'run_2', duplicate: false });
    expect(host.asked).toEqual([
      ['webhooks.create', { action: 'x', props: { a: 1 } }],
      ['webhooks.list', { action: 'x' }],
      ['webhooks.delete', { uuid: 'u' }],
      ['jobs.enqueue', { listener: 'x', props: { a: 1 }, delayMs: 5, key: 'k', event: [1] }],
      ['jobs.enqueue', { listener: 'y', props: {} }],
    ]);
  });

  it('keep Dates and bytes both ways', async () => {
    const host = aHost({ 'data.find': [{ at: new Date(9), bytes: new Uint8Array([2]) }] });
    expect(resultOf(await app.run('round', {}, host))).toEqual({ isDate: true, isBytes: true });
    expect(host.asked).toEqual([['data.find', { coll: 'x', query: { at: new Date(5), bytes: new Uint8Array([1]) } }]]);
  });

  it('fail as Errors with the name, code and message of the server', async () => {
    const api = () => Promise.reject(new AppError('not_found', { detail: 'There is no such thing' }));
    expect(resultOf(await app.run('caught', {}, { api }))).toEqual({
      name: 'AppError',
      code: 'not_found',
      message: 'There is no such thing',
      isError: true,
    });
    const outcome = await app.run('uncaught', {}, { api });
    expect(outcome).toMatchObject({ error: { code: 'listener_error', message: 'There is no such thing' } });
    expect(outcome).toMatchObject({ error: { stack: expect.stringContaining('listeners/uncaught.ts:3:') } });
  });

  it('fetch through the server and come back as a Response', async () => {
    const host = aHost({
      fetch: { status: 201, headers: { 'x-b': '2' }, body: new Uint8Array(Buffer.from('{"got":true}')) },
    });
    expect(resultOf(await app.run('fetch', {}, host))).toEqual({
      isResponse: true,
      ok: true,
      status: 201,
      url: 'https://example.test/a?b=1',
      header: '2',
      json: { got: true },
    });
    expect(host.asked).toEqual([
      [
        'fetch',
        {
          url: 'https://example.test/a?b=1',
          method: 'POST',
          headers: [
            ['content-type', 'text/plain;charset=UTF-8'],
            ['x-a', '1'],
          ],
          body: new Uint8Array(Buffer.from('{"a":1}')),
        },
      ],
    ]);
    const empty = aHost({ fetch: { status: 204, headers: [], body: new Uint8Array() } });
    expect(resultOf(await app.run('fetchEmpty', {}, empty))).toEqual([204, '']);
    expect(await app.run('fetchAborted')).toMatchObject({ error: { message: 'changed my mind' } });
  });

  it('are limited in number and in size', async () => {
    expect(resultOf(await app.run('many'))).toEqual(['too_many_calls']);
    expect(resultOf(await app.run('large'))).toBe('message_too_large');
    expect(resultOf(await app.run('largeUnicode'))).toBe('message_too_large');
    expect(resultOf(await app.run('unsendable'))).toEqual(['TypeError', expect.stringContaining('api.data.find')]);
    const large = aHost({ 'data.find': [{ bytes: new Uint8Array(8 * 1024 * 1024 - 100) }] });
    expect(resultOf(await app.run('largeBytes', {}, large))).toBe(1);
    const tooLarge = await app.run('uncaught', {}, aHost({ 'data.find': ['x'.repeat(12 * 1024 * 1024)] }));
    expect(tooLarge).toMatchObject({
      error: { code: 'listener_error', message: expect.stringContaining('larger than 8 MiB') },
    });
  });

  it('left unawaited do not fail the run', async () => {
    const never = () => new Promise<never>(() => undefined);
    expect(resultOf(await app.run('floating', {}, { api: never }))).toBe('done');
  });
});

describe('the log of a run', () => {
  it('holds what api.log and the console were told, in order', async () => {
    const logs = logsOf(await app.run('logs'));
    expect(logs.map(({ level, message, data }) => [level, message, data])).toEqual([
      ['info', 'one', { n: 1 }],
      ['warn', 'two', undefined],
      ['error', 'three', { name: 'Error', message: 'why' }],
      ['info', 'four 4 { a: [ 1 ] }', undefined],
      ['error', 'five', undefined],
      ['info', 'six', undefined],
      ['info', 'seven', { big: '1' }],
    ]);
    for (const { at } of logs) expect(new Date(at).toISOString()).toBe(at);
  });

  it.each(['manyLogs', 'longLog'])('is capped at 64 KiB and says so (%s)', async (name) => {
    const logs = logsOf(await app.run(name));
    const bytes = logs.reduce((sum, { message }) => sum + message.length, 0);
    expect(bytes).toBeGreaterThan(50 * 1024);
    expect(bytes).toBeLessThan(66 * 1024);
    expect(logs.at(-1)).toMatchObject({ level: 'warn', message: expect.stringContaining('64 KiB') });
  });

  it('is kept when the run is cut off', async () => {
    expect(await app.run('logsThenLoop', { timeoutMs: 200 })).toMatchObject({
      error: { code: 'timeout' },
      logs: [{ message: 'before' }],
    });
  });
});

describe('the end of a run', () => {
  it('is announced by the signal at the deadline', async () => {
    const outcome = await app.run('signal', { timeoutMs: 300 });
    expect(codeOf(outcome)).toBe('timeout');
    expect(outcome).toMatchObject({ logs: [{ message: 'aborted true TimeoutError' }] });
  });

  it('is final when the error says so', async () => {
    expect(await app.run('nonRetriable')).toMatchObject({
      status: 'failed',
      isRetriable: false,
      error: { code: 'listener_error', name: 'NonRetriableError', message: 'never again' },
    });
  });

  it("shows the author's own lines and columns, and causes", async () => {
    const where = (await app.run('where')) as unknown as { error: { stack: string } };
    expect(where.error.stack.split('\n').slice(1)).toEqual([
      '    at inner (listeners/where.ts:5:13)',
      expect.stringMatching(/^ {4}at .*\(?listeners\/where\.ts:9:10\)?$/),
    ]);
    const cause = (await app.run('cause')) as unknown as { error: { stack: string } };
    expect(cause.error.stack).toMatch(/Error: outer\n {4}at .*listeners\/cause\.ts:1:[\s\S]*caused by SyntaxError/);
  });
});

describe('what a listener imports', () => {
  it('is found with .ts, .js or no extension, as a folder, as JSON, and by import()', async () => {
    expect(resultOf(await app.run('forms'))).toEqual(['a', 'b', 'c', 'd', 7, 'a']);
  });

  it("may be the sdk by the name 'earshot'", async () => {
    expect(resultOf(await app.run('bare'))).toBe('bare');
  });
});
