import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../server/db/connect.ts';
import { startEmbedded } from '../../server/db/embedded/start.ts';
import { nearest } from '../../server/lib/nearest.ts';
import { createParser } from '../../server/lib/schema.ts';
import { createSealer } from '../../server/lib/sealed.ts';
import type { JsonObject } from '../../server/schemas/json.ts';
import { WebhookCreate, WebhookPatch } from '../../server/schemas/webhook.ts';
import { createWebhookCache } from '../../server/webhooks/cache.ts';
import { createManageWebhooks } from '../../server/webhooks/manage.ts';
import { createWebhookStore } from '../../server/webhooks/store.ts';
import { aClock, aWebhook, START_MS } from './builders.ts';

const closings: (() => Promise<unknown>)[] = [];
let database: Database;

beforeAll(async () => {
  let url = process.env.MONGODB_URL;
  if (url === undefined) {
    const dataDir = await mkdtemp(join(tmpdir(), 'earshot-webhooks-'));
    const engine = await startEmbedded({ dataDir });
    closings.push(() => rm(dataDir, { recursive: true }), engine.stop);
    url = engine.url;
  }
  database = await connectDatabase({ url, name: `test_${randomBytes(6).toString('hex')}` });
  closings.push(database.close, () => database.platform.dropDatabase());
});

afterAll(async () => {
  for (let close = closings.pop(); close !== undefined; close = closings.pop()) await close();
});

const propsSchema: JsonObject = { type: 'object', properties: { userId: { type: 'integer' } }, required: ['userId'] };
const parseCreate = createParser(WebhookCreate, 'body');
const parsePatch = createParser(WebhookPatch, 'body');

let environmentId = 100;
beforeEach(() => {
  environmentId += 10; // every test owns its environments
});

function setUp() {
  const listeners = new Map<string, { readonly propsSchema?: JsonObject }>([
    ['exampleListener', {}],
    ['github.push', {}],
    ['strict', { propsSchema }],
  ]);
  const clock = aClock();
  const store = createWebhookStore(database.platform);
  const sealer = createSealer({ key: randomBytes(32) });
  const cache = createWebhookCache({ store, sealer, clock });
  const manage = createManageWebhooks({
    store,
    cache,
    listeners: { get: (name) => listeners.get(name), nearest: (name) => nearest(name, listeners.keys()) },
    sealer,
    clock,
    newUuid: randomUUID,
    publicUrl: () => 'https://hooks.example.org/',
    appUuid: 'app-uuid',
  });
  const create = (input: object) => manage.create(environmentId, parseCreate({ action: 'exampleListener', ...input }));
  const patch = (uuid: string, input: object) => manage.patch(environmentId, uuid, parsePatch(input));
  return { clock, store, cache, manage, create, patch, listeners };
}

const fails = (code: string, words = /./) => ({ code, message: expect.stringMatching(words) });
const faultAt = (path: string) => ({
  code: 'invalid_input',
  options: { errors: expect.arrayContaining([expect.objectContaining({ in: 'body', path })]) },
});

beforeAll(async () => {
  await createWebhookStore(database.platform).ensureIndexes();
});

