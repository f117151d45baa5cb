import { describe, expect, it } from 'vitest';
import { createCronMethods } from '../../server/crons/hostMethods.ts';
import type { ManageCrons } from '../../server/crons/manage.ts';

/** Answers every call with its own name and what it was asked. */
function setUp() {
  const asked: unknown[][] = [];
  const tell =
    (method: string) =>
    (...given: unknown[]) => {
      asked.push([method, ...given]);
      return Promise.resolve({ items: [method], next: 'more', name: method });
    };
  const names = ['create', 'list', 'get', 'update', 'remove', 'runNow', 'history', 'upcoming'];
  const manage = Object.fromEntries(names.map((name) => [name, tell(name)])) as unknown as ManageCrons;
  const methods = createCronMethods(manage);
  const call = (method: string, args: unknown) => methods[method]!({ environmentId: 2 }, args);
  return { asked, methods, call };
}

const input = { listener_name: 'sweep', schedule: '@daily' };
const page = { limit: 250 };

describe("a listener's api.crons", () => {
  it.each<[method: string, args: unknown, asked: readonly unknown[]]>([
    ['crons.create', input, ['create', 2, input]],
    ['crons.list', {}, ['list', 2, {}, page]],
    ['crons.list', { state: 'paused', listener_name: 'a' }, ['list', 2, { state: 'paused', listener_name: 'a' }, page]],
    ['crons.get', { name: 'a' }, ['get', 2, 'a']],
    ['crons.update', { name: 'a', change: { state: 'paused' } }, ['update', 2, 'a', { state: 'paused' }]],
    ['crons.delete', { name: 'a' }, ['remove', 2, 'a']],
    ['crons.run', { name: 'a' }, ['runNow', 2, 'a']],
    ['crons.history', { name: 'a' }, ['history', 2, 'a', page]],
    ['crons.upcoming', {}, ['upcoming', 2, undefined, page]],
    ['crons.upcoming', { until: '2026-03-02T00:00:00Z' }, ['upcoming', 2, new Date('2026-03-02T00:00:00Z'), page]],
  ])("%s asks for the run's own environment: %j", async (method, args, expected) => {
    const { call, asked } = setUp();
    await call(method, args);
    expect(asked).toEqual([expected]);
  });

  it.each([
    ['crons.list', {}, 'list'],
    ['crons.history', { name: 'a' }, 'history'],
    ['crons.upcoming', {}, 'upcoming'],
  ])('%s gives a plain list', async (method, args, name) => {
    expect(await setUp().call(method, args)).toEqual([name]);
  });

  it.each<[method: string, args: unknown, path: string]>([
    ['crons.create', { schedule: 1, listener_name: 'a' }, '/schedule'],
    ['crons.create', { ...input, surprise: 1 }, '/surprise'],
    ['crons.list', { limit: 3 }, '/limit'],
    ['crons.list', { state: 'asleep' }, '/state'],
    ['crons.get', {}, '/name'],
    ['crons.get', { name: '' }, '/name'],
    ['crons.update', { name: 'a', change: {} }, '/change'],
    ['crons.update', { name: 'a', change: { overlap: 'maybe' } }, '/change/overlap'],
    ['crons.upcoming', { until: 'tomorrow' }, '/until'],
    ['crons.run', null, ''],
  ])('%s refuses %j', async (method, args, path) => {
    const { methods, asked } = setUp();
    const call = async () => methods[method]!({ environmentId: 2 }, args);
    await expect(call()).rejects.toMatchObject({
      code: 'invalid_input',
      options: { errors: expect.arrayContaining([expect.objectContaining({ path })]) },
    });
    expect(asked).toEqual([]);
  });
});
