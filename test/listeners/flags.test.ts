import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readableBelow, runnerEnv, runnerFlags } from '../../server/listeners/runner/flags.ts';
import { anAppDir } from './support.ts';

let app: ReturnType<typeof anAppDir> | undefined;
afterEach(() => app?.remove());

describe('what a runner may read', () => {
  it('is what lies beside the listeners, but for the data folder and dot files', () => {
    app = anAppDir({ '.env': '', 'package.json': '{}', 'var/x/a': '', 'templates/a.txt': '' });
    const below = (forbidden: string) =>
      readableBelow(app!.root, forbidden)
        .map((path) => path.slice(app!.root.length + 1))
        .sort();
    expect(below(app.dataDir)).toEqual(['listeners', 'package.json', 'templates', 'var']);
    expect(below(join(app.root, 'var', 'x'))).toEqual(['data', 'listeners', 'package.json', 'templates']);
    expect(below('/somewhere/else')).toEqual(['data', 'listeners', 'package.json', 'templates', 'var']);
  });

  it('is nothing when the data folder holds the app', () => {
    app = anAppDir({});
    expect(readableBelow(app.dir, app.root)).toEqual([]);
  });

  it('knows the data folder behind a link', () => {
    app = anAppDir({});
    mkdirSync(join(app.root, 'real'));
    symlinkSync(join(app.root, 'real'), join(app.root, 'link'));
    expect(readableBelow(app.root, join(app.root, 'link'))).not.toContain(join(app.root, 'real'));
  });
});

describe('how a runner is started', () => {
  it.each([
    [20, '--experimental-permission', false],
    [22, '--permission', false],
    [24, '--permission', false],
    [25, '--permission', true],
  ])('on Node %i with %s', (nodeMajor, flag, hasNet) => {
    const flags = runnerFlags({ appDir: '/nowhere', dataDir: null, readable: ['/code'], nodeMajor });
    expect(flags).toContain(flag);
    expect(flags).toContain('--allow-fs-read=/code');
    expect(flags.includes('--allow-net')).toBe(hasNet);
    expect(flags.some((one) => /allow-(?:fs-write|child-process|addons|wasi)/.test(one))).toBe(false);
  });

  it('gets nothing of the environment but the time zone and the language', () => {
    expect(
      runnerEnv({ SECRET_KEY: 'x', PATH: '/bin', HOME: '/root', TZ: 'UTC', LANG: 'C', NODE_OPTIONS: '-r x' }),
    ).toEqual({ TZ: 'UTC', LANG: 'C', MALLOC_ARENA_MAX: '2' });
  });
});
