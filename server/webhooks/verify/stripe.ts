/**
 * Stripe: `t=<seconds>,v1=<hex>[,v1=…]`; the signature covers time and body. `v0` is a scheme for tests and is passed over.
 * https://docs.stripe.com/webhooks/signature
 */
import { refuse, type Keyed, type SignedRequest, type Tolerant, type Verdict } from './config.ts';
import { decodeSignature, isSignedBy, MAX_SIGNATURES } from './digest.ts';
import { headerOf } from './headers.ts';
import { timestampFault } from './timestamp.ts';

export function verifyStripe(config: Keyed & Tolerant, request: SignedRequest): Verdict {
  const header = headerOf(request, 'stripe-signature');
  if (header === undefined) return refuse('missing_signature');
  const items = header.split(',');
  if (items.length > MAX_SIGNATURES + 1) return refuse('too_many_signatures');

  const timestamps = valuesOf(items, 't=');
  if (timestamps.length > 1) return refuse('malformed_signature');
  const fault = timestampFault(timestamps[0], config.toleranceS, request.nowMs);
  if (fault !== null || timestamps[0] === undefined) return refuse(fault ?? 'missing_timestamp');

  const signatures = valuesOf(items, 'v1=').flatMap((text) => decodeSignature(text, 'hex', 'sha256') ?? []);
  if (signatures.length === 0) return refuse('malformed_signature');
  const isSigned = isSignedBy(config.keys, 'sha256', [`${timestamps[0]}.`, request.rawBody], signatures);
  return isSigned ? { ok: true, signedTimestamp: timestamps[0] } : refuse('signature_mismatch');
}

function valuesOf(items: readonly string[], name: string): string[] {
  return items.filter((item) => item.startsWith(name)).map((item) => item.slice(name.length));
}
