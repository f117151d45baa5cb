import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signWebhook } from '../../server/lib/signature.ts';
import { openKeys, rotateSecrets, storeSecret, takeSecret } from '../../server/rules/secrets.ts';
import { A_SECRET, sealer, START_MS } from './builders.ts';

const whsec = (bytes: number) => `whsec_${randomBytes(bytes).toString('base64')}`;
const atMs = (ms: number) => new Date(START_MS + ms);

describe('secrets of rules', () => {
  it('are made so that the reference library takes them', () => {
    const { text, signing } = takeSecret({}, randomBytes);
    expect(signing).toBe('hmac');
    expect(text).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const timestampS = Math.floor(Date.now() / 1_000);
    const signature = signWebhook({ id: 'evt_1', timestampS, body: Buffer.from('{}'), secrets: [text] });
    const headers = { 'webhook-id': 'evt_1', 'webhook-timestamp': String(timestampS), 'webhook-signature': signature };
    expect(new Webhook(text).verify('{}', headers)).toEqual({});
  });

  it('are key pairs that belong together, for ed25519', () => {
    const { text, signing } = takeSecret({ signing: 'ed25519' }, randomBytes);
    expect(signing).toBe('ed25519');
    expect(Buffer.from(text.slice(5), 'base64')).toHaveLength(64);
    const { public_key: publicKey } = storeSecret({ text, signing }, 'rul_1', sealer);
    const signature = signWebhook({ id: 'evt_1', timestampS: 5, body: Buffer.from('x'), secrets: [text] });
    const spki = Buffer.concat([
      Buffer.from('302a300506032b6570032100', 'hex'),
      Buffer.from(publicKey!.slice(5), 'base64'),
    ]);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    expect(verify(null, Buffer.from('evt_1.5.x'), key, Buffer.from(signature.slice(4), 'base64'))).toBe(true);
  });

  it.each<[string, string | undefined, boolean]>([
    [A_SECRET, undefined, true],
    [A_SECRET, 'hmac', true],
    [whsec(24), undefined, true],
    [whsec(64), undefined, true],
    [whsec(23), undefined, false],
    [whsec(65), undefined, false],
    [whsec(32).replace('=', ''), undefined, false],
    [`whsec_${'A'.repeat(42)}B=`, undefined, false], // bits that do not belong to any byte
    [A_SECRET, 'ed25519', false],
    ['whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==', undefined, true],
    ['whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==', 'hmac', false],
    [`whsk_${randomBytes(64).toString('base64')}`, undefined, false],
    [`whsk_${randomBytes(32).toString('base64')}`, undefined, false],
  ])('given as %s for %s are taken: %s', (secret, signing, isTaken) => {
    const take = () => takeSecret({ secret, signing: signing as 'hmac' | undefined }, randomBytes);
    if (isTaken) expect(take().text).toBe(secret);
    else {
      expect(take).toThrow(expect.objectContaining({ code: 'invalid_input' }));
      expect(take).toThrow(expect.not.objectContaining({ message: expect.stringContaining(secret.slice(6, 20)) }));
    }
  });

  it('open for their own rule only', () => {
    const stored = storeSecret({ text: A_SECRET, signing: 'hmac' }, 'rul_1', sealer);
    expect(JSON.stringify(stored)).not.toContain(A_SECRET.slice(6, 30));
    expect(openKeys([stored], 'rul_1', sealer)).toEqual([{ secret: A_SECRET, untilMs: null }]);
    expect(() => openKeys([stored], 'rul_2', sealer)).toThrow(expect.objectContaining({ code: 'secret_unreadable' }));
  });

  it('sign on after a rotation until their time is over, three at most, and the newest of them', () => {
    const make = () => storeSecret(takeSecret({}, randomBytes), 'rul_1', sealer);
    const [first, second, third, fourth, fifth] = [make(), make(), make(), make(), make()];
    let all = rotateSecrets([first], second, { now: atMs(0), until: atMs(1_000) });
    expect(all).toEqual([second, { ...first, until: atMs(1_000) }]);
    all = rotateSecrets(all, third, { now: atMs(500), until: atMs(5_000) });
    expect(all.map(({ hint }) => hint)).toEqual([third, second, first].map((each) => each.hint));
    const later = rotateSecrets(all, fourth, { now: atMs(1_000), until: atMs(6_000) });
    expect(later.map(({ until }) => until)).toEqual([null, atMs(6_000), atMs(5_000)]);
    all = rotateSecrets(all, fourth, { now: atMs(600), until: atMs(6_000) });
    all = rotateSecrets(all, fifth, { now: atMs(700), until: atMs(7_000) });
    expect(all.map(({ until }) => until)).toEqual([null, atMs(7_000), atMs(6_000), atMs(5_000)]);
    expect(rotateSecrets([first], second, { now: atMs(0), until: atMs(0) })).toEqual([second]);
  });

  it('are told apart from a key pair of another kind', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
    const wrong = Buffer.concat([seed, randomBytes(32)]);
    expect(() => takeSecret({ secret: `whsk_${wrong.toString('base64')}` }, randomBytes)).toThrow(/belongs to it/);
  });
});
