import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clearedCookie, cookieText, readCookie } from '../../server/apps/users/cookie.ts';
import type { Database } from '../../server/db/connect.ts';
import { aMember, aUsersProcess, aVisitor, PASSWORD, sentBack, startUsersEngine } from './support/users.ts';
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

const HOUR_MS = 60 * 60_000;
const enter = (environmentId = 1) =>
  here.signIn.signIn(aVisitor({ environmentId }), { email: 'ada@example.com', password: PASSWORD });

describe('the cookie', () => {
  const secret = 's'.repeat(43);

  it('is out of reach for scripts and for forms of other sites', () => {
    expect(cookieText(secret, { environmentId: 1, isHttps: false }, 60_000)).toBe(
      `earshot=${secret}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax`,
    );
    expect(cookieText(secret, { environmentId: 2, isHttps: true }, 60_000)).toBe(
      `__Host-earshot_sandbox=${secret}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure`,
    );
    expect(clearedCookie({ environmentId: 2, isHttps: false })).toContain('earshot_sandbox=; Path=/; Max-Age=0;');
  });

  it.each([
    ['among others', `a=1; earshot=${secret};b=2`, secret],
    ['of the other environment', `earshot_sandbox=${secret}`, undefined],
    ['of https', `__Host-earshot=${secret}`, undefined],
    ['sent twice', `earshot=${secret}; earshot=${'t'.repeat(43)}`, undefined],
    ['that is too short', 'earshot=abc', undefined],
    ['with foreign characters', `earshot=${'$'.repeat(43)}`, undefined],
    ['with an end of its own name', `xearshot=${secret}`, undefined],
    ['that is not there', undefined, undefined],
  ])('%s is read', (_name, header, expected) => {
    expect(readCookie(header, { environmentId: 1, isHttps: false })).toBe(expected);
  });
});

