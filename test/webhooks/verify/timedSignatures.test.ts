import { createHmac, randomBytes } from 'node:crypto';
import { isValidSlackRequest } from '@slack/bolt';
import fc from 'fast-check';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import type { VerifyConfig } from '../../../server/webhooks/verify/config.ts';
import { anyBytes, anyText, ask, NOW_MS, NOW_S, spoiled, type Headers } from './ask.ts';

const secret = `whsec_${randomBytes(24).toString('hex')}`;
const keys = [Buffer.from(secret)];
const hmac = (signed: string, body: string | Uint8Array, key = secret) =>
  createHmac('sha256', key).update(signed).update(body).digest('hex');

const badTimestamps = [
  '1e9',
  ' 1760000000',
  '17..',
  'NaN',
  '',
  '-1760000000',
  '1760000000.5',
  '0x68e78c80',
  '176000000000000',
];

describe('stripe', () => {
  const config: VerifyConfig = { type: 'stripe', keys, toleranceS: 300 };
  const { webhooks } = new Stripe('sk_test_x');
  const header = (value: string) => ({ 'stripe-signature': value });
  const signed = (body: string | Uint8Array, t: string | number = NOW_S) => `t=${t},v1=${hmac(`${t}.`, body)}`;

  function oracle(value: string, body: string): boolean {
    try {
      webhooks.signature!.verifyHeader(body, value, secret, 300, undefined, NOW_S * 1_000);
      return true;
    } catch {
      return false;
    }
  }

  it('accepts what the stripe package signs', () => {
    fc.assert(
      fc.property(anyText, (payload) => {
        const value = webhooks.generateTestHeaderString({ payload, secret, timestamp: NOW_S });
        expect(ask(config, header(value), payload)).toBe('ok');
      }),
    );
  });

  it('covers bodies that are no text', () => {
    fc.assert(
      fc.property(anyBytes, (body) => {
        expect(ask(config, header(signed(body)), body)).toBe('ok');
        expect(ask(config, header(signed(body)), Buffer.concat([body, Buffer.from('x')]))).toBe('signature_mismatch');
      }),
    );
  });

  it('rejects whatever the package rejects', () => {
    const right = signed('body');
    const value = fc.oneof(
      fc.string({ maxLength: 90 }),
      fc
        .tuple(fc.nat(right.length - 1), fc.string({ minLength: 1, maxLength: 3 }))
        .map(([at, s]) => right.slice(0, at) + s + right.slice(at + 1)),
    );
    fc.assert(
      fc.property(value, (text) => {
        if (!oracle(text, 'body')) expect(ask(config, header(text), 'body')).not.toBe('ok');
      }),
    );
  });

  it.each(spoiled(hmac(`${NOW_S}.`, 'body')))('rejects a signature that is %s, as the package does', (_what, text) => {
    expect(ask(config, header(`t=${NOW_S},v1=${text}`), 'body')).toMatch(/signature/);
    expect(oracle(`t=${NOW_S},v1=${text}`, 'body')).toBe(false);
  });

  it('finds the right one among several v1 and does not look at v0', () => {
    const right = hmac(`${NOW_S}.`, 'body');
    expect(ask(config, header(`t=${NOW_S},v1=${'0'.repeat(64)},v0=${'1'.repeat(64)},v1=${right}`), 'body')).toBe('ok');
    expect(ask(config, header(`t=${NOW_S},v0=${right}`), 'body')).toBe('malformed_signature');
    const many = `t=${NOW_S},${`v1=${'0'.repeat(64)},`.repeat(20)}v1=${right}`;
    expect(ask(config, header(many), 'body')).toBe('too_many_signatures');
  });

  it('refuses two timestamps, of which one could be signed and the other one fresh', () => {
    const old = NOW_S - 9_999;
    expect(ask(config, header(`t=${NOW_S},${signed('body', old)}`), 'body')).toBe('malformed_signature');
    expect(ask(config, header(`${signed('body', old)},t=${NOW_S}`), 'body')).toBe('malformed_signature');
  });

  it.each([
    [0, 'ok'],
    [-300, 'ok'],
    [300, 'ok'],
    [-301, 'timestamp_too_old'],
    [301, 'timestamp_too_new'], // stricter than the package, which lets the future pass
  ])('of a timestamp %i seconds off says %s', (offset, expected) => {
    expect(ask(config, header(signed('body', NOW_S + offset)), 'body')).toBe(expected);
  });

  it.each(badTimestamps)('refuses the timestamp %j even when it is signed', (t) => {
    expect(ask(config, header(signed('body', t)), 'body')).toMatch(/timestamp/);
  });

  it('refuses the header twice, and none', () => {
    expect(ask(config, { 'stripe-signature': [signed('body'), signed('body')] }, 'body')).toBe('duplicate_header');
    expect(ask(config, {}, 'body')).toBe('missing_signature');
  });
});

