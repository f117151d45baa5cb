import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultOf, startApp, type App } from './support.ts';

let app: App;
beforeAll(async () => {
  app = await startApp({
    'listeners/emits.ts': `export default async function (props, event, api) {
      return [
        await api.events.emit('a.plain', { n: 1 }),
        await api.events.emit('a.nothing'),
        await api.events.emit('a.full', [new Date(0)], { idempotencyKey: 'k', tenantId: 't', occurredAt: new Date(1) }),
        await api.events.emit('a.text', 1, { occurredAt: '2026-01-02T03:04:05Z' }),
      ];
    }`,
    'listeners/refused.ts': `export default async function (props, event, api) {
      try { await api.events.emit('a', 1); } catch (error) { return [error.name, error.code, error.message]; }
    }`,
    'listeners/noTime.ts': `export default (props, event, api) => api.events.emit('a', 1, { occurredAt: new Date('x') });`,
  });
});
afterAll(() => app.stop());

describe('api.events.emit in a listener', () => {
  it('becomes one call each, times as text', async () => {
    const calls: unknown[] = [];
    const api = (method: string, args: unknown) => {
      calls.push([method, args]);
      return Promise.resolve({ id: `evt_${calls.length}`, duplicate: false });
    };
    const told = resultOf(await app.run('emits', {}, { api }));
    expect(told).toEqual(['evt_1', 'evt_2', 'evt_3', 'evt_4'].map((id) => ({ id, duplicate: false })));
    const occurredAt = '1970-01-01T00:00:00.001Z';
    expect(calls).toEqual([
      ['events.emit', { type: 'a.plain', data: { n: 1 } }],
      ['events.emit', { type: 'a.nothing' }],
      ['events.emit', { type: 'a.full', data: [new Date(0)], idempotencyKey: 'k', tenantId: 't', occurredAt }],
      ['events.emit', { type: 'a.text', data: 1, occurredAt: '2026-01-02T03:04:05Z' }],
    ]);
  });

  it('rejects with the code of what was wrong', async () => {
    const refusal = Object.assign(new Error('The same key came with another event.'), { code: 'conflict' });
    const told = resultOf(await app.run('refused', {}, { api: () => Promise.reject(refusal) }));
    expect(told).toEqual(['Error', 'conflict', 'The same key came with another event.']);
    expect(await app.run('noTime')).toMatchObject({ status: 'failed', error: { message: 'Invalid time value' } });
  });
});
