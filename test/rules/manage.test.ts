import { randomBytes } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createParser } from '../../server/lib/schema.ts';
import { silentLogger } from '../../server/lib/log.ts';
import { createLiveRules } from '../../server/rules/live.ts';
import { createManageRules } from '../../server/rules/manage.ts';
import { createRuleStore } from '../../server/rules/store.ts';
import type { JsonObject } from '../../server/schemas/json.ts';
import { DEFAULT_SCHEDULE_S, Rule, RuleCreate, RulePatch, RuleWithSecret } from '../../server/schemas/rule.ts';
import { A_SECRET, aClock, draftDeps, sealer, START_MS } from './builders.ts';
import { ownDatabase } from './engine.ts';

const database = ownDatabase();
const parseCreate = createParser(RuleCreate, 'body');
const parsePatch = createParser(RulePatch, 'body');
const parseRule = createParser(Rule, 'body');
const parseWithSecret = createParser(RuleWithSecret, 'body');

beforeAll(async () => {
  await createRuleStore(database().platform).ensureIndexes();
});

let environmentId = 100;
beforeEach(() => {
  environmentId += 10; // every test owns its environments
});

function setUp({ exclusive = ['ledgers'] } = {}) {
  const clock = aClock();
  const store = createRuleStore(database().platform);
  const live = createLiveRules({ store, sealer, clock, log: silentLogger });
  const manage = createManageRules({
    ...draftDeps(clock),
    store,
    live,
    catalogue: { exclusiveChannels: () => new Set(exclusive) },
  });
  const create = (input: object = {}) =>
    manage.create(
      environmentId,
      parseCreate({ events: ['invoices.*'], target: { url: 'https://example.com/a' }, ...input }),
    );
  const patch = (id: string, input: object) => manage.patch(environmentId, id, parsePatch(input));
  return { clock, store, live, manage, create, patch };
}

const faultAt = (path: string, words = /./) => ({
  code: 'invalid_input',
  message: expect.stringMatching(words),
  options: { errors: expect.arrayContaining([expect.objectContaining({ in: 'body', path })]) },
});

