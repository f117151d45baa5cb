/**
 * What providers demand before they send: each is answered here, without a run. Pure; null means that the request is no
 * such handshake. Whatever is echoed is plain text of harmless characters.
 */
import { AppError } from '../lib/errors.ts';
import { safeEqual } from '../lib/safeCompare.ts';
import type { Json } from '../schemas/json.ts';
import type { VerifyType } from '../schemas/verify.ts';

export interface HandshakeReply {
  readonly status: 200;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const CHALLENGE = /^[\w.-]{1,1024}$/;

/**
 * Slack's `url_verification`. To be asked after the signature was checked: without a secret (type `none`) anybody is
 * answered, with one only Slack.
 * https://docs.slack.dev/reference/events/url_verification
 */
export function answerSlack(verifyType: VerifyType, event: Json): HandshakeReply | null {
  if (verifyType !== 'none' && verifyType !== 'slack') return null;
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return null;
  const { type, challenge } = event as { readonly type?: Json; readonly challenge?: Json };
  if (type !== 'url_verification' || challenge === undefined) return null;
  return echo(challenge);
}

export interface MetaRequest {
  readonly method: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** The token set on the webhook; without one these requests mean nothing here. */
  readonly hubVerifyToken: string | null;
}

/**
 * Meta's `hub.challenge`, a GET.
 * https://developers.facebook.com/docs/graph-api/webhooks/getting-started
 */
export function answerMeta({ method, query, hubVerifyToken }: MetaRequest): HandshakeReply | null {
  if (method !== 'GET' || hubVerifyToken === null || query['hub.mode'] === undefined) return null;
  const token = query['hub.verify_token'];
  if (query['hub.mode'] !== 'subscribe' || typeof token !== 'string' || !safeEqual(token, hubVerifyToken)) {
    throw refused('hub.mode or hub.verify_token is not the one that was set on this webhook');
  }
  return echo(query['hub.challenge']);
}

export interface CloudEventsRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
  readonly allowedOrigins: readonly string[];
}

/** Requests a minute that a sender may be promised: what one webhook takes in that time. */
const MAX_RATE = 6_000;

/**
 * A CloudEvents sender asks for permission with OPTIONS. Only origins on the webhook's list get it, by their own name.
 * https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md#4-abuse-protection
 */
export function answerCloudEvents({ method, headers, allowedOrigins }: CloudEventsRequest): HandshakeReply | null {
  const origins = headers['webhook-request-origin'];
  if (method !== 'OPTIONS' || origins === undefined || allowedOrigins.length === 0) return null;
  const origin = origins.length === 1 ? origins[0]?.trim().toLowerCase() : undefined;
  const allowed = allowedOrigins.find((candidate) => candidate.toLowerCase() === origin);
  if (allowed === undefined) throw refused('this origin may not send to this webhook');
  const requested = headers['webhook-request-rate']?.[0];
  const rate =
    requested !== undefined && /^\d{1,9}$/.test(requested) ? Math.min(Number(requested), MAX_RATE) : MAX_RATE;
  return {
    status: 200,
    headers: {
      allow: 'POST',
      'webhook-allowed-origin': allowed,
      'webhook-allowed-rate': String(Math.max(1, rate)),
    },
    body: '',
  };
}

function echo(challenge: unknown): HandshakeReply {
  if (typeof challenge !== 'string' || !CHALLENGE.test(challenge)) {
    throw refused('the challenge is not 1 to 1,024 letters, digits, dots, dashes or underscores');
  }
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
    body: challenge,
  };
}

function refused(why: string): AppError {
  return new AppError('handshake_refused', { detail: `The handshake was refused: ${why}.` });
}
