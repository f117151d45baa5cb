import { describe, expect, it } from 'vitest';
import { CRONS_LANE } from '../../server/crons/document.ts';
import { faults, ownCrons } from './managing.ts';

const { setUp, leasesOf } = ownCrons();

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
    const { clock, create, update, stored, environmentId } = setUp();
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
    const { create, update, manage, environmentId } = setUp();
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
