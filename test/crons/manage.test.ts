import { describe, expect, it } from 'vitest';
import { createManageCrons } from '../../server/crons/manage.ts';
import type { Page } from '../../server/schemas/list.ts';
import { aCron } from './builders.ts';
import { NOW, ownCrons } from './managing.ts';

const { setUp } = ownCrons();

describe('a cron that is there', () => {
  it('belongs to its environment', async () => {
    const { create, manage, environmentId } = setUp();
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
    const { create, manage, environmentId } = setUp();
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
    const { create, manage, store, runs, deps, environmentId } = setUp();
    let looks = 0;
    const statusesOf = (ids: readonly string[]) => {
      looks++;
      return runs.deps.statusesOf(ids);
    };
    const counting = createManageCrons({ ...deps, statusesOf });
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
    const { create, manage, stored, environmentId } = setUp();
    const { id } = await create({ name: 'morning' });
    await manage.remove(environmentId, 'morning');
    expect(await stored(id)).toBeNull();
    await expect(manage.remove(environmentId, id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('shows the runs of its own', async () => {
    const { create, manage, asked, environmentId } = setUp();
    const { id } = await create({ name: 'morning' });
    const page = { limit: 7, after: 'run_0' };
    expect((await manage.history(environmentId, 'morning', page)).items).toEqual([{ id: 'run_1' }]);
    expect(asked).toEqual([[environmentId, { cron: id }, page]]);
  });

  it.each(['active', 'paused'])('is run by hand while it is %s', async (state) => {
    const { create, manage, runs, environmentId } = setUp();
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
    const { manage, store, runs, environmentId } = setUp();
    await store.insert(environmentId, aCron({ next: NOW, name: 'old', listener_name: 'reprt' }));
    await expect(manage.runNow(environmentId, 'old')).rejects.toMatchObject({
      code: 'listener_not_found',
      options: { extra: { nearest: ['report'] } },
    });
    expect(runs.started).toEqual([]);
  });

  it('shows no tick that was fired before the clock was put back', async () => {
    const { clock, create, manage, environmentId } = setUp();
    await create({ name: 'morning' });
    clock.set('2026-02-28T09:00:00Z');
    expect((await manage.get(environmentId, 'morning')).next_runs[0]).toBe('2026-03-02T10:00:00.000Z');
  });
});