describe('a session', () => {
  it('ends when it was not used for twelve hours', async () => {
    const cookie = sentBack((await aMember(here)).cookie);
    for (let hours = 0; hours < 30; hours += 10) {
      here.pass(10 * HOUR_MS);
      expect(await here.sessions.identify(cookie, 1)).toBeDefined();
      await expect.poll(() => lastSeenAgoMs()).toBe(0);
    }
    here.pass(12 * HOUR_MS);
    expect(await here.sessions.identify(cookie, 1)).toBeUndefined();
  });

  it('is not used by being looked at', async () => {
    const cookie = sentBack((await aMember(here)).cookie);
    for (let hours = 0; hours < 11; hours += 1) {
      here.pass(HOUR_MS);
      expect(await here.sessions.look(cookie, 1)).toEqual(
        expect.objectContaining({ user: expect.anything() as unknown }),
      );
    }
    expect(await lastSeenAgoMs()).toBe(11 * HOUR_MS);
    here.pass(HOUR_MS);
    expect(await here.sessions.look(cookie, 1)).toBeUndefined();
  });

  it('ends after thirty days whatever it is used', async () => {
    const cookie = sentBack((await aMember(here)).cookie);
    let days = 0;
    for (; (await here.sessions.identify(cookie, 1)) !== undefined && days < 40; days += 0.25) {
      await expect.poll(() => lastSeenAgoMs()).toBe(0);
      here.pass(6 * HOUR_MS);
    }
    expect(days).toBe(30);
  });

  it('is noted as used at most once a minute', async () => {
    const cookie = sentBack((await aMember(here)).cookie);
    here.pass(59_000);
    await here.sessions.identify(cookie, 1);
    here.pass(1_000);
    await here.sessions.identify(cookie, 1);
    await expect.poll(() => lastSeenAgoMs()).toBe(0);
    here.pass(59_999);
    await here.sessions.identify(cookie, 1);
    here.pass(1);
    expect(await lastSeenAgoMs()).toBe(60_000);
  });

  it('is looked up once for many requests of one moment', async () => {
    const cookie = sentBack((await aMember(here)).cookie);
    const all = await Promise.all(Array.from({ length: 50 }, () => here.sessions.identify(cookie, 1)));
    expect(all.every((each) => each !== undefined)).toBe(true);
    expect(here.lookUps()).toBe(1);
  });

  it('that was revoked is over at once here, and within a second in another process', async () => {
    const { user, cookie } = await aMember(here);
    const elsewhere = await aUsersProcess(database);
    const identifyBoth = () =>
      Promise.all([here, elsewhere].map(({ sessions }) => sessions.identify(sentBack(cookie), 1)));
    expect((await identifyBoth()).every((each) => each?.user.id === user.id)).toBe(true);
    const [session] = await here.users.sessions(1, user.id);
    await here.users.endSessions(1, user.id, session?.id ?? '');
    expect((await identifyBoth())[0]).toBeUndefined();
    elsewhere.pass(999);
    expect((await identifyBoth())[1]).toBeUndefined();
    expect(here.ended).toEqual([{ environmentId: 1, userId: user.id, sessionIds: [session?.id] }]);
  });

  it('belongs to one environment', async () => {
    const cookie = sentBack((await aMember(here)).cookie);
    expect(await here.sessions.identify(cookie.replace('earshot', 'earshot_sandbox'), 2)).toBeUndefined();
    expect(await here.sessions.identify(cookie, 1)).toBeDefined();
  });

  it('is no longer known after signing out', async () => {
    const { cookie } = await aMember(here);
    const session = (await here.sessions.identify(sentBack(cookie), 1))!;
    expect(await here.signIn.signOut(aVisitor({ session }))).toContain('Max-Age=0');
    expect(await here.sessions.identify(sentBack(cookie), 1)).toBeUndefined();
    expect(here.ended).toHaveLength(1);
    expect(await here.signIn.signOut(aVisitor())).toContain('Max-Age=0');
  });

  it('is listed for its user, with the present one marked, and can be ended from there', async () => {
    const { user, cookie } = await aMember(here);
    here.pass(1_000);
    await enter();
    const own = { ...aVisitor(), session: (await here.sessions.identify(sentBack(cookie), 1))! };
    const all = await here.signIn.sessions(own);
    expect(all.map(({ is_current: isCurrent }) => isCurrent)).toEqual([false, true]);
    expect(JSON.stringify(all)).not.toContain(sentBack(cookie).split('=')[1]);
    await here.signIn.endSession(own, all[0]?.id ?? '');
    expect(await here.users.sessions(1, user.id)).toHaveLength(1);
    await expect(here.signIn.endSession(own, all[0]?.id ?? '')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('of another user cannot be ended', async () => {
    const ada = await aMember(here);
    const eve = await aMember(here, 'eve@example.com');
    const [hers] = await here.users.sessions(1, ada.user.id);
    const asEve = { ...aVisitor(), session: (await here.sessions.identify(sentBack(eve.cookie), 1))! };
    await expect(here.signIn.endSession(asEve, hers?.id ?? '')).rejects.toMatchObject({ code: 'not_found' });
    await expect(here.users.endSessions(1, eve.user.id, hers?.id)).rejects.toMatchObject({ code: 'not_found' });
    expect(await here.sessions.identify(sentBack(ada.cookie), 1)).toBeDefined();
  });

  it('is stored without its secret, and removed once its time is over', async () => {
    const { cookie } = await aMember(here);
    const collection = database.platform.collection('sessions');
    expect(JSON.stringify(await collection.find().toArray())).not.toContain(sentBack(cookie).split('=')[1]);
    const { expires_at: at } = (await collection.findOne())!;
    expect(await here.stores.sessions.deleteFinishedBefore((at as Date).getTime(), 10)).toBe(0);
    expect(await here.stores.sessions.deleteFinishedBefore((at as Date).getTime() + 1, 10)).toBe(1);
  });

  it('makes way, the oldest first, when a user has more than fifty', async () => {
    const { user, cookie } = await aMember(here);
    for (let n = 0; n < 50; n++) {
      here.pass(1);
      await enter();
    }
    expect(await here.users.sessions(1, user.id)).toHaveLength(50);
    expect(await here.sessions.identify(sentBack(cookie), 1)).toBeUndefined();
  });
});

async function lastSeenAgoMs(): Promise<number> {
  const [session] = await database.platform.collection('sessions').find().toArray();
  return here.now() - (session?.last_seen_at as Date).getTime();
}