describe('creating a rule', () => {
  it('fills in the defaults and shows the secret that once', async () => {
    const { manage, live, create } = setUp();
    const { secret, ...rule } = await create();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(Object.keys(rule)).toEqual(Object.keys(Rule.properties));
    expect(rule).toMatchObject({
      id: expect.stringMatching(/^rul_[0-9a-z]{26}$/),
      enabled: true,
      disabled_reason: null,
      filter: null,
      format: 'standard',
      target: { url: 'https://example.com/a' },
      headers: {},
      method: 'POST',
      timeout_ms: 15_000,
      max_in_flight: 50,
      rate: null,
      ordering: 'none',
      retry: { schedule_s: DEFAULT_SCHEDULE_S },
      signing: 'hmac',
      secret_hint: secret.slice(-4),
      public_key: null,
      old_secrets: [],
      failing_since: null,
      environment_id: environmentId,
      revision: 1,
    });
    expect(parseRule(structuredClone(rule))).toEqual(rule);
    expect(parseWithSecret({ ...rule, secret })).toBeDefined();
    expect(live.get(rule.id)).toMatchObject({ isEnabled: true, keys: [{ secret, untilMs: null }] });
    const shown = [await manage.get(environmentId, rule.id), await manage.list(environmentId, {}, { limit: 9 })];
    expect(shown[0]).toEqual(rule);
    expect(JSON.stringify(shown)).not.toContain(secret);
    expect(JSON.stringify(await database().platform.collection('rules').find().toArray())).not.toContain(secret);
  });

  it('takes everything else as it is given', async () => {
    const { create, manage } = setUp();
    const input = {
      name: 'to the bank',
      enabled: false,
      events: ['invoices.*', '*.deleted'],
      filter: { $or: [{ 'data.amount': { $gt: 1 } }, { tenant_id: 'acme' }] },
      transform: '{ "a": data.b }',
      format: 'built',
      headers: { 'X-Account': '7' },
      method: 'PUT',
      timeout_ms: 1_000,
      max_in_flight: 3,
      rate: 0.5,
      ordering: { by: 'data.customer.id' },
      retry: { schedule_s: [0, 1, 2] },
    };
    const { id } = await create({ ...input, signing: 'ed25519' });
    const rule = await manage.get(environmentId, id);
    expect(rule).toMatchObject(input);
    expect(rule).toMatchObject({ signing: 'ed25519', public_key: expect.stringMatching(/^whpk_[A-Za-z0-9+/]{43}=$/) });
  });

  it('goes by the transform for the format that is not given, also later', async () => {
    const { create, patch } = setUp();
    const { id, format } = await create({ transform: 'data' });
    expect(format).toBe('raw');
    expect(await patch(id, { transform: null })).toMatchObject({ format: 'standard', transform: null });
    expect(await patch(id, { transform: 'data.a' })).toMatchObject({ format: 'raw' });
    expect(await patch(id, { format: 'lehjah' })).toMatchObject({ format: 'lehjah', transform: 'data.a' });
    expect(await patch(id, { transform: null })).toMatchObject({ format: 'lehjah' });
  });

  it.each<[object, string, RegExp]>([
    [{ filter: { 'data.a': { $where: '1' } } }, '/filter/data.a/$where', /not an operator/],
    [{ filter: { 'data.a': { $regex: '(?=x)' } } }, '/filter/data.a/$regex', /look-around/],
    [{ transform: 'a((' }, '/transform', /ends too early/],
    [{ ordering: { by: 'a((' } }, '/ordering/by', /ends too early/],
    [{ target: { url: 'example.com' } }, '/target/url', /cannot be read/],
    [{ target: { url: 'ftp://example.com' } }, '/target/url', /https:/],
    [{ target: { url: 'https://user:pass@example.com' } }, '/target/url', /user name/],
    [{ target: { action: 'strict' } }, '/target/props/userId', /./],
    [{ target: { action: 'strict', props: { userId: 'x' } } }, '/target/props/userId', /./],
    [{ target: { action: 'exampleListener', props: { a: 'x'.repeat(65_536) } } }, '/target/props', /bytes/],
    [{ target: { action: 'exampleListener' }, headers: { a: 'b' } }, '/headers', /listener gets none/],
    [{ secret: 'whsec_AAAA' }, '/secret', /24 to 64 bytes/],
    [{ secret: A_SECRET, signing: 'ed25519' }, '/secret', /whsk_/],
    [{ headers: { 'webhook-signature': 'v1,x' } }, '/headers/webhook-signature', /set by Earshot/],
    [{ headers: { 'Webhook-Id': 'x' } }, '/headers/Webhook-Id', /set by Earshot/],
    [{ headers: { 'earshot-hops': '0' } }, '/headers/earshot-hops', /set by Earshot/],
    [{ headers: { host: 'x' } }, '/headers/host', /belongs to the connection/],
    [{ headers: { Connection: 'close' } }, '/headers/Connection', /belongs to the connection/],
    [{ headers: { 'content-length': '1' } }, '/headers/content-length', /belongs to the connection/],
    [{ headers: { 'transfer-encoding': 'chunked' } }, '/headers/transfer-encoding', /belongs to the connection/],
    [{ headers: { 'content-type': 'text/plain' } }, '/headers/content-type', /format/],
    [{ headers: { 'ce-id': 'x' }, format: 'cloudevents-binary' }, '/headers/ce-id', /set by Earshot/],
    [{ headers: { a: 'b\r\nc: d' } }, '/headers/a', /line break/],
    [{ headers: { a: 'b\0' } }, '/headers/a', /control/],
    [{ headers: { 'x a': 'b' } }, '/headers/x a', /name/],
    [{ headers: { a: 'b', A: 'c' } }, '/headers/A', /twice/],
    [{ headers: { authorization: '[redacted]' } }, '/headers/authorization', /no stored value/],
  ])('refuses %j at %s', async (input, path, words) => {
    const { create } = setUp();
    await expect(create(input)).rejects.toMatchObject(faultAt(path, words));
  });

  it.each([
    'http://127.0.0.1/x',
    'http://2130706433/x',
    'http://[::ffff:7f00:1]/x',
    'http://localhost:3000/x',
    'http://169.254.169.254/latest',
    'http://db.internal/x',
    'https://example.com:6379/',
  ])('refuses %s as blocked, before anything is looked up', async (url) => {
    const { create } = setUp();
    await expect(create({ target: { url } })).rejects.toMatchObject({
      code: 'egress_blocked',
      status: 422,
      options: { errors: [{ in: 'body', path: '/target/url' }] },
    });
  });

  it('takes a name that nobody knows today', async () => {
    const { create } = setUp();
    expect(await create({ target: { url: 'https://soon.example/hooks?a=1#x' } })).toMatchObject({
      target: { url: 'https://soon.example/hooks?a=1#x' },
    });
  });

  it('names the nearest listeners when there is none of that name', async () => {
    const { create } = setUp();
    await expect(create({ target: { action: 'exampelListener' } })).rejects.toMatchObject({
      code: 'listener_not_found',
      options: { extra: { nearest: ['exampleListener'] }, errors: [{ path: '/target/action' }] },
    });
    const target = {
      action: 'strict',
      props: { userId: 1, $set: JSON.parse('{"__proto__":{"a.b":1}}') as JsonObject },
    };
    expect(JSON.stringify((await create({ target })).target)).toBe(JSON.stringify(target));
  });
});