describe('creating a webhook', () => {
  it('answers with the promised members first, in their order', async () => {
    const { manage } = setUp();
    const webhook = await manage.create(
      environmentId,
      parseCreate({ action: 'exampleListener', props: { userId: 1 } }),
    );
    expect(Object.keys(webhook)).toEqual([
      ...['uuid', 'action', 'props', 'environment_id', 'user_id', 'url', 'name', 'enabled', 'respond'],
      ...['respond_timeout_ms', 'methods', 'verify', 'schema', 'dedupe', 'created_at', 'updated_at'],
    ]);
    expect(webhook).toMatchObject({
      uuid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
      action: 'exampleListener',
      props: { userId: 1 },
      environment_id: environmentId,
      user_id: null,
      url: `https://hooks.example.org/apps/app-uuid/webhooks/${webhook.uuid}`,
      enabled: true,
      respond: 'accepted',
      methods: ['POST'],
      verify: { type: 'none', has_secret: false },
      created_at: new Date(START_MS).toISOString(),
    });
    expect(await manage.get(environmentId, webhook.uuid)).toEqual(webhook);
  });

  it('takes `listener` for `action`, but not two different ones, nor none', async () => {
    const { manage } = setUp();
    expect(await manage.create(environmentId, parseCreate({ listener: 'github.push' }))).toMatchObject({
      action: 'github.push',
    });
    await expect(manage.create(environmentId, { listener: 'github.push', action: 'strict' })).rejects.toMatchObject(
      faultAt('/listener'),
    );
    await expect(manage.create(environmentId, {})).rejects.toMatchObject(faultAt('/action'));
  });

  it('names the nearest listeners when there is none of that name', async () => {
    const { create } = setUp();
    await expect(create({ action: 'exampelListener' })).rejects.toMatchObject({
      ...fails('listener_not_found', /Did you mean exampleListener/),
      status: 422,
      options: { extra: { nearest: ['exampleListener'] } },
    });
    await expect(create({ action: 'constructor' })).rejects.toMatchObject(fails('listener_not_found'));
  });

  it("holds props against the listener's own schema", async () => {
    const { create } = setUp();
    await expect(create({ action: 'strict', props: { userId: 'x' } })).rejects.toMatchObject(faultAt('/props/userId'));
    await expect(create({ action: 'strict' })).rejects.toMatchObject(faultAt('/props/userId'));
    expect(await create({ action: 'strict', props: { userId: 1 } })).toMatchObject({ props: { userId: 1 } });
    await expect(create({ props: { text: 'x'.repeat(65_536) } })).rejects.toMatchObject(faultAt('/props'));
  });

  it('keeps props and schemas whose names a database would read as operators', async () => {
    const { create, manage } = setUp();
    const props = JSON.parse('{"$set":{"a.b":1},"__proto__":{"x":1},"":null}') as JsonObject;
    const schema = { $defs: { a: { type: 'string' } }, properties: { $where: { $ref: '#/$defs/a' } } };
    const { uuid } = await create({ props, schema });
    const read = await manage.get(environmentId, uuid);
    expect(JSON.stringify(read.props)).toBe(JSON.stringify(props));
    expect(read.schema).toEqual(schema);
  });

  it('refuses a schema that cannot be used', async () => {
    const { create } = setUp();
    await expect(create({ schema: { pattern: '^(?=a)b' } })).rejects.toMatchObject(fails('invalid_schema'));
    await expect(create({ schema: { $ref: 'http://169.254.169.254/' } })).rejects.toMatchObject(
      fails('invalid_schema'),
    );
  });

  it('refuses two ways to tell repetitions', async () => {
    const { create } = setUp();
    await expect(create({ dedupe: { field: 'id', header: 'x-id' } })).rejects.toMatchObject(faultAt('/dedupe'));
    expect(await create({ dedupe: { field: 'id', window_s: 60 } })).toMatchObject({
      dedupe: { field: 'id', window_s: 60 },
    });
  });
});

