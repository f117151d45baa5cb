import { describe, expect, it } from 'vitest';
import { createCursorSealer, type CursorScope } from '../../server/lib/cursor.ts';

const KEY = Buffer.alloc(32, 1);
const scope: CursorScope = { environmentId: 1, route: '/app/runs', filter: { status: 'dead', action: 'a' } };

function sealer(now = () => 1_000, key: Uint8Array = KEY) {
  return createCursorSealer({ key, clock: { now }, lifeMs: 60_000 });
}

function flip(cursor: string, at: number): string {
  const bytes = Buffer.from(cursor, 'base64url');
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString('base64url');
}

describe('a cursor', () => {
  it('gives its position back, whatever the order of the filters', () => {
    const cursor = sealer().seal('run_ä|7', scope);
    const filter = { action: 'a', status: 'dead', webhook: undefined };
    expect(sealer().open(cursor, { ...scope, filter })).toBe('run_ä|7');
  });

  it('does not show its position, and looks different each time', () => {
    const cursors = [sealer().seal('run_secret', scope), sealer().seal('run_secret', scope)] as const;
    expect(cursors[0]).not.toBe(cursors[1]);
    expect(Buffer.from(cursors[0], 'base64url').toString('latin1')).not.toContain('run_secret');
    expect(cursors[0]).toMatch(/^[\w-]+$/);
  });

  it.each([
    ['of another environment', { environmentId: 2 }],
    ['of another list', { route: '/app/tokens' }],
    ['of another filter', { filter: { status: 'queued', action: 'a' } }],
    ['of fewer filters', { filter: { status: 'dead' } }],
  ])('%s is refused', (_name, other) => {
    const cursor = sealer().seal('x', scope);
    expect(() => sealer().open(cursor, { ...scope, ...other })).toThrow(
      expect.objectContaining({ code: 'invalid_cursor' }),
    );
  });

  it('is refused when any of its bits is flipped', () => {
    const cursor = sealer().seal('x', scope);
    const { length } = Buffer.from(cursor, 'base64url');
    for (let at = 0; at < length; at++) expect(() => sealer().open(flip(cursor, at), scope)).toThrow('cursor');
  });

  it.each(['', 'x', '{"$gt":""}', 'A'.repeat(47), 'A'.repeat(100), ' ', '%00', 'é'])('is refused as %j', (text) => {
    expect(() => sealer().open(text, scope)).toThrow(expect.objectContaining({ code: 'invalid_cursor' }));
  });

  it('is refused in another spelling of the same bytes', () => {
    const cursor = sealer().seal('x', scope);
    expect(() => sealer().open(`${cursor}=`, scope)).toThrow('cursor');
    expect(() => sealer().open(`${cursor}\n`, scope)).toThrow('cursor');
  });

  it('is refused after its time, and under another key', () => {
    const cursor = sealer().seal('x', scope);
    expect(sealer(() => 61_000).open(cursor, scope)).toBe('x');
    expect(() => sealer(() => 61_001).open(cursor, scope)).toThrow('too old');
    expect(() => sealer(undefined, Buffer.alloc(32, 2)).open(cursor, scope)).toThrow('cursor');
  });
});
