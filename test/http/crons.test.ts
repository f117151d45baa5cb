import request from 'supertest';
import { describe, expect, it } from 'vitest';
import type { CronManager } from '../../server/http/routes/crons.ts';
import { AppError } from '../../server/lib/errors.ts';
import { testApp } from './support/app.ts';
import { aCron, CRON_ID } from './support/clockwork.ts';
import { aRunSummary, AT, RUN_ID } from './support/records.ts';

const tick = { at: AT, cron: CRON_ID, name: 'nightly', listener_name: 'exampleListener', timezone: 'UTC' };

function setUp() {
  const asked: unknown[][] = [];
  const tell =
    <T>(method: string, answer: T) =>
    (...given: unknown[]): Promise<T> => {
      asked.push([method, ...given]);
      return Promise.resolve(answer);
    };
  const page = <T>(...items: T[]) => ({ items, next: 'the position' });
  const crons: CronManager = {
    create: tell('create', aCron()),
    list: tell('list', page(aCron())),
    get: tell('get', aCron()),
    update: tell('update', aCron({ state: 'paused', next_runs: [], last_run: null, last_skipped: null })),
    remove: tell('remove', undefined),
    runNow: tell('runNow', { run: RUN_ID }),
    history: tell('history', page(aRunSummary())),
    upcoming: tell('upcoming', page(tick)),
  };
  const { app } = testApp({ deps: { crons } });
  const send = (method: 'get' | 'post' | 'patch' | 'delete', path: string, body?: object) => {
    const test = request(app)[method](path).set('authorization', 'Bearer production-write');
    return body === undefined ? test : test.send(body);
  };
  return { asked, send, crons };
}

const input = { name: 'morning', listener_name: 'exampleListener', schedule: '0 9 * * MON-FRI' };

describe('the routes of crons', () => {
  it('make one and answer with the whole of it', async () => {
    const { asked, send } = setUp();
    const answer = await send('post', '/app/crons', input);
    expect([answer.status, answer.body]).toEqual([201, aCron()]);
    expect(asked).toEqual([['create', 1, input]]);
  });

  it.each(['morning', CRON_ID])('get, change and delete one by %s', async (name) => {
    const { asked, send } = setUp();
    expect((await send('get', `/app/crons/${name}`)).body).toEqual(aCron());
    const changed = await send('patch', `/app/crons/${name}`, { state: 'paused' });
    expect([changed.status, changed.body.state]).toEqual([200, 'paused']);
    expect((await send('delete', `/app/crons/${name}`)).status).toBe(204);
    expect(asked).toEqual([
      ['get', 1, name],
      ['update', 1, name, { state: 'paused' }],
      ['remove', 1, name],
    ]);
  });

  it('run one by hand, and answer before the run has begun', async () => {
    const { asked, send } = setUp();
    const answer = await send('post', '/app/crons/morning/run');
    expect([answer.status, answer.body]).toEqual([202, { run: RUN_ID, status: 'queued' }]);
    expect(asked).toEqual([['runNow', 1, 'morning']]);
  });

  it('pass the filters of a list on, and nothing of its paging with them', async () => {
    const { asked, send } = setUp();
    const { body } = await send('get', '/app/crons?listener_name=a&state=paused&limit=3');
    expect(body.data).toEqual([aCron()]);
    await send('get', `/app/crons?listener_name=a&state=paused&limit=3&cursor=${body.next_cursor}`);
    const filter = { listener_name: 'a', state: 'paused' };
    expect(asked).toEqual([
      ['list', 1, filter, { limit: 3 }],
      ['list', 1, filter, { limit: 3, after: 'the position' }],
    ]);
  });

  it('list what comes next, which is no name of a cron', async () => {
    const { asked, send } = setUp();
    const { body } = await send('get', '/app/crons/upcoming');
    expect(body.data).toEqual([tick]);
    const until = '2026-03-03T00:00:00Z';
    expect((await send('get', `/app/crons/upcoming?until=${until}&limit=2`)).status).toBe(200);
    expect(asked).toEqual([
      ['upcoming', 1, undefined, { limit: 50 }],
      ['upcoming', 1, new Date(until), { limit: 2 }],
    ]);
  });

  it('list the runs of one; its cursor leads to no runs of another', async () => {
    const { asked, send } = setUp();
    const { body } = await send('get', '/app/crons/morning/runs?limit=1');
    expect(body.data).toEqual([aRunSummary()]);
    expect((await send('get', `/app/crons/morning/runs?cursor=${body.next_cursor}`)).status).toBe(200);
    const other = await send('get', `/app/crons/evening/runs?cursor=${body.next_cursor}`);
    expect([other.status, other.body.code]).toEqual([400, 'invalid_cursor']);
    expect(asked).toEqual([
      ['history', 1, 'morning', { limit: 1 }],
      ['history', 1, 'morning', { limit: 50, after: 'the position' }],
    ]);
  });

  it('say everything that is wrong with a cron, each fault with its place', async () => {
    const { crons } = setUp();
    const errors = [
      { in: 'body' as const, path: '/schedule', message: 'minute: …' },
      { in: 'body' as const, path: '/timezone', message: 'there is no …' },
    ];
    const create = () => Promise.reject(new AppError('invalid_input', { detail: 'The body …', errors }));
    const { app } = testApp({ deps: { crons: { ...crons, create } } });
    const answer = await request(app).post('/app/crons').set('authorization', 'Bearer production-write').send(input);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code: 'invalid_input', errors });
  });

  it.each<['post' | 'patch' | 'get', string, object | undefined, string]>([
    ['post', '/app/crons', { ...input, schedule: undefined }, '/schedule'],
    ['post', '/app/crons', { ...input, schedule: '' }, '/schedule'],
    ['post', '/app/crons', { ...input, name: 'two words' }, '/name'],
    ['post', '/app/crons', { ...input, listener_name: '../x' }, '/listener_name'],
    ['post', '/app/crons', { ...input, overlap: true }, '/overlap'],
    ['post', '/app/crons', { ...input, missed: 'never' }, '/missed'],
    ['post', '/app/crons', { ...input, state: 'inactive' }, '/state'],
    ['post', '/app/crons', { ...input, props: [1] }, '/props'],
    ['post', '/app/crons', { ...input, surprise: 1 }, '/surprise'],
    ['patch', '/app/crons/morning', {}, ''],
    ['patch', '/app/crons/morning', { timezone: 5 }, '/timezone'],
    ['get', '/app/crons?state=asleep', undefined, '/state'],
    ['get', '/app/crons/upcoming?until=tomorrow', undefined, '/until'],
    ['get', '/app/crons/upcoming?limit=251', undefined, '/limit'],
  ])('%s %s refuses %j', async (method, path, body, place) => {
    const { asked, send } = setUp();
    const answer = await send(method, path, body);
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid_input']);
    expect(answer.body.errors.map((fault: { path: string }) => fault.path)).toContain(place);
    expect(asked).toEqual([]);
  });
});
