import { describe, expect, it } from 'vitest';
import { createAuthenticator } from '../../server/apps/tokens/authenticate.ts';
import { createManageTokens } from '../../server/apps/tokens/manage.ts';
import { hashToken, makeToken, parseToken } from '../../server/apps/tokens/text.ts';
import { createIdMaker } from '../../server/lib/ids.ts';
import { scrub } from '../../server/lib/log.ts';
import { fakeTokenStore } from './support/fakes.ts';

const START_MS = Date.parse('2026-01-31T09:30:00Z');

/** Manager and authenticator over one store, as two processes may have them. */
function setUp() {
  let nowMs = START_MS;
  const clock = { now: () => nowMs };
  const store = fakeTokenStore();
  let lookUps = 0;
  const counting = {
    ...store,
    findByHash: (hash: string) => {
      lookUps++;
      return store.findByHash(hash);
    },
  };
  const warnings: unknown[] = [];
  const log = { warn: (...line: unknown[]) => void warnings.push(line) };
  const authenticator = () => createAuthenticator({ store: counting, appUuid: 'app', clock, log: log as never });
  const here = authenticator();
  const elsewhere = authenticator();
  const tokens = createManageTokens({ store, forget: here.forget, newId: createIdMaker(clock.now), clock });
  return { store, tokens, here, elsewhere, lookUps: () => lookUps, warnings, pass: (ms: number) => void (nowMs += ms) };
}

describe('the text of a token', () => {
  it('says its environment and carries 256 bits of chance', () => {
    const token = makeToken('s');
    expect(token).toMatch(/^ear_s[0-9A-Za-z]{49}$/);
    expect(parseToken(token)).toEqual({ letter: 's' });
    expect(new Set(Array.from({ length: 200 }, () => makeToken('p'))).size).toBe(200);
  });

  it('is refused without a look-up when a character is wrong', () => {
    const token = makeToken('p');
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'a' ? 'b' : 'a';
      expect(parseToken(token.slice(0, at) + other + token.slice(at + 1))).toBeUndefined();
    }
    for (const text of ['', 'ear_', `${token}x`, token.slice(0, -1), ` ${token}`, `${token}\n`]) {
      expect(parseToken(text)).toBeUndefined();
    }
  });

  it('is taken out of the log', () => {
    const token = makeToken('p');
    expect(scrub(`{"a":"${token}"}`)).toBe('{"a":"[redacted]"}');
  });
});