describe('secrets', () => {
  const given = 'a secret of sixteen bytes or more';

  it.each(['standard-webhooks', 'github', 'hmac'])(
    'makes one for %s where none is given and shows it that once',
    async (type) => {
      const { create, manage, cache } = setUp();
      const webhook = await create({ verify: { type, ...(type === 'hmac' && { header: 'x-sig' }) } });
      const { secret } = webhook.verify as { secret?: string };
      expect(secret).toMatch(type === 'standard-webhooks' ? /^whsec_[A-Za-z0-9+/]{43}=$/ : /^[A-Za-z0-9_-]{43}$/);
      expect(webhook.verify).toMatchObject({ type, has_secret: true });
      const ready = await cache.get(webhook.uuid);
      const key = type === 'standard-webhooks' ? Buffer.from(secret!.slice(6), 'base64') : Buffer.from(secret!);
      expect(ready?.verify).toMatchObject({ type, keys: [key] });
      expect(JSON.stringify(await manage.get(environmentId, webhook.uuid))).not.toContain(secret);
      expect(JSON.stringify(await manage.list(environmentId, {}, { limit: 10 }))).not.toContain(secret);
    },
  );

  it('makes a password and a key under their own names', async () => {
    const { create } = setUp();
    expect((await create({ verify: { type: 'basic', username: 'u' } })).verify).toMatchObject({
      password: expect.stringMatching(/.{43}/),
    });
    expect((await create({ verify: { type: 'api-key' } })).verify).toMatchObject({
      key: expect.stringMatching(/.{43}/),
    });
  });

  it('never shows a secret that was given, and stores none in the clear', async () => {
    const { create, patch, store } = setUp();
    const webhook = await create({
      verify: { type: 'github', secret: given, previous_secret: `${given} 2`, hub_verify_token: `${given} 3` },
    });
    expect(webhook.verify).toEqual({
      type: 'github',
      has_secret: true,
      has_previous_secret: true,
      has_hub_verify_token: true,
    });
    expect(JSON.stringify(await patch(webhook.uuid, { name: 'x' }))).not.toContain(given);
    expect(JSON.stringify(await store.get(environmentId, webhook.uuid))).not.toContain(given);
  });

  it.each(['stripe', 'slack', 'shopify'])('asks for the secret that %s gives', async (type) => {
    const { create } = setUp();
    await expect(create({ verify: { type } })).rejects.toMatchObject(faultAt('/verify/secret'));
    expect((await create({ verify: { type, secret: given } })).verify).toMatchObject({ has_secret: true });
  });

  it.each<[object, string]>([
    [{ type: 'github', secret: 'x'.repeat(15) }, '/verify/secret'],
    [{ type: 'github', secret: given, previous_secret: 'short' }, '/verify/previous_secret'],
    [{ type: 'standard-webhooks', secret: `whsec_${randomBytes(15).toString('base64')}` }, '/verify/secret'],
    [{ type: 'standard-webhooks', secret: 'whsec_this is no base64 at all' }, '/verify/secret'],
    [{ type: 'basic', username: 'u', password: 'fifteen bytes!!' }, '/verify/password'],
    [{ type: 'api-key', key: 'fifteen bytes!!' }, '/verify/key'],
    [{ type: 'hmac', header: 'x', secret: 'ab'.repeat(15), secret_encoding: 'hex' }, '/verify/secret'],
    [{ type: 'hmac', header: 'x', secret: 'no hexadecimal digits here', secret_encoding: 'hex' }, '/verify/secret'],
    [{ type: 'none', hub_verify_token: 'short' }, '/verify/hub_verify_token'],
    [{ type: 'hmac', header: 'x', secret: given, algorithm: 'sha1' }, '/verify/algorithm'],
    [{ type: 'hmac', header: 'x', secret: given, signed: ['timestamp'] }, '/verify/signed'],
    [{ type: 'hmac', header: 'x', secret: given, signed: ['timestamp', 'body'] }, '/verify/timestamp_header'],
    [{ type: 'hmac', header: 'x', secret: given, timestamp_header: 'x-time' }, '/verify/signed'],
    [{ type: 'github', secret: '' }, '/verify/secret'],
    [{ type: 'hmac', secret: given }, '/verify/header'],
    [{ type: 'md5' }, '/verify/type'],
    [{}, '/verify/type'],
    [{ type: 'none', secret: given }, '/verify/secret'],
    [{ type: 'hmac', header: 'x', separator: 'a' }, '/verify/separator'],
    [{ type: 'none', allowed_origins: ['*'] }, '/verify/allowed_origins/0'],
  ])('refuses %j', async (verify, path) => {
    const { create } = setUp();
    await expect(Promise.resolve().then(() => create({ verify }))).rejects.toMatchObject(faultAt(path));
  });

  it('takes SHA-1 where it is said to be meant', async () => {
    const { create, cache } = setUp();
    const { uuid } = await create({
      verify: { type: 'hmac', header: 'X-Sig', secret: given, algorithm: 'sha1', legacy: true },
    });
    expect((await cache.get(uuid))?.verify).toMatchObject({
      algorithm: 'sha1',
      header: 'x-sig',
      signed: [{ part: 'body' }],
    });
  });

  it('keeps the secret when a change of verification gives none', async () => {
    const { create, patch, cache } = setUp();
    const { uuid } = await create({ verify: { type: 'stripe', secret: given, hub_verify_token: given } });
    const changed = await patch(uuid, { verify: { type: 'stripe', tolerance_s: 60 } });
    expect(changed.verify).toMatchObject({ tolerance_s: 60, has_secret: true, has_hub_verify_token: true });
    expect(await cache.get(uuid)).toMatchObject({
      verify: { keys: [Buffer.from(given)], toleranceS: 60 },
      hubVerifyToken: given,
    });
    expect((await patch(uuid, { verify: { type: 'stripe', hub_verify_token: null } })).verify).toMatchObject({
      has_hub_verify_token: false,
    });
  });

  it('ends the old secret with a new one, unless it is to stay valid beside it', async () => {
    const { create, patch, cache } = setUp();
    const [second, third] = [`${given} 2`, `${given} 3`];
    const { uuid } = await create({ verify: { type: 'github', secret: given } });
    const keys = async () => ((await cache.get(uuid))?.verify as { keys?: Buffer[] }).keys?.map(String);
    await patch(uuid, { verify: { type: 'github', secret: second, keep_previous: true } });
    expect(await keys()).toEqual([second, given]);
    await patch(uuid, { verify: { type: 'github', previous_secret: null } });
    expect(await keys()).toEqual([second]);
    await patch(uuid, { verify: { type: 'github', secret: third } });
    expect(await keys()).toEqual([third]);
    await expect(patch(uuid, { verify: { type: 'github', keep_previous: true } })).rejects.toMatchObject(
      faultAt('/verify/keep_previous'),
    );
  });

  it('carries no secret over into another scheme', async () => {
    const { create, patch, cache } = setUp();
    const { uuid } = await create({ verify: { type: 'github', secret: given } });
    await expect(patch(uuid, { verify: { type: 'shopify' } })).rejects.toMatchObject(faultAt('/verify/secret'));
    const changed = await patch(uuid, { verify: { type: 'api-key' } });
    const { key } = changed.verify as { key?: string };
    expect((await cache.get(uuid))?.verify).toMatchObject({
      type: 'api-key',
      header: 'x-api-key',
      keys: [Buffer.from(key!)],
    });
  });
});

