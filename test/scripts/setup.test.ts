import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Setup {
  readonly nodeFault: (version: string, engines: string) => string | undefined;
  readonly isInstalled: (lock: object, noted?: object) => boolean;
  readonly exitCodeOf: (command: string, args: readonly string[]) => Promise<number>;
}
const setupUrl = new URL('../../scripts/setup.mjs', import.meta.url).href;
const { nodeFault, isInstalled, exitCodeOf } = (await import(setupUrl)) as Setup;

describe('the check of Node', () => {
  it.each(['v20.19.0', 'v20.20.1', 'v22.0.0', 'v24.3.0'])('takes %s', (version) => {
    expect(nodeFault(version, '>=20.19.0')).toBeUndefined();
  });

  it.each(['v20.18.9', 'v18.20.0', 'v16.0.0'])('refuses %s and says what is needed', (version) => {
    expect(nodeFault(version, '>=20.19.0')).toMatch(new RegExp(`20.19.0 or newer.*${version}`));
  });
});

describe('the check of dependencies', () => {
  const lock = {
    packages: {
      '': { name: 'earshot' },
      'node_modules/a': { version: '1.0.0', integrity: 'x' },
      'node_modules/b-win32': { version: '2.0.0', integrity: 'y', optional: true },
    },
  };
  const a = { version: '1.0.0', integrity: 'x' };

  it.each([
    ['all are there', { 'node_modules/a': a }, true],
    [
      'those of other platforms are there as well',
      { 'node_modules/a': a, 'node_modules/b-win32': { version: '2.0.0', integrity: 'y' } },
      true,
    ],
    ['one is missing', {}, false],
    ['one has another version', { 'node_modules/a': { ...a, version: '1.0.1' } }, false],
    ['one has other contents', { 'node_modules/a': { ...a, integrity: 'z' } }, false],
    ['one is there that should not be', { 'node_modules/a': a, 'node_modules/c': a }, false],
  ])('when %s: %j', (_name, packages, expected) => expect(isInstalled(lock, { packages })).toBe(expected));

  it('when nothing was ever installed', () => {
    expect(isInstalled({ packages: { 'node_modules/a': a } }, { packages: {} })).toBe(false);
  });
});

it('a program that fails passes its exit code on', async () => {
  expect(await exitCodeOf(process.execPath, ['-e', 'process.exit(7)'])).toBe(7);
  expect(await exitCodeOf(process.execPath, ['-e', ''])).toBe(0);
});

describe('the lock file', () => {
  interface Package {
    readonly hasInstallScript?: boolean;
    readonly optionalDependencies?: Readonly<Record<string, string>>;
  }
  const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
    packages: Readonly<Record<string, Package>>;
  };

  it('brings no install script but the one that was looked at', () => {
    const withScripts = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const names = withScripts.map(([path]) => path.replace(/^.*node_modules\//, ''));
    // Its script is neither run (`npm ci --ignore-scripts`) nor needed: the binary is a package of its own.
    expect(names.filter((name) => name !== 'esbuild')).toEqual([]);
  });

  it('names the packages of every platform, without which `npm ci` refuses it', () => {
    const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages),
      ),
    );
    expect(missing).toEqual([]);
  });
});
