import Schema from 'typebox/schema';
import { beforeEach, describe, expect, it } from 'vitest';
import { examplesOf, newDocument, schemaOf } from '../../../server/events/catalogue/document.ts';
import { packNames, readPack, type Pack } from '../../../server/events/catalogue/packs.ts';
import { compileSchema } from '../../../server/lib/schema.ts';
import { EVENT_TYPE_PATTERN } from '../../../server/schemas/event.ts';
import type { JsonObject } from '../../../server/schemas/json.ts';
import { anEnvironment, aProcess, useDatabase } from './support/catalogue.ts';

const database = useDatabase();

function mustRead(name: string): Pack {
  const pack = readPack(name);
  if (pack === undefined) throw new Error(`no pack ${name}`);
  return pack;
}

/** "Available webhook events" of Lehjah's page. */
const LEHJAH = [
  'NEW_BUSINESS',
  'NEW_SUBSCRIPTION',
  'SUBSCRIPTION_REQUEST',
  'SUBSCRIPTION_EXPIRED',
  'NEW_TRANSACTION_CREATED',
  'TRANSACTION_UPDATED',
  'TRANSACTION_DELETED',
  'RECORD_CREATED',
  'RECORD_UPDATED',
  'RECORD_DELETED',
  'INVENTORY_ITEM_CREATED',
  'INVENTORY_ITEM_UPDATED',
  'INVENTORY_ITEM_DELETED',
];

/** "Available Channels and Events" of Built's page, line by line: c created, u updated, d deleted. */
const BUILT: readonly (readonly [string, string])[] = [
  ['business', 'u'],
  ['invoices', 'cud'],
  ['invoice_payments', 'cud'],
  ['invoice_online_payments', 'c'],
  ['sales', 'cud'],
  ['deposits', 'cud'],
  ['quotes', 'cud'],
  ['other_incomes', 'cud'],
  ['clients', 'cud'],
  ['expenses', 'cud'],
  ['bills', 'cud'],
  ['bill_payments', 'cud'],
  ['bill_online_payments', 'c'],
  ['income_tax_payments', 'cd'],
  ['withholding_tax_payments', 'cd'],
  ['sales_tax_payments', 'cd'],
  ['suppliers', 'cud'],
  ['employees', 'cud'],
  ['pay_runs', 'cud'],
  ['salary_payments', 'cd'],
  ['payrun_tier1_payments', 'cd'],
  ['payrun_tier2_payments', 'cd'],
  ['payrun_tier3_payments', 'cd'],
  ['payrun_income_tax_payments', 'cd'],
  ['products_services', 'cud'],
  ['wallet_transactions', 'c'],
  ['bank_transfers', 'cud'],
  ['accounts', 'cud'],
  ['journals', 'cud'],
  ['business_loans', 'cud'],
  ['ledgers', 'cud'],
];
const EVENTS: Readonly<Record<string, string>> = { c: 'created', u: 'updated', d: 'deleted' };

describe('the pack lehjah', () => {
  it('has the 13 types of the document, and takes its sample, which is empty', () => {
    const { types } = mustRead('lehjah');
    expect(types.map(({ name }) => name).sort()).toEqual([...LEHJAH].sort());
    for (const type of types) expect(compileSchema(schemaOf(type)!)({}), type.name).toEqual([]);
  });
});

describe('the pack built', () => {
  const { types } = mustRead('built');

  it('has 31 channels', () => {
    expect(BUILT).toHaveLength(31);
    expect(new Set(types.map(({ channel }) => channel))).toEqual(new Set(BUILT.map(([channel]) => channel)));
  });

  it.each(BUILT)('allows the events of the document on %s, and no other: %s', (channel, letters) => {
    const names = types.filter((type) => type.channel === channel).map(({ name }) => name);
    expect(names).toEqual(Array.from(letters, (letter) => `${channel}.${EVENTS[letter] ?? ''}`));
  });

  it('takes the sample of the document on every channel, and nothing without its two members', () => {
    for (const type of types) {
      const validate = compileSchema(schemaOf(type)!);
      expect(validate({ id: 1, tag: 'adasd' }), type.name).toEqual([]);
      expect(validate({ id: 1, tag: 'adasd', anything: { else: [] } }), type.name).toEqual([]);
      expect(validate({ id: 1 }), type.name).not.toEqual([]);
      expect(validate({ tag: 'adasd' }), type.name).not.toEqual([]);
    }
  });

  it('makes the channel ledgers exclusive, and no other', () => {
    const exclusive = types.filter((type) => type.exclusive).map(({ channel }) => channel);
    expect(new Set(exclusive)).toEqual(new Set(['ledgers']));
  });
});

describe('the pack softledger', () => {
  const { types } = mustRead('softledger');

  it('has object types with actions, those of the document among them', () => {
    const names = types.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['Bill.Paid', 'LedgerAccount.Updated', 'Journal.Created']));
    for (const { name, channel } of types) expect(name).toMatch(new RegExp(`^${channel}\\.[A-Z][a-z]+$`));
    expect(new Set(types.map(({ channel }) => channel)).size).toBeGreaterThanOrEqual(20);
  });

  it('shows a primary key in every example', () => {
    for (const type of types) {
      expect(examplesOf(type)[0], type.name).toHaveProperty('_id', expect.any(Number));
    }
  });
});

