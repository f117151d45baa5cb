/** The settings of the general `hmac` scheme: their defaults, and the combinations that would prove nothing. */
import type { FieldFault } from '../lib/errors.ts';
import { DEFAULT_TOLERANCE_S, type VerifyInput } from '../schemas/verify.ts';
import type { StoredVerify } from './document.ts';
import type { HmacConfig, SignedPart } from './verify/config.ts';

type HmacInput = Extract<VerifyInput, { readonly type: 'hmac' }>;
type HmacStored = Extract<StoredVerify['settings'], { readonly type: 'hmac' }>;

export function hmacSettings(settings: HmacStored): Omit<HmacConfig, 'type' | 'keys'> {
  return {
    header: settings.header.toLowerCase(),
    algorithm: settings.algorithm ?? 'sha256',
    encoding: settings.encoding ?? 'hex',
    prefix: settings.prefix ?? '',
    signed: (settings.signed ?? ['body']).map(parsePart),
    separator: settings.separator ?? '.',
    timestampHeader: settings.timestamp_header?.toLowerCase() ?? null,
    toleranceS: settings.tolerance_s ?? DEFAULT_TOLERANCE_S,
  };
}

export function hmacFaults(input: HmacInput): FieldFault[] {
  const signed = input.signed ?? ['body'];
  const count = (name: string) => signed.filter((part) => part === name).length;
  const faults: [string, string][] = [];
  if (input.algorithm === 'sha1' && input.legacy !== true) {
    faults.push(['algorithm', 'sha1 is broken; `"legacy": true` says that it is meant nevertheless']);
  }
  if (count('body') !== 1) faults.push(['signed', 'expected `body` exactly once: what is not signed can be changed']);
  if (count('timestamp') > 1) faults.push(['signed', 'expected `timestamp` at most once']);
  if (count('timestamp') === 1 && input.timestamp_header === undefined) {
    faults.push(['timestamp_header', 'is required when `timestamp` is signed']);
  }
  if (count('timestamp') === 0 && input.timestamp_header !== undefined) {
    faults.push(['signed', 'expected `timestamp` in it: a time that is not signed proves nothing']);
  }
  return faults.map(([member, message]) => ({ in: 'body', path: `/verify/${member}`, message }));
}

function parsePart(text: string): SignedPart {
  if (text === 'body' || text === 'timestamp') return { part: text };
  return text.startsWith('header:')
    ? { part: 'header', name: text.slice('header:'.length).toLowerCase() }
    : { part: 'text', text: text.slice('text:'.length) };
}
