import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createListenerRegistry, type ListenerRegistryDeps } from '../../server/listeners/registry.ts';
import { anAppDir, codeOf, resultOf, startApp, type Files } from './support.ts';

const sdk = new URL('../../server/sdk.ts', import.meta.url).pathname;
const closings: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

async function aRegistry(files: Files, deps: Partial<ListenerRegistryDeps> = {}) {
  const app = anAppDir(files);
  const registry = createListenerRegistry({ dir: app.dir, dataDir: app.dataDir, ...deps });
  closings.push(app.remove, registry.stop);
  await registry.start();
  return { ...app, registry };
}

describe('the registry', () => {
  it('names listeners by folder, file and export, and leaves helpers, tests and declarations out', async () => {
    const plain = 'export default async function () {}\n';
    const { registry } = await aRegistry({
      'listeners/exampleListener.ts': plain,
      'listeners/github/push.ts': plain,
      'listeners/github/x.ts':
        'export function foo() {}\nexport const bar = async () => {};\nexport const limit = 3;\n',
      'listeners/systemEvents.ts': 'export async function onEnvStart() {}\nexport type T = string;\n',
      'listeners/both.mjs': 'export default () => 1;\nexport const helper = () => 2;\n',
      'listeners/module.mts': plain,
      'listeners/script.js': plain,
      'listeners/_helper.ts': plain,
      'listeners/_lib/a.ts': plain,
      'listeners/exampleListener.test.ts': plain,
      'listeners/types.d.ts': 'export {};\n',
      'listeners/readme.md': '# no\n',
    });
    expect(registry.list().map(({ name, file }) => [name, file])).toEqual([
      ['both', 'listeners/both.mjs'],
      ['exampleListener', 'listeners/exampleListener.ts'],
      ['github.bar', 'listeners/github/x.ts'],
      ['github.foo', 'listeners/github/x.ts'],
      ['github.push', 'listeners/github/push.ts'],
      ['module', 'listeners/module.mts'],
      ['onEnvStart', 'listeners/systemEvents.ts'],
      ['script', 'listeners/script.js'],
    ]);
    expect(registry.problems()).toEqual([]);
    expect(registry.nearest('exampelListener')).toEqual(['exampleListener']);
  });

  it('starts on a cache that was cut short, by looking at the files again', async () => {
    const app = await aRegistry({ 'listeners/a.ts': 'export default () => 1;\n', 'node_modules/.keep': '' });
    const cacheDir = join(app.root, 'node_modules', '.cache', 'earshot');
    const kept = readdirSync(cacheDir)
      .map((name) => join(cacheDir, name, '.exports.json'))
      .filter((path) => existsSync(path));
    expect(kept).toHaveLength(1);
    writeFileSync(kept[0]!, '[{"path":"a.t');
    const again = createListenerRegistry({ dir: app.dir, dataDir: app.dataDir });
    closings.push(again.stop);
    await again.start();
    expect(again.list().map(({ name }) => name)).toEqual(['a']);
    expect(JSON.parse(readFileSync(kept[0]!, 'utf8'))).toHaveLength(1);
  });

  it('tells schemas and settings, with defaults for the rest', async () => {
    const { registry } = await aRegistry({
      'listeners/full.ts': `import { defineListener, Type } from '${sdk}';
        export default defineListener({
          props: Type.Object({ userId: Type.Integer() }), event: Type.Object({ a: Type.String() }),
          timeoutMs: 5000, retries: [1, 2], concurrency: 3, memoryMb: 64, run: () => 1,
        });`,
      'listeners/plain.ts': 'export default () => 1;\n',
    });
    expect(JSON.parse(JSON.stringify(registry.get('full')))).toEqual({
      name: 'full',
      file: 'listeners/full.ts',
      propsSchema: { type: 'object', required: ['userId'], properties: { userId: { type: 'integer' } } },
      eventSchema: { type: 'object', required: ['a'], properties: { a: { type: 'string' } } },
      timeoutMs: 5000,
      retries: [1, 2],
      concurrency: { limit: 3, by: null },
      rate: null,
      debounce: null,
      batch: null,
      memoryMb: 64,
    });
    expect(registry.get('plain')).toEqual({
      name: 'plain',
      file: 'listeners/plain.ts',
      timeoutMs: 30_000,
      retries: [10_000, 60_000, 600_000],
      concurrency: null,
      rate: null,
      debounce: null,
      batch: null,
      memoryMb: 128,
    });
  });

  it('reports each file that cannot be used by name, and keeps the others', async () => {
    const { registry } = await aRegistry(
      {
        'listeners/good.ts': 'export default () => 1;\n',
        'listeners/aString.ts': "export default 'no';\n",
        'listeners/anObject.ts': 'export default {};\n',
        'listeners/order-paid.ts': 'export default () => 1;\n',
        'listeners/syntax.ts': 'export default function ( {\n',
        'listeners/enums.ts': 'enum A { B }\nexport default () => A.B;\n',
        'listeners/throws.ts': "throw new Error('at import');\nexport default 1;\n",
        'listeners/exits.ts': 'process.exit(1);\nexport default () => 1;\n',
        'listeners/loops.ts': 'for (;;);\nexport default () => 1;\n',
        'listeners/hangs.ts': 'await new Promise(() => {});\nexport default () => 1;\n',
        'listeners/missing.ts': "import { x } from './nowhere.ts';\nexport default () => x;\n",
        'listeners/package.ts': "import x from 'no-such-package';\nexport default () => x;\n",
        'listeners/typeImport.ts': "import { Shape } from './_types.ts';\nexport default (a: Shape) => a;\n",
        'listeners/_types.ts': 'export interface Shape { a: 1 }\n',
        'listeners/nothing.ts': 'export const a = 1;\n',
        'listeners/options.ts': `import { defineListener } from '${sdk}';\nexport default defineListener({ timeoutMs: 0, run: () => 1 });\n`,
      },
      { importTimeoutMs: 1_500 },
    );
    expect(registry.list().map(({ name }) => name)).toEqual(['good']);
    const messages = Object.fromEntries(registry.problems().map(({ file, message }) => [file.slice(10), message]));
    const expected: Record<string, string | RegExp> = {
      'aString.ts':
        "Listener 'aString' in listeners/aString.ts: expected a default export that is a function, found a string.",
      'anObject.ts':
        "Listener 'anObject' in listeners/anObject.ts: expected a default export that is a function, found an object.",
      'order-paid.ts': /^Listener 'order-paid' in listeners\/order-paid\.ts: expected a name of letters/,
      'syntax.ts': /listeners\/syntax\.ts:1:\d+: .*Expected/,
      'enums.ts': /listeners\/enums\.ts:1:1: .*enum.*const object/,
      'throws.ts': /does not load: at import/,
      'exits.ts': /exit code 1/,
      'loops.ts': /deadline of 1500 ms/,
      'hangs.ts': /deadline of 1500 ms/,
      'missing.ts': /cannot find '\.\/nowhere\.ts'/,
      'package.ts': /no-such-package/,
      'typeImport.ts': /(?:export named 'Shape'|listeners\/_types\.ts does not export).*import type/,
      'nothing.ts': /found no export that is one/,
      'options.ts': /expected `timeoutMs` to be a whole number/,
    };
    expect(Object.keys(messages).sort()).toEqual(Object.keys(expected).sort());
    for (const [file, words] of Object.entries(expected)) {
      if (typeof words === 'string') expect(messages[file]).toBe(words);
      else expect(messages[file]).toMatch(words);
    }
    expect(registry.locate('syntax')).toMatchObject({ problem: expect.stringContaining('listeners/syntax.ts') });
    expect(registry.locate('nobody')).toBeUndefined();
  });

  it('reports the second of two listeners of one name and keeps the first', async () => {
    const { registry } = await aRegistry({
      'listeners/a.ts': 'export default () => 1;\n',
      'listeners/b.ts': 'export function a() {}\nexport function c() {}\n',
    });
    expect(registry.get('a')).toMatchObject({ file: 'listeners/a.ts' });
    expect(registry.get('c')).toMatchObject({ file: 'listeners/b.ts' });
    expect(registry.problems()).toEqual([
      expect.objectContaining({
        file: 'listeners/b.ts',
        message: expect.stringMatching(/^Listener 'a' in listeners\/b\.ts: .*listeners\/a\.ts/),
      }),
    ]);
  });

  it('has no listeners where there is no folder', async () => {
    const { registry } = await aRegistry({}, { dir: '/nonexistent/earshot/listeners' });
    expect(registry.list()).toEqual([]);
    expect(registry.problems()).toEqual([]);
  });

  it('gives new runs the new code, tells of the change, and lets a run that goes on finish on the old', async () => {
    const source = (version: number) =>
      `import { wait } from '../lib/wait';\nexport default async (_: unknown, __: unknown, api: any) => { await wait(api); return ${version}; };\n`;
    const app = await startApp({
      'listeners/versioned.ts': source(1),
      'lib/wait.ts': "export const wait = (api: any): Promise<unknown> => api.data.coll('x').find();\n",
    });
    closings.push(app.stop);
    let release: (() => void) | undefined;
    const began = new Promise<void>((resolveBegan) => {
      closings.push(() => undefined);
      const blocked = new Promise<null>((resolve) => (release = () => resolve(null)));
      slow = app.run('versioned', {}, { api: () => (resolveBegan(), blocked) });
    });
    await began;
    let changes = 0;
    app.registry.onChange(() => changes++);
    await app.registry.reload();
    expect(changes).toBe(0);
    app.write({ 'listeners/versioned.ts': source(2) });
    await app.registry.reload();
    expect(changes).toBe(1);
    expect(resultOf(await app.run('versioned'))).toBe(2);
    release?.();
    expect(resultOf(await slow!)).toBe(1);
  });

  it('sees changes of listeners and of what they import when it watches', async () => {
    const app = await startApp(
      {
        'listeners/a.ts': "import { b } from '../lib/b.ts';\nexport default () => b;\n",
        'lib/b.ts': 'export const b: number = 1;\n',
      },
      { registry: { watch: true } },
    );
    closings.push(app.stop);
    expect(resultOf(await app.run('a'))).toBe(1);
    app.write({ 'lib/b.ts': 'export const b: number = 2;\n' });
    await expect.poll(async () => resultOf(await app.run('a')), { timeout: 10_000 }).toBe(2);
    app.write({ 'listeners/sub/new.ts': 'export default () => 3;\n' });
    await expect.poll(async () => codeOf(await app.run('sub.new')), { timeout: 10_000 }).toBe('succeeded');
    app.write({ 'listeners/a.ts': 'export default 1;\n' });
    await expect.poll(async () => codeOf(await app.run('a')), { timeout: 10_000 }).toBe('listener_invalid');
  });
});

let slow: ReturnType<Awaited<ReturnType<typeof startApp>>['run']> | undefined;
