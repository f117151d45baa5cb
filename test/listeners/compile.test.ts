import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { pruneCompiled } from '../../server/listeners/compile/prune.ts';
import { createStripper } from '../../server/listeners/compile/strip.ts';
import { limitBytes, restingLimitBytes } from '../../server/listeners/runner/memory.ts';
import { anAppDir } from './support.ts';

let app: ReturnType<typeof anAppDir> | undefined;
afterEach(() => app?.remove());

describe('taking the types away', () => {
  it('keeps every line and column where it was', async () => {
    app = anAppDir({});
    const strip = createStripper({ cacheDir: app.root });
    const source =
      'const a: number = (1 as number);\ninterface X {\n  a: 1;\n}\nexport const b = <T,>(x: T): T => x!;\n';
    const code = await strip(source, 'x.ts');
    expect(code.split('\n').map((line) => line.length)).toEqual(source.split('\n').map((line) => line.length));
    expect(code.indexOf('export const b')).toBe(source.indexOf('export const b'));
    expect(await strip(source, 'other.ts')).toBe(code);
  });

  it('says where a file cannot be read as TypeScript', async () => {
    app = anAppDir({});
    const strip = createStripper({ cacheDir: app.root });
    await expect(strip('\n\nconst = 1;', 'listeners/x.ts')).rejects.toThrow(/^listeners\/x\.ts:3:7: /);
  });
});

describe('compiled code', () => {
  it('goes a week after it was last asked for, and nothing else does', async () => {
    app = anAppDir({});
    const nowMs = 2_000_000_000_000;
    for (const [name, ageDays] of [
      ['a'.repeat(24), 8],
      ['b'.repeat(24), 6],
      ['stripped', 9],
    ] as const) {
      mkdirSync(join(app.root, name));
      writeFileSync(join(app.root, name, '.complete'), '');
      const at = new Date(nowMs - ageDays * 86_400_000);
      utimesSync(join(app.root, name, '.complete'), at, at);
    }
    await pruneCompiled(app.root, nowMs);
    expect(['a'.repeat(24), 'b'.repeat(24), 'stripped'].map((name) => existsSync(join(app!.root, name)))).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('how much a runner may hold', () => {
  const mb = (bytes: number) => bytes / 1024 / 1024;
  it.each([
    ['one job', [128], 1, 0, 112 + 24 + 128],
    ['many jobs count as three', [128, 128, 128, 128, 128], 8, 0, 112 + 192 + 384],
    ['the largest counts', [16, 512], 2, 0, 112 + 48 + 1024],
    ['what rested before is added to', [128], 8, 600 * 1024 * 1024, 600 + 128],
  ])('%s', (_what, memories, threads, resting, expected) => {
    expect(mb(limitBytes(memories, threads, resting))).toBe(expected);
  });

  it('at rest is bounded by what its threads may hold', () => {
    expect(mb(restingLimitBytes([128, 64], 8))).toBe(112 + 1024);
  });
});
