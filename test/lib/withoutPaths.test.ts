/** What is told of an error carries no path of this machine. */
import { expect, test } from 'vitest';
import { withoutPaths } from '../../server/lib/withoutPaths.ts';

test.each([
  ["ENOENT: no such file or directory, open '/etc/passwd'", "ENOENT: no such file or directory, open '(a file)'"],
  ['at file:///home/ada/app/views/x.ts:3:7', 'at (a file)'],
  [
    "Cannot find module '/srv/app/a.ts' imported from /srv/app/views/b.ts",
    "Cannot find module '(a file)' imported from (a file)",
  ],
  ['C:\\Users\\ada\\app\\x.ts is not there', '(a file) is not there'],
])('%s', (text, told) => {
  expect(withoutPaths(text)).toBe(told);
});

test.each(['https://example.com/a/b answered 500', 'total is undefined', 'a/b', '3 / 4 / 5', 'orders.page: no /id'])(
  '%s stays as it is',
  (text) => {
    expect(withoutPaths(text)).toBe(text);
  },
);

test('a long text takes no time', () => {
  const text = '/'.repeat(50_000) + '/a'.repeat(50_000);
  const startedAt = performance.now();
  withoutPaths(text);
  expect(performance.now() - startedAt).toBeLessThan(500);
});
