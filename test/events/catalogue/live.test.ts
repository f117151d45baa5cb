import { beforeEach, describe, expect, it } from 'vitest';
import { newDocument, type EventTypeDocument } from '../../../server/events/catalogue/document.ts';
import { createLiveCatalogue } from '../../../server/events/catalogue/live.ts';
import { silentLogger } from '../../../server/lib/log.ts';
import type { JsonObject } from '../../../server/schemas/json.ts';
import { until } from '../../support/until.ts';
import { anEnvironment, aProcess, matches, START_MS, useDatabase } from './support/catalogue.ts';

const database = useDatabase();
let env: number;
beforeEach(() => {
  env = anEnvironment();
});

const amount: JsonObject = { type: 'object', required: ['amount'], properties: { amount: { type: 'number' } } };

describe('checking the data of an event', () => {
  it('names each fault, and has none for a type that is unknown or takes anything', async () => {
    const { catalogue, live } = aProcess(database());
    await catalogue.create(env, { name: 'paid', schema: amount });
    await catalogue.create(env, { name: 'any' });
    expect(live.check(env, 'paid', { amount: 1 })).toEqual([]);
    expect(live.check(env, 'paid', { amount: 'one' })).toEqual([{ path: '/amount', message: expect.any(String) }]);
    expect(live.check(env, 'any', 'whatever')).toEqual([]);
    expect(live.check(env, 'unknown', 'whatever')).toEqual([]);
    expect(live.check(anEnvironment(), 'paid', {})).toEqual([]);
  });

  it('gives at most fifty faults', async () => {
    const { catalogue, live } = aProcess(database());
    await catalogue.create(env, { name: 'list', schema: { type: 'array', items: { type: 'string' } } });
    const data = Array.from({ length: 1_000 }, (_, index) => index);
    expect(live.check(env, 'list', data)).toHaveLength(50);
  });

  it('goes by a changed schema as soon as the change is answered, and by none once it is deleted', async () => {
    const { catalogue, live } = aProcess(database());
    await catalogue.create(env, { name: 'paid', schema: amount });
    expect(live.check(env, 'paid', {})).toHaveLength(1);
    await catalogue.patch(env, 'paid', { schema: {} });
    expect(live.check(env, 'paid', {})).toEqual([]);
    await catalogue.patch(env, 'paid', { schema: amount });
    expect(live.check(env, 'paid', {})).toHaveLength(1);
    await catalogue.remove(env, 'paid');
    expect(live.check(env, 'paid', {})).toEqual([]);
  });
});

describe('another process', () => {
  it('sees what was there at its start, and each change when it looks next', async () => {
    const one = aProcess(database());
    await one.catalogue.create(env, { name: 'a.made', schema: amount });
    const other = aProcess(database());
    await other.live.poll();
    expect(other.live.check(env, 'a.made', {})).toHaveLength(1);

    await one.catalogue.patch(env, 'a.made', { schema: null, exclusive: true });
    await one.catalogue.patchSettings(env, { unfit_events: 'flag' });
    expect(other.live.check(env, 'a.made', {})).toHaveLength(1);
    await other.live.poll();
    expect(other.live.check(env, 'a.made', {})).toEqual([]);
    expect(other.live.exclusiveChannels(env)).toEqual(new Set(['a']));
    expect(other.live.unfitEvents(env)).toBe('flag');

    await one.catalogue.remove(env, 'a.made');
    await other.live.poll();
    expect(other.live.names(env)).toEqual([]);
  });

  it('looks by itself', async () => {
    const one = aProcess(database());
    const { store, clock } = one;
    const other = createLiveCatalogue({ store, matches, clock, log: silentLogger, pollMs: 5 });
    await other.start();
    try {
      await one.catalogue.create(env, { name: 'a.made' });
      await until('the other process to see it', () => other.names(env).includes('a.made'));
    } finally {
      other.stop();
    }
  });

  it('finds within a minute what was changed without a new revision, as when its process died in between', async () => {
    const { store, live, clock, catalogue } = aProcess(database());
    await catalogue.create(env, { name: 'a' });
    await live.poll();
    await database().platform.collection('event_types').deleteOne({ environment_id: env, name: 'a' });
    await live.poll();
    expect(live.names(env)).toEqual(['a']);
    clock.ms += 60_000;
    await live.poll();
    expect(live.names(env)).toEqual([]);
    expect(await store.count(env)).toBe(0);
  });
});

