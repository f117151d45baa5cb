/** Which error codes a route can answer: its own, and those that come with needing a token, an id or a body. */
import type { ErrorCode } from '../lib/errors.ts';
import type { RouteDoc } from './route.ts';

export function errorsOf(route: RouteDoc): readonly ErrorCode[] {
  const codes: ErrorCode[] = ['misdirected_host', 'internal', ...(route.errors ?? [])];
  codes.push(...codesOfAuth(route));
  if (route.params !== undefined) codes.push('not_found');
  if (route.query !== undefined) codes.push('invalid_input');
  if (route.takesTransaction === true) codes.push('invalid_input', 'not_found', 'conflict', 'gone');
  if (hasCursor(route)) codes.push('invalid_cursor');
  if (route.body !== undefined) {
    codes.push('malformed_json', 'malformed_body', 'too_deep', 'body_too_large', 'unsupported_media_type');
    if (route.auth !== 'public') codes.push('invalid_input', 'overloaded');
  }
  return [...new Set(codes)];
}

function codesOfAuth({ auth, method }: RouteDoc): readonly ErrorCode[] {
  switch (auth) {
    case 'public':
      return [];
    case 'operator':
      return ['unauthorized', 'duplicate_header', 'storage_unavailable'];
    case 'browser':
    case 'session':
      return [
        ...(auth === 'session' ? (['unauthorized'] as const) : []),
        ...(method === 'get' ? [] : (['forbidden'] as const)),
        'storage_unavailable',
      ];
    default:
      return ['unauthorized', 'duplicate_header', 'storage_unavailable', 'forbidden'];
  }
}

function hasCursor({ query }: RouteDoc): boolean {
  return query !== undefined && 'properties' in query && Object.hasOwn(query.properties as object, 'cursor');
}
