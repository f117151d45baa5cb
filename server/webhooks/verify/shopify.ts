/**
 * Shopify: SHA-256 over the body alone, in base64, with no timestamp.
 * https://shopify.dev/docs/apps/build/webhooks/subscribe/https
 */
import { refuse, type Keyed, type SignedRequest, type Verdict } from './config.ts';
import { decodeSignature, isSignedBy } from './digest.ts';
import { headerOf } from './headers.ts';

export function verifyShopify(config: Keyed, request: SignedRequest): Verdict {
  const header = headerOf(request, 'x-shopify-hmac-sha256');
  if (header === undefined) return refuse('missing_signature');
  const signature = decodeSignature(header, 'base64', 'sha256');
  if (signature === null) return refuse('malformed_signature');
  return isSignedBy(config.keys, 'sha256', [request.rawBody], [signature])
    ? { ok: true }
    : refuse('signature_mismatch');
}
