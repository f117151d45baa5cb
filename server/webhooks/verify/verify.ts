/**
 * Decides whether a request comes from who it should. Pure: over the header lists, the bytes as they came and the given
 * time; nothing is parsed before this has said yes.
 */
import { AppError } from '../../lib/errors.ts';
import { refuse, type SignedRequest, type Verdict, type VerifyConfig, type VerifyFault } from './config.ts';
import { verifyApiKey, verifyBasic } from './credentials.ts';
import { verifyGithub } from './github.ts';
import { securityHeaders } from './headers.ts';
import { verifyHmac } from './hmac.ts';
import { verifyShopify } from './shopify.ts';
import { verifySlack } from './slack.ts';
import { verifyStandardWebhooks } from './standardWebhooks.ts';
import { verifyStripe } from './stripe.ts';

export function verifyRequest(config: VerifyConfig, request: SignedRequest): Verdict {
  for (const name of securityHeaders(config)) {
    if ((request.headers[name]?.length ?? 0) > 1) return refuse('duplicate_header');
  }
  switch (config.type) {
    case 'none':
      return { ok: true };
    case 'standard-webhooks':
      return verifyStandardWebhooks(config, request);
    case 'github':
      return verifyGithub(config, request);
    case 'stripe':
      return verifyStripe(config, request);
    case 'slack':
      return verifySlack(config, request);
    case 'shopify':
      return verifyShopify(config, request);
    case 'hmac':
      return verifyHmac(config, request);
    case 'basic':
      return verifyBasic(config, request);
    case 'api-key':
      return verifyApiKey(config, request);
  }
}

const words: Readonly<Record<VerifyFault, string>> = {
  duplicate_header: 'A header that verification depends on appears more than once.',
  missing_signature: 'The header that proves who calls is missing.',
  malformed_signature: 'The header that proves who calls is not written as this webhook expects.',
  signature_mismatch: 'The signature or secret is not the one of this webhook.',
  too_many_signatures: 'There are too many signatures.',
  missing_timestamp: 'The timestamp is missing.',
  malformed_timestamp: 'The timestamp is not written as Unix seconds.',
  timestamp_too_old: 'The timestamp is too old.',
  timestamp_too_new: 'The timestamp is too far in the future.',
  missing_id: 'The message id is missing.',
  malformed_id: 'The message id contains characters that are not allowed.',
  mixed_headers: 'The svix-* and webhook-* headers contradict each other.',
  malformed_header: 'A signed header is missing or contains the separator of the signed parts.',
};

/** What a caller is told: 400 for a repeated header, 401 for everything else, with `reason` for programs. */
export function verifyError(reason: VerifyFault): AppError {
  const code = reason === 'duplicate_header' ? 'duplicate_header' : 'signature_invalid';
  return new AppError(code, { detail: words[reason], extra: { reason } });
}
