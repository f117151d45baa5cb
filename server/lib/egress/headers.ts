/** Which headers a caller may set: none that could end its line early, and none that belongs to the connection. */
import { EgressError } from './errors.ts';

/** Framing, routing and the connection itself are decided here, never by whoever wrote the header. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
// Visible ASCII, space, tab and Latin-1, as RFC 9110 section 5.5 allows: no CR, LF, NUL or other control.
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const MAX_VALUE_CHARS = 8192;

/** Throws `invalid_header`, naming the header and never showing its value. */
export function checkHeaders(
  headers: Readonly<Record<string, string>>,
  /** More names, or beginnings of names ending in `-`, that the caller keeps for itself; lower case. */
  reserved: readonly string[] = [],
): void {
  for (const [name, value] of Object.entries(headers)) {
    const fault = faultOf(name, value, reserved);
    if (fault !== undefined) throw new EgressError('invalid_header', `Header ${JSON.stringify(name)} ${fault}`);
  }
}

function faultOf(name: string, value: unknown, reserved: readonly string[]): string | undefined {
  if (!NAME.test(name)) return 'has a name that HTTP does not allow';
  const lower = name.toLowerCase();
  if (CONNECTION_HEADERS.has(lower)) return 'belongs to the connection and cannot be set';
  if (reserved.some((taken) => (taken.endsWith('-') ? lower.startsWith(taken) : lower === taken))) {
    return 'is set by Earshot and cannot be replaced';
  }
  if (typeof value !== 'string') return 'must have a string as its value';
  if (value.length > MAX_VALUE_CHARS) return `is longer than ${MAX_VALUE_CHARS} characters`;
  if (!VALUE.test(value)) return 'has a value with a line break, a control character or one beyond Latin-1';
  return undefined;
}
