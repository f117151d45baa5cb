import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../server/db/connect.ts';
import { aMember, aUsersProcess, aVisitor, PASSWORD, secretOf, sentBack, startUsersEngine } from './support/users.ts';
import type { UsersEngine, UsersProcess } from './support/users.ts';

let engine: UsersEngine;
let database: Database;
let here: UsersProcess;

beforeAll(async () => {
  engine = await startUsersEngine();
});
afterAll(() => engine.stop());
beforeEach(async () => {
  database = await engine.open();
  here = await aUsersProcess(database);
  return () => database.close();
});

const DAY_MS = 24 * 60 * 60_000;
const invite = (email: string, environmentId = 1) => here.users.create(environmentId, { email });
const accept = (secret: string, password = PASSWORD, environmentId = 1) =>
  here.signIn.acceptInvite(aVisitor({ environmentId }), { invite: secret, password });
const enter = (password = PASSWORD, email = 'ada@example.com', environmentId = 1) =>
  here.signIn.signIn(aVisitor({ environmentId }), { email, password });
const whose = async (cookie: string, environmentId = 1) =>
  (await here.sessions.identify(sentBack(cookie), environmentId))?.user.id;

describe('an invitation', () => {
  it('is a link that sets a password once', async () => {
    const invited = await here.users.create(1, { email: 'Ada@Example.com', roles: ['manager'] });
    expect(invited).toMatchObject({
      user: { email: 'Ada@Example.com', name: 'Ada', roles: ['manager'], status: 'invited', environment_id: 1 },
      invite_url: expect.stringMatching(/^http:\/\/localhost:4000\/_earshot\/invite#[\w-]{43}$/),
      expires_at: '2026-02-07T09:30:00.000Z',
    });
    const { user, cookie } = await accept(secretOf(invited));
    expect(user.status).toBe('active');
    expect(await whose(cookie)).toBe(user.id);
    await expect(accept(secretOf(invited))).rejects.toMatchObject({ code: 'gone' });
  });

  it('is taken by one of many who use it at the same moment', async () => {
    const secret = secretOf(await invite('ada@example.com'));
    const all = await Promise.allSettled(Array.from({ length: 8 }, (_each, n) => accept(secret, `${PASSWORD} ${n}`)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is over after seven days, and when a newer one was made', async () => {
    const first = await invite('ada@example.com');
    const second = await here.users.invite(1, first.user.id);
    await expect(accept(secretOf(first))).rejects.toMatchObject({ code: 'gone' });
    here.pass(7 * DAY_MS);
    await expect(accept(secretOf(second))).rejects.toMatchObject({ code: 'gone' });
  });

  it('leads to its own environment only', async () => {
    const invited = await invite('ada@example.com', 2);
    expect(invited.invite_url).toContain('/@sandbox/_earshot/invite#');
    await expect(accept(secretOf(invited))).rejects.toMatchObject({ code: 'gone' });
    expect((await accept(secretOf(invited), PASSWORD, 2)).user.environment_id).toBe(2);
  });

  it('stands in the database as a hash only', async () => {
    const secret = secretOf(await invite('ada@example.com'));
    const stored = JSON.stringify(await database.platform.collection('users').find().toArray());
    expect(stored).not.toContain(secret);
  });

  it('makes a new password: the old one works until then, and its sessions end with it', async () => {
    const { user, cookie } = await aMember(here);
    const again = await here.users.invite(1, user.id);
    await enter();
    const fresh = await accept(secretOf(again), 'another good password');
    expect(await whose(cookie)).toBeUndefined();
    expect(await whose(fresh.cookie)).toBe(user.id);
    await expect(enter()).rejects.toMatchObject({ code: 'unauthorized' });
    await enter('another good password');
  });

  it('is not made for a disabled user, and one made before does not work', async () => {
    const { user } = await aMember(here);
    const again = await here.users.invite(1, user.id);
    await here.users.patch(1, user.id, { disabled: true });
    await expect(here.users.invite(1, user.id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(accept(secretOf(again))).rejects.toMatchObject({ code: 'gone' });
  });
});

describe('users', () => {
  it('have an e-mail address of their own in each environment, whatever its case', async () => {
    await invite('ada@example.com');
    await expect(invite('ADA@example.com')).rejects.toMatchObject({ code: 'conflict' });
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => invite('eve@example.com')));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await invite('ada@example.com', 2)).user.environment_id).toBe(2);
  });

  it('of one environment are unknown in the other', async () => {
    const { user } = await aMember(here);
    for (const call of [
      () => here.users.get(2, user.id),
      () => here.users.patch(2, user.id, { name: 'Eve' }),
      () => here.users.remove(2, user.id),
      () => here.users.invite(2, user.id),
      () => here.users.sessions(2, user.id),
      () => here.users.endSessions(2, user.id),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'not_found' });
    expect((await here.users.list(2, { limit: 50 })).items).toEqual([]);
    expect(await here.users.get(1, user.id)).toMatchObject({ name: 'ada', status: 'active' });
  });

  it('are listed page by page, oldest first', async () => {
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) ids.push((await invite(`${name}@example.com`)).user.id);
    const first = await here.users.list(1, { limit: 2 });
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const second = await here.users.list(1, { limit: 2, after: first.next ?? '' });
    expect(second).toMatchObject({ items: [{ id: ids[2] }], next: null });
  });

  it('have other roles at once, and the sockets are told', async () => {
    const { user, cookie } = await aMember(here);
    expect((await here.sessions.identify(sentBack(cookie), 1))?.user.roles).toEqual([]);
    here.changed.length = 0;
    await here.users.patch(1, user.id, { roles: ['manager'] });
    expect((await here.sessions.identify(sentBack(cookie), 1))?.user.roles).toEqual(['manager']);
    expect(here.changed).toMatchObject([{ id: user.id, roles: ['manager'] }]);
    expect(here.ended).toEqual([]);
  });

  it.each(['disabled', 'deleted'])('that are %s are signed out at once and cannot sign in', async (what) => {
    const { user, cookie } = await aMember(here);
    const [session] = await here.users.sessions(1, user.id);
    expect(await whose(cookie)).toBe(user.id);
    if (what === 'disabled') await here.users.patch(1, user.id, { disabled: true });
    else await here.users.remove(1, user.id);
    expect(await whose(cookie)).toBeUndefined();
    expect(here.ended).toEqual([{ environmentId: 1, userId: user.id, sessionIds: [session?.id] }]);
    await expect(enter()).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('that were disabled do not get the sessions of before back', async () => {
    const { user, cookie } = await aMember(here);
    const kept = await here.stores.sessions.listOf(1, user.id);
    await here.users.patch(1, user.id, { disabled: true });
    for (const session of kept) await here.stores.sessions.insert(session); // as one that began at that very moment
    await here.users.patch(1, user.id, { disabled: false });
    expect(await whose(cookie)).toBeUndefined();
    await enter();
  });

  it('have joined from the first time it is said', async () => {
    const { user } = await aMember(here);
    expect(user.joined_at).toBeNull();
    await here.users.markJoined(1, user.id);
    here.pass(1_000);
    await here.users.markJoined(1, user.id);
    expect((await here.users.get(1, user.id)).joined_at).toBe('2026-01-31T09:30:00.000Z');
  });
});

describe('signing in', () => {
  it('says the same of an unknown user, a wrong password, an unaccepted invitation and another environment', async () => {
    await aMember(here);
    await invite('new@example.com');
    const said = new Set<string>();
    for (const call of [
      () => enter('wrong password'),
      () => enter(PASSWORD, 'nobody@example.com'),
      () => enter(PASSWORD, 'new@example.com'),
      () => enter(PASSWORD, 'ada@example.com', 2),
    ]) {
      const error = await call().catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'unauthorized' });
      said.add((error as Error).message);
    }
    expect(said.size).toBe(1);
  });

  it('takes the address in any case and the password in either Unicode form', async () => {
    const { users, signIn } = here;
    const invited = await users.create(1, { email: 'ada@example.com' });
    await signIn.acceptInvite(aVisitor(), { invite: secretOf(invited), password: 'Zürich am See' });
    await enter('Zu\u0308rich am See', 'ADA@EXAMPLE.COM');
  });

  it('ends the session the browser had, so that a planted one is worth nothing', async () => {
    const { user, cookie } = await aMember(here);
    const session = await here.sessions.identify(sentBack(cookie), 1);
    const again = await here.signIn.signIn(aVisitor({ session: session! }), {
      email: 'ada@example.com',
      password: PASSWORD,
    });
    expect(sentBack(again.cookie)).not.toBe(sentBack(cookie));
    expect(await whose(cookie)).toBeUndefined();
    expect(await whose(again.cookie)).toBe(user.id);
    expect(here.ended).toEqual([{ environmentId: 1, userId: user.id, sessionIds: [session?.sessionId] }]);
  });

  it('changes a password for who knows the old one, and ends all other sessions', async () => {
    const { user, cookie } = await aMember(here);
    const elsewhere = await enter();
    const session = (await here.sessions.identify(sentBack(cookie), 1))!;
    const change = (old: string) =>
      here.signIn.changePassword(
        { ...aVisitor(), session },
        { old_password: old, new_password: 'another good password' },
      );
    await expect(change('wrong password')).rejects.toMatchObject({ code: 'invalid_input' });
    const fresh = await change(PASSWORD);
    expect([await whose(cookie), await whose(elsewhere.cookie), await whose(fresh.cookie)]).toEqual([
      undefined,
      undefined,
      user.id,
    ]);
    await expect(enter()).rejects.toMatchObject({ code: 'unauthorized' });
    await enter('another good password');
  });

  it('writes no password, secret or address of e-mail to the log', async () => {
    const { cookie } = await aMember(here);
    await enter('wrong password').catch(() => undefined);
    await enter('wrong password', 'nobody@example.com').catch(() => undefined);
    expect(here.lines.map(({ msg }) => msg)).toContain('user.sign_in_failed');
    const text = JSON.stringify(here.lines);
    for (const secret of [PASSWORD, 'wrong password', '@example.com', sentBack(cookie).split('=')[1] ?? '?'])
      expect(text).not.toContain(secret);
  });
});
