/**
 * Reads the body of a trigger. The media type alone decides how, never the bytes; what is stored is the bytes and the
 * kind, from which `readEvent` gives the event again at any time.
 *
 *   application/json, …+json            json     checked for depth and size before it is parsed
 *   application/x-www-form-urlencoded   form     an object of strings; a repeated name gives a list
 *   text/…, XML                         text
 *   everything else, multipart too      base64   nothing is unpacked
 *   no body                             none     an empty object
 *
 * A body without a type is text, or base64 when it is no UTF-8. JSON.parse keeps the last of two equal keys, and digits
 * beyond a double's precision are lost; the bytes are kept, so nothing of either is.
 */
import { isUtf8 } from 'node:buffer';
import { AppError } from '../lib/errors.ts';
import { hasOverflow, jsonLimits, scanJson } from '../lib/jsonDepth.ts';
import { findJsonFault } from '../lib/jsonFault.ts';
import type { Json } from '../schemas/json.ts';
import type { EventKind } from '../schemas/run.ts';
import { parseMediaType, unsupported } from './mediaType.ts';

export interface ParsedBody {
  readonly kind: EventKind;
  /** The event. Worked out on first use, except for JSON, which has to be parsed to know that it is. */
  readonly value: Json;
}

/** Throws `unsupported_media_type`, `malformed_json`, `malformed_body` or `too_deep`. */
export function parseEventBody(contentType: string | readonly string[] | undefined, rawBody: Buffer): ParsedBody {
  const type = parseMediaType(contentType);
  if (rawBody.length === 0) return { kind: 'none', value: {} };
  const kind = type === null ? (isUtf8(rawBody) ? 'text' : 'base64') : kindOf(type.essence);
  if (kind !== 'base64' && type !== null && !isUnicode(type.charset)) {
    throw unsupported(`its charset is ${type.charset ?? ''}; expected utf-8, or none given`);
  }
  if (kind === 'json') return { kind, value: parseJson(rawBody) };
  if (kind !== 'base64' && !isUtf8(rawBody)) {
    throw new AppError('malformed_body', { detail: 'The body is not UTF-8, which text and forms have to be in.' });
  }
  if (kind === 'form') refuseHugeForm(rawBody);
  return lazily(kind, rawBody);
}

/** The event that stored bytes stand for. They were checked when they came in. */
export function readEvent(kind: EventKind, bytes: Uint8Array): Json {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (kind) {
    case 'json':
      return JSON.parse(withoutBom(buffer.toString('utf8'))) as Json;
    case 'text':
      return buffer.toString('utf8');
    case 'form':
      return readForm(buffer.toString('utf8'));
    case 'base64':
      return buffer.toString('base64');
    case 'none':
      return {};
  }
}

function lazily(kind: EventKind, bytes: Buffer): ParsedBody {
  let known: Json | undefined;
  return {
    kind,
    get value() {
      return (known ??= readEvent(kind, bytes));
    },
  };
}

function kindOf(essence: string): EventKind {
  if (essence === 'application/json' || essence.endsWith('+json')) return 'json';
  if (essence === 'application/x-www-form-urlencoded') return 'form';
  if (essence.startsWith('text/') || essence === 'application/xml' || essence.endsWith('+xml')) return 'text';
  return 'base64';
}

function isUnicode(charset: string | null): boolean {
  return charset === null || charset === 'utf-8' || charset === 'utf8';
}

function parseJson(rawBody: Buffer): Json {
  const { isAscii, mayOverflow } = scanJson(rawBody);
  if (!isAscii && !isUtf8(rawBody)) throw malformed('it is not UTF-8');
  const text = isAscii ? rawBody.toString('latin1') : withoutBom(rawBody.toString('utf8'));
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (cause) {
    throw malformed(whereItFails(text), cause);
  }
  if (mayOverflow && hasOverflow(value)) throw malformed('a number in it is larger than a double can hold');
  return value;
}

function whereItFails(text: string): string {
  const at = findJsonFault(text);
  if (at >= text.length) return `it ends too early, after ${text.length} characters`;
  const before = text.slice(0, at).split('\n');
  const place = `position ${at} (line ${before.length}, column ${before.at(-1)!.length + 1})`;
  return `unexpected ${JSON.stringify(String.fromCodePoint(text.codePointAt(at)!))} at ${place}`;
}

function malformed(why: string, cause?: unknown): AppError {
  return new AppError('malformed_json', { detail: `The body is not valid JSON: ${why}.`, cause });
}

function withoutBom(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** Values become strings or lists of strings; `fromEntries` makes own members of any name, `__proto__` included. */
function readForm(text: string): Json {
  const members = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const present = members.get(name);
    if (present === undefined) members.set(name, value);
    else if (typeof present === 'string') members.set(name, [present, value]);
    else present.push(value);
  }
  return Object.fromEntries(members);
}

function refuseHugeForm(bytes: Buffer): void {
  let count = 1;
  for (let at = bytes.indexOf('&'); at !== -1; at = bytes.indexOf('&', at + 1)) {
    if (++count > jsonLimits.keysPerObject) {
      throw new AppError('too_deep', { detail: `The form has more than ${jsonLimits.keysPerObject} fields.` });
    }
  }
}
