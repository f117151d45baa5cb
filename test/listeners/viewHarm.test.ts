/** Views that do what no view should: each fails alone, and the next render is as if nothing had been. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lagDuring, startViews, treeOf, type Files, type Views } from './support.ts';

const harmful = {
  busyLoop: 'export default () => { for (;;); };\n',
  exit: 'export default () => { process.exit(7); };\n',
  kill: "export default () => { process.kill(process.pid, 'SIGKILL'); for (;;); };\n",
  memory: 'export default () => { const all: unknown[] = []; for (;;) all.push(new Array(1000).fill(all.length)); };\n',
  buffers: 'export default () => { const all: unknown[] = []; for (;;) all.push(Buffer.alloc(1 << 20, 1)); };\n',
  overflow: 'export default function again(): unknown { return [again()]; }\n',
  hostile: "export default () => { throw { get message() { throw new Error('no'); } }; };\n",
} as const;

const tampering = {
  map: "export default () => { Array.prototype.map = () => ['tampered']; return 1; };\n",
  json: "export default () => { JSON.parse = JSON.stringify = () => 'tampered'; return 1; };\n",
  pollute: "export default () => { (Object.prototype as any).polluted = 'yes'; return 1; };\n",
  global: 'export default () => { (globalThis as any).Map = class {}; return 1; };\n',
  timer: "export default () => { setTimeout(() => { throw new Error('late'); }, 1); return 1; };\n",
  rejection: "export default () => { void Promise.reject(new Error('nobody looked')); return 1; };\n",
} as const;

const well = `export default (data: any, props: any) => ({
  map: [1, 2].map((x) => x * 2), json: JSON.stringify({ a: new Map([[1, 2]]).get(1) }), polluted: ({} as any).polluted ?? 'no', n: props.n,
});\n`;
const wellTree = (n: number) => ({ map: [2, 4], json: '{"a":2}', polluted: 'no', n });

const endings: readonly (readonly [keyof typeof harmful, RegExp])[] = [
  ['busyLoop', /^View 'busyLoop' in views\/busyLoop\.ts: it ran longer than its 3000 ms\.$/],
  ['exit', /^View 'exit' in views\/exit\.ts: it ended its process\.$/],
  ['kill', /it ended its process\.$/],
  ['memory', /it needed more than its 64 MB of memory\.$/],
  ['buffers', /it needed more than its 64 MB of memory\.$/],
  ['overflow', /Maximum call stack size exceeded/],
  ['hostile', /The view threw a value that cannot be shown/],
];

const files: Files = {
  ...Object.fromEntries(
    Object.entries({ ...harmful, ...tampering, well }).map(([name, text]) => [`views/${name}.ts`, text]),
  ),
  'views/secret.ts':
    "import { readFileSync } from 'node:fs';\nexport default (_: any, props: any) => readFileSync(props.path, 'utf8');\n",
  'views/env.ts': 'export default () => Object.keys(process.env);\n',
  'data/credentials.json': '{"secret":1}',
  'texts/hello.txt': 'hello',
};

/** For harm that ends by itself, however slow the machine; and for that which only the deadline ends. */
let app: Views;
let hasty: Views;

beforeAll(async () => {
  app = await startViews(files, { timeoutMs: 20_000, memoryMb: 64 });
  hasty = await startViews(files, { timeoutMs: 3_000, memoryMb: 64 });
}, 60_000);
afterAll(async () => {
  await app.stop();
  await hasty.stop();
});

async function expectWell(of: Views, count: number): Promise<void> {
  const rendered = await Promise.all(Array.from({ length: count }, (_, n) => of.render('well', { props: { n } })));
  expect(rendered.map(treeOf)).toEqual(Array.from({ length: count }, (_, n) => wellTree(n)));
}

describe('a view that does harm', () => {
  it.each(endings)(
    '%s fails with what it did, and its neighbours and the server do not notice',
    async (name, words) => {
      const views = name === 'busyLoop' ? hasty : app;
      await expectWell(views, 1);
      const { value, p99Ms } = await lagDuring(() => Promise.all([views.render(name), expectWell(views, 8)]));
      expect(value[0]).toMatchObject({ status: 'failed', message: expect.stringMatching(words) });
      expect(p99Ms).toBeLessThan(300);
    },
  );

  it('does not keep others waiting for its deadline', async () => {
    const patient = await startViews(files, { timeoutMs: 3_600_000 });
    const hanging = Promise.all([patient.render('busyLoop'), patient.render('busyLoop')]);
    await expectWell(patient, 50);
    await patient.stop();
    expect((await hanging).map(({ status }) => status)).toEqual(['unavailable', 'unavailable']);
  });
});

describe('a view whose import takes long', () => {
  const loading = {
    'views/slow.ts': 'for (const endMs = Date.now() + 2_500; Date.now() < endMs; );\nexport default () => 1;\n',
    // Not where it is only looked at, in a thread with another limit.
    'views/endless.ts': `import { resourceLimits } from 'node:worker_threads';
if (resourceLimits.maxOldGenerationSizeMb === 77) for (;;);
export default () => 1;\n`,
    'views/busyLoop.ts': harmful.busyLoop,
  };

  it('has its own time for the call alone, and an end to what it may take', async () => {
    const views = await startViews(loading, { timeoutMs: 1_500, memoryMb: 77 });
    const [slow, endless, busy] = await Promise.all(['slow', 'endless', 'busyLoop'].map((name) => views.render(name)));
    await views.stop();
    expect(treeOf(slow!)).toBe(1);
    expect(endless).toMatchObject({ message: "View 'endless' in views/endless.ts: it took too long to load." });
    expect(busy).toMatchObject({ message: "View 'busyLoop' in views/busyLoop.ts: it ran longer than its 1500 ms." });
  }, 30_000);
});

describe('what a view leaves behind', () => {
  it.each(Object.keys(tampering))('does not reach the next render (%s)', async (name) => {
    const names = [name, 'well', name, 'well', 'well'];
    const rendered = await Promise.all(names.map((view, n) => app.render(view, { props: { n } })));
    expect(rendered.map(treeOf)).toEqual([1, wellTree(1), 1, wellTree(3), wellTree(4)]);
  });
});

describe('what a view may reach', () => {
  it('is what lies beside its folder, and neither the data nor the environment', async () => {
    const read = (path: string) => app.render('secret', { props: { path: `${app.root}/${path}` } });
    expect(treeOf(await read('texts/hello.txt'))).toBe('hello');
    expect(await read('data/credentials.json')).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/Access to this API has been restricted/),
    });
    expect(treeOf(await app.render('env'))).toEqual([]);
  });
});

describe('a render', () => {
  it('is unavailable before the start and after the stop', async () => {
    const other = await startViews({ 'views/well.ts': well });
    const going = other.render('well', { props: { n: 1 } });
    await other.stop();
    expect(['rendered', 'unavailable']).toContain((await going).status);
    expect(await other.render('well')).toEqual({ status: 'unavailable' });
  });
});
