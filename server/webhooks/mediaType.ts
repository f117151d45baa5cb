/** Content-Type, read strictly: what is not exactly one media type is refused instead of guessed at (RFC 9110, section 8.3). */
import { AppError } from '../lib/errors.ts';

export interface MediaType {
  /** Lower case, without parameters: `application/json`. */
  readonly essence: string;
  /** Lower case, or null when none is given. */
  readonly charset: string | null;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const ESSENCE = new RegExp(`^${TOKEN}/${TOKEN}`);
const PARAMETER = new RegExp(`[ \\t]*;[ \\t]*(?:(${TOKEN})=(?:(${TOKEN})|"((?:[^"\\\\]|\\\\.)*)"))?[ \\t]*`, 'y');
/** Longer ones are nobody's content type. */
const MAX_CHARS = 500;

/** Null when there is none. Throws `unsupported_media_type`. */
export function parseMediaType(header: string | readonly string[] | undefined): MediaType | null {
  if (header === undefined) return null;
  if (typeof header !== 'string') {
    if (header.length > 1) throw unsupported('the Content-Type appears more than once');
    return parseMediaType(header[0]);
  }
  if (header === 'application/json') return json;
  const text = header.trim();
  if (text === '') return null;
  const essence = text.length > MAX_CHARS ? undefined : ESSENCE.exec(text)?.[0];
  if (essence === undefined) throw unsupported('the Content-Type is no media type');
  return { essence: essence.toLowerCase(), charset: readCharset(text, essence.length) };
}

const json: MediaType = { essence: 'application/json', charset: null };

function readCharset(text: string, start: number): string | null {
  let charset: string | null = null;
  for (let at = start; at < text.length; at = PARAMETER.lastIndex) {
    PARAMETER.lastIndex = at;
    const match = PARAMETER.exec(text);
    // A comma stands here when a proxy joined two types: neither can be trusted.
    if (match === null) throw unsupported('the Content-Type has more after the media type than parameters');
    const [, name, plain, quoted] = match;
    if (name?.toLowerCase() !== 'charset') continue;
    if (charset !== null) throw unsupported('the Content-Type names two charsets');
    charset = (plain ?? quoted ?? '').toLowerCase();
  }
  return charset;
}

export function unsupported(why: string): AppError {
  return new AppError('unsupported_media_type', { detail: `The body cannot be read: ${why}.` });
}
