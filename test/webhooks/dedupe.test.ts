import { describe, expect, it } from 'vitest';
import { dedupeKeysOf } from '../../server/webhooks/dedupe.ts';
import type { DedupePlan } from '../../server/webhooks/ready.ts';
import type { VerifyConfig } from '../../server/webhooks/verify/config.ts';
import type { Json } from '../../server/schemas/json.ts';

interface Given {
  readonly type?: VerifyConfig['type'];
  readonly id?: string;
  readonly plan?: Partial<DedupePlan>;
  readonly headers?: Record<string, string[]>;
  readonly body?: string;
  readonly event?: Json;
  readonly signedId?: string;
  readonly signedTimestamp?: string;
}

function keysOf({
  type = 'none',
  id = 'wh',
  plan,
  headers = {},
  body = 'body',
  event = {},
  ...verdict
}: Given): readonly string[] {
  const dedupe = { body: type === 'github' || type === 'shopify', windowMs: 1_000, ...plan };
  const found = dedupeKeysOf({
    webhook: { id, verify: { type } as VerifyConfig, dedupe },
    request: { headers, rawBody: Buffer.from(body) },
    verdict: { ok: true, ...verdict },
    event: { value: event },
  });
  if (found !== undefined) expect(found.windowMs).toBe(1_000);
  return found?.keys ?? [];
}
const isShared = (a: readonly string[], b: readonly string[]) => a.some((key) => b.includes(key));

describe('dedupeKeysOf', () => {
  it.each(['webhook-id', 'svix-id', 'idempotency-key', 'x-github-delivery', 'x-shopify-webhook-id'])(
    'goes by %s',
    (name) => {
      const once = keysOf({ headers: { [name]: ['1'] }, body: 'x' });
      expect(once).toHaveLength(1);
      expect(keysOf({ headers: { [name]: ['1'] }, body: 'y' })).toEqual(once);
      expect(isShared(keysOf({ headers: { [name]: ['2'] } }), once)).toBe(false);
    },
  );

  it('has no keys where nothing tells a repetition', () => {
    expect(keysOf({})).toEqual([]);
    expect(keysOf({ headers: { 'webhook-id': [''] } })).toEqual([]);
  });

  it('keeps webhooks apart', () => {
    const headers = { 'webhook-id': ['1'] };
    expect(isShared(keysOf({ id: 'a', headers }), keysOf({ id: 'b', headers }))).toBe(false);
  });

  it('knows a captured GitHub or Shopify request under another id', () => {
    for (const [type, header] of [
      ['github', 'x-github-delivery'],
      ['shopify', 'x-shopify-webhook-id'],
    ] as const) {
      const first = keysOf({ type, headers: { [header]: ['1'] } });
      expect(first).toHaveLength(2);
      expect(isShared(first, keysOf({ type, headers: { [header]: ['2'] } }))).toBe(true);
      expect(isShared(first, keysOf({ type, headers: {} }))).toBe(true);
      expect(isShared(first, keysOf({ type, headers: { [header]: ['2'] }, body: 'other' }))).toBe(false);
    }
  });

  it("goes by the provider's own id even when other headers stand beside it", () => {
    const first = keysOf({ type: 'github', headers: { 'x-github-delivery': ['1'] }, body: 'x' });
    const again = keysOf({
      type: 'github',
      headers: { 'x-github-delivery': ['1'], 'webhook-id': ['other'] },
      body: 'y',
    });
    expect(isShared(first, again)).toBe(true);
  });

  it('goes by the signed id and by nothing a header adds', () => {
    const given = { type: 'standard-webhooks', signedId: 'msg_1', signedTimestamp: '1' } as const;
    expect(keysOf({ ...given, headers: { 'idempotency-key': ['x'] } })).toEqual(keysOf(given));
    expect(keysOf(given)).toHaveLength(1);
  });

  it('knows the same signed time and body under other headers', () => {
    const given = { type: 'stripe', signedTimestamp: '1760000000' } as const;
    const first = keysOf({ ...given, headers: { 'idempotency-key': ['1'] } });
    expect(isShared(first, keysOf({ ...given, headers: { 'idempotency-key': ['2'] } }))).toBe(true);
    expect(isShared(first, keysOf({ ...given, body: 'other' }))).toBe(false);
    expect(isShared(first, keysOf({ ...given, signedTimestamp: '1760000001' }))).toBe(false);
  });

  it.each<[string, Json, string | null]>([
    ['id', { id: 'evt_1' }, 'evt_1'],
    ['data.object.id', { data: { object: { id: 7 } } }, '7'],
    ['/data/a~1b/0', { data: { 'a/b': ['x'] } }, 'x'],
    ['/m~0n', { 'm~n': true }, 'true'],
    ['data.id', { data: null }, null],
    ['data.id', [1], null],
    ['id', { id: null }, null],
    ['id', { id: '' }, null],
    ['constructor.name', {}, null],
    ['length', 'text', null],
  ])('finds the field %j of %j', (field, event, value) => {
    expect(keysOf({ plan: { field }, event })).toEqual(value === null ? [] : [`wh:field:${value}`]);
  });

  it('goes by the named field instead of headers, and still knows a repeated body', () => {
    const given = {
      type: 'github',
      plan: { field: 'id', body: true },
      headers: { 'x-github-delivery': ['1'] },
    } as const;
    const keys = keysOf({ ...given, headers: { 'x-github-delivery': ['1'] }, event: { id: 'a' } });
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe('wh:field:a');
  });

  it('goes by the named header, once', () => {
    expect(keysOf({ plan: { header: 'x-event' }, headers: { 'x-event': ['9'], 'webhook-id': ['1'] } })).toEqual([
      'wh:x-event:9',
    ]);
    expect(() => keysOf({ plan: { header: 'x-event' }, headers: { 'x-event': ['9', '9'] } })).toThrow(
      expect.objectContaining({ code: 'duplicate_header' }) as Error,
    );
  });

  it('keeps keys of 256 characters and shortens longer ones without mixing them up', () => {
    const key = (value: string) => keysOf({ headers: { 'webhook-id': [value] } })[0]!;
    expect(key('x'.repeat(256))).toContain('x'.repeat(256));
    expect(key('x'.repeat(257)).length).toBeLessThan(100);
    expect(key('x'.repeat(257))).not.toBe(key('x'.repeat(258)));
    expect(key(key('x'.repeat(257)).split(':').at(-1)!)).not.toBe(key('x'.repeat(257)));
    expect(keysOf({ plan: { field: 'id' }, event: { id: { a: 'x'.repeat(500) } } })[0]!.length).toBeLessThan(100);
  });

  it('does the same for equal bodies where the webhook asks for it', () => {
    expect(keysOf({ plan: { body: true } })).toEqual(keysOf({ plan: { body: true } }));
    expect(keysOf({ plan: { body: true } })).toHaveLength(1);
    expect(keysOf({ type: 'github', plan: { body: false } })).toEqual([]);
  });
});
