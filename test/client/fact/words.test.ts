/** Times, durations and sizes in words, as a browser of an American says them. */
import { expect, it } from 'vitest';
import {
  bytesWords,
  deltaWords,
  durationWords,
  numberWords,
  timeWords,
} from '../../../server/client/components/fact/words.ts';

const NOW = Date.UTC(2026, 2, 14, 12, 0, 0);

it.each([
  [0, 'just now'],
  [1_400, 'just now'],
  [-1_400, 'just now'],
  [8_900, '8 s ago'],
  [-12_000, 'in 12 s'],
  [59_999, '59 s ago'],
  [60_000, '1 min ago'],
  [69_999, '1 min ago'],
  [70_000, '1 min 10 s ago'],
  [11 * 60_000 + 40_000, '11 min ago'],
  [59 * 60_000 + 59_999, '59 min ago'],
  [3_600_000, '1 h ago'],
  [-7_300_000, 'in 2 h'],
  [86_399_999, '23 h ago'],
])('a time %d ms ago is told as “%s”', (agoMs, words) => {
  expect(timeWords(NOW - agoMs, 'relative', NOW)).toBe(words);
});

it('tells the date of what is a day away, before and after', () => {
  expect(timeWords(NOW - 86_400_000, 'relative', NOW)).toMatch(/2026/);
  expect(timeWords(NOW + 86_400_000, 'relative', NOW)).toMatch(/2026/);
  expect(timeWords(NOW, 'date', NOW)).not.toMatch(/:/);
  expect(timeWords(NOW, 'absolute', NOW)).toMatch(/:00:00/);
});

it.each([
  [0, '0 ms'],
  [0.42, '0.42 ms'],
  [38.4, '38 ms'],
  [999.4, '999 ms'],
  [999.6, '1 s'],
  [1_204, '1.2 s'],
  [59_940, '59.9 s'],
  [59_960, '1 min'],
  [61_000, '1 min 1 s'],
  [8_040_000, '2 h 14 min'],
  [273_600_000, '3 d 4 h'],
  [-1_500, '−1.5 s'],
])('%d ms last “%s”', (ms, words) => {
  expect(durationWords(ms)).toBe(words);
});

it.each([
  [0, '0 B'],
  [812, '812 B'],
  [999, '999 B'],
  [1_000, '1 kB'],
  [16_384, '16.4 kB'],
  [999_600, '1 MB'],
  [2_411_724, '2.4 MB'],
  [1_099_511_627_776, '1.1 TB'],
  [9e18, '9,000 PB'],
])('%d bytes are “%s”', (bytes, words) => {
  expect(bytesWords(bytes)).toBe(words);
});

it('writes numbers in their formats, and differences with their sign', () => {
  expect(numberWords(1_204_551)).toBe('1,204,551');
  expect(numberWords(249.5, { format: 'currency', currency: 'EUR' })).toBe('€249.50');
  expect(numberWords(0.9921, { format: 'percent', decimals: 1 })).toBe('99.2%');
  expect(numberWords(12_481, { format: 'compact' })).toBe('12.5K');
  expect(deltaWords(12)).toBe('+12');
  expect(deltaWords(-0.013, { format: 'percent', decimals: 1 })).toBe('-1.3%');
  expect(deltaWords(0)).toBe('0');
});
