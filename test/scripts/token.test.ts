import { describe, expect, it } from 'vitest';
import { parseWish } from '../../scripts/token.ts';

const NOW_MS = Date.parse('2026-01-31T09:30:00Z');

describe('npm run token', () => {
  it('makes an admin token for the sandbox unless told otherwise', () => {
    expect(parseWish([], NOW_MS)).toEqual({
      environment: 'sandbox',
      input: { name: 'made in the shell', scopes: ['admin'] },
    });
  });

  it('takes environment, name, scopes and a time', () => {
    const args = ['--environment', 'production', '--name', 'ci', '--scopes', 'read, write', '--expires', '30d'];
    expect(parseWish(args, NOW_MS)).toEqual({
      environment: 'production',
      input: { name: 'ci', scopes: ['read', 'write'], expires_at: '2026-03-02T09:30:00.000Z' },
    });
    expect(parseWish(['--expires', '90m'], NOW_MS).input.expires_at).toBe('2026-01-31T11:00:00.000Z');
  });

  it.each([
    ['--environment', 'staging'],
    ['--scopes', 'root'],
    ['--scopes', ''],
    ['--expires', '0d'],
    ['--expires', '30'],
    ['--expires', '30y'],
    ['--expires', '1e3d'],
    ['--name', ''],
    ['--unknown', 'x'],
    ['stray'],
  ])('refuses %s %s', (...args) => expect(() => parseWish(args, NOW_MS)).toThrow());
});
