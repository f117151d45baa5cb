import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAppStore } from '../../server/apps/store.ts';
import { createTokenStore, type TokenDocument, type TokenStore } from '../../server/apps/tokens/store.ts';
import { createManageTokens } from '../../server/apps/tokens/manage.ts';
import { connectDatabase, type Database } from '../../server/db/connect.ts';
import { startEmbedded, type Embedded } from '../../server/db/embedded/start.ts';
import { createIdMaker } from '../../server/lib/ids.ts';
import { environments } from '../../server/schemas/app.ts';

let dataDir: string;
let engine: Embedded;
let database: Database;
let tokens: TokenStore;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'earshot-store-'));
  engine = await startEmbedded({ dataDir });
});
afterAll(async () => {
  await engine.stop();
  rmSync(dataDir, { recursive: true });
});

let databases = 0;
/** Each test has a database of its own. */
beforeEach(async () => {
  database = await connectDatabase({ url: engine.url, name: `apps_${databases++}` });
  tokens = createTokenStore(database.platform);
  await tokens.ensureIndexes();
  return () => database.close();
});

const AT = new Date('2026-01-31T09:30:00Z');
let serial = 0;

function aToken(given: Partial<TokenDocument> = {}): TokenDocument {
  serial++;
  return {
    _id: `tok_${String(serial).padStart(26, '0')}`,
    environment_id: 1,
    slot: serial,
    hash: `hash ${serial}`,
    hint: 'abcd',
    name: 'a token',
    scopes: ['read'],
    created_at: AT,
    expires_at: null,
    last_used_at: null,
    ...given,
  };
}

describe('the store of the app', () => {
  it('keeps the first uuid of many that are offered at once', async () => {
    const apps = createAppStore(database.platform);
    expect(await apps.find()).toBeNull();
    const kept = await Promise.all(['a', 'b', 'c', 'd'].map((uuid) => apps.insertIfAbsent(uuid, AT)));
    expect(new Set(kept.map(({ uuid }) => uuid)).size).toBe(1);
    expect(await apps.find()).toEqual({ _id: 'app', uuid: kept[0]?.uuid, created_at: AT, is_ready: false });
    await apps.markReady();
    expect((await apps.insertIfAbsent('e', AT)).is_ready).toBe(true);
  });

  it('makes the environments once', async () => {
    const apps = createAppStore(database.platform);
    await apps.ensureEnvironments(environments, AT);
    await apps.ensureEnvironments(environments, new Date());
    const found = await database.platform.collection('environments').find().sort({ _id: 1 }).toArray();
    expect(found).toEqual([
      { _id: 1, name: 'production', created_at: AT },
      { _id: 2, name: 'sandbox', created_at: AT },
    ]);
  });

  it('keeps the first check of the key', async () => {
    const apps = createAppStore(database.platform);
    expect(await apps.findKeyCheck()).toBeNull();
    expect(await apps.keepKeyCheck('one')).toBe('one');
    expect(await apps.keepKeyCheck('two')).toBe('one');
    expect(await apps.findKeyCheck()).toBe('one');
  });
});

describe('the store of tokens', () => {
  it('finds a token by its hash, as it was stored', async () => {
    const token = aToken({ expires_at: AT });
    expect(await tokens.insert(token)).toBe('inserted');
    expect(await tokens.findByHash(token.hash)).toEqual(token);
    expect(await tokens.findByHash('another')).toBeNull();
  });

  it('tells a slot that is taken from a token that is known', async () => {
    const token = aToken();
    await tokens.insert(token);
    expect(await tokens.insert(aToken({ slot: token.slot }))).toBe('slot_taken');
    expect(await tokens.insert(aToken({ slot: token.slot, environment_id: 2 }))).toBe('inserted');
    expect(await tokens.insert(aToken({ hash: token.hash }))).toBe('token_known');
    expect(await tokens.takenSlots(1)).toEqual(new Set([token.slot]));
  });

  it('lists page by page, one environment only', async () => {
    const own = [aToken(), aToken(), aToken()];
    for (const token of [...own, aToken({ environment_id: 2 })]) await tokens.insert(token);
    const first = await tokens.list(1, { limit: 2 });
    expect(first).toEqual({ items: own.slice(0, 2), next: own[1]?._id });
    expect(await tokens.list(1, { limit: 2, after: first.next ?? '' })).toEqual({ items: own.slice(2), next: null });
    expect(await tokens.list(1, { limit: 3 })).toMatchObject({ next: null });
  });

  it('removes and touches by id, and only within the environment', async () => {
    const token = aToken();
    await tokens.insert(token);
    await tokens.touch(token._id, AT);
    expect(await tokens.remove(2, token._id)).toBeNull();
    expect(await tokens.remove(1, token._id)).toEqual({ ...token, last_used_at: AT });
    expect(await tokens.findByHash(token.hash)).toBeNull();
  });

  it('holds the bound of tokens however many are made at once', async () => {
    const clock = { now: () => AT.getTime() };
    const manage = createManageTokens({
      store: tokens,
      forget: () => undefined,
      newId: createIdMaker(clock.now),
      clock,
    });
    const made = await Promise.allSettled(Array.from({ length: 105 }, () => manage.create(1, {})));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
    expect((await tokens.list(1, { limit: 250 })).items).toHaveLength(100);
  });
});