describe('reads that overtake each other', () => {
  const content = { description: '', channel: 'a', exclusive: false, schema: null, examples: '[]', deprecated: false };
  const aType = (name: string, given: Partial<EventTypeDocument> = {}) => ({
    ...newDocument(1, { name, ...content }, new Date(START_MS)),
    ...given,
  });

  /** A store whose answers to `all` and `some` come when the test says. */
  function slowStore(revision: () => number) {
    const waiting: { readonly kind: string; readonly answer: (types: EventTypeDocument[]) => void }[] = [];
    const ask = (kind: string) => () =>
      new Promise<EventTypeDocument[]>((answer) => {
        waiting.push({ kind, answer });
      });
    const store = {
      settings: () => Promise.resolve([{ _id: 1, revision: revision() }]),
      all: ask('all'),
      some: ask('some'),
    };
    const next = (kind: string) =>
      until(`a read of ${kind}`, () => {
        const index = waiting.findIndex((each) => each.kind === kind);
        return index < 0 ? undefined : waiting.splice(index, 1)[0];
      });
    return { store, next };
  }

  it('do not bring back what was deleted, nor lose what was made, while all was being read', async () => {
    const { store, next } = slowStore(() => 1);
    const live = createLiveCatalogue({ store, matches, clock: { now: () => START_MS }, log: silentLogger });
    const all = live.poll();
    const answerAll = await next('all');
    const some = live.refresh(1, ['made', 'deleted']);
    (await next('some')).answer([aType('made')]);
    await some;
    answerAll.answer([aType('deleted'), aType('old')]);
    await all;
    expect(live.names(1)).toEqual(['made', 'old']);
  });

  it('leave the later of two changes of one type', async () => {
    const { store, next } = slowStore(() => 1);
    const live = createLiveCatalogue({ store, matches, clock: { now: () => START_MS }, log: silentLogger });
    const first = live.refresh(1, ['a']);
    const answerFirst = await next('some');
    const second = live.refresh(1, ['a']);
    (await next('some')).answer([aType('a', { channel: 'new' })]);
    await second;
    answerFirst.answer([aType('a', { channel: 'old' })]);
    await first;
    expect(live.channelOf(1, 'a')).toBe('new');
  });
});

describe('channels', () => {
  it('are those of the catalogue, or the part before the dot', async () => {
    const { catalogue, live } = aProcess(database());
    await catalogue.create(env, { name: 'a.made', channel: 'letters' });
    expect(live.channelOf(env, 'a.made')).toBe('letters');
    expect(live.channelOf(env, 'b.made')).toBe('b');
    expect(live.channelOf(env, 'NEW_BUSINESS')).toBe('NEW_BUSINESS');
  });

  it('are exclusive while one of their types is', async () => {
    const { catalogue, live } = aProcess(database());
    await catalogue.create(env, { name: 'a.made', exclusive: true });
    await catalogue.create(env, { name: 'a.lost' });
    expect(live.exclusiveChannels(env)).toEqual(new Set(['a']));
    await catalogue.patch(env, 'a.made', { exclusive: false });
    expect(live.exclusiveChannels(env)).toEqual(new Set());
  });
});

describe('an example for patterns', () => {
  it.each([
    [['b.made'], { type: 'b.made', data: { b: 1 } }],
    [['*.made'], { type: 'a.made', data: { a: 1 } }],
    [['c.*', 'b.*'], { type: 'b.made', data: { b: 1 } }],
    [['*'], { type: 'a.made', data: { a: 1 } }],
  ])('%j → %j', async (patterns, example) => {
    const { catalogue, live } = aProcess(database());
    await catalogue.create(env, { name: 'b.made', examples: [{ b: 1 }, { b: 2 }] });
    await catalogue.create(env, { name: 'a.lost' });
    await catalogue.create(env, { name: 'a.made', examples: [{ a: 1 }] });
    expect(live.example(env, patterns)).toEqual(example);
  });

  it.each(['unknown.*', '*', '*.deleted', 'NEW_THING', 'a.*.b'])(
    'is made up for %s where the catalogue has none, under a type the pattern takes',
    (pattern) => {
      const { live } = aProcess(database());
      const { type, data } = live.example(env, [pattern]);
      expect(matches(pattern, type)).toBe(true);
      expect(type).toMatch(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/);
      expect(data).toBeTypeOf('object');
    },
  );
});
