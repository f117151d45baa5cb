/** Transactions that are held open over several requests, on the embedded engine, with a clock that the test moves. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDataApi, type DataApi } from '../../../server/data/api.ts';
import { createDocIdMaker } from '../../../server/data/docId.ts';
import { createManageData } from '../../../server/data/manage.ts';
import { createCollectionStore } from '../../../server/data/storeCollections.ts';
import { createHeldTransactions, MAX_STEPS } from '../../../server/data/transactions/held.ts';
import { MAX_OPEN, TOTAL_MS } from '../../../server/data/transactions/register.ts';
import { connectDatabase, type Database } from '../../../server/db/connect.ts';
import { startEmbedded } from '../../../server/db/embedded/start.ts';
import type { Access } from '../../../server/schemas/token.ts';
import { storedEvents, type StoredEvents } from '../support/storedEvents.ts';

let dataDir: string;
let engine: { readonly url: string; readonly stop: () => Promise<void> };
let database: Database;
let events: StoredEvents;
let api: DataApi;
let data: ReturnType<typeof createManageData>;
let held: ReturnType<typeof createHeldTransactions>;
let nowMs: number;
let validTokens: Set<string>;
let next = 0;
let coll: string;

const access: Access = { appUuid: 'app', environmentId: 1, tokenId: 'tok_1', scopes: ['admin'] };

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'earshot-held-'));
  engine = await startEmbedded({ dataDir });
  database = await connectDatabase({ url: engine.url });
});

afterAll(async () => {
  await database.close();
  await engine.stop();
  await rm(dataDir, { recursive: true, force: true });
});

beforeEach(() => {
  coll = `held${String(next++)}`;
  nowMs = Date.parse('2026-01-31T09:30:00Z');
  validTokens = new Set(['tok_1', 'tok_2']);
  events = storedEvents(database);
  const clock = { now: () => nowMs };
  api = createDataApi({ connectionFor: database.environment, events, clock });
  held = createHeldTransactions({
    inTransaction: api.inTransaction,
    newDocId: createDocIdMaker(clock),
    newSecret: () => randomBytes(32).toString('base64url'),
    isTokenValid: (_environmentId, tokenId) => Promise.resolve(validTokens.has(tokenId)),
    clock,
  });
  data = createManageData({ ...api, ...createCollectionStore(database.environment), held, clock });
});

const begin = (): Access => ({ ...access, transaction: data.begin(access).id });
const commit = (within: Access) => data.commit(access, within.transaction!);
const all = (who = access) => data.find(who, coll, { query: {}, options: { sort: { _id: 1 } } });
const told = async () => (await events.of(coll)).map(({ type }) => type.slice(coll.length + 1));

describe('an open transaction', () => {
  it('sees what it did, and nobody else does until the commit', async () => {
    const within = begin();
    const made = await data.create(within, coll, { n: 1 }, {});
    await data.updateMany(within, coll, { filter: {}, update: { $inc: { n: 1 } } });
    await data.insertMany(within, coll, [{ _id: 'b', n: 5 }]);
    await data.patch(within, coll, 'b', { n: 6 }, {});
    const seen = [
      { _id: made._id, n: 2 },
      { _id: 'b', n: 6 },
    ].sort((a, b) => (a._id < b._id ? -1 : 1));
    expect(await all(within)).toEqual(seen);
    expect(await data.count(within, coll, {})).toBe(2);
    expect(await all()).toEqual([]);
    expect(await told()).toEqual([]);
    await commit(within);
    expect(await all()).toEqual(seen);
    expect(await told()).toEqual(['created', 'updated', 'created', 'updated']);
  });

  it('leaves nothing when it is aborted', async () => {
    await data.create(access, coll, { _id: 'a', n: 1 }, {});
    const within = begin();
    await data.remove(within, coll, 'a', {});
    expect(await all(within)).toEqual([]);
    await data.abort(access, within.transaction!);
    expect(await all()).toEqual([{ _id: 'a', n: 1 }]);
    expect(await told()).toEqual(['created']);
    await expect(commit(within)).rejects.toMatchObject({ code: 'gone' });
  });

  it('holds nobody up: others write the same document meanwhile, at once', async () => {
    await data.create(access, coll, { _id: 'a', n: 1 }, {});
    const within = begin();
    await data.patch(within, coll, 'a', { n: 2 }, {});
    const startedAt = performance.now();
    await data.patch(access, coll, 'a', { other: true }, {});
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(await all()).toEqual([{ _id: 'a', n: 1, other: true }]);
    await data.abort(access, within.transaction!);
  });

  it('is not ended by a call that is refused', async () => {
    await data.create(access, coll, { _id: 'a' }, {});
    const within = begin();
    await data.create(within, coll, { _id: 'b' }, {});
    await expect(data.create(within, coll, { _id: 'a' }, {})).rejects.toMatchObject({ code: 'conflict' });
    await expect(data.get(within, coll, 'none', {})).rejects.toMatchObject({ code: 'not_found' });
    await expect(data.find(within, coll, { query: { $where: '1' } })).rejects.toMatchObject({ code: 'invalid_input' });
    await commit(within);
    expect(await all()).toEqual([{ _id: 'a' }, { _id: 'b' }]);
  });

  it('answers requests that come at once one after the other', async () => {
    const within = begin();
    await Promise.all([0, 1, 2, 3, 4].map((n) => data.create(within, coll, { _id: `d${String(n)}` }, {})));
    await commit(within);
    expect(await all()).toHaveLength(5);
  });

  it('gives what it makes the same ids and times at the commit', async () => {
    const within = begin();
    const made = await data.create(within, coll, { a: 1 }, {});
    const upserted = await data.updateMany(within, coll, {
      filter: { key: 'k' },
      update: { $currentDate: { at: true }, $set: { b: 1 } },
      options: { upsert: true },
    });
    const seen = await all(within);
    nowMs += 1_000;
    await commit(within);
    expect(await all()).toEqual(seen);
    expect(seen.map(({ _id }) => _id).sort()).toEqual([made._id, upserted.upserted_id].sort());
    expect(seen.find(({ b }) => b === 1)).toMatchObject({ at: '2026-01-31T09:30:00.000Z' });
  });
});

describe('a commit', () => {
  it.each([
    ['a document it read was changed', (who: Access) => data.get(who, coll, 'a', {})],
    ['what it counted has become more', (who: Access) => data.count(who, coll, {})],
    ['it saw that there was none', (who: Access) => data.find(who, coll, { query: { n: 2 } })],
    [
      'its update would change others now',
      (who: Access) => data.updateMany(who, coll, { filter: { n: 2 }, update: { $inc: { n: 1 } } }),
    ],
    ['it made what somebody else has made', (who: Access) => data.create(who, coll, { _id: 'b' }, {})],
  ])('is a conflict where %s, and keeps nothing', async (_name, see) => {
    await data.create(access, coll, { _id: 'a', n: 1 }, {});
    const within = begin();
    await see(within);
    await data.create(within, coll, { _id: 'mine' }, {});
    await data.patch(access, coll, 'a', { n: 2 }, {});
    await data.create(access, coll, { _id: 'b', n: 2 }, {});
    await expect(commit(within)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/try again/),
    });
    expect((await all()).map(({ _id }) => _id)).toEqual(['a', 'b']);
    await expect(commit(within)).rejects.toMatchObject({ code: 'gone' });
  });

  it('of many that raise the same number keeps exactly those it says it kept', async () => {
    await data.create(access, coll, { _id: 'a', n: 0 }, {});
    const raise = async (): Promise<number> => {
      const within = begin();
      try {
        const { n } = (await data.get(within, coll, 'a', {})) as unknown as { n: number };
        await data.replace(within, coll, 'a', { n: n + 1 }, {});
        await commit(within);
        return 1;
      } catch (error) {
        expect(error).toMatchObject({ code: 'conflict' });
        return 0;
      }
    };
    let kept = 0;
    for (let round = 0; round < 5; round++) {
      const outcomes = await Promise.all(Array.from({ length: MAX_OPEN }, raise));
      kept += outcomes.reduce((sum, one) => sum + one, 0);
    }
    expect(kept).toBeGreaterThanOrEqual(5);
    expect(await all()).toEqual([{ _id: 'a', n: kept }]);
  });

  it('sees what another one changes that is committed at the same moment', async () => {
    for (let round = 0; round < 10; round++) {
      await data.deleteMany(access, coll, {});
      await data.insertMany(access, coll, [
        { _id: 'a', isOnCall: true },
        { _id: 'b', isOnCall: true },
      ]);
      const leave = async (id: string): Promise<Access> => {
        const within = begin();
        expect(await data.count(within, coll, { isOnCall: true })).toBe(2);
        await data.patch(within, coll, id, { isOnCall: false }, {});
        return within;
      };
      const both = [await leave('a'), await leave('b')];
      const outcomes = await Promise.allSettled(both.map(commit));
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await data.count(access, coll, { isOnCall: true })).toBe(1);
    }
  });

  it('may be asked for again, and does nothing the second time', async () => {
    const within = begin();
    await data.create(within, coll, { _id: 'a' }, {});
    await commit(within);
    await commit(within);
    expect(await told()).toEqual(['created']);
    await expect(data.create(within, coll, {}, {})).rejects.toMatchObject({ code: 'gone' });
  });

  it('is no conflict for what is different every time by its nature', async () => {
    await data.insertMany(
      access,
      coll,
      Array.from({ length: 50 }, (_, n) => ({ n })),
    );
    const within = begin();
    await data.aggregate(within, coll, [{ $sample: { size: 3 } }]);
    await commit(within);
  });
});

describe('a transaction ends', () => {
  it('when it was not used for 10 s, with its room given back', async () => {
    const within = begin();
    await data.create(within, coll, { _id: 'a' }, {});
    nowMs += 9_000;
    await data.create(within, coll, { _id: 'b' }, {});
    nowMs += 10_001;
    await expect(data.create(within, coll, { _id: 'c' }, {})).rejects.toMatchObject({ code: 'gone' });
    await expect(commit(within)).rejects.toMatchObject({ code: 'gone', message: expect.stringMatching(/expired/) });
    expect(await all()).toEqual([]);
    for (let n = 0; n < MAX_OPEN; n++) begin();
  });

  it('when it is 30 s old, however much it is used', async () => {
    const within = begin();
    for (let passed = 0; passed < TOTAL_MS; passed += 6_000) {
      await data.count(within, coll, {});
      nowMs += 6_001;
    }
    await expect(data.count(within, coll, {})).rejects.toMatchObject({ code: 'gone' });
  });

  it('is not known any more some time after', async () => {
    const within = begin();
    nowMs += 3_600_000;
    await expect(commit(within)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a transaction belongs to its token', () => {
  it.each([
    ['another token', { tokenId: 'tok_2' }],
    ['the other environment', { environmentId: 2 }],
  ])('%s does not find it', async (_name, other) => {
    const within = begin();
    await data.create(within, coll, { _id: 'a' }, {});
    const id = within.transaction!;
    const stranger = { ...access, ...other };
    for (const attempt of [
      () => data.get({ ...stranger, transaction: id }, coll, 'a', {}),
      () => data.create({ ...stranger, transaction: id }, coll, {}, {}),
      () => data.commit(stranger, id),
      () => data.abort(stranger, id),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'not_found' });
    }
    await commit(within);
    expect(await all()).toEqual([{ _id: 'a' }]);
  });

  it('whose place its own takes, no wider than it has to be, and as long as that one is valid', async () => {
    const { transaction } = begin();
    expect(await held.authenticate(transaction!)).toEqual({ ...access, scopes: ['write'], transaction });
    expect(await held.authenticate(`${transaction!}x`)).toBeUndefined();
    expect(await held.authenticate('txn_guess')).toBeUndefined();
    validTokens.delete('tok_1');
    expect(await held.authenticate(transaction!)).toBeUndefined();
  });

  it('has 256 bits of chance', () => {
    expect(data.begin(access).id).toMatch(/^txn_[\w-]{43}$/);
  });
});

describe('there is room', () => {
  it('for 5 open ones in each environment', async () => {
    const open = Array.from({ length: MAX_OPEN }, begin);
    expect(begin).toThrow(expect.objectContaining({ code: 'rate_limited' }));
    data.begin({ ...access, environmentId: 2 });
    await commit(open[0]!);
    begin();
  });

  it('for 100 calls and 8 MiB in each', async () => {
    const within = begin();
    for (let n = 0; n < MAX_STEPS; n++) await data.count(within, coll, {});
    await expect(data.count(within, coll, {})).rejects.toMatchObject({ code: 'invalid_input' });
    await data.abort(access, within.transaction!);
    const big = begin();
    const text = 'x'.repeat(3 * 1024 * 1024);
    await data.create(big, coll, { text }, {});
    await data.create(big, coll, { text }, {});
    await expect(data.create(big, coll, { text }, {})).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
