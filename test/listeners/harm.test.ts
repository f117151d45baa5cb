import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { harmful, reaching } from './fixtures/harm.ts';
import { codeOf, lagDuring, resultOf, startApp, type App } from './support.ts';

type Harm = keyof typeof harmful;

const neighbour = `export default async function (props) {
  await new Promise((r) => setTimeout(r, 20));
  return { map: [1, 2].map((x) => x * 2), json: JSON.stringify({ a: new Map([[1, 2]]).get(1) }), polluted: {}.polluted ?? 'no' };
}\n`;
const wellNeighbour = { map: [2, 4], json: '{"a":2}', polluted: 'no' };

let app: App;

beforeAll(async () => {
  const sources = Object.entries({ ...harmful, ...reaching }).map(([name, source]) => [`listeners/${name}.ts`, source]);
  app = await startApp({
    ...Object.fromEntries(sources),
    'listeners/neighbour.js': neighbour,
    'listeners/env.ts': 'export default () => ({ keys: Object.keys(process.env), argv: process.argv.length });\n',
    'listeners/beside.ts':
      "import { readFileSync } from 'node:fs';\nexport default () => readFileSync(new URL('../templates/hello.txt', import.meta.url), 'utf8');\n",
    'templates/hello.txt': 'hello',
    'data/credentials.json': '{"secret":1}',
    '.env': 'SECRET=1',
  });
});
afterAll(() => app.stop());

/** Short for those that can only end so. */
const timeoutOf = (code: string) => (code === 'timeout' ? 400 : 15_000);

const endings: readonly (readonly [Harm, string, RegExp])[] = [
  ['busyLoop', 'timeout', /deadline of 400 ms/],
  ['busyAfterAwait', 'timeout', /deadline/],
  ['neverSettles', 'timeout', /deadline/],
  ['reDoS', 'timeout', /deadline/],
  ['atomicsWait', 'timeout', /deadline/],
  ['loopingExit', 'timeout', /deadline/],
  ['loopingFinally', 'timeout', /deadline/],
  ['exit', 'exited', /exit code 7/],
  ['exitLater', 'exited', /exit code 0/],
  ['throwUndefined', 'listener_error', /threw undefined/],
  ['throwNull', 'listener_error', /threw null/],
  ['throwString', 'listener_error', /threw "just words"/],
  ['throwObject', 'listener_error', /threw \{"status":500\}/],
  ['throwHostile', 'listener_error', /threw a value that cannot be shown/],
  ['rejectUndefined', 'listener_error', /threw undefined/],
  ['leftRejection', 'listener_error', /left a promise rejected without handling it: nobody looked/],
  ['throwInTimer', 'listener_error', /outside of its own call: from a timer/],
  ['stackOverflow', 'listener_error', /Maximum call stack size exceeded/],
  ['abort', 'listener_error', /process\.abort\(\) is not supported in workers/],
  ['chdir', 'listener_error', /process\.chdir\(\) is not supported in workers/],
  ['tamperMap', 'succeeded', /^1$/],
  ['tamperThen', 'succeeded', /^1$/],
  ['tamperStringify', 'succeeded', /^1$/],
  ['tamperGlobal', 'succeeded', /^1$/],
  ['pollute', 'succeeded', /^1$/],
  ['leaveTimer', 'succeeded', /^1$/],
  ['leaveThrowingTimer', 'succeeded', /^1$/],
  ['returnBigInt', 'result_invalid', /BigInt/],
  ['returnCycle', 'result_invalid', /circular/],
  ['returnFunction', 'result_invalid', /is a function/],
  ['returnLarge', 'result_invalid', /larger than 1 MiB/],
  ['returnDeep', 'result_invalid', /nested more than 64 deep/],
  ['returnVeryDeep', 'result_invalid', /Maximum call stack/],
  ['returnHostile', 'result_invalid', /no JSON of me/],
];