describe('headers of a rule', () => {
  const headers = {
    Authorization: 'Bearer abcdefgh',
    'X-Api-Key': 'key-of-a-rule',
    'x-trace': 'trace-1',
    Cookie: 'a=b',
  };
  const shown = { Authorization: '[redacted]', 'X-Api-Key': '[redacted]', 'x-trace': 'trace-1', Cookie: '[redacted]' };

  it('are shown without the values that look like secrets, and stored without any', async () => {
    const { create, manage, live } = setUp();
    const rule = await create({ headers });
    expect(rule.headers).toEqual(shown);
    expect((await manage.get(environmentId, rule.id)).headers).toEqual(shown);
    expect(live.get(rule.id)?.target).toMatchObject({ headers });
    const stored = JSON.stringify(await database().platform.collection('rules').find().toArray());
    for (const value of ['abcdefgh', 'key-of-a-rule', 'trace-1']) expect(stored).not.toContain(value);
  });

  it('keep what is stored where [redacted] comes back', async () => {
    const { create, patch, live } = setUp();
    const { id } = await create({ headers });
    await patch(id, { headers: { authorization: '[redacted]', 'X-Api-Key': 'k2', 'x-trace': 't1' } });
    expect(live.get(id)?.target).toMatchObject({
      headers: { authorization: 'Bearer abcdefgh', 'X-Api-Key': 'k2', 'x-trace': 't1' },
    });
    await patch(id, { name: 'x' });
    expect(live.get(id)?.target).toMatchObject({ headers: { 'X-Api-Key': 'k2' } });
    await expect(patch(id, { headers: { cookie: '[redacted]' } })).rejects.toMatchObject(faultAt('/headers/cookie'));
  });

  it('are checked again when the format changes, and go when a listener becomes the target', async () => {
    const { create, patch } = setUp();
    const { id } = await create({ headers: { 'content-type': 'text/plain' }, format: 'raw' });
    await expect(patch(id, { format: 'standard' })).rejects.toMatchObject(faultAt('/headers/content-type'));
    expect(await patch(id, { target: { action: 'exampleListener' } })).toMatchObject({ headers: {} });
    expect(await patch(id, { format: 'standard' })).toMatchObject({ format: 'standard' });
  });
});

