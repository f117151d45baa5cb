import fc from 'fast-check';
import type { VerifyConfig, VerifyFault } from '../../../server/webhooks/verify/config.ts';
import { verifyRequest } from '../../../server/webhooks/verify/verify.ts';

export const NOW_S = 1_760_000_000;
export const NOW_MS = NOW_S * 1_000 + 123;

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Asks for the decision on a request; `ok`, or the reason of the refusal. */
export function ask(
  config: VerifyConfig,
  headers: Headers,
  body: string | Uint8Array,
  nowMs = NOW_MS,
): 'ok' | VerifyFault {
  const lists: Record<string, readonly string[] | undefined> = {};
  for (const [name, value] of Object.entries(headers)) {
    lists[name.toLowerCase()] = typeof value === 'string' ? [value] : value;
  }
  const verdict = verifyRequest(config, { headers: lists, rawBody: Buffer.from(body), nowMs });
  return verdict.ok ? 'ok' : verdict.reason;
}

/** Bodies of any bytes, many of them no UTF-8. */
export const anyBytes = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
export const anyText = fc.string({ unit: 'binary', maxLength: 200 });

/** Signatures that a sloppy check lets through, made from the right one. */
export function spoiled(signature: string): [string, string][] {
  return [
    ['empty', ''],
    ['shortened', signature.slice(0, -1)],
    ['cut to one character', signature.slice(0, 1)],
    ['lengthened', `${signature}0`],
    ['with a space before', ` ${signature}`],
    ['with a space after', `${signature} `],
    ['twice', `${signature}${signature}`],
    ['not in the alphabet', 'z'.repeat(signature.length)],
    ['with its first character changed', (signature.startsWith('a') ? 'b' : 'a') + signature.slice(1)],
    ['of nothing', '0'.repeat(signature.length)],
  ];
}