describe('a listener that does harm', () => {
  it('fails its own run with a code that says which, while neighbours run well and the server stays quick', async () => {
    const { value, p99Ms } = await lagDuring(async () => {
      const ends = await Promise.all(
        endings.map(async ([name, code]) => {
          const [own, beside] = await Promise.all([
            app.run(name, { timeoutMs: timeoutOf(code) }),
            app.run('neighbour'),
          ]);
          return { name, own, beside };
        }),
      );
      return ends;
    });
    for (const [name, code, words] of endings) {
      const { own, beside } = value.find((one) => one.name === name)!;
      expect([name, codeOf(own)]).toEqual([name, code]);
      const said = own.status === 'failed' ? own.error.message : own.status === 'succeeded' ? own.resultJson : '';
      expect(said, name).toMatch(words);
      expect([name, resultOf(beside)]).toEqual([name, wellNeighbour]);
    }
    expect(p99Ms).toBeLessThan(100);
  });

  it('ends its whole process and still hurts no other run', async () => {
    const [killed, ...others] = await Promise.all([
      app.run('kill'),
      ...Array.from({ length: 8 }, () => app.run('neighbour')),
    ]);
    expect(codeOf(killed)).toBe('exited');
    expect(killed).toMatchObject({ error: { message: expect.stringMatching(/SIGKILL/) } });
    for (const other of others) expect(resultOf(other)).toEqual(wellNeighbour);
  });

  it('is answered at the deadline when it sits in a call that cannot be cut short, and its process is replaced', async () => {
    const deaths = app.pool.stats().runnerDeaths;
    const stuck = await app.run('syncHash', { timeoutMs: 300 });
    expect(codeOf(stuck)).toBe('timeout');
    expect(stuck.durationMs).toBeLessThan(600);
    await expect.poll(() => app.pool.stats().runnerDeaths, { timeout: 10_000 }).toBe(deaths + 1);
    expect(resultOf(await app.run('neighbour'))).toEqual(wellNeighbour);
  });

  it('is out of memory when a thread of its own takes it', async () => {
    expect(codeOf(await app.run('nestedWorker', { timeoutMs: 20_000 }))).toBe('out_of_memory');
  });
});

describe('what one run leaves behind', () => {
  let oneThread: App;
  beforeAll(async () => {
    const sources = Object.entries(harmful).map(([name, source]) => [`listeners/${name}.ts`, source]);
    oneThread = await startApp(
      { ...Object.fromEntries(sources), 'listeners/neighbour.js': neighbour },
      { pool: { slotsPerRunner: 1 } },
    );
  });
  afterAll(() => oneThread.stop());

  it.each([
    'tamperMap',
    'tamperThen',
    'tamperStringify',
    'tamperGlobal',
    'pollute',
    'leaveTimer',
    'leaveThrowingTimer',
  ] as const)('%s does not reach the next run, of this or of another listener', async (name) => {
    const names = [name, 'neighbour', 'neighbour', name, 'neighbour'];
    const ends = await Promise.all(names.map((one) => oneThread.run(one)));
    expect(ends.map(codeOf)).toEqual(names.map(() => 'succeeded'));
    for (const at of [1, 2, 4]) expect(resultOf(ends[at]!)).toEqual(wellNeighbour);
  });
});

describe('what a listener cannot reach', () => {
  it.each(Object.keys(reaching))('%s is refused', async (name) => {
    const outcome = await app.run(name, { propsJson: JSON.stringify({ dataDir: app.dataDir, root: app.root }) });
    expect(codeOf(outcome)).toBe('listener_error');
    expect(JSON.stringify(outcome)).toMatch(/Access to this API has been restricted|process.binding/);
  });

  it('gets no environment of the server', async () => {
    expect(resultOf(await app.run('env'))).toMatchObject({ keys: [] });
  });

  it('may read what lies beside its folder', async () => {
    expect(resultOf(await app.run('beside'))).toBe('hello');
  });
});
