/**
 * What a token looks like: `ear_`, the letter of its environment, 43 characters for 256 bits of chance, 6 for a CRC-32
 * of all before. The form is easy to find by secret scanners, and a mistyped one is refused without a look-up.
 */
import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_BYTES = 32;
const SECRET_CHARS = 43; // 62^43 > 2^256
const CHECK_CHARS = 6; //   62^6 > 2^32
const FORM = new RegExp(`^ear_([a-z])([0-9A-Za-z]{${SECRET_CHARS}})([0-9A-Za-z]{${CHECK_CHARS}})$`);

export function makeToken(letter: string): string {
  const secret = base62(BigInt(`0x${randomBytes(SECRET_BYTES).toString('hex')}`), SECRET_CHARS);
  const text = `ear_${letter}${secret}`;
  return text + checkOf(text);
}

/** The environment's letter, or undefined for what cannot be a token. */
export function parseToken(text: string): { readonly letter: string } | undefined {
  const [, letter, , check] = FORM.exec(text) ?? [];
  if (letter === undefined || check !== checkOf(text.slice(0, -CHECK_CHARS))) return undefined;
  return { letter };
}

/** How a token is stored. It has 256 bits of chance, so a fast hash without salt is as good as a slow one. */
export function hashToken(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function hintOf(text: string): string {
  return text.slice(-4);
}

function checkOf(text: string): string {
  return base62(BigInt(crc32(text)), CHECK_CHARS);
}

function base62(value: bigint, chars: number): string {
  let text = '';
  for (let rest = value; text.length < chars; rest /= 62n) text = (ALPHABET[Number(rest % 62n)] ?? '') + text;
  return text;
}
