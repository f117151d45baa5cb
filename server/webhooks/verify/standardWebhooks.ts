/**
 * Standard Webhooks, and Svix, whose headers differ in name only.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { refuse, type Keyed, type SignedRequest, type Tolerant, type Verdict } from './config.ts';
import { decodeSignature, isSignedBy, MAX_SIGNATURES } from './digest.ts';
import { headerOf } from './headers.ts';
import { timestampFault } from './timestamp.ts';

/** No dot, which separates the signed parts. */
const MESSAGE_ID = /^[\x21-\x2d\x2f-\x7e]{1,256}$/;

export function verifyStandardWebhooks(config: Keyed & Tolerant, request: SignedRequest): Verdict {
  const envelope = readEnvelope(request);
  if (envelope === 'mixed') return refuse('mixed_headers');
  const { id, timestamp, signature } = envelope;
  if (signature === undefined) return refuse('missing_signature');
  if (id === undefined) return refuse('missing_id');
  if (!MESSAGE_ID.test(id)) return refuse('malformed_id');
  const fault = timestampFault(timestamp, config.toleranceS, request.nowMs);
  if (fault !== null || timestamp === undefined) return refuse(fault ?? 'missing_timestamp');

  const entries = signature.split(' ');
  if (entries.length > MAX_SIGNATURES) return refuse('too_many_signatures');
  // Other versions, such as the asymmetric v1a, are passed over: a sender may sign in several ways at once.
  const signatures = entries.flatMap((entry) => {
    const bytes = entry.startsWith('v1,') ? decodeSignature(entry.slice(3), 'base64', 'sha256') : null;
    return bytes === null ? [] : [bytes];
  });
  if (signatures.length === 0) return refuse('malformed_signature');
  if (!isSignedBy(config.keys, 'sha256', [`${id}.${timestamp}.`, request.rawBody], signatures)) {
    return refuse('signature_mismatch');
  }
  return { ok: true, signedId: id, signedTimestamp: timestamp };
}

interface Envelope {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

// If the two families could be mixed, an unsigned id could stand beside the signed one and be taken for it later.
function readEnvelope(request: SignedRequest): Envelope | 'mixed' {
  const standard = readFamily(request, 'webhook');
  const svix = readFamily(request, 'svix');
  if (isEmpty(svix)) return standard;
  if (isEmpty(standard)) return svix;
  const areSame =
    svix.id === standard.id && svix.timestamp === standard.timestamp && svix.signature === standard.signature;
  return areSame ? standard : 'mixed';
}

function readFamily(request: SignedRequest, family: 'webhook' | 'svix'): Envelope {
  return {
    id: headerOf(request, `${family}-id`),
    timestamp: headerOf(request, `${family}-timestamp`),
    signature: headerOf(request, `${family}-signature`),
  };
}

function isEmpty({ id, timestamp, signature }: Envelope): boolean {
  return id === undefined && timestamp === undefined && signature === undefined;
}
