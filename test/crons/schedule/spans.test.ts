import { describe, expect, it } from 'vitest';
import { offsetAt } from '../../../server/lib/zone.ts';
import { spanAt } from '../../../server/crons/schedule/spans.ts';

const HOUR_MS = 3_600_000;
const shown = (at: number): string => new Date(at).toISOString().slice(0, 19);

/** The changes of clocks between two years. */
function changesOf(zone: string, year: number, untilYear: number): string[] {
  const changes: string[] = [];
  for (let at = Date.UTC(year, 0); at < Date.UTC(untilYear, 0);) {
    const span = spanAt(zone, at);
    if (span.from === at && span.offset !== span.before) changes.push(shown(at));
    at = span.to;
  }
  return changes;
}

describe('spanAt', () => {
  it('knows when the clocks changed last, by how much, and when they will', () => {
    expect(spanAt('Europe/Berlin', Date.parse('2026-07-01T00:00:00Z'))).toEqual({
      from: Date.parse('2026-03-29T01:00:00Z'),
      to: Date.parse('2026-10-25T01:00:00Z'),
      offset: 2 * HOUR_MS,
      before: HOUR_MS,
    });
  });

  it('looks for the last change in the year before, too', () => {
    const { from, before } = spanAt('Europe/Berlin', Date.parse('2026-01-01T00:00:00Z'));
    expect([shown(from), before]).toEqual(['2025-10-26T01:00:00', 2 * HOUR_MS]);
  });

  it('begins with the very second of a change', () => {
    const change = Date.parse('2026-10-25T01:00:00Z');
    expect(spanAt('Europe/Berlin', change - 1).to).toBe(change);
    expect(spanAt('Europe/Berlin', change).from).toBe(change);
  });

  it.each<[string, number, number, string[]]>([
    ['UTC', 2020, 2030, []],
    ['Asia/Kathmandu', 2020, 2030, []],
    ['America/Recife', 2000, 2001, ['2000-02-27T02:00:00', '2000-10-08T03:00:00', '2000-10-15T02:00:00']],
    ['Africa/Casablanca', 2026, 2027, ['2026-02-15T02:00:00', '2026-03-22T02:00:00']],
    ['Pacific/Apia', 2011, 2012, ['2011-04-02T14:00:00', '2011-09-24T14:00:00', '2011-12-30T10:00:00']],
    ['Asia/Pyongyang', 2015, 2019, ['2015-08-14T15:00:00', '2018-05-04T15:00:00']],
    ['Asia/Dhaka', 2009, 2010, ['2009-06-19T17:00:00', '2009-12-31T17:00:00']],
  ])('finds all changes in %s from %i to %i', (zone, year, untilYear, changes) => {
    expect(changesOf(zone, year, untilYear)).toEqual(changes);
  });

  it.each(['Africa/Casablanca', 'America/Recife', 'Africa/Cairo', 'Asia/Gaza', 'Pacific/Fiji', 'America/Caracas'])(
    'has the offset of any moment in %s',
    (zone) => {
      const wrong: string[] = [];
      for (let at = Date.UTC(2000, 0); at < Date.UTC(2040, 0); at += 60 * HOUR_MS) {
        const { from, to, offset } = spanAt(zone, at);
        if (at < from || at >= to || offset !== offsetAt(zone, at)) wrong.push(shown(at));
      }
      expect(wrong).toEqual([]);
    },
  );
});
