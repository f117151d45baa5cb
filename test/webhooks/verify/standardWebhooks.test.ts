import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { Webhook as Svix } from 'svix';
import { describe, expect, it } from 'vitest';
import type { VerifyConfig } from '../../../server/webhooks/verify/config.ts';
import { anyBytes, anyText, ask, NOW_S, spoiled } from './ask.ts';

const keyBytes = randomBytes(32);
const secret = `whsec_${keyBytes.toString('base64')}`;
const other = randomBytes(32);
const config: VerifyConfig = { type: 'standard-webhooks', keys: [keyBytes], toleranceS: 300 };

const sign = (id: string, timestamp: string, body: string | Uint8Array, key = keyBytes) =>
  `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
const headersOf = (id: string, timestamp: string, signature: string, family = 'webhook') => ({
  [`${family}-id`]: id,
  [`${family}-timestamp`]: timestamp,
  [`${family}-signature`]: signature,
});
const good = headersOf('msg_1', String(NOW_S), sign('msg_1', String(NOW_S), 'body'));

/** What the package says of the same request, at the same time. */
function oracle(headers: Record<string, string>, body: string): boolean {
  const realNow = Date.now;
  Date.now = () => NOW_S * 1_000;
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  } finally {
    Date.now = realNow;
  }
}

describe('standard-webhooks', () => {
  it('accepts what the standardwebhooks package signs', () => {
    fc.assert(
      fc.property(fc.uuid(), anyText, (id, body) => {
        const signature = new Webhook(secret).sign(id, new Date(NOW_S * 1_000), body);
        expect(ask(config, headersOf(id, String(NOW_S), signature), body)).toBe('ok');
      }),
    );
  });

  it('accepts what the svix package signs, under its own header names', () => {
    fc.assert(
      fc.property(fc.uuid(), anyText, (id, body) => {
        const signature = new Svix(secret).sign(id, new Date(NOW_S * 1_000), body);
        expect(ask(config, headersOf(id, String(NOW_S), signature, 'svix'), body)).toBe('ok');
      }),
    );
  });

  it('covers bodies that are no text', () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (body, another) => {
        const headers = headersOf('msg_1', String(NOW_S), sign('msg_1', String(NOW_S), body));
        expect(ask(config, headers, body)).toBe('ok');
        if (!body.equals(another)) expect(ask(config, headers, another)).toBe('signature_mismatch');
      }),
    );
  });

  it('rejects whatever the package rejects', () => {
    const mutations = fc.constantFrom('webhook-id', 'webhook-timestamp', 'webhook-signature');
    fc.assert(
      fc.property(mutations, fc.string({ maxLength: 60 }), (name, value) => {
        const headers = { ...good, [name]: value };
        if (!oracle(headers, '{}')) expect(ask(config, headers, '{}')).not.toBe('ok');
      }),
    );
  });

  it.each(spoiled(good['webhook-signature']!.slice(3)))(
    'rejects a signature that is %s, as the package does',
    (_what, text) => {
      const headers = { ...good, 'webhook-signature': `v1,${text}` };
      // A space separates signatures: what stands on its other side is a signature of no version.
      if (text.trim() === good['webhook-signature']!.slice(3) && text.endsWith(' ')) {
        expect(ask(config, headers, 'body')).toBe('ok');
      } else {
        expect(oracle(headers, 'body')).toBe(false);
        expect(ask(config, headers, 'body')).toMatch(/signature/);
      }
    },
  );

  it('finds the right one among several signatures and passes over other versions', () => {
    const right = good['webhook-signature']!;
    const wrong = sign('msg_1', String(NOW_S), 'body', other);
    const v1a = `v1a,${randomBytes(64).toString('base64')}`;
    expect(ask(config, { ...good, 'webhook-signature': `${wrong} ${v1a} ${right}` }, 'body')).toBe('ok');
    expect(ask(config, { ...good, 'webhook-signature': `${v1a} v2,x` }, 'body')).toBe('malformed_signature');
    expect(ask(config, { ...good, 'webhook-signature': right.replace('v1,', 'v1a,') }, 'body')).toBe(
      'malformed_signature',
    );
    expect(ask(config, { ...good, 'webhook-signature': right.replace('v1,', '') }, 'body')).toBe('malformed_signature');
  });

  it('looks at 20 signatures and refuses 21', () => {
    const right = good['webhook-signature']!;
    const wrong = sign('msg_1', String(NOW_S), 'body', other);
    expect(
      ask(config, { ...good, 'webhook-signature': [...Array<string>(19).fill(wrong), right].join(' ') }, 'body'),
    ).toBe('ok');
    expect(
      ask(config, { ...good, 'webhook-signature': [...Array<string>(20).fill(wrong), right].join(' ') }, 'body'),
    ).toBe('too_many_signatures');
  });

  it('takes either of two keys', () => {
    const both: VerifyConfig = { ...config, keys: [other, keyBytes] };
    expect(ask(both, good, 'body')).toBe('ok');
    expect(ask({ ...config, keys: [other] }, good, 'body')).toBe('signature_mismatch');
  });

  it.each([
    [0, 'ok'],
    [-300, 'ok'],
    [300, 'ok'],
    [-301, 'timestamp_too_old'],
    [301, 'timestamp_too_new'],
  ])('of a timestamp %i seconds off says %s, as the package does', (offset, expected) => {
    const timestamp = String(NOW_S + offset);
    const headers = headersOf('m', timestamp, sign('m', timestamp, '{}'));
    expect(ask(config, headers, '{}')).toBe(expected);
    expect(oracle(headers, '{}')).toBe(expected === 'ok');
  });

  it.each([
    '1e9',
    ' 1760000000',
    '1760000000 ',
    '17..',
    'NaN',
    '-1',
    '0x68e78c80',
    '1760000000.0',
    '+1760000000',
    '٠',
    '',
  ])('refuses the timestamp %j even when it is signed', (timestamp) => {
    expect(ask(config, headersOf('m', timestamp, sign('m', timestamp, 'x')), 'x')).toMatch(/timestamp/);
  });

  it('refuses a dot in the id, which would let id and timestamp run together', () => {
    expect(ask(config, headersOf('a.b', String(NOW_S), sign('a.b', String(NOW_S), 'x')), 'x')).toBe('malformed_id');
    expect(ask(config, headersOf('', String(NOW_S), sign('', String(NOW_S), 'x')), 'x')).toBe('malformed_id');
  });

  it('does not complete one family of headers with the other', () => {
    const { 'webhook-id': id, ...rest } = good;
    expect(ask(config, { ...rest, 'svix-id': id }, 'body')).toBe('mixed_headers');
    expect(ask(config, { ...good, 'svix-id': 'another' }, 'body')).toBe('mixed_headers');
  });

  it('takes both families when they say the same', () => {
    expect(
      ask(config, { ...good, ...headersOf('msg_1', String(NOW_S), good['webhook-signature']!, 'svix') }, 'body'),
    ).toBe('ok');
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('needs %s exactly once', (name) => {
    expect(ask(config, { ...good, [name]: undefined }, 'body')).toMatch(/^missing/);
    expect(ask(config, { ...good, [name]: [good[name]!, good[name]!] }, 'body')).toBe('duplicate_header');
  });

  it('vouches for the id and the time', async () => {
    const { verifyRequest } = await import('../../../server/webhooks/verify/verify.ts');
    const headers = Object.fromEntries(Object.entries(good).map(([name, value]) => [name, [value]]));
    expect(verifyRequest(config, { headers, rawBody: Buffer.from('body'), nowMs: NOW_S * 1_000 })).toEqual({
      ok: true,
      signedId: 'msg_1',
      signedTimestamp: String(NOW_S),
    });
  });
});
