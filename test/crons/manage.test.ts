import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CRONS_LANE, type CronDocument } from '../../server/crons/document.ts';
import { createManageCrons } from '../../server/crons/manage.ts';
import { createCronStore, CRONS_COLLECTION } from '../../server/crons/store.ts';
import { createTimetable } from '../../server/crons/timetable.ts';
import { createParser } from '../../server/lib/schema.ts';
import { createLeases } from '../../server/queue/leases.ts';
import { Cron, CronCreate, CronPatch, MAX_CRONS_PER_ENVIRONMENT } from '../../server/schemas/cron.ts';
import type { Page } from '../../server/schemas/list.ts';
import type { RunSummary } from '../../server/schemas/runView.ts';
import { ownDatabase } from '../rules/engine.ts';
import { aClock, aCron, listeners, newId, someRuns } from './builders.ts';

const database = ownDatabase();
const parseCreate = createParser(CronCreate, 'body');
const parsePatch = createParser(CronPatch, 'body');
const parseCron = createParser(Cron, 'body');
const NOW = '2026-03-02T09:30:00.000Z';

const leasesOf = (owner: string) =>
  createLeases<CronDocument>({ connection: database().platform, collection: CRONS_COLLECTION, owner });

beforeAll(async () => {
  await createCronStore(database().platform).ensureIndexes();
  await leasesOf('nobody').ensureIndexes();
});

let environmentId = 100;
beforeEach(() => {
  environmentId += 10; // every test owns its environments
});

function setUp() {
  const clock = aClock(NOW);
  const store = createCronStore(database().platform);
  const runs = someRuns();
  const asked: unknown[] = [];
  let noticed = 0;
  const manage = createManageCrons({
    store,
    timetable: createTimetable(),
    listeners,
    clock,
    newId,
    ...runs.deps,
    runs: {
      list: (...given) => {
        asked.push(given);
        return Promise.resolve({ items: [{ id: 'run_1' } as RunSummary], next: null });
      },
    },
    notice: () => noticed++,
  });
  const create = (input: object = {}) =>
    manage.create(environmentId, parseCreate({ listener_name: 'sweep', schedule: '0 10 * * *', ...input }));
  const update = (name: string, input: object) => manage.update(environmentId, name, parsePatch(input));
  const stored = (name: string) => store.get(environmentId, name);
  return { clock, store, runs, manage, create, update, stored, asked, noticed: () => noticed };
}

const faults = (...expected: readonly (readonly [path: string, words: RegExp])[]) => ({
  options: {
    errors: expected.map(([path, words]) => ({ in: 'body', path, message: expect.stringMatching(words) })),
  },
});

