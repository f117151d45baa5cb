import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../../server/lib/log.ts';
import { createSealer } from '../../server/lib/sealed.ts';
import type { RuleDocument } from '../../server/rules/document.ts';
import { createLiveRules } from '../../server/rules/live.ts';
import { storeSecret } from '../../server/rules/secrets.ts';
import { createRuleStore } from '../../server/rules/store.ts';
import { until } from '../support/until.ts';
import { A_SECRET, aClock, aRule, anEvent, sealer } from './builders.ts';
import { ownDatabase } from './engine.ts';

const database = ownDatabase();

beforeEach(async () => {
  await database().platform.collection('rules').deleteMany({});
  await createRuleStore(database().platform).ensureIndexes();
});

function aLog() {
  const lines: (readonly [object, string | undefined])[] = [];
  const write = (members: object, msg?: string): void => void lines.push([members, msg]);
  return { lines, log: { warn: write, error: write } as unknown as Pick<Logger, 'warn' | 'error'> };
}

function aProcess({ everyMs = 60_000 } = {}) {
  const store = createRuleStore(database().platform);
  const clock = aClock();
  const { lines, log } = aLog();
  const live = createLiveRules({ store, sealer, clock, log, everyMs });
  const insert = async (given: Partial<RuleDocument> = {}) => {
    const rule = aRule(given);
    await store.insert(rule.environment_id, rule);
    return rule;
  };
  const ids = (event = anEvent()) => live.match(event).map(({ id }) => id);
  return { store, clock, live, lines, insert, ids };
}

