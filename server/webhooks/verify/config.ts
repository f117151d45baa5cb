/**
 * A webhook's verification, ready to use: secrets opened, defaults filled in. Made once when a webhook is loaded, read
 * on every request. Keys are raw bytes; the first is the current secret, a second one the previous.
 */
import type { hmacAlgorithms, hmacEncodings } from '../../schemas/verify.ts';

export interface Keyed {
  readonly keys: readonly Buffer[];
}
export interface Tolerant {
  readonly toleranceS: number;
}

export interface HmacConfig extends Keyed, Tolerant {
  readonly type: 'hmac';
  /** Lower case, like every header name here. */
  readonly header: string;
  readonly algorithm: (typeof hmacAlgorithms)[number];
  readonly encoding: (typeof hmacEncodings)[number];
  readonly prefix: string;
  readonly signed: readonly SignedPart[];
  readonly separator: string;
  readonly timestampHeader: string | null;
}

export type SignedPart =
  | { readonly part: 'body' }
  | { readonly part: 'timestamp' }
  | { readonly part: 'header'; readonly name: string }
  | { readonly part: 'text'; readonly text: string };

export type VerifyConfig =
  | { readonly type: 'none' }
  | ({ readonly type: 'standard-webhooks' | 'stripe' | 'slack' } & Keyed & Tolerant)
  | ({ readonly type: 'github' | 'shopify' } & Keyed)
  | HmacConfig
  | ({ readonly type: 'basic'; readonly username: string } & Keyed)
  | ({ readonly type: 'api-key'; readonly header: string; readonly prefix: string } & Keyed);

export type ConfigOf<T extends VerifyConfig['type']> = Extract<VerifyConfig, { readonly type: T }>;

/** What is verified: the header lists as node:http gives them (`headersDistinct`) and the bytes as they came. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
  readonly rawBody: Buffer;
  readonly nowMs: number;
}

export type VerifyFault =
  | 'duplicate_header'
  | 'missing_signature'
  | 'malformed_signature'
  | 'signature_mismatch'
  | 'too_many_signatures'
  | 'missing_timestamp'
  | 'malformed_timestamp'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'missing_id'
  | 'malformed_id'
  | 'mixed_headers'
  | 'malformed_header';

/** `signedId` and `signedTimestamp` are what a scheme vouches for besides the body: duplicates are told by them. */
export type Verdict =
  | { readonly ok: true; readonly signedId?: string; readonly signedTimestamp?: string }
  | { readonly ok: false; readonly reason: VerifyFault };

export function refuse(reason: VerifyFault): Verdict {
  return { ok: false, reason };
}