describe.each(packNames)('every type of %s', (name) => {
  const { types, description } = mustRead(name);

  it('has a name of its own that an event may have, and says what it means', () => {
    expect(description).not.toBe('');
    expect(new Set(types.map((type) => type.name)).size).toBe(types.length);
    for (const type of types) {
      expect(type.name).toMatch(new RegExp(EVENT_TYPE_PATTERN));
      expect(type.description).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('has an example of several members that fits its schema, for us and for another validator', () => {
    for (const type of types) {
      const schema = schemaOf(type)!;
      const other = Schema.Compile(schema as Record<string, never>);
      const examples = examplesOf(type);
      expect(examples.length, type.name).toBeGreaterThan(0);
      for (const example of examples) {
        expect(Object.keys(example as JsonObject).length, type.name).toBeGreaterThanOrEqual(5);
        expect(compileSchema(schema)(example), type.name).toEqual([]);
        expect(other.Check(example), type.name).toBe(true);
      }
      expect(other.Check('text')).toBe(false);
    }
  });

  it('describes every member it names, and names every member of its example', () => {
    for (const type of types) {
      const { properties } = schemaOf(type) as { readonly properties: Readonly<Record<string, JsonObject>> };
      for (const [member, schema] of Object.entries(properties)) {
        expect(schema.description, `${type.name} ${member}`).toMatch(/\.$/);
      }
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(examplesOf(type)[0] as JsonObject)));
    }
  });
});

describe('installing a pack', () => {
  let env: number;
  beforeEach(() => {
    env = anEnvironment();
  });

  it('makes its types the first time and nothing the second', async () => {
    const { catalogue, live } = aProcess(database());
    const all = mustRead('built').types.map(({ name }) => name);
    expect(await catalogue.installPack(env, 'built')).toEqual({ created: all, updated: [], unchanged: [] });
    expect(await catalogue.installPack(env, 'built')).toEqual({ created: [], updated: [], unchanged: all });
    expect(live.exclusiveChannels(env)).toEqual(new Set(['ledgers']));
    expect(live.check(env, 'business_loans.deleted', { id: 1 })).toHaveLength(1);
    expect(await catalogue.get(env, 'business_loans.deleted')).toMatchObject({
      pack: 'built',
      channel: 'business_loans',
    });
  });

  it('leaves alone what somebody changed or made, and brings back what was deleted', async () => {
    const { catalogue } = aProcess(database());
    await catalogue.create(env, { name: 'RECORD_CREATED', description: 'Mine.' });
    expect((await catalogue.installPack(env, 'lehjah')).unchanged).toEqual(['RECORD_CREATED']);
    await catalogue.patch(env, 'RECORD_UPDATED', { description: 'Mine, too.' });
    await catalogue.remove(env, 'RECORD_DELETED');
    const again = await catalogue.installPack(env, 'lehjah');
    expect(again).toMatchObject({ created: ['RECORD_DELETED'], updated: [] });
    expect(again.unchanged).toHaveLength(12);
    expect(await catalogue.get(env, 'RECORD_CREATED')).toMatchObject({ description: 'Mine.', pack: null });
    expect(await catalogue.get(env, 'RECORD_UPDATED')).toMatchObject({ description: 'Mine, too.', pack: 'lehjah' });
  });

  it('brings up to date what came with an older pack and was never touched', async () => {
    const { catalogue, store } = aProcess(database());
    await catalogue.installPack(env, 'lehjah');
    const now = (await store.get(env, 'RECORD_CREATED'))!;
    const old = newDocument(env, { ...now, description: 'Of an older pack.' }, now.created_at, 'lehjah');
    await store.replace(env, now, old);
    expect(await catalogue.installPack(env, 'lehjah')).toMatchObject({ created: [], updated: ['RECORD_CREATED'] });
    expect((await catalogue.get(env, 'RECORD_CREATED')).description).toBe(now.description);
    expect(await catalogue.installPack(env, 'lehjah')).toMatchObject({ updated: [] });
  });

  it('may be done by many at once', async () => {
    const processes = Array.from({ length: 4 }, () => aProcess(database()));
    await Promise.all(processes.map(({ catalogue }) => catalogue.installPack(env, 'softledger')));
    const { types } = mustRead('softledger');
    for (const { live, store } of processes) {
      expect(await store.count(env)).toBe(types.length);
      await live.poll();
      expect(live.names(env)).toHaveLength(types.length);
    }
  });

  it('says which packs there are and which are here', async () => {
    const { catalogue } = aProcess(database());
    await catalogue.installPack(env, 'softledger');
    const packs = await catalogue.listPacks(env);
    expect(packs.map(({ name, installed }) => [name, installed])).toEqual([
      ['lehjah', false],
      ['built', false],
      ['softledger', true],
    ]);
    expect(packs[0]?.types).toHaveLength(13);
    expect(packs[1]?.types).toHaveLength(77);
  });

  it.each(['unknown', '../packs/built', '__proto__'])('knows no pack %s', async (name) => {
    const { catalogue } = aProcess(database());
    await expect(async () => catalogue.installPack(env, name)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the first start', () => {
  it('puts all packs into the sandbox, once, so that what is deleted stays away', async () => {
    const { catalogue, store } = aProcess(database());
    const total = packNames.reduce((sum, name) => sum + mustRead(name).types.length, 0);
    await catalogue.installDefaults();
    expect([await store.count(1), await store.count(2)]).toEqual([0, total]);
    await catalogue.remove(2, 'NEW_BUSINESS');
    await aProcess(database()).catalogue.installDefaults();
    expect(await store.count(2)).toBe(total - 1);
  });
});