describe('changing a rule', () => {
  it('leaves what is left out, counts the change, and counts at once', async () => {
    const { create, patch, live, clock } = setUp();
    const before = await create({ filter: { 'data.a': 1 }, rate: 5, name: 'n' });
    clock.advance(1_000);
    const after = await patch(before.id, { rate: null, events: ['bills.*'] });
    const { secret: _secret, ...same } = before;
    const at = new Date(START_MS + 1_000).toISOString();
    expect(after).toEqual({ ...same, rate: null, events: ['bills.*'], revision: 2, updated_at: at });
    expect(live.get(before.id)).toMatchObject({ revision: 2, rate: null, events: ['bills.*'] });
    expect(await patch(before.id, { filter: null, name: null })).toMatchObject({ filter: null, name: null });
  });

  it('loses none of two changes at once', async () => {
    const { create, patch, manage } = setUp();
    const { id } = await create();
    await Promise.all([patch(id, { name: 'x' }), patch(id, { rate: 7 }), patch(id, { timeout_ms: 500 })]);
    expect(await manage.get(environmentId, id)).toMatchObject({ name: 'x', rate: 7, timeout_ms: 500, revision: 4 });
  });

  it('is refused whole where one part is wrong', async () => {
    const { create, patch, manage } = setUp();
    const { id } = await create();
    await expect(patch(id, { name: 'x', filter: { a: { $x: 1 } } })).rejects.toMatchObject(faultAt('/filter/a/$x'));
    expect(await manage.get(environmentId, id)).toMatchObject({ name: null, revision: 1 });
  });

  it('forgets why and since when, on enabling', async () => {
    const { create, patch, manage } = setUp();
    const { id } = await create();
    expect(await manage.setFailingSince(id, new Date(START_MS))).toBe(true);
    expect(await manage.disable(environmentId, id, 'It failed for 5 days.')).toBe(true);
    expect(await patch(id, { name: 'x' })).toMatchObject({ disabled_reason: 'It failed for 5 days.' });
    expect(await patch(id, { enabled: true })).toMatchObject({
      enabled: true,
      disabled_reason: null,
      failing_since: null,
    });
    expect(await patch(id, { enabled: false })).toMatchObject({ enabled: false, disabled_reason: null });
  });
});

describe('what deliveries tell of a rule', () => {
  it('disables it once, with a reason, as a change that attempts can name', async () => {
    const { create, manage, live } = setUp();
    const { id } = await create();
    expect(await manage.disable(environmentId + 1, id, 'x')).toBe(false);
    const both = await Promise.all([
      manage.disable(environmentId, id, 'gone'),
      manage.disable(environmentId, id, 'gone'),
    ]);
    expect(both.sort()).toEqual([false, true]);
    expect(await manage.get(environmentId, id)).toMatchObject({ enabled: false, disabled_reason: 'gone', revision: 2 });
    expect(live.get(id)).toMatchObject({ isEnabled: false, revision: 2 });
    expect(await manage.disable(environmentId, 'rul_none', 'x')).toBe(false);
  });

  it('keeps the first time it failed, until it is taken away', async () => {
    const { create, manage, live } = setUp();
    const { id } = await create();
    expect(await manage.setFailingSince(id, null)).toBe(false);
    expect(await manage.setFailingSince(id, new Date(1_000))).toBe(true);
    expect(await manage.setFailingSince(id, new Date(2_000))).toBe(false);
    expect(live.get(id)?.failingSince).toEqual(new Date(1_000));
    expect(await manage.get(environmentId, id)).toMatchObject({
      failing_since: new Date(1_000).toISOString(),
      revision: 1,
    });
    expect(await manage.setFailingSince(id, null)).toBe(true);
    expect(live.get(id)?.failingSince).toBeNull();
  });
});

