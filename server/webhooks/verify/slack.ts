/**
 * Slack: `v0=<hex>` over `v0:<timestamp>:<body>`, the body being the form or JSON exactly as sent.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
import { refuse, type Keyed, type SignedRequest, type Tolerant, type Verdict } from './config.ts';
import { decodeSignature, isSignedBy } from './digest.ts';
import { headerOf } from './headers.ts';
import { timestampFault } from './timestamp.ts';

export function verifySlack(config: Keyed & Tolerant, request: SignedRequest): Verdict {
  const header = headerOf(request, 'x-slack-signature');
  if (header === undefined) return refuse('missing_signature');
  const timestamp = headerOf(request, 'x-slack-request-timestamp');
  const fault = timestampFault(timestamp, config.toleranceS, request.nowMs);
  if (fault !== null || timestamp === undefined) return refuse(fault ?? 'missing_timestamp');

  const signature = header.startsWith('v0=') ? decodeSignature(header.slice(3), 'hex', 'sha256') : null;
  if (signature === null) return refuse('malformed_signature');
  const isSigned = isSignedBy(config.keys, 'sha256', [`v0:${timestamp}:`, request.rawBody], [signature]);
  return isSigned ? { ok: true, signedTimestamp: timestamp } : refuse('signature_mismatch');
}
