import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, it } from 'vitest';
import { publicKeyOf, signWebhook } from '../../server/lib/signature.ts';
import { verifyStandardWebhooks } from '../../server/webhooks/verify/standardWebhooks.ts';

const HMAC_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ED25519_SECRET = 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
const ED25519_PUBLIC = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=';
/** Of the specification's reference libraries. */
const VECTOR = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampS: 1614265330,
  body: Buffer.from('{"test": 2432232314}'),
};

const anId = fc.stringMatching(/^[a-zA-Z0-9_-]{1,40}$/);
const anyBytes = fc.uint8Array({ maxLength: 2_000 });
const anHmacSecret = fc
  .uint8Array({ minLength: 24, maxLength: 64 })
  .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`);
const aSeed = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => `whsk_${Buffer.from(bytes).toString('base64')}`);
const aTime = fc.integer({ min: 1_000_000_000, max: 4_000_000_000 });

/** Verifies with nothing but Node's own crypto and the public key that a receiver is given. */
function isSignedByKey(publicKey: string, { id, timestampS, body }: typeof VECTOR, signature: string): boolean {
  const raw = Buffer.from(publicKey.slice('whpk_'.length), 'base64');
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
    format: 'jwk',
  });
  const signed = Buffer.concat([Buffer.from(`${id}.${timestampS}.`), body]);
  return verify(null, signed, key, Buffer.from(signature.slice('v1a,'.length), 'base64'));
}

function headersOf(id: string, timestampS: number, signature: string, prefix = 'webhook') {
  return { [`${prefix}-id`]: id, [`${prefix}-timestamp`]: String(timestampS), [`${prefix}-signature`]: signature };
}

describe('signWebhook', () => {
  it.each([
    [HMAC_SECRET, 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
    [ED25519_SECRET, 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=='],
  ])('gives the signature of the specification for %s', (secret, signature) => {
    expect(signWebhook({ ...VECTOR, secrets: [secret] })).toBe(signature);
  });

  it('gives one signature for each secret, in their order, with a space between', () => {
    const both = signWebhook({ ...VECTOR, secrets: [ED25519_SECRET, HMAC_SECRET] });
    expect(both.split(' ')).toEqual([
      signWebhook({ ...VECTOR, secrets: [ED25519_SECRET] }),
      signWebhook({ ...VECTOR, secrets: [HMAC_SECRET] }),
    ]);
  });

  it('is accepted by standardwebhooks and by svix, whatever the payload', () => {
    const timestampS = Math.floor(Date.now() / 1_000);
    fc.assert(
      fc.property(anId, fc.json(), anHmacSecret, anHmacSecret, (id, payload, secret, older) => {
        const signature = signWebhook({ id, timestampS, body: Buffer.from(payload), secrets: [secret, older] });
        for (const key of [secret, older]) {
          const verified = new Webhook(key).verify(payload, headersOf(id, timestampS, signature));
          expect(verified).toEqual(JSON.parse(payload));
          new SvixWebhook(key).verify(payload, headersOf(id, timestampS, signature));
          new SvixWebhook(key).verify(payload, headersOf(id, timestampS, signature, 'svix'));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is refused by them when a byte, the id or the time is another one', () => {
    const timestampS = Math.floor(Date.now() / 1_000);
    const signature = signWebhook({ id: 'evt_1', timestampS, body: Buffer.from('{"a":1}'), secrets: [HMAC_SECRET] });
    const receiver = new Webhook(HMAC_SECRET);
    expect(() => receiver.verify('{"a":2}', headersOf('evt_1', timestampS, signature))).toThrow();
    expect(() => receiver.verify('{"a":1}', headersOf('evt_2', timestampS, signature))).toThrow();
    expect(() => receiver.verify('{"a":1}', headersOf('evt_1', timestampS + 1, signature))).toThrow();
  });

  it('signs the raw bytes, UTF-8 or not: a receiver of ours accepts exactly them', () => {
    fc.assert(
      fc.property(anId, anyBytes, anHmacSecret, aTime, (id, bytes, secret, timestampS) => {
        const body = Buffer.from(bytes);
        const signature = signWebhook({ id, timestampS, body, secrets: [secret] });
        const keys = [Buffer.from(secret.slice('whsec_'.length), 'base64')];
        const headers = Object.fromEntries(
          Object.entries(headersOf(id, timestampS, signature)).map(([name, value]) => [name, [value]]),
        );
        const request = { headers, rawBody: body, nowMs: timestampS * 1_000 };
        const verdict = verifyStandardWebhooks({ keys, toleranceS: 300 }, request);
        expect(verdict).toMatchObject({ ok: true });
      }),
    );
  });

  it('signs by ed25519 so that Node verifies it from the public key alone', () => {
    fc.assert(
      fc.property(anId, anyBytes, aSeed, aTime, (id, bytes, secret, timestampS) => {
        const body = Buffer.from(bytes);
        const signature = signWebhook({ id, timestampS, body, secrets: [secret] });
        expect(signature).toMatch(/^v1a,/);
        expect(isSignedByKey(publicKeyOf(secret), { id, timestampS, body }, signature)).toBe(true);
        const other = Buffer.concat([body, Buffer.from([1])]);
        expect(isSignedByKey(publicKeyOf(secret), { id, timestampS, body: other }, signature)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('takes a key that another tool made, as a seed and as a seed with its public key', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const jwk = privateKey.export({ format: 'jwk' });
    const seed = Buffer.from(jwk.d!, 'base64url');
    const raw = Buffer.from(jwk.x!, 'base64url');
    const long = `whsk_${Buffer.concat([seed, raw]).toString('base64')}`;
    const short = `whsk_${seed.toString('base64')}`;
    expect(signWebhook({ ...VECTOR, secrets: [long] })).toBe(signWebhook({ ...VECTOR, secrets: [short] }));
    expect(publicKeyOf(long)).toBe(`whpk_${raw.toString('base64')}`);
  });

  it.each([
    ['no prefix', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    ['an empty secret', 'whsec_'],
    ['a public key', ED25519_PUBLIC],
    ['half a seed', `whsk_${Buffer.alloc(16).toString('base64')}`],
    ['a public half of another key', `whsk_${Buffer.alloc(64, 7).toString('base64')}`],
  ])('throws for %s and does not repeat it', (_, secret) => {
    const body = secret.replace(/^wh[a-z]+_/, '');
    try {
      signWebhook({ ...VECTOR, secrets: [secret] });
      expect.unreachable();
    } catch (error) {
      if (body !== '') expect((error as Error).message).not.toContain(body);
    }
  });
});

describe('publicKeyOf', () => {
  it('gives the public key of the specification', () => {
    expect(publicKeyOf(ED25519_SECRET)).toBe(ED25519_PUBLIC);
  });
});
