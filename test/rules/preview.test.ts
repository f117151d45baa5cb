import { execFileSync } from 'node:child_process';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { createRender } from '../../server/deliveries/sending/render.ts';
import { silentLogger } from '../../server/lib/log.ts';
import { createParser } from '../../server/lib/schema.ts';
import type { Evaluated } from '../../server/listeners/expressions.ts';
import type { RuleDocument } from '../../server/rules/document.ts';
import { sealHeaders } from '../../server/rules/headers.ts';
import { createPreviewRule } from '../../server/rules/preview.ts';
import type { Event } from '../../server/schemas/event.ts';
import { RulePreview, RulePreviewCreate, type PreviewResult } from '../../server/schemas/rulePreview.ts';
import { A_SECRET, aClock, anEvent, aRule, draftDeps, newId, sealer } from './builders.ts';

const parseInput = createParser(RulePreviewCreate, 'body');
const parseAnswer = createParser(RulePreview, 'body');

/** `drop`, `fail` and `hang` do what they say; `over 5` drops what is not; anything else gives its own name. */
function evaluate(expression: string, inputJson: string, signal?: AbortSignal): Promise<Evaluated> {
  const { data } = JSON.parse(inputJson) as { data: { amount?: number } };
  const value: Evaluated = { status: 'value', json: JSON.stringify({ made: expression }) };
  if (expression === 'drop') return Promise.resolve({ status: 'nothing' });
  if (expression === 'over 5') return Promise.resolve((data.amount ?? 0) > 5 ? value : { status: 'nothing' });
  if (expression === 'fail') return Promise.resolve({ status: 'failed', reason: 'It failed.' });
  if (expression !== 'hang') return Promise.resolve(value);
  return new Promise((resolve) => {
    signal?.addEventListener('abort', () => resolve({ status: 'unavailable' }));
  });
}

function setUp({ events = [], rules = [] }: { events?: readonly Event[]; rules?: readonly RuleDocument[] } = {}) {
  const clock = aClock(Math.floor(Date.now() / 1_000) * 1_000);
  const asked: number[] = [];
  const preview = createPreviewRule({
    ...draftDeps(clock),
    store: {
      get: (environmentId, id) =>
        Promise.resolve(rules.find((rule) => rule._id === id && rule.environment_id === environmentId) ?? null),
    },
    log: silentLogger,
    recentEvents: (_environmentId, limit) => {
      asked.push(limit);
      return Promise.resolve(events.slice(0, limit));
    },
    render: createRender({ expressions: { evaluate }, version: '1.2.3' }),
    timeoutMs: 50,
  });
  const ask = async (input: object) => {
    const answer = await preview(1, parseInput(structuredClone(input)));
    return parseAnswer(JSON.parse(JSON.stringify(answer)));
  };
  return { ask, asked, clock };
}

const draft = { events: ['invoices.*'], target: { url: 'https://example.com/hooks' } };
const outcomes = ({ results }: { results: readonly PreviewResult[] }) => results.map(({ outcome }) => outcome);
const amounts = (...all: number[]) => all.map((amount) => anEvent({ data: { amount } }));

