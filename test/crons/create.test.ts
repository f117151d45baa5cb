import { describe, expect, it } from 'vitest';
import { CRONS_LANE } from '../../server/crons/document.ts';
import { createManageCrons } from '../../server/crons/manage.ts';
import { createParser } from '../../server/lib/schema.ts';
import { Cron, MAX_CRONS_PER_ENVIRONMENT } from '../../server/schemas/cron.ts';
import { faults, NOW, ownCrons } from './managing.ts';

const { setUp } = ownCrons();
const parseCron = createParser(Cron, 'body');

describe('making a cron', () => {
  it('fills in the defaults and shows it whole', async () => {
    const { create, manage, noticed, environmentId } = setUp();
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
    const { create, manage, environmentId } = setUp();
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
    const { create, store, noticed, environmentId } = setUp();
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
    const { create, createIn, environmentId } = setUp();
    await create({ name: 'morning' });
    await expect(create({ name: 'morning' })).rejects.toMatchObject({ code: 'conflict' });
    const other = await createIn(environmentId + 1, { name: 'morning' });
    expect(other.environment_id).toBe(environmentId + 1);
  });

  it('is refused where there are as many as there may be', async () => {
    const { deps, store, environmentId } = setUp();
    const full = createManageCrons({
      ...deps,
      store: { ...store, count: () => Promise.resolve(MAX_CRONS_PER_ENVIRONMENT) },
    });
    const input = { listener_name: 'sweep', schedule: '@daily' };
    await expect(full.create(environmentId, input)).rejects.toMatchObject({ code: 'conflict' });
    expect(await store.count(environmentId)).toBe(0);
  });
});
