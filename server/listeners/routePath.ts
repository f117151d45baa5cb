/** What can be said of a route's path before anybody asks for it: that it is one, is free, and can be reached. Pure. */
import { GUEST, USER, type ViewRoute } from '../schemas/view.ts';

/** First segments of addresses that the platform answers itself. */
const TAKEN = new Set([
  '_earshot',
  'app',
  'apps',
  'assets',
  'components.json',
  'console',
  'docs',
  'health',
  'metrics',
  'openapi.json',
  'sdk.d.ts',
  'sdk.js',
  'socket.io',
]);

export function pathFault(path: string, member: 'pages' | 'json'): string | undefined {
  const segments = segmentsOf(path);
  if (path !== '/' && segments.includes('')) return 'expected a path without empty segments, such as /orders/:id';
  if (/[?#*\\\s]/.test(path)) return 'expected segments of plain text or :name; there are no wildcards, and no query';
  const [first = ''] = segments;
  if (member === 'pages' && (TAKEN.has(first) || first.startsWith('@'))) return `/${first} is the platform's own`;
  return undefined;
}

/** Whether whoever could open the later route is given the former, which comes first: it fits the same paths for them. */
export function takesAllOf(former: ViewRoute, later: ViewRoute): boolean {
  if (former.params !== undefined) return false; // paths that do not fit its schema go on to the next
  const [ours, theirs] = [segmentsOf(former.path), segmentsOf(later.path)];
  const fitsAll = ours.length === theirs.length && ours.every((one, i) => one.startsWith(':') || one === theirs[i]);
  const roles = new Set(former.roles ?? [USER]);
  const isFor = (role: string) => roles.has(GUEST) || roles.has(role) || (role !== GUEST && roles.has(USER));
  return fitsAll && (later.roles ?? [USER]).every(isFor);
}

const segmentsOf = (path: string): readonly string[] => path.slice(1).split('/');