describe('changing a webhook', () => {
  it('changes what is given, leaves the rest, and is seen at once', async () => {
    const { create, patch, cache, clock } = setUp();
    const before = await create({ props: { a: 1 }, name: 'mine', user_id: 7 });
    await cache.get(before.uuid);
    clock.advance(5);
    const after = await patch(before.uuid, { enabled: false, respond: 'result', methods: ['PUT', 'POST'] });
    expect(after).toEqual({
      ...before,
      enabled: false,
      respond: 'result',
      methods: ['PUT', 'POST'],
      updated_at: new Date(START_MS + 5).toISOString(),
    });
    expect(await cache.get(before.uuid)).toMatchObject({
      enabled: false,
      methods: new Set(['PUT', 'POST']),
      userId: '7',
    });
    expect(await patch(before.uuid, { name: null, user_id: null, props: null })).toMatchObject({
      name: null,
      user_id: null,
      props: {},
    });
  });

  it('holds the props against the new listener', async () => {
    const { create, patch } = setUp();
    const { uuid } = await create({ props: { userId: 'x' } });
    await expect(patch(uuid, { action: 'strict' })).rejects.toMatchObject(faultAt('/props/userId'));
    expect(await patch(uuid, { listener: 'strict', props: { userId: 2 } })).toMatchObject({ action: 'strict' });
  });

  it('still changes a webhook whose listener is gone', async () => {
    const { create, patch, listeners } = setUp();
    const { uuid } = await create({});
    listeners.delete('exampleListener');
    expect(await patch(uuid, { enabled: false })).toMatchObject({ enabled: false });
  });

  it('loses none of many changes at once', async () => {
    const { create, patch, manage } = setUp();
    const { uuid } = await create({});
    await Promise.all([
      patch(uuid, { name: 'n' }),
      patch(uuid, { user_id: 'u' }),
      patch(uuid, { enabled: false }),
      patch(uuid, { props: { p: 1 } }),
    ]);
    expect(await manage.get(environmentId, uuid)).toMatchObject({
      name: 'n',
      user_id: 'u',
      enabled: false,
      props: { p: 1 },
    });
  });

  it('deletes it, and then there is none', async () => {
    const { create, manage, cache } = setUp();
    const { uuid } = await create({});
    await cache.get(uuid);
    await manage.remove(environmentId, uuid);
    expect(await cache.get(uuid)).toBeNull();
    await expect(manage.get(environmentId, uuid)).rejects.toMatchObject(fails('not_found'));
    await expect(manage.remove(environmentId, uuid)).rejects.toMatchObject(fails('not_found'));
  });
});

describe('rotating a webhook', () => {
  it('answers under both uuids until the overlap ends, and keeps its secrets', async () => {
    const { create, manage, cache, clock } = setUp();
    const before = await create({ verify: { type: 'github' } });
    const id = (await cache.get(before.uuid))?.id;
    const after = await manage.rotate(environmentId, before.uuid, { overlap_s: 60 });
    expect(after.uuid).not.toBe(before.uuid);
    expect(after.url).toContain(after.uuid);
    expect(after.previous).toEqual({
      uuid: before.uuid,
      url: before.url,
      answers_until: new Date(START_MS + 60_000).toISOString(),
    });
    expect(await cache.get(before.uuid)).toMatchObject({ id, uuid: after.uuid, verify: { type: 'github' } });
    expect(await cache.get(after.uuid)).toMatchObject({ id });
    clock.advance(60_000);
    expect(await cache.get(before.uuid)).toBeNull();
    expect(await cache.get(after.uuid)).toMatchObject({ id });
    await expect(manage.get(environmentId, before.uuid)).rejects.toMatchObject(fails('not_found'));
  });

  it('overlaps for a day unless told otherwise, and not at all when told so', async () => {
    const { create, manage, cache } = setUp();
    const { uuid } = await create({});
    const second = await manage.rotate(environmentId, uuid, {});
    expect(second.previous.answers_until).toBe(new Date(START_MS + 86_400_000).toISOString());
    const third = await manage.rotate(environmentId, second.uuid, { overlap_s: 0 });
    expect(await cache.get(second.uuid)).toBeNull();
    expect(await cache.get(uuid)).toMatchObject({ uuid: third.uuid });
  });

  it('keeps at most 20 old addresses alive', async () => {
    const { create, manage, clock } = setUp();
    let { uuid } = await create({});
    for (let i = 0; i < 20; i++) ({ uuid } = await manage.rotate(environmentId, uuid, { overlap_s: 60 }));
    await expect(manage.rotate(environmentId, uuid, {})).rejects.toMatchObject(fails('conflict'));
    clock.advance(60_000);
    expect(await manage.rotate(environmentId, uuid, {})).toMatchObject({ previous: { uuid } });
  });
});