describe('slack', () => {
  const config: VerifyConfig = { type: 'slack', keys, toleranceS: 300 };
  const signed = (body: string | Uint8Array, t: string | number = NOW_S): Headers & Record<string, string> => ({
    'x-slack-request-timestamp': String(t),
    'x-slack-signature': `v0=${hmac(`v0:${t}:`, body)}`,
  });

  function oracle(headers: Record<string, string>, body: string): boolean {
    return isValidSlackRequest({
      signingSecret: secret,
      body,
      headers: {
        'x-slack-signature': headers['x-slack-signature']!,
        'x-slack-request-timestamp': Number(headers['x-slack-request-timestamp']),
      },
      nowMilliseconds: NOW_MS,
    });
  }

  it("agrees with @slack/bolt's verifier on any text and its signature", () => {
    fc.assert(
      fc.property(anyText, anyText, (body, another) => {
        expect(oracle(signed(body), body)).toBe(true);
        expect(ask(config, signed(body), body)).toBe('ok');
        const isRight = oracle(signed(body), another);
        expect(ask(config, signed(body), another) === 'ok').toBe(isRight);
      }),
    );
  });

  it('covers forms and bodies that are no text, as they came', () => {
    const form = 'token=x&team_domain=example&text=hello+world%21';
    expect(ask(config, signed(form), form)).toBe('ok');
    expect(ask(config, signed(form), form.replace('+', '%20'))).toBe('signature_mismatch');
    fc.assert(
      fc.property(anyBytes, (body) => {
        expect(ask(config, signed(body), body)).toBe('ok');
      }),
    );
  });

  it.each([
    ...spoiled(hmac(`v0:${NOW_S}:`, 'body')).map(([what, text]): [string, string] => [what, `v0=${text}`]),
    ['without its prefix', hmac(`v0:${NOW_S}:`, 'body')],
    ['of another version', `v1=${hmac(`v0:${NOW_S}:`, 'body')}`],
    ['in capitals', `v0=${hmac(`v0:${NOW_S}:`, 'body').toUpperCase()}`],
  ])('rejects a signature that is %s, as the package does', (_what, text) => {
    const headers = { ...signed('body'), 'x-slack-signature': text };
    expect(ask(config, headers, 'body')).toMatch(/signature/);
    expect(oracle(headers, 'body')).toBe(false);
  });

  it.each([
    [0, 'ok'],
    [-300, 'ok'],
    [300, 'ok'],
    [-301, 'timestamp_too_old'],
    [301, 'timestamp_too_new'],
  ])('of a timestamp %i seconds off says %s', (offset, expected) => {
    expect(ask(config, signed('body', NOW_S + offset), 'body')).toBe(expected);
  });

  it.each(badTimestamps)('refuses the timestamp %j even when it is signed', (t) => {
    expect(ask(config, signed('body', t), 'body')).toMatch(/timestamp/);
  });

  it.each(['x-slack-signature', 'x-slack-request-timestamp'])('needs %s exactly once', (name) => {
    const headers = signed('body');
    expect(ask(config, { ...headers, [name]: undefined }, 'body')).toMatch(/^missing/);
    expect(ask(config, { ...headers, [name]: [headers[name]!, headers[name]!] }, 'body')).toBe('duplicate_header');
  });
});