describe('live rules', () => {
  it('are all there when started, ready to use', async () => {
    const { live, insert, ids } = aProcess();
    const on = await insert({ filter: '{"data.amount":{"$gt":5}}', rate: 2, order_by: 'data.id', schedule_s: [0, 5] });
    const off = await insert({ enabled: false });
    const elsewhere = await insert({ environment_id: 2 });
    await live.start();
    expect(ids(anEvent({ data: { amount: 6 } }))).toEqual([on._id]);
    expect(ids(anEvent({ data: { amount: 5 } }))).toEqual([]);
    expect(ids(anEvent({ environment: 'sandbox' }))).toEqual([elsewhere._id]);
    expect(live.get(off._id)).toMatchObject({ isEnabled: false });
    expect(live.get(on._id)).toMatchObject({
      isEnabled: true,
      format: 'standard',
      target: { type: 'url', url: 'https://example.com/hooks', headers: {} },
      rate: 2,
      orderBy: 'data.id',
      scheduleMs: [0, 5_000],
      keys: [{ secret: A_SECRET, untilMs: null }],
    });
    expect([...live.all()]).toHaveLength(3);
    expect(live.get('rul_none')).toBeUndefined();
    await live.stop();
  });

  it('follow the changes of this process at once, whatever their order', async () => {
    const { live, ids } = aProcess();
    await live.start();
    const told: string[] = [];
    live.onChange((id) => void told.push(id));
    const rule = aRule();
    live.apply(rule);
    expect(ids()).toEqual([rule._id]);
    live.apply({ ...rule, enabled: false, version: 3 });
    live.apply({ ...rule, name: 'late', version: 2 });
    expect(ids()).toEqual([]);
    expect(live.get(rule._id)).toMatchObject({ name: null, isEnabled: false });
    live.apply({ ...rule, events: ['bills.*'], version: 4 });
    expect(ids()).toEqual([]);
    expect(ids(anEvent({ type: 'bills.created' }))).toEqual([rule._id]);
    live.drop(rule._id);
    expect(ids(anEvent({ type: 'bills.created' }))).toEqual([]);
    expect(told).toEqual([rule._id, rule._id, rule._id, rule._id]);
    await live.stop();
  });

  it("follow another process's changes, deletions too, without being told", async () => {
    const here = aProcess({ everyMs: 20 });
    const there = aProcess();
    await here.live.start();
    const rule = await there.insert();
    const other = await there.insert();
    await until('the rules come', () => here.ids().length === 2);
    const changed = await there.store.replace(1, rule, { ...rule, events: ['bills.*'] });
    await until('the rule changes', () => here.ids().length === 1);
    await there.store.disable(1, other._id, 'no more', new Date());
    await until('the other is disabled', () => here.ids().length === 0);
    await there.store.setFailingSince(rule._id, new Date(5));
    await until('it is known to fail', () => here.live.get(rule._id)?.failingSince?.getTime() === 5);
    expect(here.live.get(rule._id)?.revision).toBe(changed?.revision);
    await there.store.remove(1, rule._id);
    await until('the rule goes', () => here.live.get(rule._id) === undefined);
    expect(here.live.get(other._id)).toBeDefined();
    await here.live.stop();
  });

  it('read no rule again while nothing is announced, and look at everything now and then all the same', async () => {
    const { live, insert, ids, clock } = aProcess();
    await live.start();
    const silent = aRule();
    await database().platform.collection<RuleDocument>('rules').insertOne(silent);
    await live.refresh();
    expect(ids()).toEqual([]);
    clock.advance(300_000);
    await live.refresh();
    expect(ids()).toEqual([silent._id]);
    const loud = await insert();
    await live.refresh();
    expect(ids()).toEqual([silent._id, loud._id]);
    await live.stop();
  });

  it('find out which rules changed, and read only those, however many there are', async () => {
    const here = aProcess();
    const there = aProcess();
    const rules = await Promise.all(Array.from({ length: 5 }, () => there.insert()));
    const read: (readonly string[])[] = [];
    const live = createLiveRules({
      store: {
        ...here.store,
        byIds: (ids) => {
          read.push(ids);
          return here.store.byIds(ids);
        },
      },
      sealer,
      clock: here.clock,
      log: aLog().log,
      everyMs: 60_000,
    });
    await live.start();
    read.length = 0;
    await there.store.disable(1, rules[3]!._id, 'x', new Date());
    await there.store.remove(1, rules[1]!._id);
    await live.refresh();
    await live.refresh();
    expect(read).toEqual([[rules[3]!._id, rules[1]!._id]]);
    expect([...live.all()]).toHaveLength(4);
    await there.store.disable(1, rules[4]!._id, 'named no more when the others are through', new Date());
    for (let i = 0; i < 201; i++) await there.store.setFailingSince(rules[0]!._id, i % 2 === 0 ? new Date(i) : null);
    await live.refresh();
    expect(live.get(rules[0]!._id)?.failingSince).toEqual(new Date(200));
    expect(live.get(rules[4]!._id)?.isEnabled).toBe(false);
    await live.stop();
  });

  it('do not come back from the dead when two changes are applied out of turn', async () => {
    const { live, store, insert, ids } = aProcess();
    const rule = await insert();
    await live.start();
    const patched = await store.replace(1, rule, { ...rule, name: 'patched' });
    await store.remove(1, rule._id);
    live.drop(rule._id);
    await live.refresh();
    live.apply(patched!); // the one who changed it is told last
    expect(ids()).toEqual([rule._id]);
    await live.refresh();
    expect(ids()).toEqual([]);
    await live.stop();
  });

  it('leave a rule that cannot be used disabled with a reason, and go on with the others', async () => {
    const { live, insert, ids, lines } = aProcess();
    const strange = createSealer({ key: randomBytes(32) });
    const good = await insert();
    const noFilter = await insert({ filter: '{"a":{"$future":1}}' });
    const noJson = await insert({ filter: '{' });
    const noKey = await insert({ secrets: [storeSecret({ text: A_SECRET, signing: 'hmac' }, 'rul_other', sealer)] });
    const noHeaders = await insert({ headers: strange.seal('{}', 'x') });
    await live.start();
    expect(ids()).toEqual([good._id]);
    for (const [rule, words] of [
      [noFilter, /\$future/],
      [noJson, /cannot be read/],
      [noKey, /secret cannot be read/],
      [noHeaders, /secret cannot be read/],
    ] as const) {
      expect(live.get(rule._id)).toMatchObject({
        isEnabled: false,
        keys: [],
        unusable: expect.stringMatching(words),
      });
    }
    expect(lines.filter(([, msg]) => msg === 'rule.unusable')).toHaveLength(4);
    expect(JSON.stringify(lines)).not.toContain(A_SECRET);
    await live.stop();
  });

  it('outlive a database that cannot be reached', async () => {
    const { store } = aProcess();
    const { lines, log } = aLog();
    let isDown = false;
    const live = createLiveRules({
      store: { ...store, changes: () => (isDown ? Promise.reject(new Error('down')) : store.changes()) },
      sealer,
      clock: aClock(),
      log,
      everyMs: 5,
    });
    await live.start();
    isDown = true;
    await until('it is logged', () => lines.some(([, msg]) => msg === 'rules.refresh_failed'));
    isDown = false;
    const rule = aRule();
    await store.insert(1, rule);
    await until('the rule comes', () => live.get(rule._id));
    await live.stop();
  });
});