describe('previewing a rule that is not stored', () => {
  it('tells of every stored event whether it matches, and what says no', async () => {
    const events = [
      anEvent({ data: { amount: 500, status: 'paid' } }),
      anEvent({ data: { amount: 50 } }),
      anEvent({ type: 'bills.created' }),
    ];
    const { ask, asked } = setUp({ events });
    const answer = await ask({ rule: { ...draft, filter: { 'data.amount': { $gt: 100 }, 'data.status': 'paid' } } });
    expect(asked).toEqual([50]);
    expect(answer).toMatchObject({ looked_at: 3, matched: 1, change: null });
    expect(outcomes(answer)).toEqual(['sent', 'unmatched', 'unmatched']);
    expect(answer.results[1]).toEqual({
      event: { id: events[1]!.id, type: 'invoices.created', occurred_at: events[1]!.occurred_at },
      matched: false,
      pattern: 'invoices.*',
      failed_clauses: [
        { path: 'data.amount', operators: ['$gt'], expected: { $gt: 100 }, found: 50 },
        { path: 'data.status', operators: ['$eq'], expected: 'paid' },
      ],
      outcome: 'unmatched',
      reason: 'The filter does not let it pass.',
      request: null,
      run: null,
    });
    expect(answer.results[2]).toMatchObject({
      pattern: null,
      failed_clauses: [],
      reason: 'No pattern takes this type.',
    });
  });

  it('shows the very request, signed with a key that is told, so that it can be verified', async () => {
    const { ask, clock } = setUp({ events: [anEvent({ data: { total: 12.5, text: 'é "x"' } })] });
    const answer = await ask({ rule: { ...draft, headers: { 'x-trace': 't' } }, last: 1 });
    const { request } = answer.results[0]!;
    expect(answer.signed_with).toMatchObject({ key: 'throwaway', secret: expect.stringMatching(/^whsec_/) });
    expect(request).toMatchObject({
      method: 'POST',
      url: 'https://example.com/hooks',
      headers: {
        'content-type': 'application/json',
        'x-trace': 't',
        'webhook-id': answer.results[0]!.event.id,
        'webhook-timestamp': String(clock.now() / 1_000),
      },
    });
    const verified = new Webhook(answer.signed_with.secret!).verify(request!.body, { ...request!.headers });
    expect(verified).toMatchObject({ type: 'invoices.created', data: { total: 12.5, text: 'é "x"' } });
  });

  it('gives a curl line that sends those bytes and headers, whatever is in them', async () => {
    const data = { text: `it's "$HOME" \`id\` \\ \u2028 @x !y\n` };
    const { ask } = setUp({ events: [anEvent({ data })] });
    const target = { url: "https://example.com/a?b={1,2}&c[]=d'e" };
    const answer = await ask({ rule: { ...draft, target, headers: { 'x-a': `"it's" $(id)`, 'x-empty': '' } } });
    const { curl, body, headers, url } = answer.results[0]!.request!;
    const script = `curl() { for word in "$@"; do printf '%s\\0' "$word"; done; }\n${curl}`;
    const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
    const expected = Object.entries(headers).flatMap(([name, value]) => [
      '-H',
      value === '' ? `${name};` : `${name}: ${value}`,
    ]);
    expect(words).toEqual(['--globoff', '-X', 'POST', url, ...expected, '--data-raw', body]);
  });

  it('takes given events, whole or in part', async () => {
    const { ask, asked } = setUp();
    const stored = anEvent({ data: { a: 1 } });
    const answer = await ask({ rule: draft, events: [{ type: 'invoices.x', data: null }, stored] });
    expect(asked).toEqual([]);
    expect(answer.results.map(({ event }) => event.id)).toEqual([expect.stringMatching(/^evt_/), stored.id]);
    expect(answer.matched).toBe(2);
  });

  it.each<[string, PreviewResult['outcome'], RegExp]>([
    ['drop', 'dropped', /gave nothing/],
    ['fail', 'failed', /It failed/],
    ['hang', 'skipped', /no time left/],
  ])('says so when the transform does %s', async (transform, outcome, reason) => {
    const { ask } = setUp({ events: amounts(1, 2) });
    const answer = await ask({ rule: { ...draft, transform } });
    expect(answer.matched).toBe(2);
    expect(answer.results[1]).toMatchObject({ outcome, reason: expect.stringMatching(reason), request: null });
  });

  it('shows what a listener would get', async () => {
    const { ask } = setUp({ events: amounts(1) });
    const target = { action: 'exampleListener', props: { userId: 1 } };
    const answer = await ask({ rule: { events: ['*'], target, transform: 'data' } });
    expect(answer.results[0]).toMatchObject({
      outcome: 'sent',
      request: null,
      run: { action: 'exampleListener', props: { userId: 1 }, event: '{"made":"data"}' },
    });
  });

  it('signs with the secret that comes with the draft, and does not say it', async () => {
    const { ask } = setUp({ events: amounts(1) });
    const answer = await ask({ rule: { ...draft, secret: A_SECRET } });
    expect(answer.signed_with).toEqual({ key: 'given' });
    const { body, headers } = answer.results[0]!.request!;
    expect(() => new Webhook(A_SECRET).verify(body, { ...headers })).not.toThrow();
    expect(JSON.stringify(answer)).not.toContain(A_SECRET);
  });

  it('stops showing bodies before the answer grows beyond all bounds', async () => {
    const events = Array.from({ length: 6 }, () => anEvent({ data: 'x'.repeat(1_000_000) }));
    const { ask } = setUp({ events });
    const answer = await ask({ rule: draft });
    expect(answer.matched).toBe(6);
    expect(outcomes(answer).filter((outcome) => outcome === 'sent')).toHaveLength(4);
    expect(outcomes(answer).filter((outcome) => outcome === 'skipped')).toHaveLength(2);
  });

  it('shows long values that a clause found only as long as it takes to know them', async () => {
    const { ask } = setUp({ events: [anEvent({ data: { list: Array.from({ length: 1_000 }, (_, i) => i) } })] });
    const answer = await ask({ rule: { ...draft, filter: { 'data.list': 'x' } } });
    const { found } = answer.results[0]!.failed_clauses[0]!;
    expect(found).toEqual(expect.stringMatching(/^\[0,1,2,.*…$/));
  });

  it.each<[object, string, string]>([
    [{}, 'invalid_input', '/rule/events'],
    [{ rule: { events: ['*'] } }, 'invalid_input', '/rule/target'],
    [{ rule: { ...draft, filter: { a: { $x: 1 } } } }, 'invalid_input', '/rule/filter/a/$x'],
    [{ rule: { ...draft, transform: 'a((' } }, 'invalid_input', '/rule/transform'],
    [{ rule: { ...draft, target: { url: 'http://10.0.0.1' } } }, 'egress_blocked', '/rule/target/url'],
    [{ rule: { ...draft, target: { action: 'none' } } }, 'listener_not_found', '/rule/target/action'],
  ])('refuses %j as creating it would', async (input, code, path) => {
    const { ask } = setUp();
    await expect(ask(input)).rejects.toMatchObject({ code, options: { errors: [{ path }] } });
  });
});

describe('previewing a change of a stored rule', () => {
  it('tells what would be sent more and less', async () => {
    const events = amounts(1, 5, 10, 20);
    const rule = aRule({ filter: '{"data.amount":{"$gte":10}}' });
    const { ask } = setUp({ events, rules: [rule] });
    const ids = (...at: number[]) => at.map((i) => events[i]!.id);
    const change = async (input: object) => (await ask({ rule_id: rule._id, rule: input })).change;
    const none = { count: 0, events: [] };
    expect(await change({})).toEqual({ more: none, fewer: none });
    expect(await change({ filter: { 'data.amount': { $lt: 15, $gt: 1 } } })).toEqual({
      more: { count: 1, events: ids(1) },
      fewer: { count: 1, events: ids(3) },
    });
    expect(await change({ filter: null })).toEqual({ more: { count: 2, events: ids(0, 1) }, fewer: none });
    expect(await change({ events: ['bills.*'] })).toEqual({ more: none, fewer: { count: 2, events: ids(2, 3) } });
    expect(await change({ transform: 'drop' })).toEqual({ more: none, fewer: { count: 2, events: ids(2, 3) } });
    // Of what nobody had the time to find out, nothing is claimed.
    expect(await change({ transform: 'hang' })).toEqual({ more: none, fewer: none });
  });

  it('counts what the transforms of both drop', async () => {
    const events = amounts(1, 10);
    const rule = aRule({ transform: 'over 5' });
    const { ask } = setUp({ events, rules: [rule] });
    const more = { count: 1, events: [events[0]!.id] };
    expect((await ask({ rule_id: rule._id, rule: { transform: null } })).change).toMatchObject({ more });
    expect((await ask({ rule_id: rule._id, rule: { name: 'x' } })).change).toMatchObject({ more: { count: 0 } });
    const filtered = await ask({ rule_id: rule._id, rule: { filter: { 'data.amount': 1 } } });
    expect(filtered.change).toMatchObject({ more: { count: 0 }, fewer: { count: 1, events: [events[1]!.id] } });
  });

  it("signs with the rule's own key and hides the values of sensitive headers, in the curl line too", async () => {
    const id = newId('rul');
    const headers = { Authorization: 'Bearer abcdefgh', 'x-trace': 't' };
    const rule = aRule({ _id: id, headers: sealHeaders(headers, id, sealer) });
    const { ask } = setUp({ events: amounts(1), rules: [rule] });
    const answer = await ask({ rule_id: id });
    const { body, headers: shown, curl } = answer.results[0]!.request!;
    expect(answer.signed_with).toEqual({ key: 'rule' });
    expect(shown).toMatchObject({ authorization: '[redacted]', 'x-trace': 't' });
    expect(() => new Webhook(A_SECRET).verify(body, { ...shown })).not.toThrow();
    expect(curl).toContain("'authorization: [redacted]'");
    expect(JSON.stringify(answer)).not.toContain('abcdefgh');
  });

  it('knows only rules of its own environment, and leaves their secrets alone', async () => {
    const rule = aRule();
    const { ask } = setUp({ rules: [rule, aRule({ _id: 'rul_other', environment_id: 2 })] });
    await expect(ask({ rule_id: 'rul_other' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(ask({ rule_id: rule._id, rule: { secret: A_SECRET } })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});
