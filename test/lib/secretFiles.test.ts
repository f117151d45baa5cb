import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecretFile, ensurePrivateDir, readSecretFile } from '../../server/lib/secretFiles.ts';

let dir: string;
let umaskBefore: number;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'earshot-secret-'));
  umaskBefore = process.umask(0);
});
afterEach(() => {
  process.umask(umaskBefore);
  rmSync(dir, { recursive: true });
});

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('a secret file', () => {
  it('is for its owner alone, even without a umask', async () => {
    const path = join(dir, 'key');
    expect(await createSecretFile(path, 'one')).toBe(true);
    expect(modeOf(path)).toBe('600');
    expect(await readSecretFile(path)).toBe('one');
    expect(readdirSync(dir)).toEqual(['key']);
  });

  it('is never written over', async () => {
    const path = join(dir, 'key');
    writeFileSync(path, 'mine');
    expect(await createSecretFile(path, 'other')).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect(readdirSync(dir)).toEqual(['key']);
  });

  it('is not written through a link, not even one that leads nowhere', async () => {
    const path = join(dir, 'key');
    symlinkSync(join(dir, 'target'), path);
    expect(await createSecretFile(path, 'x')).toBe(false);
    expect(existsSync(join(dir, 'target'))).toBe(false);
  });

  it('goes to one of many that make it at once', async () => {
    const path = join(dir, 'key');
    const made = await Promise.all(Array.from({ length: 20 }, (_each, i) => createSecretFile(path, String(i))));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(readFileSync(path, 'utf8')).toBe(String(made.indexOf(true)));
  });

  it('reads as undefined where there is none', async () => {
    expect(await readSecretFile(join(dir, 'none'))).toBeUndefined();
  });
});

describe('a private directory', () => {
  it('is made for its owner alone, with those above it', async () => {
    await ensurePrivateDir(join(dir, 'a', 'b'));
    expect(modeOf(join(dir, 'a', 'b'))).toBe('700');
  });

  it('is closed to others where it was open', async () => {
    chmodSync(dir, 0o777);
    await ensurePrivateDir(dir);
    expect(modeOf(dir)).toBe('700');
  });

  it('is refused where a file stands', async () => {
    writeFileSync(join(dir, 'file'), '');
    await expect(ensurePrivateDir(join(dir, 'file'))).rejects.toThrow();
  });
});
