import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPasswords } from '../../server/apps/users/passwords.ts';
import { addressKey } from '../../server/apps/users/tries.ts';
import type { Database } from '../../server/db/connect.ts';
import { AppError } from '../../server/lib/errors.ts';
import { aMember, aUsersProcess, aVisitor, PASSWORD, secretOf, startUsersEngine } from './support/users.ts';
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

/** `in`, `unauthorized`, or the seconds to wait. */
async function enter(password: string, from: { address?: string; email?: string } = {}, there = here) {
  const { email = 'ada@example.com', address = '192.0.2.1' } = from;
  try {
    await there.signIn.signIn(aVisitor({ address }), { email, password });
    return 'in';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.code === 'rate_limited' ? error.options.retryAfterS : error.code;
  }
}
const MINUTE_MS = 60_000;

describe('an account', () => {
  it.each(['ada@example.com', 'nobody@example.com'])(
    'pauses after five failures, and longer each time: %s',
    async (email) => {
      await aMember(here);
      for (let n = 0; n < 5; n++) expect(await enter('wrong', { email })).toBe('unauthorized');
      const pauses: unknown[] = [];
      for (let n = 0; n < 7; n++) {
        const waitS = Number(await enter('wrong', { email }));
        pauses.push(waitS);
        here.pass(waitS * 1_000 - 1);
        expect(await enter('wrong', { email })).toBeLessThanOrEqual(1);
        here.pass(1);
        expect(await enter('wrong', { email, address: `192.0.2.${n}` })).toBe('unauthorized');
      }
      expect(pauses).toEqual([30, 60, 120, 240, 480, 900, 900]);
    },
  );

  it('meets its limit from however many addresses', async () => {
    await aMember(here);
    const all = await Promise.all(
      Array.from({ length: 40 }, (_each, n) => enter('wrong', { address: `198.51.100.${n}` })),
    );
    expect(all.filter((each) => each === 'unauthorized')).toHaveLength(5);
    expect(await enter(PASSWORD, { address: '203.0.113.9' })).toBe(30);
  });

  it('begins anew after a right password, and is free after a day', async () => {
    await aMember(here);
    for (let n = 0; n < 4; n++) await enter('wrong');
    expect(await enter(PASSWORD)).toBe('in');
    for (let n = 0; n < 4; n++) expect(await enter('wrong')).toBe('unauthorized');
    here.pass(24 * 60 * MINUTE_MS);
    for (let n = 0; n < 5; n++) expect(await enter('wrong')).toBe('unauthorized');
  });

  it('stays paused over a restart, and for another process', async () => {
    await aMember(here);
    for (let n = 0; n < 5; n++) await enter('wrong');
    const restarted = await aUsersProcess(database);
    expect(await enter(PASSWORD, {}, restarted)).toBe(30);
  });

  it('is opened by a new link from somebody with a token', async () => {
    const { user } = await aMember(here);
    for (let n = 0; n < 5; n++) await enter('wrong');
    const invite = secretOf(await here.users.invite(1, user.id));
    await here.signIn.acceptInvite(aVisitor(), { invite, password: PASSWORD });
    expect(await enter(PASSWORD)).toBe('in');
  });
});

describe('an address', () => {
  const email = (n: number) => `nobody${n}@example.com`;

  it('may fail twenty times in ten minutes, however many at once', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, (_each, n) => enter('wrong', { email: email(n) })));
    expect(all.filter((each) => each === 'unauthorized')).toHaveLength(20);
    expect(await enter('wrong', { email: email(99) })).toBe(600);
    expect(await enter('wrong', { email: email(99), address: '192.0.2.2' })).toBe('unauthorized');
    here.pass(10 * MINUTE_MS);
    expect(await enter('wrong', { email: email(98) })).toBe('unauthorized');
  });

  it('is not charged for those who sign in, nor for tries that were refused', async () => {
    await aMember(here);
    for (let n = 0; n < 25; n++) expect(await enter(PASSWORD)).toBe('in');
    for (let n = 0; n < 30; n++) await enter('wrong');
    expect(await enter('wrong', { email: email(1) })).toBe('unauthorized');
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::192.0.2.1', '0:0:0:0::/64'],
    ['', 'unknown'],
    ['<script>', 'unknown'],
  ])('%s counts as %s', (address, key) => expect(addressKey(address)).toBe(key));
});

describe('what is remembered of tries', () => {
  it('says nothing of the address of e-mail, and is removed once it is over', async () => {
    await enter('wrong', { email: 'someones-password@example.com' });
    const all = await database.platform.collection('sign_in_attempts').find().toArray();
    expect(all).toHaveLength(2);
    expect(JSON.stringify(all)).not.toContain('someones-password');
    const later = here.now() + 2 * 24 * 60 * MINUTE_MS;
    expect(await here.stores.attempts.deleteFinishedBefore(here.now(), 10)).toBe(0);
    expect(await here.stores.attempts.deleteFinishedBefore(later, 10)).toBe(2);
  });

  it('is as before when no password could be looked at', async () => {
    await aMember(here);
    const busy = createPasswords({ atOnce: 0, waitingAtMost: 0 });
    const crowded = await aUsersProcess(database, { passwords: busy });
    for (let n = 0; n < 25; n++) expect(await enter('wrong', {}, crowded)).toBe(5);
    for (let n = 0; n < 4; n++) expect(await enter('wrong')).toBe('unauthorized');
    expect(await enter(PASSWORD)).toBe('in');
  });
});
