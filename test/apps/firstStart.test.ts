import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { credentialsPath, readCredentials } from '../../server/apps/credentials.ts';
import { ensureApp } from '../../server/apps/firstStart.ts';
import { loadSecretKey } from '../../server/apps/secretKey.ts';
import { StartError } from '../../server/apps/startError.ts';
import { createManageTokens } from '../../server/apps/tokens/manage.ts';
import { hashToken } from '../../server/apps/tokens/text.ts';
import { createIdMaker } from '../../server/lib/ids.ts';
import type { Credentials } from '../../server/schemas/app.ts';
import { fakeAppStore, fakeTokenStore } from './support/fakes.ts';

let dataDir: string;
beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'earshot-apps-'))));
afterEach(() => rmSync(dataDir, { recursive: true }));

const clock = { now: () => Date.parse('2026-01-31T09:30:00Z') };

function stores() {
  const apps = fakeAppStore();
  const store = fakeTokenStore();
  const tokens = createManageTokens({ store, forget: () => undefined, newId: createIdMaker(clock.now), clock });
  return { apps, store, start: (over = {}) => ensureApp({ apps, keepToken: tokens.keep, dataDir, clock, ...over }) };
}

const readFile = () => JSON.parse(readFileSync(credentialsPath(dataDir), 'utf8')) as Credentials;

describe('the first start', () => {
  it('makes the app, both environments, a token for each, and the file that tells them', async () => {
    const { apps, store, start } = stores();
    const app = await start();
    expect(app.credentials).toBe('made');
    const file = readFile();
    expect(file).toEqual({
      app_uuid: app.uuid,
      environments: {
        production: { id: 1, token: expect.stringMatching(/^ear_p/) },
        sandbox: { id: 2, token: expect.stringMatching(/^ear_s/) },
      },
    });
    expect(statSync(credentialsPath(dataDir)).mode & 0o777).toBe(0o600);
    expect([...apps.environments]).toEqual([
      [1, 'production'],
      [2, 'sandbox'],
    ]);
    const { production, sandbox } = file.environments;
    expect([...store.all.values()].map(({ hash }) => hash)).toEqual([
      hashToken(production.token),
      hashToken(sandbox.token),
    ]);
  });

  it('is not repeated', async () => {
    const { store, start } = stores();
    const first = await start();
    const file = readFile();
    expect(await start()).toEqual({ uuid: first.uuid, credentials: 'there' });
    expect(readFile()).toEqual(file);
    expect(store.all.size).toBe(2);
  });

  it.each(['insertIfAbsent', 'ensureEnvironments', 'markReady', 'keepToken'])(
    'that was cut off at %s is finished by the next one, with the tokens it had shown',
    async (step) => {
      const { apps, store, start } = stores();
      const cut = () => Promise.reject(new Error('cut'));
      await expect(
        start(step === 'keepToken' ? { keepToken: cut } : { apps: { ...apps, [step]: cut } }),
      ).rejects.toThrow('cut');
      const shown = await readCredentials(credentialsPath(dataDir));
      const app = await start();
      const file = readFile();
      expect(file.app_uuid).toBe(app.uuid);
      if (shown !== undefined) expect(file).toEqual(shown);
      const hashes = new Set([...store.all.values()].map(({ hash }) => hash));
      for (const { token } of Object.values(file.environments)) expect(hashes).toContain(hashToken(token));
      expect(store.all.size).toBe(2);
      expect((await apps.find())?.is_ready).toBe(true);
    },
  );

  it('takes up the credentials of a data directory whose database is gone', async () => {
    await stores().start();
    const file = readFile();
    const fresh = stores();
    expect(await fresh.start()).toEqual({ uuid: file.app_uuid, credentials: 'there' });
    expect(fresh.store.all.size).toBe(2);
    expect(readFile()).toEqual(file);
  });
});

describe('later starts', () => {
  it('say that credentials.json was moved away, and make no other', async () => {
    const { start } = stores();
    const { uuid } = await start();
    rmSync(credentialsPath(dataDir));
    expect(await start()).toEqual({ uuid, credentials: 'absent' });
  });

  it('say that credentials.json is of another app', async () => {
    const { start } = stores();
    const { uuid } = await start();
    rmSync(credentialsPath(dataDir));
    await stores().start();
    expect(await start()).toEqual({ uuid, credentials: 'foreign' });
  });
});

describe('credentials.json', () => {
  it.each(['', '{', '[]', 'null', '{"app_uuid":"x","environments":{}}'])(
    'is left alone when it is %j',
    async (text) => {
      writeFileSync(credentialsPath(dataDir), text);
      await expect(stores().start()).rejects.toThrow(StartError);
      expect(readFileSync(credentialsPath(dataDir), 'utf8')).toBe(text);
    },
  );

  it('with tokens of the wrong environment or a mistyped one is refused', async () => {
    await stores().start();
    const file = readFile();
    const { production, sandbox } = file.environments;
    for (const environments of [
      { production: { ...production, token: sandbox.token }, sandbox },
      { production: { ...production, token: `${production.token}x` }, sandbox },
      { production: { ...production, id: 2 }, sandbox },
    ]) {
      writeFileSync(credentialsPath(dataDir), JSON.stringify({ ...file, environments }));
      await expect(readCredentials(credentialsPath(dataDir))).rejects.toThrow(StartError);
    }
  });

  it('is not written through a link', async () => {
    symlinkSync(join(dataDir, 'elsewhere'), credentialsPath(dataDir));
    await expect(stores().start()).rejects.toThrow(StartError);
  });
});

describe('the secret key', () => {
  const load = (apps = fakeAppStore(), given?: string) => loadSecretKey({ dataDir, given, apps });
  const keyPath = () => join(dataDir, 'secret.key');

  it('is made once, for its owner alone', async () => {
    const apps = fakeAppStore();
    const first = await load(apps);
    expect(statSync(keyPath()).mode & 0o777).toBe(0o600);
    const again = await load(apps);
    expect(again.derive('x')).toEqual(first.derive('x'));
    expect(first.derive('x')).toHaveLength(32);
    expect(first.derive('x')).not.toEqual(first.derive('y'));
  });

  it('comes from SECRET_KEY where it is set, and then no file is made', async () => {
    const apps = fakeAppStore();
    const given = 'g'.repeat(32);
    const key = await load(apps, given);
    expect(() => statSync(keyPath())).toThrow();
    expect((await load(apps, given)).derive('x')).toEqual(key.derive('x'));
  });

  it.each([
    ['another SECRET_KEY', 'h'.repeat(32), 'SECRET_KEY is not the key'],
    ['the file gone', undefined, 'is missing'],
  ])('that is not the one of the database refuses to start: %s', async (_name, given, words) => {
    const apps = fakeAppStore();
    await load(apps, 'g'.repeat(32));
    const refused = load(apps, given);
    await expect(refused).rejects.toThrow(StartError);
    await expect(refused).rejects.toThrow(words);
    expect(() => statSync(keyPath())).toThrow();
  });

  it('in a file of another database refuses to start', async () => {
    const apps = fakeAppStore();
    await load(apps);
    writeFileSync(keyPath(), 'f'.repeat(64));
    await expect(load(apps)).rejects.toThrow('secret.key is not the key');
  });
});