describe('rotating a secret', () => {
  it('lets the old one sign until the overlap ends', async () => {
    const { create, manage, live, clock } = setUp();
    const before = await create({ secret: A_SECRET });
    expect(before.secret).toBe(A_SECRET);
    const after = await manage.rotate(environmentId, before.id, {});
    expect(after).toMatchObject({
      secret: expect.stringMatching(/^whsec_/),
      secret_hint: after.secret.slice(-4),
      old_secrets: [{ hint: 'LaSw', signs_until: new Date(START_MS + 86_400_000).toISOString() }],
      revision: 2,
    });
    expect(live.get(before.id)?.keys).toEqual([
      { secret: after.secret, untilMs: null },
      { secret: A_SECRET, untilMs: START_MS + 86_400_000 },
    ]);
    clock.advance(86_400_000);
    expect(await manage.get(environmentId, before.id)).toMatchObject({ old_secrets: [] });
  });

  it('ends the old one at once with no overlap', async () => {
    const { create, manage, live } = setUp();
    const { id } = await create({ secret: A_SECRET });
    const { secret } = await manage.rotate(environmentId, id, { overlap_s: 0 });
    expect(live.get(id)?.keys).toEqual([{ secret, untilMs: null }]);
  });

  it('keeps the kind of signing, or takes that of the secret given', async () => {
    const { create, manage } = setUp();
    const { id } = await create({ signing: 'ed25519' });
    expect(await manage.rotate(environmentId, id, {})).toMatchObject({ secret: expect.stringMatching(/^whsk_/) });
    expect(await manage.rotate(environmentId, id, { secret: A_SECRET })).toMatchObject({
      signing: 'hmac',
      secret: A_SECRET,
      public_key: null,
      old_secrets: [{}, {}],
    });
    await expect(manage.rotate(environmentId, id, { secret: A_SECRET })).rejects.toMatchObject(
      faultAt('/secret', /already/),
    );
  });

  it('makes a rule work again whose secret cannot be read', async () => {
    const { create, manage, live, store } = setUp();
    const { id } = await create();
    const stored = await store.get(environmentId, id);
    const lost = { ...stored!.secrets[0]!, sealed: 'v1.00000000.x' };
    live.apply((await store.replace(environmentId, stored!, { ...stored!, secrets: [lost] }))!);
    expect(await manage.get(environmentId, id)).toMatchObject({
      enabled: false,
      disabled_reason: expect.stringMatching(/secret cannot be read/),
    });
    const { secret } = await manage.rotate(environmentId, id, {});
    expect(await manage.get(environmentId, id)).toMatchObject({ enabled: true, disabled_reason: null });
    expect(live.get(id)?.keys).toEqual([{ secret, untilMs: null }]);
  });
});

describe('exclusive channels', () => {
  it('stand alone at a URL, however it is written, among enabled rules of an environment', async () => {
    const { create, patch, manage } = setUp();
    const conflict = { code: 'channel_exclusive', status: 422, message: expect.stringMatching(/ledgers/) };
    await expect(create({ events: ['ledgers.*', 'bills.*'] })).rejects.toMatchObject(conflict);
    const ledgers = await create({ events: ['ledgers.*'], target: { url: 'https://EXAMPLE.com:443/b' } });
    await expect(create({ events: ['bills.*'], target: { url: 'https://example.com/b' } })).rejects.toMatchObject({
      ...conflict,
      message: expect.stringContaining(ledgers.id),
    });
    await expect(create({ events: ['*'], target: { url: 'https://example.com/b' } })).rejects.toMatchObject(conflict);
    const elsewhere = await create({ events: ['bills.*'], target: { url: 'https://example.com/c' } });
    await expect(patch(elsewhere.id, { target: { url: 'https://example.com/b' } })).rejects.toMatchObject(conflict);
    await expect(patch(ledgers.id, { events: ['ledgers.*', '*.x'] })).rejects.toMatchObject(conflict);
    const off = await create({ events: ['bills.*'], target: { url: 'https://example.com/b' }, enabled: false });
    await expect(patch(off.id, { enabled: true })).rejects.toMatchObject(conflict);
    await manage.disable(environmentId, ledgers.id, 'x');
    expect(await patch(off.id, { enabled: true })).toMatchObject({ enabled: true });
    await expect(patch(ledgers.id, { enabled: true })).rejects.toMatchObject(conflict);
    expect(await patch(ledgers.id, { name: 'still changes' })).toMatchObject({ name: 'still changes' });
  });
});

