/**
 * GitHub: SHA-256 over the body alone. The older `x-hub-signature` (SHA-1) is never looked at. A delivery sent as a form
 * is signed as the form it is.
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
import { refuse, type Keyed, type SignedRequest, type Verdict } from './config.ts';
import { decodeSignature, isSignedBy } from './digest.ts';
import { headerOf } from './headers.ts';

export function verifyGithub(config: Keyed, request: SignedRequest): Verdict {
  const header = headerOf(request, 'x-hub-signature-256');
  if (header === undefined) return refuse('missing_signature');
  const signature = header.startsWith('sha256=') ? decodeSignature(header.slice(7), 'hex', 'sha256') : null;
  if (signature === null) return refuse('malformed_signature');
  return isSignedBy(config.keys, 'sha256', [request.rawBody], [signature])
    ? { ok: true }
    : refuse('signature_mismatch');
}
