import { describe, expect, it } from 'vitest';
import { cronGate, gatesOf, parseGate, valueAt, type GatedRun } from '../../../server/runs/gates/keys.ts';

const never = (): never => {
  throw new Error('nothing asks for this part');
};

function aGatedRun(change: Partial<GatedRun> = {}): GatedRun {
  return { environmentId: 2, action: 'work', props: never, event: never, ...change };
}

describe('valueAt', () => {
  const event = { customer: { id: 7, 'a-b': 'x' }, list: [{ id: 'first' }], none: null, text: 'a:b', no: false };
  it.each([
    ['event.customer.id', '7'],
    ['event.customer.a-b', '"x"'],
    ['event.list.0.id', '"first"'],
    ['event.none', 'null'],
    ['event.no', 'false'],
    ['event.text', '"a:b"'],
    ['event.customer', '{"a-b":"x","id":7}'],
    ['event.customer.nothing', ''],
    ['event.customer.id.deeper', ''],
    ['event.list.length', ''],
    ['event.constructor', ''],
    ['event.text.0', ''],
  ])('of %s is %s', (by, value) => {
    expect(valueAt(by, aGatedRun({ event: () => event }))).toBe(value);
  });

  it('reads props and the user as well, and parses nothing that is not asked for', () => {
    expect(valueAt('props.account', aGatedRun({ props: () => ({ account: 'acme' }) }))).toBe('"acme"');
    expect(valueAt('user', aGatedRun({ userId: 'usr_1' }))).toBe('"usr_1"');
    expect(valueAt('user', aGatedRun({ userId: null }))).toBe('');
    expect(valueAt(null, aGatedRun())).toBe('');
  });

  it('is the same for objects whose members are in another order, and for these only', () => {
    const of = (part: unknown) => valueAt('event.part', aGatedRun({ event: () => ({ part }) }));
    expect(of({ a: 1, b: { c: 2, d: [3] } })).toBe(of({ b: { d: [3], c: 2 }, a: 1 }));
    expect(of({ a: 1, b: { c: 2, d: [3] } })).not.toBe(of({ b: { d: [4], c: 2 }, a: 1 }));
    expect(of(JSON.parse('{"__proto__":1}'))).not.toBe(of({}));
    expect(of(1)).not.toBe(of('1'));
  });

  it('is short however long the part is, and another one for another part', () => {
    const of = (part: string) => valueAt('event.part', aGatedRun({ event: () => ({ part }) }));
    expect(of('x'.repeat(98))).toBe(`"${'x'.repeat(98)}"`);
    expect(of('x'.repeat(99))).toMatch(/^#[0-9a-f]{64}$/);
    expect(of('x'.repeat(10_000))).not.toBe(of('x'.repeat(10_001)));
  });
});

describe('gatesOf', () => {
  const run = aGatedRun({ userId: 'usr_1', event: () => ({ id: 5 }) });
  const concurrency = { limit: 1, by: 'user' };
  const rate = { limit: 1, perMs: 1_000, by: 'event.id' };
  it.each([
    [{ concurrency: null, rate: null }, []],
    [{ concurrency, rate: null }, ['c:2:work:"usr_1"']],
    [{ concurrency: null, rate }, ['r:2:work:5']],
    [{ concurrency: { limit: 1, by: null }, rate }, ['c:2:work:', 'r:2:work:5']],
  ])('of %j are %j', (limits, gates) => {
    expect(gatesOf(run, limits)).toEqual(gates);
  });
});

describe('parseGate', () => {
  it('reads what made the name, whatever the value holds', () => {
    expect(parseGate('c:2:a.b:"x:y:z"')).toEqual({ kind: 'concurrency', environmentId: 2, name: 'a.b' });
    expect(parseGate('r:1:work:')).toEqual({ kind: 'rate', environmentId: 1, name: 'work' });
    expect(parseGate(cronGate(2, 'crn_1'))).toEqual({ kind: 'cron', environmentId: 2, name: 'crn_1' });
  });
});
