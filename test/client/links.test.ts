/** Which addresses may be followed. */
import { expect, test } from 'vitest';
import { safeUrl } from '../../server/client/render/safeUrl.ts';
import { targetOf } from '../../server/client/render/target.ts';

test.each([
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  'jAvA\tscript:alert(1)',
  'java\nscript:alert(1)',
  ' javascript:alert(1)',
  '\u0001javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'blob:https://here/1',
  'blob:https://here.invalid/1',
  'filesystem:https://here.invalid/x',
  'https:evil.example',
  'http:/evil.example',
  'file:///etc/passwd',
  'about:blank',
  'filesystem:https://here/x',
  'view-source:https://here',
  '//evil.example',
  ' //evil.example',
  '/\t/evil.example',
  '\\\\evil.example',
  '/\\evil.example',
  'https:\\\\evil.example',
  'http://[',
  '',
  ' ',
])('%j is no address', (url) => {
  expect(safeUrl(url)).toBeUndefined();
});

test.each([undefined, null, 7, {}, ['/x']])('%j is no address', (url) => {
  expect(safeUrl(url)).toBeUndefined();
});

test.each([
  '/orders',
  '/orders?a=b#c',
  'orders/1',
  '?page=2',
  '#top',
  'https://x.example/',
  'http://x',
  'mailto:a@b.c',
  'tel:+49',
])('%j is one, as it is', (url) => {
  expect(safeUrl(url)).toBe(url);
});

test.each([
  ['/orders?x=1#y', '', '/', { type: 'page', path: '/orders?x=1#y', href: '/orders?x=1#y' }],
  ['/orders', '/@sandbox', '/', { type: 'page', path: '/orders', href: '/@sandbox/orders' }],
  ['?page=2', '/@sandbox', '/orders', { type: 'page', path: '/orders?page=2', href: '/@sandbox/orders?page=2' }],
  ['../b', '', '/orders/a/c', { type: 'page', path: '/orders/b', href: '/orders/b' }],
  ['#top', '', '/orders', { type: 'fragment', href: '#top' }],
  ['/docs', '/@sandbox', '/', { type: 'served', href: '/docs' }],
  ['/app/colls', '', '/', { type: 'served', href: '/app/colls' }],
  ['/documents', '', '/', { type: 'page', path: '/documents', href: '/documents' }],
  ['https://x.example/orders', '', '/', { type: 'elsewhere', href: 'https://x.example/orders' }],
  ['mailto:a@b.c', '', '/', { type: 'elsewhere', href: 'mailto:a@b.c' }],
] as const)('%s, at base «%s» and path %s, leads to its place', (to, base, here, target) => {
  expect(targetOf(to, base, here)).toEqual(target);
});

test('no way up leads out of the app or to another host', () => {
  for (const to of ['/../../x', '../../../x', '/./x']) {
    expect(targetOf(to, '/@sandbox', '/a')).toEqual({ type: 'page', path: '/x', href: '/@sandbox/x' });
  }
  // A path that begins with two slashes once it is resolved would be a host in `href`.
  expect(targetOf('/.//evil.example', '', '/')).toBeUndefined();
  expect(targetOf('/x/..//evil.example', '', '/')).toBeUndefined();
});
