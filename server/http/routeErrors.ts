/** Which error codes a route can answer: its own, and those that come with needing a token, an id or a body. */
import type { ErrorCode } from '../lib/errors.ts';
import type { RouteDoc } from './route.ts';

export function errorsOf(route: RouteDoc): readonly ErrorCode[] {
  const codes: ErrorCode[] = ['misdirected_host', 'internal', ...(route.errors ?? [])];
  if (route.auth !== 'public') codes.push('unauthorized', 'duplicate_header', 'storage_unavailable');
  if (route.auth !== 'public' && route.auth !== 'operator') codes.push('forbidden');
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

function hasCursor({ query }: RouteDoc): boolean {
  return query !== undefined && 'properties' in query && Object.hasOwn(query.properties as object, 'cursor');
}
