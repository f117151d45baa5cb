import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { aUser, cookie, cut, greeted, opened, startSockets, told, type App, type Client } from './support.ts';

const ALL = ['onEnvStart', 'onUserFirstJoin', 'onSessionStart', 'onSessionStop', 'onUserLeave'];

let app: App;
beforeEach(async () => {
  app = await startSockets({ listeners: ALL });
  app.pages.add('/', { n: 1 });
  app.sessions.set('ada', { sessionId: 'ses_1', user: aUser({ joined_at: null }) });
  app.sessions.set('bob', { sessionId: 'ses_2', user: aUser({ id: 'usr_2' }) });
});
afterEach(() => app.stop());

const names = () => app.runs.map(({ action }) => action);

async function visit(who: object = {}) {
  const client = app.client(who);
  await greeted(client);
  return { client, ...(await opened(client, '/')) };
}

const leave = (client: Client): void => void client.disconnect();

describe('system listeners', () => {
  it('run when the server starts, once for each environment', async () => {
    await app.sockets.systemStart();
    expect(app.runs).toMatchObject([
      { action: 'onEnvStart', environmentId: 1, trigger: { type: 'system', name: 'onEnvStart' }, propsJson: '{}' },
      { action: 'onEnvStart', environmentId: 2 },
    ]);
  });

  it('run when a guest comes and goes', async () => {
    const { client } = await visit();
    await until('it has begun', () => app.runs.length === 1);
    leave(client);
    await until('it has ended', () => app.runs.length === 2);
    const [start, stop] = app.runs;
    expect(start).toMatchObject({ action: 'onSessionStart', environmentId: 1 });
    expect(JSON.parse(Buffer.from(start!.event.bytes).toString())).toEqual({ session: start!.connection, user: null });
    expect(start).not.toHaveProperty('userId');
    expect(stop).toMatchObject({ action: 'onSessionStop', trigger: { type: 'system', name: 'onSessionStop' } });
    expect(stop!.event).toEqual(start!.event);
    expect(stop).not.toHaveProperty('connection');
  });

  it('run in order for a new user, who is marked when the first of them has succeeded', async () => {
    const { client } = await visit(cookie('ada')); // which is open by now, without anybody having waited
    await until('the first join is under way', () => app.runs.length === 1);
    expect(app.runs[0]).toMatchObject({
      action: 'onUserFirstJoin',
      userId: 'usr_1',
      dedupe: { keys: ['first-join:1:usr_1'] },
      connection: expect.stringMatching(/^con_/) as string,
    });
    expect(app.joined).toEqual([]);
    app.settle('run_1', { status: 'succeeded' });
    await until('the session has begun', () => app.runs.length === 2);
    expect(app.joined).toEqual(['usr_1']);
    leave(client);
    await until('the user has left', () => app.runs.length === 4);
    expect(names()).toEqual(['onUserFirstJoin', 'onSessionStart', 'onSessionStop', 'onUserLeave']);
    const event = JSON.parse(Buffer.from(app.runs[3]!.event.bytes).toString()) as unknown;
    expect(event).toMatchObject({ user: { id: 'usr_1', name: 'Ada', email: 'ada@example.test', roles: [] } });
  });

  it('run once for two browsers of a new user that come together', async () => {
    await Promise.all([visit(cookie('ada')), visit(cookie('ada'))]);
    await until('the first join is under way', () => app.runs.length > 0);
    app.settle('run_1', { status: 'succeeded' });
    await until('both have begun', () => app.runs.length === 3);
    expect(names()).toEqual(['onUserFirstJoin', 'onSessionStart', 'onSessionStart']);
  });

  it('begin the session although the first join failed, and mark the user when a later attempt succeeds', async () => {
    await visit(cookie('ada'));
    await until('the first join is under way', () => app.runs.length === 1);
    app.settle('run_1', { status: 'queued', error: { code: 'listener_error', message: 'no' } });
    await until('the session has begun', () => app.runs.length === 2);
    expect(app.joined).toEqual([]);
    app.settle('run_1', { status: 'succeeded' });
    await until('the user is marked', () => app.joined.length === 1);
  });

  it('run the first join again at the next session where it failed for good', async () => {
    const first = await visit(cookie('ada'));
    await until('the first join is under way', () => app.runs.length === 1);
    app.settle('run_1', { status: 'dead', error: { code: 'listener_error', message: 'no' } });
    await until('the session has begun', () => app.runs.length === 2);
    leave(first.client);
    await until('the user has left', () => app.runs.length === 4);
    await visit(cookie('ada'));
    await until('it runs again', () => app.runs.length === 5);
    expect(app.runs[4]!.action).toBe('onUserFirstJoin');
    app.settle('run_5', { status: 'succeeded' });
    await until('the session has begun', () => app.runs.length === 6);
    expect(app.joined).toEqual(['usr_1']);
  });

  it('do not run for a quick return', async () => {
    const { client, resume } = await visit(cookie('bob'));
    cut(client);
    await until('it is away', () => app.sockets.stats().away === 1);
    const back = app.client(cookie('bob'));
    await greeted(back);
    await opened(back, '/', { resume });
    expect(names()).toEqual(['onSessionStart']);
    leave(back);
    await until('the user has left', () => app.runs.length === 3);
    expect(names()).toEqual(['onSessionStart', 'onSessionStop', 'onUserLeave']);
  });

  it('run when a browser stays away too long, and for the user only after the last one', async () => {
    await app.stop();
    app = await startSockets({ listeners: ALL, limits: { awayMs: 50 } });
    app.pages.add('/', {});
    app.sessions.set('bob', { sessionId: 'ses_2', user: aUser({ id: 'usr_2' }) });
    const [one, two] = [await visit(cookie('bob')), await visit(cookie('bob'))];
    cut(one.client);
    await until('one has ended', () => names().includes('onSessionStop'));
    cut(two.client);
    await until('the user has left', () => names().includes('onUserLeave'));
    expect(names()).toEqual(['onSessionStart', 'onSessionStart', 'onSessionStop', 'onSessionStop', 'onUserLeave']);
  });

  it('begin by themselves for a connection that opens nothing', async () => {
    await app.stop();
    app = await startSockets({ listeners: ALL, limits: { beginAfterMs: 20 } });
    await greeted(app.client());
    await until('it has begun', () => app.runs.length === 1);
    expect(names()).toEqual(['onSessionStart']);
  });

  it('are all optional', async () => {
    ALL.forEach((name) => app.listeners.delete(name));
    await app.sockets.systemStart();
    const { client } = await visit(cookie('ada'));
    const patches = told(client, 'patch');
    app.pages.change('/', { n: 2 });
    await until('a patch', () => patches.length > 0);
    leave(client);
    await until('it is gone', () => app.sockets.stats().connections === 0);
    expect(app.runs).toEqual([]);
  });
});
