import { describe, expect, it } from 'vitest';
import { isZone, offsetAt } from '../../server/lib/zone.ts';

const HOUR_MS = 3_600_000;

describe('isZone', () => {
  it.each(['UTC', 'Europe/Paris', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'GMT'])('takes %s', (name) => {
    expect(isZone(name)).toBe(true);
  });

  it.each(['', ' ', '+02:00', '-0530', '+02', 'Z', 'Europe/Atlantis', 'Local', ' UTC', 'Europe/Paris\n'])(
    'refuses %j',
    (name) => {
      expect(isZone(name)).toBe(false);
    },
  );
});

describe('offsetAt', () => {
  it.each([
    ['UTC', '2026-07-01T00:00:00Z', 0],
    ['Europe/London', '2026-01-01T00:00:00Z', 0],
    ['Europe/Berlin', '2026-03-29T00:59:59.999Z', HOUR_MS],
    ['Europe/Berlin', '2026-03-29T01:00:00Z', 2 * HOUR_MS],
    ['America/New_York', '2026-11-01T05:59:59Z', -4 * HOUR_MS],
    ['America/New_York', '2026-11-01T06:00:00Z', -5 * HOUR_MS],
    ['Asia/Kathmandu', '2026-01-01T00:00:00Z', 5.75 * HOUR_MS],
    ['America/St_Johns', '2026-01-01T00:00:00Z', -3.5 * HOUR_MS],
    ['Pacific/Kiritimati', '2026-01-01T00:00:00Z', 14 * HOUR_MS],
    ['Pacific/Apia', '2011-12-30T09:59:59Z', -10 * HOUR_MS],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', 14 * HOUR_MS],
    ['America/St_Johns', '1811-07-23T15:06:40Z', -(3 * 3600 + 30 * 60 + 52) * 1000],
  ])('in %s at %s is %i ms', (zone, at, offset) => {
    expect(offsetAt(zone, Date.parse(at))).toBe(offset);
  });

  it.each(['Europe/Atlantis', '+02:00'])('throws for %s, which is no zone', (zone) => {
    expect(() => offsetAt(zone, 0)).toThrow(RangeError);
  });
});
