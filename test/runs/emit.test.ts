import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../server/events/document.ts';
import { createEmit, MAX_DATA_BYTES, MAX_EMITS } from '../../server/runs/emit.ts';
import { createRunHost } from '../../server/runs/host.ts';
import { aRun } from './builders.ts';

/** One attempt of a run that may emit, and what it has emitted. */
function anAttempt(
  run = aRun({ _id: 'run_7', action: 'importInvoices', environment_id: 2, hops: 3 }),
  isDuplicate = false,
) {
  const published: NewEvent[] = [];
  const host = createRunHost({
    'events.emit': createEmit((event) => {
      published.push(event);
      return Promise.resolve({ id: 'evt_1', isDuplicate, rules: ['rul_1'] });
    }),
  });
  const call = host(run, new AbortController().signal);
  return { published, emit: (args: unknown) => call('events.emit', args) };
}

const code = (code: string) => expect.objectContaining({ code });

describe('api.events.emit', () => {
  it('publishes the event as one of its run, with the hops that led there', async () => {
    const { emit, published } = anAttempt();
    expect(await emit({ type: 'invoices.created', data: { id: 1 } })).toEqual({ id: 'evt_1', duplicate: false });
    expect(published).toEqual([
      {
        type: 'invoices.created',
        data: { id: 1 },
        environmentId: 2,
        source: { type: 'listener', action: 'importInvoices', run: 'run_7' },
        hops: 3,
      },
    ]);
  });

  it('passes on the key, the tenant and the time, and tells of a duplicate', async () => {
    const { emit, published } = anAttempt(aRun(), true);
    const occurredAt = '2026-01-02T03:04:05.678Z';
    const told = await emit({ type: 'a.b', data: 1, idempotencyKey: 'k', tenantId: 't', occurredAt });
    expect(told).toEqual({ id: 'evt_1', duplicate: true });
    expect(published).toMatchObject([
      { idempotencyKey: 'k', tenantId: 't', occurredAt: new Date(occurredAt), hops: 0 },
    ]);
  });

  it('takes any JSON, and Dates as text', async () => {
    const { emit, published } = anAttempt();
    for (const data of [null, false, 0, '', [1], { at: new Date(0), deep: [new Date(1)] }])
      await emit({ type: 'a', data });
    await emit({ type: 'a' });
    expect(published.map(({ data }) => data)).toEqual([
      null,
      false,
      0,
      '',
      [1],
      { at: '1970-01-01T00:00:00.000Z', deep: ['1970-01-01T00:00:00.001Z'] },
      null,
    ]);
  });

  it.each<[string, unknown]>([
    ['no arguments', null],
    ['no type', { data: 1 }],
    ['a type that is none', { type: 'a b', data: 1 }],
    ['a type that is too long', { type: 'a'.repeat(129), data: 1 }],
    ['a time that is none', { type: 'a', data: 1, occurredAt: 'yesterday' }],
    ['an empty key', { type: 'a', data: 1, idempotencyKey: '' }],
    ['a key that is too long', { type: 'a', data: 1, idempotencyKey: 'k'.repeat(257) }],
    ['a tenant that is no text', { type: 'a', data: 1, tenantId: 1 }],
    ['a source of its own', { type: 'a', data: 1, source: { type: 'api' } }],
    ['hops of its own', { type: 'a', data: 1, hops: 0 }],
    ['an environment of its own', { type: 'a', data: 1, environmentId: 1 }],
    ['bytes', { type: 'a', data: { file: new Uint8Array(3) } }],
  ])('refuses %s', async (_what, args) => {
    const { emit, published } = anAttempt();
    await expect(emit(args)).rejects.toEqual(code('invalid_input'));
    expect(published).toEqual([]);
  });

  it('refuses data that is too large or too deep', async () => {
    const { emit, published } = anAttempt();
    await emit({ type: 'a', data: 'x'.repeat(MAX_DATA_BYTES - 2) });
    await expect(emit({ type: 'a', data: 'x'.repeat(MAX_DATA_BYTES - 1) })).rejects.toEqual(code('body_too_large'));
    const deep = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
    await emit({ type: 'a', data: deep(64) });
    await expect(emit({ type: 'a', data: deep(65) })).rejects.toEqual(code('too_deep'));
    expect(published).toHaveLength(2);
  });

  it('ends at a thousand for an attempt, not for the next one', async () => {
    const { emit } = anAttempt();
    for (let i = 0; i < MAX_EMITS; i++) await emit({ type: 'a', data: i });
    await expect(emit({ type: 'a', data: 1 })).rejects.toEqual(code('rate_limited'));
    expect(await anAttempt().emit({ type: 'a', data: 1 })).toBeTruthy();
  });
});