describe('finding and removing rules', () => {
  it('lists by event, URL, listener and state, page by page, oldest first', async () => {
    const { create, manage } = setUp();
    const made: string[] = [];
    for (const input of [
      { events: ['invoices.created'] },
      { events: ['bills.*', '*.created'], enabled: false },
      { events: ['*'], target: { action: 'exampleListener' } },
      { events: ['bills.*'], target: { url: 'https://example.com/b' } },
      { events: ['*.deleted', 'invoices.created'] },
    ]) {
      made.push((await create(input)).id);
    }
    const find = async (filter: object, limit = 50) => {
      const found: number[] = [];
      let after: string | undefined;
      do {
        const { items, next } = await manage.list(environmentId, filter, {
          limit,
          ...(after !== undefined && { after }),
        });
        expect(items.length).toBeLessThanOrEqual(limit);
        found.push(...items.map(({ id }) => made.indexOf(id)));
        after = next ?? undefined;
      } while (after !== undefined);
      return found;
    };
    for (const limit of [1, 2, 50]) {
      expect(await find({}, limit)).toEqual([0, 1, 2, 3, 4]);
      expect(await find({ event: 'invoices.created' }, limit)).toEqual([0, 1, 2, 4]);
    }
    expect(await find({ event: 'bills.deleted' })).toEqual([1, 2, 3, 4]);
    expect(await find({ event: 'bills.deleted', enabled: false })).toEqual([1]);
    expect(await find({ enabled: true })).toEqual([0, 2, 3, 4]);
    expect(await find({ url: 'https://EXAMPLE.com/b' })).toEqual([3]);
    expect(await find({ action: 'exampleListener' })).toEqual([2]);
    expect(await find({ action: 'other' })).toEqual([]);
    expect(await manage.list(environmentId + 1, {}, { limit: 5 })).toEqual({ items: [], next: null });
  });

  it('shows, changes and removes a rule in its own environment only', async () => {
    const { create, manage, live } = setUp();
    const { id } = await create();
    const other = environmentId + 1;
    const missing = { code: 'not_found' };
    await expect(manage.get(other, id)).rejects.toMatchObject(missing);
    await expect(manage.patch(other, id, { name: 'x' })).rejects.toMatchObject(missing);
    await expect(manage.rotate(other, id, {})).rejects.toMatchObject(missing);
    await expect(manage.remove(other, id)).rejects.toMatchObject(missing);
    await manage.remove(environmentId, id);
    expect(live.get(id)).toBeUndefined();
    await expect(manage.remove(environmentId, id)).rejects.toMatchObject(missing);
  });

  it('has an end to how many there may be', async () => {
    const { store, live } = setUp();
    const full = createManageRules({
      ...draftDeps(),
      store: { ...store, count: () => Promise.resolve(20_000) },
      live,
      catalogue: { exclusiveChannels: () => new Set() },
    });
    const input = parseCreate({ events: ['*'], target: { url: 'https://example.com' } });
    await expect(full.create(environmentId, input)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('takes odd bytes for a secret without a word of them in the refusal', async () => {
    const { create } = setUp();
    const secret = `whsec_${randomBytes(16).toString('base64')}`;
    await expect(create({ secret })).rejects.toMatchObject({ message: expect.not.stringContaining(secret.slice(6)) });
  });
});