describe('a token that was made', () => {
  it('opens its environment with its scopes, and is stored as a hash only', async () => {
    const { tokens, here, store } = setUp();
    const { token, ...shown } = await tokens.create(2, { name: 'ci', scopes: ['read', 'read'] });
    expect(shown).toMatchObject({
      name: 'ci',
      environment_id: 2,
      scopes: ['read'],
      hint: token.slice(-4),
      expires_at: null,
    });
    expect(await here.authenticate(token)).toEqual({
      appUuid: 'app',
      environmentId: 2,
      tokenId: shown.id,
      scopes: ['read'],
    });
    const stored = [...store.all.values()];
    expect(JSON.stringify(stored)).not.toContain(token);
    expect(stored[0]?.hash).toBe(hashToken(token));
    expect(JSON.stringify(await tokens.list(2, { limit: 50 }))).not.toMatch(new RegExp(`${token}|${hashToken(token)}`));
  });

  it('is unknown to lists of the other environment', async () => {
    const { tokens } = setUp();
    const { id } = await tokens.create(1, {});
    expect((await tokens.list(2, { limit: 50 })).items).toEqual([]);
    await expect(tokens.revoke(2, id)).rejects.toMatchObject({ code: 'not_found' });
    expect((await tokens.list(1, { limit: 50 })).items).toHaveLength(1);
  });

  it('opens nothing once its time is over', async () => {
    const { tokens, here, pass } = setUp();
    const { token } = await tokens.create(1, { expires_at: new Date(START_MS + 1_000).toISOString() });
    pass(999);
    expect(await here.authenticate(token)).toBeDefined();
    pass(1);
    expect(await here.authenticate(token)).toBeUndefined();
  });

  it('cannot be made for a time that is over', async () => {
    const { tokens } = setUp();
    const input = { expires_at: new Date(START_MS).toISOString() };
    await expect(tokens.create(1, input)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('opens nothing once revoked: at once here, within a second elsewhere', async () => {
    const { tokens, here, elsewhere, pass } = setUp();
    const { token, id } = await tokens.create(1, {});
    await here.authenticate(token);
    await elsewhere.authenticate(token);
    await tokens.revoke(1, id);
    expect(await here.authenticate(token)).toBeUndefined();
    pass(999);
    expect(await elsewhere.authenticate(token)).toBeUndefined();
  });
});

describe('authentication', () => {
  it('looks a token up once for many requests of one moment', async () => {
    const { tokens, here, lookUps } = setUp();
    const { token } = await tokens.create(1, {});
    await Promise.all(Array.from({ length: 50 }, () => here.authenticate(token)));
    await here.authenticate(token);
    expect(lookUps()).toBe(1);
  });

  it('asks the database about no text that cannot be a token', async () => {
    const { here, lookUps } = setUp();
    for (const text of ['', 'x', 'ear_p', makeToken('p').slice(1)])
      expect(await here.authenticate(text)).toBeUndefined();
    expect(lookUps()).toBe(0);
  });

  it('does not remember that a token was unknown', async () => {
    const { tokens, here } = setUp();
    const token = makeToken('p');
    expect(await here.authenticate(token)).toBeUndefined();
    await tokens.keep({ id: 1, name: 'production', letter: 'p' }, token);
    expect(await here.authenticate(token)).toMatchObject({ environmentId: 1, scopes: ['admin'] });
  });

  it('rejects, and does not remember, while the database is away', async () => {
    const store = fakeTokenStore();
    let isAway = true;
    const findByHash = (hash: string) => (isAway ? Promise.reject(new Error('away')) : store.findByHash(hash));
    const clock = { now: () => START_MS };
    const log = { warn: () => undefined };
    const { authenticate } = createAuthenticator({
      store: { ...store, findByHash },
      appUuid: 'a',
      clock,
      log: log as never,
    });
    const tokens = createManageTokens({ store, forget: () => undefined, newId: createIdMaker(clock.now), clock });
    const { token } = await tokens.create(1, {});
    await expect(authenticate(token)).rejects.toThrow('away');
    isAway = false;
    expect(await authenticate(token)).toBeDefined();
  });

  it('notes the use of a token at most once a minute', async () => {
    const { tokens, here, store, pass } = setUp();
    const { token, id } = await tokens.create(1, {});
    const lastUsed = () => store.all.get(id)?.last_used_at?.getTime();
    await here.authenticate(token);
    expect(lastUsed()).toBe(START_MS);
    pass(59_999);
    await here.authenticate(token);
    expect(lastUsed()).toBe(START_MS);
    pass(1);
    await here.authenticate(token);
    expect(lastUsed()).toBe(START_MS + 60_000);
  });

  it('goes on when the use cannot be noted', async () => {
    const store = fakeTokenStore();
    const warnings: unknown[] = [];
    const clock = { now: () => START_MS };
    const { authenticate } = createAuthenticator({
      store: { ...store, touch: () => Promise.reject(new Error('away')) },
      appUuid: 'a',
      clock,
      log: { warn: (...line: unknown[]) => void warnings.push(line) } as never,
    });
    const tokens = createManageTokens({ store, forget: () => undefined, newId: createIdMaker(clock.now), clock });
    const { token } = await tokens.create(1, {});
    expect(await authenticate(token)).toBeDefined();
    await expect.poll(() => warnings.length).toBe(1);
  });
});

describe('the bound of tokens', () => {
  it('holds in each environment, also for many made at once', async () => {
    const { tokens, store } = setUp();
    const made = await Promise.allSettled(Array.from({ length: 120 }, () => tokens.create(1, {})));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
    expect(store.all.size).toBe(100);
    await expect(tokens.create(1, {})).rejects.toMatchObject({ code: 'conflict' });
    await tokens.create(2, {});
    await tokens.revoke(1, [...store.all.keys()][40] ?? '');
    await tokens.create(1, {});
    expect(store.all.size).toBe(101);
  });
});