describe('listing webhooks', () => {
  it('pages through all of them, oldest first, each once', async () => {
    const { create, manage, clock } = setUp();
    const made: string[] = [];
    for (let i = 0; i < 7; i++) {
      made.push((await create({ name: `w${i}` })).uuid);
      if (i % 2 === 0) clock.advance(1);
    }
    const seen: string[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await manage.list(environmentId, {}, { limit: 3, ...(after !== undefined && { after }) });
      seen.push(...page.items.map(({ uuid }) => uuid));
      if (page.next === null) break;
      after = page.next;
    }
    expect([...seen].sort()).toEqual([...made].sort());
    expect(seen[0]).toBe(made[0]);
  });

  it('filters by action, user and whether it is enabled', async () => {
    const { create, manage } = setUp();
    await create({ name: 'a', user_id: 5 });
    await create({ name: 'b', user_id: '5', enabled: false });
    await create({ name: 'c', action: 'github.push', user_id: 'five' });
    const names = async (filter: object) =>
      (await manage.list(environmentId, filter, { limit: 10 })).items.map(({ name }) => name).sort();
    expect(await names({ action: 'exampleListener' })).toEqual(['a', 'b']);
    expect(await names({ user_id: '5' })).toEqual(['a', 'b']);
    expect(await names({ user_id: 'five' })).toEqual(['c']);
    expect(await names({ enabled: false })).toEqual(['b']);
    expect(await names({ user_id: '5', enabled: true })).toEqual(['a']);
  });
});

describe('environments', () => {
  it('cannot reach the webhooks of another one in any way', async () => {
    const { create, manage, patch, store } = setUp();
    const { uuid } = await create({});
    const read = (await store.get(environmentId, uuid))!;
    const elsewhere = environmentId + 1;
    await expect(manage.get(elsewhere, uuid)).rejects.toMatchObject(fails('not_found'));
    await expect(manage.patch(elsewhere, uuid, { enabled: false })).rejects.toMatchObject(fails('not_found'));
    await expect(manage.rotate(elsewhere, uuid, {})).rejects.toMatchObject(fails('not_found'));
    await expect(manage.remove(elsewhere, uuid)).rejects.toMatchObject(fails('not_found'));
    expect((await manage.list(elsewhere, {}, { limit: 10 })).items).toEqual([]);
    expect(await store.replace(elsewhere, read, { ...read, enabled: false })).toBe(false);
    expect(await patch(uuid, { name: 'still here' })).toMatchObject({ enabled: true });
  });

  it('hold at most 10,000 webhooks each', async () => {
    const { store } = setUp();
    await store.insert(environmentId, aWebhook());
    expect(await store.count(environmentId)).toBe(1);
    const { manage: withOneLeft } = setUpWithCount(9_999);
    expect(await withOneLeft.create(environmentId, { action: 'exampleListener' })).toBeDefined();
    const { manage } = setUpWithCount(10_000);
    await expect(manage.create(environmentId, { action: 'exampleListener' })).rejects.toMatchObject(
      fails('conflict', /10000/),
    );
  });
});

function setUpWithCount(count: number) {
  const store = { ...createWebhookStore(database.platform), count: () => Promise.resolve(count) };
  const manage = createManageWebhooks({
    store,
    cache: { forget: () => undefined },
    listeners: { get: () => ({}), nearest: () => [] },
    sealer: createSealer({ key: randomBytes(32) }),
    clock: aClock(),
    newUuid: randomUUID,
    publicUrl: () => '',
    appUuid: '',
  });
  return { manage };
}