describe('making a cron', () => {
  it('fills in the defaults and shows it whole', async () => {
    const { create, manage, noticed } = setUp();
    const cron = await create();
    expect(parseCron(structuredClone(cron))).toEqual(cron);
    expect(Object.keys(cron)).toEqual(Object.keys(Cron.properties));
    expect(cron).toEqual({
      id: expect.stringMatching(/^crn_[0-9a-z]{26}$/),
      name: cron.id,
      environment_id: environmentId,
      listener_name: 'sweep',
      schedule: '0 10 * * *',
      description: 'At 10:00, every day',
      timezone: 'UTC',
      props: {},
      overlap: 'skip',
      missed: 'once',
      state: 'active',
      next_runs: [2, 3, 4, 5, 6].map((day) => `2026-03-0${day}T10:00:00.000Z`),
      last_run: null,
      last_skipped: null,
      created_at: NOW,
      updated_at: NOW,
    });
    expect(await manage.get(environmentId, cron.id)).toEqual(cron);
    expect(noticed()).toBe(1);
  });

  it('ticks by the clocks of its zone, and is found by its name or its id', async () => {
    const { create, manage } = setUp();
    const cron = await create({ name: 'morning', timezone: 'Europe/Paris', action: 'sweep', listener_name: undefined });
    expect(cron.next_runs[0]).toBe('2026-03-03T09:00:00.000Z');
    expect(await manage.get(environmentId, 'morning')).toEqual(cron);
    expect(await manage.get(environmentId, cron.id)).toEqual(cron);
  });

  it('is in the queue for its first tick, or nowhere while it is paused', async () => {
    const { create, stored } = setUp();
    await create({ name: 'active' });
    await create({ name: 'paused', state: 'paused' });
    const dueAt = new Date('2026-03-02T10:00:00Z');
    expect(await stored('active')).toMatchObject({ status: 'queued', lane: CRONS_LANE, due_at: dueAt, next_at: dueAt });
    const paused = await stored('paused');
    expect(paused).toMatchObject({ status: 'paused', next_at: null });
    expect(paused).not.toHaveProperty('lane');
    expect(paused).not.toHaveProperty('due_at');
  });

  it.each<[string, object, string, ReturnType<typeof faults>]>([
    ['a field of the schedule', { schedule: '99 10 * * *' }, 'invalid_input', faults(['/schedule', /minute.*99/])],
    [
      'two fields of the schedule',
      { schedule: '99 25 * * *' },
      'invalid_input',
      faults(['/schedule', /minute.*99/], ['/schedule', /hour.*25/]),
    ],
    ['a day that never comes', { schedule: '0 0 30 2 *' }, 'invalid_input', faults(['/schedule', /never comes/])],
    [
      'an unknown zone',
      { timezone: 'Europe/Pariss' },
      'invalid_input',
      faults(['/timezone', /'Europe\/Pariss'.*Did you mean Europe\/Paris/]),
    ],
    ['no listener', { listener_name: undefined }, 'invalid_input', faults(['/listener_name', /is required/])],
    ['two listeners', { action: 'sweep' }, 'invalid_input', faults(['/action', /only one/])],
    ['an unknown listener', { listener_name: 'swep' }, 'listener_not_found', faults(['/listener_name', /a listener/])],
    [
      'an unknown action',
      { listener_name: undefined, action: 'swep' },
      'listener_not_found',
      faults(['/action', /a listener/]),
    ],
    [
      'props that its listener does not take',
      { listener_name: 'report', props: { customer: 1 } },
      'invalid_input',
      faults(['/props/customer', /string/]),
    ],
    ['props that it misses', { listener_name: 'report' }, 'invalid_input', faults(['/props/customer', /./])],
    ['a name that is a path', { name: 'upcoming' }, 'invalid_input', faults(['/name', /reserved/])],
    [
      'a name that is an id',
      { name: `crn_${'0'.repeat(26)}` },
      'invalid_input',
      faults(['/name', /another cron's id/]),
    ],
    ['props without end', { props: { text: 'x'.repeat(70_000) } }, 'invalid_input', faults(['/props', /at most/])],
    [
      'everything at once',
      { listener_name: 'swep', schedule: 'x', timezone: 'Nowhere', name: 'upcoming' },
      'listener_not_found',
      faults(['/name', /./], ['/listener_name', /./], ['/schedule', /./], ['/timezone', /./]),
    ],
  ])('refuses %s, says where, and stores nothing', async (_what, input, code, expected) => {
    const { create, store, noticed } = setUp();
    await expect(create(input)).rejects.toMatchObject({ code, ...expected });
    expect(await store.count(environmentId)).toBe(0);
    expect(noticed()).toBe(0);
  });

  it('names the listeners that look like the one there is none of', async () => {
    const { create } = setUp();
    await expect(create({ listener_name: 'swep' })).rejects.toMatchObject({
      message: expect.stringContaining('Did you mean sweep?'),
      options: { extra: { nearest: ['sweep'] } },
    });
  });

  it('gives each name once in an environment, and the same one in another', async () => {
    const { create, manage } = setUp();
    await create({ name: 'morning' });
    await expect(create({ name: 'morning' })).rejects.toMatchObject({ code: 'conflict' });
    const other = parseCreate({ name: 'morning', listener_name: 'sweep', schedule: '@daily' });
    expect((await manage.create(environmentId + 1, other)).environment_id).toBe(environmentId + 1);
  });

  it('is refused where there are as many as there may be', async () => {
    const { create, store } = setUp();
    const full = { ...store, count: () => Promise.resolve(MAX_CRONS_PER_ENVIRONMENT) };
    const manage = createManageCrons({ ...setUpDeps(), store: full });
    await expect(
      manage.create(environmentId, parseCreate({ listener_name: 'sweep', schedule: '@daily' })),
    ).rejects.toMatchObject({ code: 'conflict' });
    await create();
    expect(await store.count(environmentId)).toBe(1);
  });
});

function setUpDeps() {
  const runs = { list: () => Promise.resolve({ items: [], next: null }) };
  const clock = aClock(NOW);
  return { timetable: createTimetable(), listeners, clock, newId, ...someRuns().deps, runs, notice: () => undefined };
}

describe('a cron that is there', () => {
  it('belongs to its environment', async () => {
    const { create, manage } = setUp();
    const { id } = await create({ name: 'morning' });
    const foreign = environmentId + 1;
    const page: Page = { limit: 10 };
    for (const name of [id, 'morning']) {
      await expect(manage.get(foreign, name)).rejects.toMatchObject({ code: 'not_found' });
      await expect(manage.update(foreign, name, { state: 'paused' })).rejects.toMatchObject({ code: 'not_found' });
      await expect(manage.remove(foreign, name)).rejects.toMatchObject({ code: 'not_found' });
      await expect(manage.runNow(foreign, name)).rejects.toMatchObject({ code: 'not_found' });
      await expect(manage.history(foreign, name, page)).rejects.toMatchObject({ code: 'not_found' });
    }
    expect((await manage.list(foreign, {}, page)).items).toEqual([]);
    expect((await manage.upcoming(foreign, undefined, page)).items).toEqual([]);
    expect((await manage.get(environmentId, id)).state).toBe('active');
  });

  it('is listed oldest first, page by page, by listener and state', async () => {
    const { create, manage } = setUp();
    const names = ['one', 'two', 'three', 'four'];
    for (const name of names) {
      const listener_name = name === 'two' ? 'report' : 'sweep';
      await create({ name, listener_name, props: { customer: 'x' }, state: name === 'four' ? 'paused' : 'active' });
    }
    const namesOf = async (filter: object, page: Page) => {
      const { items, next } = await manage.list(environmentId, filter, page);
      return [items.map(({ name }) => name), next] as const;
    };
    const [first, next] = await namesOf({}, { limit: 3 });
    expect(first).toEqual(['one', 'two', 'three']);
    expect(await namesOf({}, { limit: 3, after: next! })).toEqual([['four'], null]);
    expect(await namesOf({ listener_name: 'report' }, { limit: 9 })).toEqual([['two'], null]);
    expect(await namesOf({ state: 'paused' }, { limit: 9 })).toEqual([['four'], null]);
    expect(await namesOf({ state: 'active', listener_name: 'sweep' }, { limit: 9 })).toEqual([['one', 'three'], null]);
  });

  it('shows how its last run stands, with one look for a whole list', async () => {
    const { create, manage, store, runs } = setUp();
    let looks = 0;
    const statusesOf = (ids: readonly string[]) => {
      looks++;
      return runs.deps.statusesOf(ids);
    };
    const counting = createManageCrons({ ...setUpDeps(), store, statusesOf });
    await create({ name: 'ran' });
    await create({ name: 'rests' });
    const { run } = await manage.runNow(environmentId, 'ran');
    await store.setLastRun(environmentId, (await manage.get(environmentId, 'rests')).id, {
      id: 'run_toold',
      scheduled_at: new Date(0),
    });
    const { items } = await counting.list(environmentId, {}, { limit: 9 });
    expect(items.map(({ last_run }) => last_run)).toEqual([
      { run, scheduled_at: NOW, status: 'queued' },
      { run: 'run_toold', scheduled_at: new Date(0).toISOString(), status: null },
    ]);
    expect(looks).toBe(1);
  });

  it('is gone once it is removed', async () => {
    const { create, manage, stored } = setUp();
    const { id } = await create({ name: 'morning' });
    await manage.remove(environmentId, 'morning');
    expect(await stored(id)).toBeNull();
    await expect(manage.remove(environmentId, id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('shows the runs of its own', async () => {
    const { create, manage, asked } = setUp();
    const { id } = await create({ name: 'morning' });
    const page = { limit: 7, after: 'run_0' };
    expect((await manage.history(environmentId, 'morning', page)).items).toEqual([{ id: 'run_1' }]);
    expect(asked).toEqual([[environmentId, { cron: id }, page]]);
  });

  it.each(['active', 'paused'])('is run by hand while it is %s', async (state) => {
    const { create, manage, runs } = setUp();
    const { id } = await create({ name: 'morning', props: { a: 1 }, state, overlap: 'allow' });
    const first = await manage.runNow(environmentId, 'morning');
    const second = await manage.runNow(environmentId, id);
    expect(first.run).not.toBe(second.run);
    expect(runs.started).toEqual(
      [first, second].map(({ run }) => ({
        id: run,
        environmentId,
        action: 'sweep',
        cronId: id,
        trigger: { type: 'cron', cron: id, name: 'morning', scheduled_at: NOW },
        propsJson: '{"a":1}',
        event: { kind: 'none', bytes: new Uint8Array() },
      })),
    );
    const { last_run, state: stays } = await manage.get(environmentId, id);
    expect([last_run?.run, stays]).toEqual([second.run, state]);
  });

  it('is not run by hand when its listener is gone, which is said', async () => {
    const { manage, store, runs } = setUp();
    await store.insert(environmentId, aCron({ next: NOW, name: 'old', listener_name: 'reprt' }));
    await expect(manage.runNow(environmentId, 'old')).rejects.toMatchObject({
      code: 'listener_not_found',
      options: { extra: { nearest: ['report'] } },
    });
    expect(runs.started).toEqual([]);
  });

  it('shows no tick that was fired before the clock was put back', async () => {
    const { clock, create, manage } = setUp();
    await create({ name: 'morning' });
    clock.set('2026-02-28T09:00:00Z');
    expect((await manage.get(environmentId, 'morning')).next_runs[0]).toBe('2026-03-02T10:00:00.000Z');
  });
});

describe('changing a cron', () => {
  it('leaves out members as they are', async () => {
    const { clock, create, update } = setUp();
    const before = await create({ name: 'morning', props: { a: 1 }, overlap: 'queue', missed: 'all' });
    clock.set('2026-03-02T09:31:00Z');
    expect(await update('morning', { overlap: 'allow' })).toEqual({
      ...before,
      overlap: 'allow',
      updated_at: '2026-03-02T09:31:00.000Z',
    });
    const renamed = await update('morning', { name: 'noon', props: {}, missed: 'skip', action: 'sweep' });
    expect(renamed).toMatchObject({ id: before.id, name: 'noon', props: {}, missed: 'skip', overlap: 'allow' });
    expect(await update(before.id, { name: before.id })).toMatchObject({ name: before.id });
  });

  it.each<[string, object, string]>([
    ['its schedule', { schedule: '0 12 * * *' }, '2026-03-03T12:00:00.000Z'],
    ['its zone', { timezone: 'America/New_York' }, '2026-03-02T15:00:00.000Z'],
  ])('another of %s counts from now: nothing is caught up', async (_what, input, next) => {
    const { clock, create, update, stored } = setUp();
    await create({ name: 'morning' });
    clock.set('2026-03-02T13:00:00Z');
    const cron = await update('morning', input);
    expect(cron.next_runs[0]).toBe(next);
    expect(await stored('morning')).toMatchObject({ next_at: new Date(next), due_at: new Date(next) });
  });

  it('keeps a tick that is due where neither schedule nor zone is another', async () => {
    const { clock, create, update, stored } = setUp();
    await create({ name: 'morning' });
    clock.set('2026-03-02T13:00:00Z');
    await update('morning', { props: { a: 2 }, schedule: '0 10 * * *', timezone: 'UTC', state: 'active' });
    const dueAt = new Date('2026-03-02T10:00:00Z');
    expect(await stored('morning')).toMatchObject({ status: 'queued', next_at: dueAt, due_at: dueAt });
  });

  it('pauses it, and begins anew from the moment it is active again', async () => {
    const { clock, create, update, stored } = setUp();
    await create({ name: 'morning' });
    expect(await update('morning', { state: 'paused' })).toMatchObject({ state: 'paused', next_runs: [] });
    expect(await stored('morning')).not.toHaveProperty('due_at');
    clock.set('2026-03-09T09:00:00Z');
    expect((await update('morning', { state: 'active' })).next_runs[0]).toBe('2026-03-09T10:00:00.000Z');
    expect(await stored('morning')).toMatchObject({ status: 'queued', lane: CRONS_LANE });
  });

  it.each<[string, object, string, ReturnType<typeof faults>]>([
    ['a schedule', { schedule: '* * *' }, 'invalid_input', faults(['/schedule', /3 fields/])],
    ['a zone', { timezone: 'UTC+99' }, 'invalid_input', faults(['/timezone', /UTC\+99/])],
    ['a listener', { action: 'reprot' }, 'listener_not_found', faults(['/action', /a listener/])],
    ['a listener its props do not fit', { action: 'report' }, 'invalid_input', faults(['/props/customer', /./])],
    ['a name', { name: 'upcoming', timezone: 'x' }, 'invalid_input', faults(['/name', /./], ['/timezone', /./])],
  ])('refuses %s that cannot be, and changes nothing', async (_what, input, code, expected) => {
    const { create, update, stored } = setUp();
    await create({ name: 'morning' });
    const before = await stored('morning');
    await expect(update('morning', { overlap: 'allow', ...input })).rejects.toMatchObject({ code, ...expected });
    expect(await stored('morning')).toEqual(before);
  });

  it('refuses a name that is taken', async () => {
    const { create, update, stored } = setUp();
    await create({ name: 'morning' });
    await create({ name: 'noon' });
    await expect(update('noon', { name: 'morning' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await stored('noon')).not.toBeNull();
  });

  it('takes it from a tick at work, which then writes nothing over the change', async () => {
    const { clock, create, update, stored } = setUp();
    await create({ name: 'morning' });
    clock.set('2026-03-02T10:00:00Z');
    const leases = leasesOf('slow');
    const claim = async () => {
      const due = (await leases.findDue(CRONS_LANE, new Date(clock.now()), 1_000)).filter(
        (cron) => cron.environment_id === environmentId,
      );
      return (await leases.claim(due, new Date(clock.now()), new Date(clock.now() + 30_000)))[0]!;
    };
    const claimed = await claim();
    await update('morning', { schedule: '0 12 * * *' });
    const late = new Date('2026-03-03T10:00:00Z');
    await leases.settle(claimed, { set: { status: 'queued', next_at: late, due_at: late } });
    const noon = new Date('2026-03-02T12:00:00Z');
    expect(await stored('morning')).toMatchObject({ status: 'queued', next_at: noon, due_at: noon });

    // Where the tick itself is not touched, the next claim fires it again: its runs are there already.
    clock.set('2026-03-02T12:00:00Z');
    const again = await claim();
    await update('morning', { props: { a: 2 } });
    await leases.settle(again, { set: { status: 'queued', next_at: late, due_at: late, props: '{}' } });
    expect(await stored('morning')).toMatchObject({ status: 'queued', next_at: noon, due_at: noon, props: '{"a":2}' });
  });

  it('of two at once loses neither', async () => {
    const { create, update, manage } = setUp();
    await create({ name: 'morning' });
    await Promise.all([
      update('morning', { schedule: '0 12 * * *' }),
      update('morning', { timezone: 'Europe/Paris' }),
      update('morning', { props: { a: 2 } }),
    ]);
    const cron = await manage.get(environmentId, 'morning');
    expect(cron).toMatchObject({ schedule: '0 12 * * *', timezone: 'Europe/Paris', props: { a: 2 } });
    expect(cron.next_runs[0]).toBe('2026-03-02T11:00:00.000Z');
  });
});
