import { beforeEach, describe, expect, it } from 'vitest';
import { newDocument } from '../../../server/events/catalogue/document.ts';
import { createParser } from '../../../server/lib/schema.ts';
import { EventTypeCreate, EventTypePatch } from '../../../server/schemas/eventType.ts';
import type { JsonObject } from '../../../server/schemas/json.ts';
import { anEnvironment, aProcess, START_MS, useDatabase } from './support/catalogue.ts';

const database = useDatabase();
const parseCreate = createParser(EventTypeCreate, 'body');
const parsePatch = createParser(EventTypePatch, 'body');

let env: number;
beforeEach(() => {
  env = anEnvironment();
});

function setUp() {
  const process = aProcess(database());
  const { catalogue } = process;
  return {
    ...process,
    create: (input: object) => catalogue.create(env, parseCreate(input)),
    patch: (name: string, input: object) => catalogue.patch(env, name, parsePatch(input)),
  };
}

const amount: JsonObject = { type: 'object', required: ['amount'], properties: { amount: { type: 'number' } } };

describe('making an event type', () => {
  it('fills in what was left out, and shows the same again', async () => {
    const { create, catalogue } = setUp();
    const made = await create({ name: 'orders.line.shipped' });
    expect(made).toEqual({
      name: 'orders.line.shipped',
      description: '',
      channel: 'orders',
      exclusive: false,
      schema: null,
      examples: [],
      deprecated: false,
      pack: null,
      created_at: new Date(START_MS).toISOString(),
      updated_at: new Date(START_MS).toISOString(),
    });
    expect(await catalogue.get(env, 'orders.line.shipped')).toEqual(made);
  });

  it('keeps members of schema and examples that a database would take for operators', async () => {
    const { create, catalogue } = setUp();
    const schema = { $defs: { a: { type: 'string' } }, properties: { $set: { $ref: '#/$defs/a' }, 'a.b': {} } };
    const examples = [{ $set: 'x', 'a.b': { $gt: 1 } }, null, 'text'];
    await create({ name: 'odd', schema, examples });
    expect(await catalogue.get(env, 'odd')).toMatchObject({ schema, examples });
  });

  it('keeps one of many that are made at once under one name', async () => {
    const { catalogue } = setUp();
    const tries = Array.from({ length: 20 }, (_, index) =>
      catalogue.create(env, { name: 'orders.placed', description: `number ${index}` }),
    );
    const outcomes = await Promise.allSettled(tries);
    const made = outcomes.filter((each) => each.status === 'fulfilled');
    expect(made).toHaveLength(1);
    for (const each of outcomes)
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'conflict' });
    expect((await catalogue.list(env, {}, { limit: 10 })).items).toEqual(made.map(({ value }) => value));
  });

  it('allows the same name in another environment', async () => {
    const { catalogue } = setUp();
    const other = anEnvironment();
    await catalogue.create(env, { name: 'orders.placed', description: 'here' });
    await catalogue.create(other, { name: 'orders.placed', description: 'there' });
    await catalogue.remove(other, 'orders.placed');
    expect(await catalogue.get(env, 'orders.placed')).toMatchObject({ description: 'here' });
  });

  it.each(['packs', 'import'])('refuses the name %s, which is a path of the API', async (name) => {
    const { create } = setUp();
    await expect(create({ name })).rejects.toMatchObject({
      code: 'invalid_input',
      options: { errors: [{ in: 'body', path: '/name' }] },
    });
  });

  it.each([
    [{ type: 'strin' }, '/schema/type'],
    [{ properties: { a: { $ref: 'https://example.org/a' } } }, '/schema/properties/a/$ref'],
    [{ properties: { a: { pattern: '(' } } }, '/schema/properties/a/pattern'],
  ])('refuses the schema %j, naming the place', async (schema, path) => {
    const { create } = setUp();
    await expect(create({ name: 'a', schema })).rejects.toMatchObject({
      code: 'invalid_schema',
      options: { errors: [expect.objectContaining({ in: 'body', path })] },
    });
  });

  it('names the example that does not fit, and the fault in it', async () => {
    const { create, catalogue } = setUp();
    const examples = [{ amount: 1 }, { amount: 'two' }, {}];
    const error = create({ name: 'a', schema: amount, examples });
    await expect(error).rejects.toMatchObject({
      code: 'invalid_input',
      status: 422,
      message: expect.stringContaining('/examples/1/amount'),
      options: {
        errors: [
          expect.objectContaining({ in: 'body', path: '/examples/1/amount' }),
          expect.objectContaining({ in: 'body', path: expect.stringMatching(/^\/examples\/2/) }),
        ],
      },
    });
    await expect(catalogue.get(env, 'a')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('refuses examples that are large altogether', async () => {
    const { create } = setUp();
    const examples = Array.from({ length: 9 }, () => 'x'.repeat(8_000));
    await expect(create({ name: 'a', examples })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('refuses more types than an environment may have, and says so', async () => {
    const { create, store } = setUp();
    const content = {
      description: '',
      channel: 'a',
      exclusive: false,
      schema: null,
      examples: '[]',
      deprecated: false,
    };
    const types = Array.from({ length: 2_000 }, (_, i) => newDocument(env, { name: `a.${i}`, ...content }, new Date()));
    await store.write(env, types, []);
    await expect(create({ name: 'b' })).rejects.toMatchObject({ code: 'conflict', message: /2000/ });
  });
});

describe('changing an event type', () => {
  it('leaves what is left out as it is', async () => {
    const { create, patch, clock } = setUp();
    const made = await create({ name: 'a.b', description: 'One.', schema: amount, examples: [{ amount: 1 }] });
    clock.ms += 1_000;
    const changed = await patch('a.b', { deprecated: true });
    expect(changed).toEqual({ ...made, deprecated: true, updated_at: new Date(START_MS + 1_000).toISOString() });
    expect(await patch('a.b', { schema: null, channel: 'c' })).toMatchObject({ schema: null, channel: 'c' });
  });

  it('refuses a schema that the examples of before do not fit, and takes it with new ones', async () => {
    const { create, patch } = setUp();
    await create({ name: 'a', examples: [{ amount: 'two' }] });
    await expect(patch('a', { schema: amount })).rejects.toMatchObject({
      code: 'invalid_input',
      options: { errors: [expect.objectContaining({ path: '/examples/0/amount' })] },
    });
    expect(await patch('a', { schema: amount, examples: [{ amount: 2 }] })).toMatchObject({
      examples: [{ amount: 2 }],
    });
  });

  it('loses neither of two changes at once', async () => {
    const { create, patch, catalogue } = setUp();
    await create({ name: 'a' });
    await Promise.all([patch('a', { description: 'New.' }), patch('a', { deprecated: true })]);
    expect(await catalogue.get(env, 'a')).toMatchObject({ description: 'New.', deprecated: true });
  });

  it.each(['get', 'remove'] as const)('cannot %s what another environment has', async (action) => {
    const { create, catalogue } = setUp();
    await create({ name: 'a' });
    await expect(catalogue[action](anEnvironment(), 'a')).rejects.toMatchObject({ code: 'not_found' });
    await catalogue.remove(env, 'a');
    await expect(catalogue[action](env, 'a')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('listing event types', () => {
  it('goes by name, page by page, under each filter', async () => {
    const { create, catalogue } = setUp();
    for (const name of ['b.two', 'a.one', 'b.one', 'c.one']) await create({ name, deprecated: name === 'b.two' });
    const names = async (filter: object, limit = 10, after?: string) => {
      const { items, next } = await catalogue.list(env, filter, { limit, ...(after !== undefined && { after }) });
      return [items.map(({ name }) => name), next];
    };
    expect(await names({}, 3)).toEqual([['a.one', 'b.one', 'b.two'], 'b.two']);
    expect(await names({}, 3, 'b.two')).toEqual([['c.one'], null]);
    expect(await names({ channel: 'b' })).toEqual([['b.one', 'b.two'], null]);
    expect(await names({ deprecated: true })).toEqual([['b.two'], null]);
    expect(await names({ deprecated: false })).toEqual([['a.one', 'b.one', 'c.one'], null]);
    expect(await names({ pack: 'built' })).toEqual([[], null]);
  });
});

describe('the settings of events', () => {
  it('reject events that do not fit until told otherwise, in each environment by itself', async () => {
    const { catalogue, live } = setUp();
    expect(await catalogue.getSettings(env)).toEqual({ unfit_events: 'reject' });
    expect(await catalogue.patchSettings(env, { unfit_events: 'flag' })).toEqual({ unfit_events: 'flag' });
    expect(live.unfitEvents(env)).toBe('flag');
    expect(await catalogue.getSettings(env)).toEqual({ unfit_events: 'flag' });
    expect(live.unfitEvents(anEnvironment())).toBe('reject');
  });

  it('may be set by many at once in an environment that has none yet', async () => {
    const { catalogue } = setUp();
    const all = await Promise.all(
      Array.from({ length: 10 }, () => catalogue.patchSettings(env, { unfit_events: 'flag' })),
    );
    expect(all).toHaveLength(10);
  });
});
