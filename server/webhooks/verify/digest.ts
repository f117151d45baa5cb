/** Signatures by a shared key (HMAC, RFC 2104), decoded strictly and compared in constant time. */
import { createHmac } from 'node:crypto';
import type { hmacAlgorithms, hmacEncodings } from '../../schemas/verify.ts';
import { safeEqual } from '../../lib/safeCompare.ts';

export const MAX_SIGNATURES = 20;

type Algorithm = (typeof hmacAlgorithms)[number];
type Encoding = (typeof hmacEncodings)[number];

const digestBytes: Readonly<Record<Algorithm, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

/**
 * The bytes of a signature, or null when it is not written exactly as a signature of that algorithm is. Node's own
 * decoding stops or skips at what it does not understand, so `abzz` as hex would become one byte.
 */
export function decodeSignature(text: string, encoding: Encoding, algorithm: Algorithm): Buffer | null {
  const length = digestBytes[algorithm];
  if (encoding === 'hex')
    return text.length === length * 2 && /^[0-9a-f]+$/.test(text) ? Buffer.from(text, 'hex') : null;
  const bytes = Buffer.from(text, encoding);
  if (bytes.length !== length) return null;
  // Written back it has to be the same text: no other characters, no other padding, no stray bits at the end.
  const canonical = bytes.toString(encoding);
  return text === canonical || (encoding === 'base64url' && text.replace(/=+$/, '') === canonical) ? bytes : null;
}

/** Whether one of the signatures is that of the parts under one of the keys. All are tried, whichever fits. */
export function isSignedBy(
  keys: readonly Buffer[],
  algorithm: Algorithm,
  parts: readonly (string | Uint8Array)[],
  signatures: readonly Uint8Array[],
): boolean {
  let isSigned = false;
  for (const key of keys) {
    const hmac = createHmac(algorithm, key);
    for (const part of parts) hmac.update(part);
    const expected = hmac.digest();
    for (const signature of signatures) if (safeEqual(expected, signature)) isSigned = true;
  }
  return isSigned;
}
