import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSealer } from '../../server/lib/sealed.ts';

const key = randomBytes(32);
const isUnreadable = (words: RegExp) =>
  expect.objectContaining({ code: 'secret_unreadable', message: expect.stringMatching(words) });

describe('createSealer', () => {
  const sealer = createSealer({ key });

  it('opens what it sealed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (plain, aad) => {
        expect(sealer.open(sealer.seal(plain, aad), aad)).toBe(plain);
      }),
    );
  });

  it('writes the same secret differently each time, and never in the clear', () => {
    const [first, second] = [sealer.seal('a secret of mine', 'x'), sealer.seal('a secret of mine', 'x')];
    expect(first).not.toBe(second);
    expect(first).not.toContain(Buffer.from('a secret of mine').toString('base64url').slice(0, 8));
  });

  it('refuses to open it for another record', () => {
    expect(() => sealer.open(sealer.seal('plain', 'webhook:1'), 'webhook:2')).toThrow(isUnreadable(/another record/));
  });

  it('refuses every change of a character', () => {
    const sealed = sealer.seal('plain', 'x');
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      expect(() => sealer.open(changed, 'x')).toThrow(isUnreadable(/./));
    }
  });

  it.each(['', 'plain', 'v1.', 'v2.00000000.AAAA', 'v1.00000000.short'])('refuses %j, which nobody sealed', (text) => {
    expect(() => sealer.open(text, 'x')).toThrow(isUnreadable(/form/));
  });

  it('names the keys when another one sealed it', () => {
    const other = createSealer({ key: randomBytes(32) });
    expect(() => other.open(sealer.seal('plain', 'x'), 'x')).toThrow(isUnreadable(/sealed with key [0-9a-f]{8}/));
  });

  it('opens with an old key and seals with the new one', () => {
    const newKey = randomBytes(32);
    const rotated = createSealer({ key: newKey, oldKeys: [key] });
    expect(rotated.open(sealer.seal('plain', 'x'), 'x')).toBe('plain');
    expect(createSealer({ key: newKey }).open(rotated.seal('plain', 'x'), 'x')).toBe('plain');
  });

  it('takes keys of 32 bytes only', () => {
    expect(() => createSealer({ key: randomBytes(16) })).toThrow(/expected 32 bytes, found 16/);
  });
});
