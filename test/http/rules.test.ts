import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { testApp } from './support/app.ts';
import { fakeOutbound } from './support/outbound.ts';
import { RULE_ID } from './support/outboundRecords.ts';

function setUp() {
  const asked: unknown[] = [];
  const { rules } = fakeOutbound(() => Promise.resolve({ items: [], next: null }));
  const { app } = testApp({
    deps: {
      rules: {
        ...rules,
        list: (...given) => {
          asked.push(given);
          return rules.list(...given);
        },
      },
    },
  });
  const send = (method: 'get' | 'post' | 'patch', path: string, body?: object) => {
    const test = request(app)[method](path).set('authorization', 'Bearer production-write');
    return body === undefined ? test : test.send(body);
  };
  return { send, asked };
}

const since = '2026-01-01T00:00:00Z';
const target = { url: 'https://example.com' };
const event = { type: 'invoices.created', data: {} };

describe('the routes of rules', () => {
  it('answer a recovery with 202, and the preview of one with 200', async () => {
    const { send } = setUp();
    const recover = (body: object) => send('post', `/app/rules/${RULE_ID}/recover`, body);
    expect((await recover({ since })).status).toBe(202);
    const counted = await recover({ since, unmatched: true, preview: true });
    expect([counted.status, counted.body]).toEqual([200, { count: 1, is_complete: true }]);
  });

  it('pass the filters of a list on, and nothing of its paging with them', async () => {
    const { send, asked } = setUp();
    await send('get', '/app/rules?event=a.b&url=https%3A%2F%2Fx.y&action=z&enabled=false&limit=3');
    expect(asked).toEqual([[1, { event: 'a.b', url: 'https://x.y', action: 'z', enabled: false }, { limit: 3 }]]);
  });

  it.each<['post' | 'patch', string, object, string]>([
    ['post', '/app/rules', { events: [], target }, '/events'],
    ['post', '/app/rules', { events: ['a b'], target }, '/events/0'],
    ['post', '/app/rules', { events: ['inv*'], target }, '/events/0'],
    ['post', '/app/rules', { events: ['a', 'a'], target }, '/events'],
    ['post', '/app/rules', { events: ['*'], target, secret: 'plain' }, '/secret'],
    ['post', '/app/rules', { events: ['*'], target, timeout_ms: 99_999 }, '/timeout_ms'],
    ['post', '/app/rules', { events: ['*'], target, surprise: 1 }, '/surprise'],
    ['patch', `/app/rules/${RULE_ID}`, { secret: 'whsec_x' }, '/secret'],
    ['patch', `/app/rules/${RULE_ID}`, {}, ''],
    ['post', '/app/rules/preview', { last: 501 }, '/last'],
    ['post', '/app/rules/preview', { events: Array.from({ length: 101 }, () => event) }, '/events'],
    ['post', '/app/rules/preview', { rule: { surprise: 1 } }, '/rule/surprise'],
  ])('%s %s refuses %j', async (method, path, body, place) => {
    const { send } = setUp();
    const answer = await send(method, path, body);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code: 'invalid_input' });
    expect(answer.body.errors.map((fault: { path: string }) => fault.path)).toContain(place);
  });
});
